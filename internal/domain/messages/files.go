package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
)

// Files keeps the files that messages show; package files is one. Use fails for a file that is gone, and else makes sure
// that it stays as long as it is held. Release says that somebody holds it no more, Drop that it must go now.
type Files interface {
	Use(ctx context.Context, tx *db.Tx, list ...int64) error
	Release(ctx context.Context, tx *db.Tx, at time.Time, list ...int64) error
	Drop(ctx context.Context, tx *db.Tx, id int64) error
}

// shownToAdmins is how long the files of messages that were deleted from a channel can be loaded: as long as the log of its
// admins shows them.
const shownToAdmins = 7 * 24 * time.Hour

// SetFiles says what keeps files. It must come before the first request; without it messages name files that nobody keeps.
func (s *Service) SetFiles(f Files) { s.files = f }

// held are the files that m holds. The first one stands in its row.
func (m *Message) held() []int64 {
	if m.Action != nil && m.Action.Photo != 0 {
		return []int64{m.Action.Photo}
	}
	return m.Media.Files()
}

// fileColumn is what the column file holds.
func (m *Message) fileColumn() int64 {
	if held := m.held(); len(held) > 0 {
		return held[0]
	}
	return 0
}

// heldBy are the files that rows hold, each once.
func heldBy(rows []*Message) []int64 {
	var all []int64
	for _, m := range rows {
		all = append(all, m.held()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hold makes sure that the files of new rows stay. It fails as Files.Use does.
func (s *Service) hold(ctx context.Context, tx *db.Tx, rows []*Message) error {
	all := heldBy(rows)
	if len(all) == 0 {
		return nil
	}
	if s.files != nil {
		if err := s.files.Use(ctx, tx, all...); err != nil {
			return fmt.Errorf("use files: %w", err)
		}
	}
	for _, m := range rows {
		if err := noteFiles(ctx, tx, m); err != nil {
			return err
		}
	}
	return s.noteVanishing(ctx, tx, rows)
}

// noteFiles writes down what m holds beside the file in its row.
func noteFiles(ctx context.Context, tx *db.Tx, m *Message) error {
	held := m.held()
	if len(held) < 2 {
		return nil
	}
	const put = `INSERT INTO message_file (owner, id, file) VALUES ($1, $2, $3) ON CONFLICT (owner, id, file) DO NOTHING`
	for _, file := range held[1:] {
		if err := tx.Queue(ctx, put, int64(m.Owner), int64(m.ID), file); err != nil {
			return fmt.Errorf("note files: %w", err)
		}
	}
	return nil
}

// release lets go of the files of rows whose content is gone.
func (s *Service) release(ctx context.Context, tx *db.Tx, rows []*Message) error {
	all := heldBy(rows)
	if len(all) == 0 {
		return nil
	}
	for _, m := range rows {
		if err := forgetFiles(ctx, tx, m); err != nil {
			return err
		}
	}
	return s.letGo(ctx, tx, rows[0].Owner, all)
}

// forgetFiles drops what is kept beside the row of m about its files.
func forgetFiles(ctx context.Context, tx *db.Tx, m *Message) error {
	const files, vanishing, played = `DELETE FROM message_file WHERE owner = $1 AND id = $2`,
		`DELETE FROM vanishing_media WHERE owner = $1 AND id = $2`,
		`DELETE FROM voice_played WHERE owner = $1 AND id = $2`
	if len(m.held()) > 1 {
		if err := tx.Queue(ctx, files, int64(m.Owner), int64(m.ID)); err != nil {
			return err
		}
	}
	if m.Owner.Channel() != 0 && media.KindOf(m.Media).Listened() {
		if err := tx.Queue(ctx, played, int64(m.Owner), int64(m.ID)); err != nil {
			return err
		}
	}
	if m.Media.TTL() == 0 {
		return nil
	}
	return tx.Queue(ctx, vanishing, int64(m.Owner), int64(m.ID))
}

// letGo says that messages of owner hold files no more. Of a channel admins see for a while what was there.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, owner ids.Peer, list []int64) error {
	if s.files == nil || len(list) == 0 {
		return nil
	}
	from := now()
	if owner.Channel() != 0 {
		from = from.Add(shownToAdmins)
	}
	if err := s.files.Release(ctx, tx, from, list...); err != nil {
		return fmt.Errorf("release files: %w", err)
	}
	return nil
}

// swapFiles follows rows, which had the content of before, to the files that they hold now.
func (s *Service) swapFiles(ctx context.Context, tx *db.Tx, before *Message, rows []*Message) error {
	old, fresh := before.held(), rows[0].held()
	if slices.Equal(old, fresh) {
		return nil
	}
	for _, m := range rows {
		was := *before
		was.Owner, was.ID = m.Owner, m.ID
		if err := forgetFiles(ctx, tx, &was); err != nil {
			return err
		}
	}
	if err := s.hold(ctx, tx, rows); err != nil {
		return err
	}
	return s.letGo(ctx, tx, before.Owner, slices.DeleteFunc(old, func(id int64) bool { return slices.Contains(fresh, id) }))
}

// Held returns which of some files a message shows.
func (s *Service) Held(ctx context.Context, list []int64) ([]int64, error) {
	held, err := db.Among(ctx, s.db, list, `SELECT DISTINCT file FROM message WHERE file <> 0 AND file IN (`,
		`SELECT DISTINCT file FROM message_file WHERE file IN (`)
	if err != nil {
		return nil, fmt.Errorf("who holds files: %w", err)
	}
	return held, nil
}

// listens reports whether it is noted of m that somebody has looked at its media, or played them: voice and round video
// messages, and what can be looked at for a while only.
func (m *Message) listens() bool {
	alone := m.Peer == m.Owner && m.Owner.User() != 0
	return m.Media != nil && !alone && (m.Media.Kind.Listened() || m.Media.TTL() != 0)
}

// isVanishing reports whether m has media that go once its owner has looked at them.
func (m *Message) isVanishing() bool {
	return m.Media.TTL() != 0 && !m.Flags.Has(Out) && m.Owner.User() != 0 && !m.Media.File.Expired
}

// SentBefore returns what from has sent to a chat with all of some random ids; nothing unless all of them were used. It
// fails with ErrSentBefore when one of the messages is gone since.
func (s *Service) SentBefore(ctx context.Context, from ids.User, to ids.Peer, random ...int64) ([]Sent, error) {
	reqs := make([]SendRequest, len(random))
	for i, r := range random {
		reqs[i] = SendRequest{From: from, To: to, RandomID: r}
	}
	sent, err := s.sentBefore(ctx, reqs)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return sent, err
}
