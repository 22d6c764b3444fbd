package polls

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// ErrOffset means a place in a list that this server did not give out.
var ErrOffset = errors.New("offset is invalid")

// Results returns the poll of a message as the viewer sees it. It fails with ErrNone, or as stand.Of does.
// Spec: https://core.telegram.org/method/messages.getPollResults
func (s *Service) Results(ctx context.Context, t Target) (Seen, error) {
	m, _, err := s.find(ctx, t)
	if err != nil {
		return Seen{}, err
	}
	found, err := s.See(ctx, t.Viewer, []int64{m.Media.Poll.ID})
	if err != nil {
		return Seen{}, err
	}
	seen, ok := found[m.Media.Poll.ID]
	if !ok {
		return Seen{}, ErrNone
	}
	return seen, nil
}

// A VotersQuery asks who voted.
// Spec: https://core.telegram.org/method/messages.getPollVotes
type VotersQuery struct {
	Target
	Option []byte // nil: for any
	Offset string // Next of the page before
	Limit  int
}

// A Vote is what somebody voted for.
type Vote struct {
	Voter   ids.Peer
	Options [][]byte
	Date    time.Time
}

// Voters are a page of those who voted, the newest first.
type Voters struct {
	Count int // of all pages, and of those who are not named
	Votes []Vote
	Next  string // "": this is the last page
}

// Voters returns a page. It fails with ErrNone, ErrAnonymous unless the poll shows its voters and the asker may see its
// results, ErrOption, ErrOffset, or as stand.Of does.
func (s *Service) Voters(ctx context.Context, q VotersQuery) (v Voters, err error) {
	seen, err := s.Results(ctx, q.Target)
	if err != nil {
		return v, err
	}
	if !seen.Public || !seen.ShowsResults(now()) {
		return v, ErrAnonymous
	}
	v.Count = seen.Voters
	if q.Option != nil {
		at := seen.answer(q.Option)
		if at < 0 {
			return v, ErrOption
		}
		v.Count = seen.Counts[at]
	}
	after, err := parseOffset(q.Offset)
	if err != nil {
		return v, err
	}
	limit := min(max(q.Limit, 1), MaxPage)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v.Votes, err = voters(ctx, tx, seen.ID, q.Option, after, limit+1)
		return err
	})
	if err != nil {
		return Voters{}, fmt.Errorf("voters of poll %d: %w", seen.ID, err)
	}
	if len(v.Votes) > limit {
		v.Votes = v.Votes[:limit]
		last := v.Votes[limit-1]
		v.Next = fmt.Sprintf("%d_%d", last.Date.Unix(), last.Voter)
	}
	return v, nil
}

// An offset is the last vote of a page.
type offset struct{ date, voter int64 }

func parseOffset(s string) (at offset, err error) {
	if s == "" {
		return offset{date: 1 << 62}, nil
	}
	date, voter, ok := strings.Cut(s, "_")
	if at.date, err = strconv.ParseInt(date, 10, 64); err != nil || !ok {
		return at, ErrOffset
	}
	if at.voter, err = strconv.ParseInt(voter, 10, 64); err != nil {
		return at, ErrOffset
	}
	return at, nil
}

// The lists of voters, each along an index of its own. Those who are not named are in none.
const (
	votersOfAll = `SELECT voter, opt, date FROM poll_vote WHERE poll = $1 AND n = 0 AND (date, voter) < ($2, $3)
		ORDER BY date DESC, voter DESC LIMIT $4`

	votersOfOne = `SELECT voter, opt, date FROM poll_vote WHERE poll = $1 AND opt = $5 AND (date, voter) < ($2, $3) AND n < $6
		ORDER BY date DESC, voter DESC LIMIT $4`
)

func voters(ctx context.Context, tx *db.Tx, poll int64, option []byte, after offset, limit int) (all []Vote, err error) {
	sql, args := votersOfAll, []any{poll, after.date, after.voter, limit}
	if option != nil {
		sql, args = votersOfOne, append(args, option, unnamed)
	}
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var v Vote
		var o []byte
		err := rows.Scan(&v.Voter, &o, &v.Date)
		v.Options = [][]byte{o}
		all = append(all, v)
		return err
	})
	if err != nil || option != nil || len(all) == 0 {
		return all, err
	}
	return all, addOptions(ctx, tx, poll, all)
}

// addOptions reads all that the voters of a page chose.
func addOptions(ctx context.Context, tx *db.Tx, poll int64, all []Vote) error {
	args := []any{poll}
	at := make(map[ids.Peer]int, len(all))
	for i, v := range all {
		args, at[v.Voter] = append(args, int64(v.Voter)), i
		all[i].Options = nil
	}
	sql := `SELECT voter, opt FROM poll_vote WHERE poll = $1 AND voter IN (` + db.List(2, len(all)) + `) ORDER BY voter, n`
	return tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var voter ids.Peer
		var o []byte
		err := rows.Scan(&voter, &o)
		if i, ok := at[voter]; ok {
			all[i].Options = append(all[i].Options, o)
		}
		return err
	})
}
