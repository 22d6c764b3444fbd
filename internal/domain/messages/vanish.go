package messages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

const (
	// onceTime is how long media that may be looked at once can still be loaded then.
	onceTime    = time.Minute
	vanishBatch = 100
)

// noteVanishing writes down which new rows have media that go once they were looked at. A file that belongs to such a
// message belongs to no other: it fails with media.ErrInvalid.
func (s *Service) noteVanishing(ctx context.Context, tx *db.Tx, rows []*Message) error {
	var taken int
	const look = `SELECT COUNT(*) FROM vanishing_media WHERE file = $1`
	if err := tx.QueryRow(ctx, look, rows[0].fileColumn()).Scan(&taken); err != nil {
		return fmt.Errorf("look for vanishing media: %w", err)
	}
	if taken > 0 {
		return media.ErrInvalid
	}
	const put = `INSERT INTO vanishing_media (owner, id, file, due_at) VALUES ($1, $2, $3, 0)`
	for _, m := range rows {
		if !m.isVanishing() {
			continue
		}
		if err := tx.Queue(ctx, put, int64(m.Owner), int64(m.ID), m.Media.File.ID); err != nil {
			return fmt.Errorf("note vanishing media: %w", err)
		}
	}
	return nil
}

// startVanishing starts the time of media that their owner looks at now. To look again changes nothing.
func startVanishing(ctx context.Context, tx *db.Tx, m *Message) error {
	if !m.isVanishing() {
		return nil
	}
	left := time.Duration(m.Media.TTL()) * time.Second
	if m.Media.TTL() == media.Once {
		left = onceTime
	}
	const start = `UPDATE vanishing_media SET due_at = $1 WHERE owner = $2 AND id = $3 AND due_at = 0`
	return tx.Queue(ctx, start, now().Add(left), int64(m.Owner), int64(m.ID))
}

// Vanish takes the media whose time is over at now out of their messages, at both sides, and deletes their files. What
// fails stays due.
func (s *Service) Vanish(ctx context.Context, now time.Time) error {
	const get = `SELECT owner, id FROM vanishing_media WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT $2`
	type row struct {
		owner ids.Peer
		id    ids.Message
	}
	for {
		var due []row
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			due = nil
			return tx.Each(ctx, get, []any{now, vanishBatch}, func(rows *db.Rows) error {
				var r row
				err := rows.Scan(&r.owner, &r.id)
				due = append(due, r)
				return err
			})
		})
		if err != nil {
			return fmt.Errorf("read what vanishes: %w", err)
		}
		var failed error // of one message does not keep others waiting
		for _, r := range due {
			failed = errors.Join(failed, s.vanish(ctx, r.owner, r.id))
		}
		if failed != nil || len(due) < vanishBatch {
			return failed
		}
	}
}

func (s *Service) vanish(ctx context.Context, owner ids.Peer, id ids.Message) error {
	const take = `DELETE FROM vanishing_media WHERE owner = $1 AND id = $2 AND due_at > 0`
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		rows, err := s.Copies(ctx, tx, owner, id)
		if errors.Is(err, ErrNone) {
			rows, err = nil, nil
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, take, int64(owner), int64(id))
		if err != nil || n == 0 {
			return err
		}
		return s.emptyAll(ctx, tx, rows)
	})
	if err != nil {
		return fmt.Errorf("media of message %d of %d: %w", id, owner, err)
	}
	return nil
}

// emptyAll takes the media out of the copies of a message, with what was written about them. Their file goes at once. What
// else they named, such as the cover of a video, may be anybody's: it is let go.
func (s *Service) emptyAll(ctx context.Context, tx *db.Tx, rows []*Message) error {
	var file int64
	var beside []int64
	for _, m := range rows {
		if m.Media.TTL() == 0 || m.Media.File.Expired {
			continue
		}
		file, beside = m.held()[0], m.held()[1:]
		if err := s.empty(ctx, tx, m); err != nil {
			return err
		}
	}
	if file == 0 {
		return nil
	}
	if err := s.letGo(ctx, tx, rows[0].Owner, beside); err != nil {
		return err
	}
	return s.dropFile(ctx, tx, rows[0].Owner, file)
}

func (s *Service) empty(ctx context.Context, tx *db.Tx, m *Message) error {
	if err := forgetFiles(ctx, tx, m); err != nil {
		return err
	}
	m.Media, m.Text = m.Media.Vanished(), text.Text{}
	if err := update(ctx, tx, m); err != nil {
		return err
	}
	if err := s.index.stale(ctx, tx, m.Owner, m.ID); err != nil {
		return err
	}
	_, err := s.log.Append(ctx, tx, m.Owner, updates.EditMessage{ID: m.ID, Hidden: true})
	return err
}

// dropFile deletes a file that has vanished from a message of owner, unless another message shows it: one that was sent
// while this one waited for its time.
func (s *Service) dropFile(ctx context.Context, tx *db.Tx, owner ids.Peer, file int64) error {
	if s.files == nil {
		return nil
	}
	const shown = `SELECT 1 FROM message WHERE file = $1 AND file <> 0 LIMIT 1`
	var one int
	err := tx.QueryRow(ctx, shown, file).Scan(&one)
	switch {
	case err == nil:
		return s.letGo(ctx, tx, owner, []int64{file})
	case !errors.Is(err, db.ErrNotFound):
		return fmt.Errorf("look who shows a file: %w", err)
	}
	if err := s.files.Drop(ctx, tx, file); err != nil {
		return fmt.Errorf("drop file: %w", err)
	}
	return nil
}
