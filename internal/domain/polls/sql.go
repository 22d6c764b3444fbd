package polls

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const columns = `id, author, made_at, definition, tally, closed, close_date, version`

func scan(row interface{ Scan(...any) error }) (*Poll, error) {
	var p Poll
	var definition, tally string
	err := row.Scan(&p.ID, &p.Author, &p.Made, &definition, &tally, &p.IsClosed, &p.Closes, &p.Version)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(definition), &p.PollDraft); err != nil {
		return nil, fmt.Errorf("decode poll %d: %w", p.ID, err)
	}
	if err := json.Unmarshal([]byte(tally), &p.Tally); err != nil {
		return nil, fmt.Errorf("decode votes of poll %d: %w", p.ID, err)
	}
	for len(p.Counts) < len(p.Answers) {
		p.Counts = append(p.Counts, 0)
	}
	return &p, nil
}

// insert writes a new poll.
func insert(ctx context.Context, tx *db.Tx, p *Poll) error {
	definition, err := json.Marshal(p.PollDraft)
	if err != nil {
		return err
	}
	tally, err := json.Marshal(p.Tally)
	if err != nil {
		return err
	}
	const add = `INSERT INTO poll (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	return tx.Queue(ctx, add, p.ID, int64(p.Author), p.Made, string(definition), string(tally), p.IsClosed, p.Closes, p.Version)
}

// save writes back what its author changes, and the votes.
func save(ctx context.Context, tx *db.Tx, p *Poll) error {
	definition, err := json.Marshal(p.PollDraft)
	if err != nil {
		return err
	}
	tally, err := json.Marshal(p.Tally)
	if err != nil {
		return err
	}
	p.Version++
	const set = `UPDATE poll SET definition = $1, tally = $2, closed = $3, version = $4 WHERE id = $5`
	return tx.Queue(ctx, set, string(definition), string(tally), p.IsClosed, p.Version, p.ID)
}

// lock returns a poll that nobody else can change until tx ends. It fails with ErrNone.
func (s *Service) lock(ctx context.Context, tx *db.Tx, id int64) (*Poll, error) {
	get := `SELECT ` + columns + ` FROM poll WHERE id = $1`
	if tx.Engine() != db.SQLite {
		get += ` FOR UPDATE`
	}
	p, err := scan(tx.QueryRow(ctx, get, id))
	return p, noneIfMissing(err)
}

// byID returns the polls that there are of want.
func byID(ctx context.Context, tx *db.Tx, want []int64) (map[int64]*Poll, error) {
	found := make(map[int64]*Poll, len(want))
	for part := range slices.Chunk(want, MaxPage) {
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		sql := `SELECT ` + columns + ` FROM poll WHERE id IN (` + db.List(1, len(part)) + `)`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			p, err := scan(rows)
			if err == nil {
				found[p.ID] = p
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read polls: %w", err)
		}
	}
	return found, nil
}

// chosenBy returns what a voter voted for in polls.
func chosenBy(ctx context.Context, tx *db.Tx, voter ids.Peer, want ...int64) (map[int64][][]byte, error) {
	chosen := make(map[int64][][]byte)
	for part := range slices.Chunk(want, MaxPage) {
		args := []any{int64(voter)}
		for _, id := range part {
			args = append(args, id)
		}
		sql := `SELECT poll, opt FROM poll_vote WHERE voter = $1 AND poll IN (` + db.List(2, len(part)) + `) ORDER BY poll, n`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var id int64
			var o []byte
			err := rows.Scan(&id, &o)
			chosen[id] = append(chosen[id], o)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read votes: %w", err)
		}
	}
	return chosen, nil
}

// See returns the polls of want as viewer sees them, two queries for a page; a viewer of 0 has voted for nothing.
func (s *Service) See(ctx context.Context, viewer ids.User, want []int64) (map[int64]Seen, error) {
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	seen := make(map[int64]Seen, len(want))
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		found, err := byID(ctx, tx, want)
		if err != nil {
			return err
		}
		var chosen map[int64][][]byte
		if viewer != 0 {
			if chosen, err = chosenBy(ctx, tx, viewer.Peer(), want...); err != nil {
				return err
			}
		}
		for id, p := range found {
			seen[id] = Seen{Poll: p, Viewer: viewer, Chosen: chosen[id]}
		}
		return nil
	})
	return seen, err
}
