package messages

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Thread returns a page of the answers to a message of a supergroup, or of a topic. It fails as channels.See does.
// Spec: https://core.telegram.org/method/messages.getReplies
func (s *Service) Thread(ctx context.Context, viewer ids.User, ch ids.Channel, root ids.Message, w Window) (page Page, err error) {
	hidden, err := s.hiddenFrom(ctx, viewer, ch.Peer())
	if err != nil {
		return Page{}, err
	}
	w.MinID = max(w.MinID, hidden)
	l := list{owner: ch.Peer(), peer: ch.Peer()}
	l.and(root != General, ` AND thread = $%d AND thread > 0`, int64(root))
	l.and(root == General, ` AND thread <= $%d`, int64(root)) // with what is from before the group became a forum
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		state, err := s.log.State(ctx, tx, ch.Peer())
		if err != nil {
			return err
		}
		page.PTS = state.PTS
		if page.Total, err = s.threadLength(ctx, tx, ch, root, hidden, l); err != nil {
			return err
		}
		page.Messages, err = l.window(ctx, tx, w)
		page.Whole = len(page.Messages) >= page.Total
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("thread %d of channel %d: %w", root, ch, err)
	}
	return page, nil
}

// threadLength is how many messages a thread has for somebody from whom those up to hidden are hidden. Of General those that
// are from before the group became a forum are counted one by one.
func (s *Service) threadLength(
	ctx context.Context, tx *db.Tx, ch ids.Channel, root, hidden ids.Message, l list,
) (int, error) {
	if root != General {
		counts, err := s.Unread(ctx, tx, Mark{Channel: ch, Thread: root, After: hidden})
		if err != nil {
			return 0, err
		}
		return counts[0], nil
	}
	l.and(true, ` AND id > $%d`, int64(hidden))
	total, _, err := l.count(ctx, tx, 0)
	return total, err
}

// LastOfOthers returns the last message of a thread, up to one, that somebody else than viewer wrote; 0 if there is none.
func (s *Service) LastOfOthers(
	ctx context.Context, tx *db.Tx, viewer ids.User, owner ids.Peer, thread, upTo ids.Message,
) (id ids.Message, err error) {
	const get = `SELECT id FROM message WHERE owner = $1 AND thread = $2 AND thread > 0 AND id <= $3 AND author <> $4
		ORDER BY id DESC LIMIT 1`
	err = tx.QueryRow(ctx, get, int64(owner), int64(thread), int64(upTo), int64(viewer)).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

// PinPost pins a message of a channel that was just posted, without a notice.
func (s *Service) PinPost(ctx context.Context, tx *db.Tx, m *Message) error {
	_, err := s.setPinned(ctx, tx, m, true)
	return err
}

// Mirror makes a message of a channel's log say what another says, after that was edited. One that is gone is no error.
func (s *Service) Mirror(ctx context.Context, tx *db.Tx, from *Message, owner ids.Peer, id ids.Message) error {
	rows, err := s.lockPost(ctx, tx, owner, id)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	m := rows[0]
	m.Text, m.Media, m.Markup, m.EditDate = from.Text, from.Media.Clone(), from.Markup, from.EditDate
	const shown = InvertMedia | NoWebpage | EditHidden
	m.Flags = m.Flags&^shown | from.Flags&shown
	_, err = s.rewrite(ctx, tx, m)
	return err
}

// readOwn notes that who wrote m into a channel has read everything before it. In a forum he has read that of one topic
// only, which package topics keeps.
func (s *Service) readOwn(ctx context.Context, tx *db.Tx, m *Message) error {
	w := m.Writer()
	if w == 0 {
		return nil
	}
	if m.Thread != 0 && s.channels != nil {
		ch, err := s.channels.OneTx(ctx, tx, m.Owner.Channel())
		if err != nil || ch.Forum {
			return err
		}
	}
	moved, err := s.dialogs.ReadOwn(ctx, tx, w, m.Peer, m.ID)
	if err != nil || !moved {
		return err
	}
	// All his devices are to know, that one too which sent the message.
	ctx = updates.WithOrigin(ctx, updates.Origin{})
	mark := updates.ReadMark{MaxID: m.ID, PTS: m.PTS}
	return s.log.NoteWith(ctx, tx, w.Peer(), updates.ReadChannel{Channel: m.Owner.Channel()}, mark)
}
