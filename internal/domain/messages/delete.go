package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// clearStep is how many messages one transaction removes at most when a history is cleared.
const clearStep = 500

// changes are rows by owner.
type changes map[ids.Peer][]ids.Message

func (c changes) add(owner ids.Peer, id ids.Message) {
	if owner > 0 && id > 0 {
		c[owner] = append(c[owner], id)
	}
}

// eachOwner calls fn for each owner, in ascending order, with his rows in order.
func (s *Service) eachOwner(
	ctx context.Context, tx *db.Tx, c changes, fn func(ids.Peer, []ids.Message) error,
) error {
	owners := slices.Sorted(maps.Keys(c))
	if err := s.log.Lock(ctx, tx, owners...); err != nil {
		return err
	}
	for _, o := range owners {
		slices.Sort(c[o])
		if err := fn(o, c[o]); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes messages of owner, and with revoke at the other side as well. It returns how owner's log moved: by
// the number of messages that were there. It fails with ErrTooMany.
//
// Spec: https://core.telegram.org/method/messages.deleteMessages
func (s *Service) Delete(
	ctx context.Context, by ids.User, peer ids.Peer, want []ids.Message, revoke bool,
) (moved Moved, err error) {
	if len(want) > MaxBatch {
		return Moved{}, ErrTooMany
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		owner := Box(by, peer)
		found, err := byID(ctx, tx, owner, want)
		if err != nil {
			return err
		}
		moved, err = s.remove(ctx, tx, owner, slices.Collect(maps.Values(found)), revoke)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("delete messages for user %d: %w", by, err)
	}
	return moved, nil
}

// remove deletes rows of owner, and with revoke their twins.
func (s *Service) remove(
	ctx context.Context, tx *db.Tx, owner ids.Peer, rows []*Message, revoke bool,
) (moved Moved, err error) {
	gone := make(changes)
	for _, m := range rows {
		gone.add(owner, m.ID)
		if revoke {
			gone.add(m.Peer, m.Twin)
		}
	}
	err = s.eachOwner(ctx, tx, gone, func(o ids.Peer, list []ids.Message) error {
		m, err := s.removeOf(ctx, tx, o, list)
		if o == owner {
			moved = m
		}
		return err
	})
	if err == nil && moved.Count == 0 {
		return s.unmoved(ctx, tx, owner)
	}
	return moved, err
}

// removeOf deletes rows of one owner, who is locked, mends his dialogs and logs it.
func (s *Service) removeOf(ctx context.Context, tx *db.Tx, owner ids.Peer, list []ids.Message) (Moved, error) {
	found, err := byID(ctx, tx, owner, list)
	if err != nil || len(found) == 0 {
		return Moved{}, err
	}
	present := slices.Sorted(maps.Keys(found))
	for part := range slices.Chunk(present, MaxBatch) {
		args := []any{int64(owner)}
		for _, id := range part {
			args = append(args, int64(id))
		}
		in := ` WHERE owner = $1 AND id IN (` + db.List(2, len(part)) + `)`
		if _, err := tx.Exec(ctx, `DELETE FROM message`+in, args...); err != nil {
			return Moved{}, err
		}
		if err := s.unpinGone(ctx, tx, owner, found, part); err != nil {
			return Moved{}, err
		}
	}
	if err := s.index.stale(ctx, tx, owner, present...); err != nil {
		return Moved{}, err
	}
	recounted, err := s.mendDialogs(ctx, tx, owner, slices.Collect(maps.Values(found)))
	if err != nil {
		return Moved{}, err
	}
	moved := Moved{Count: int32(len(present))}
	for part := range slices.Chunk(present, MaxBatch) {
		if moved.PTS, err = s.log.Append(ctx, tx, owner, updates.DeleteMessages{IDs: part}); err != nil {
			return Moved{}, err
		}
	}
	return moved, s.recount(ctx, tx, recounted)
}

// recount says anew how much is unread in dialogs, after unread messages were deleted. Clients that are here count down
// by themselves; one that comes back cannot know which of the messages it never saw were counted before. It is told to
// the session that deleted as well: its answer covers the deletion alone.
func (s *Service) recount(ctx context.Context, tx *db.Tx, all []dialogs.Dialog) error {
	ctx = updates.WithOrigin(ctx, updates.Origin{})
	for _, d := range all {
		ev := updates.ReadInbox{Peer: d.Peer, MaxID: d.ReadInbox, Unread: int32(d.Unread)}
		if _, err := s.log.Append(ctx, tx, d.Owner.Peer(), ev); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) unpinGone(
	ctx context.Context, tx *db.Tx, owner ids.Peer, found map[ids.Message]*Message, part []ids.Message,
) error {
	const unpin = `DELETE FROM pinned_message WHERE owner = $1 AND peer = $2 AND id = $3`
	for _, id := range part {
		if m := found[id]; m.Flags.Has(Pinned) {
			if _, err := tx.Exec(ctx, unpin, int64(owner), int64(m.Peer), int64(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mendDialogs takes messages that are gone out of the counters of their dialogs, and finds new top messages. It returns
// the dialogs in which less is unread now.
func (s *Service) mendDialogs(
	ctx context.Context, tx *db.Tx, owner ids.Peer, gone []*Message,
) (recounted []dialogs.Dialog, err error) {
	byPeer := make(map[ids.Peer][]*Message)
	for _, m := range gone {
		byPeer[m.Peer] = append(byPeer[m.Peer], m)
	}
	for _, peer := range slices.Sorted(maps.Keys(byPeer)) {
		rows := byPeer[peer]
		d, err := s.dialogs.Get(ctx, tx, owner.User(), peer)
		if err != nil {
			return nil, err
		}
		unread, pinned := d.Unread, d.Pinned > 0
		for _, m := range rows {
			d.Messages = max(d.Messages-1, 0)
			if m.From != owner && m.ID > d.ReadInbox {
				d.Unread = max(d.Unread-1, 0)
			}
		}
		if slices.ContainsFunc(rows, func(m *Message) bool { return m.ID == d.Top }) {
			if err := findTop(ctx, tx, &d); err != nil {
				return nil, err
			}
		}
		if err := s.dialogs.Save(ctx, tx, d); err != nil {
			return nil, err
		}
		if pinned && d.Pinned == 0 {
			if err := s.log.Note(ctx, tx, owner, updates.DialogPinned{Peer: peer, Folder: int32(d.Folder)}); err != nil {
				return nil, err
			}
		}
		if d.Unread != unread {
			recounted = append(recounted, d)
		}
	}
	return recounted, nil
}

func findTop(ctx context.Context, tx *db.Tx, d *dialogs.Dialog) error {
	const top = `SELECT id, date FROM message WHERE owner = $1 AND peer = $2 ORDER BY id DESC LIMIT 1`
	rows, err := tx.Query(ctx, top, int64(d.Owner), int64(d.Peer))
	if err != nil {
		return err
	}
	d.Top, d.TopDate = 0, time.Time{}
	if rows.Next() {
		return rows.Scan(&d.Top, &d.TopDate)
	}
	d.Pinned = 0
	return nil
}

// A ClearRequest empties a chat, all of it or a part.
// Spec: https://core.telegram.org/method/messages.deleteHistory
type ClearRequest struct {
	By       ids.User
	Peer     ids.Peer
	Saved    ids.Peer    // of saved messages, those from this chat; 0: all
	MaxID    ids.Message // 0: all
	From, To time.Time   // only messages of these days; zero: all
	Revoke   bool        // at the other side as well
	Keep     bool        // the empty dialog stays in the list
}

// Cleared is how far Clear came: it removes a bounded number of messages, and is to be called again while Left is
// not 0.
type Cleared struct {
	Moved
	Left int
}

// Clear removes messages of a chat.
func (s *Service) Clear(ctx context.Context, req ClearRequest) (done Cleared, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.clear(ctx, tx, req)
		return err
	})
	if err != nil {
		return Cleared{}, fmt.Errorf("clear chat of user %d: %w", req.By, err)
	}
	return done, nil
}

func (s *Service) clear(ctx context.Context, tx *db.Tx, req ClearRequest) (done Cleared, err error) {
	if err := s.lock(ctx, tx, req.By, max(req.Peer.User(), 0)); err != nil {
		return Cleared{}, err
	}
	before, err := s.unmoved(ctx, tx, Box(req.By, req.Peer))
	if err != nil {
		return Cleared{}, err
	}
	rows, left, err := req.list().step(ctx, tx)
	if err != nil {
		return Cleared{}, err
	}
	done.Left = left
	var kept *Message
	if req.Keep && !req.Revoke && done.Left == 0 && len(rows) > 0 {
		rows, kept = rows[:len(rows)-1], rows[len(rows)-1]
	}
	if _, err = s.remove(ctx, tx, Box(req.By, req.Peer), rows, req.Revoke); err != nil {
		return Cleared{}, err
	}
	if req.Revoke && done.Left == 0 {
		if done.Left, err = s.clearOther(ctx, tx, req); err != nil {
			return Cleared{}, err
		}
	}
	if kept != nil {
		if err := s.blank(ctx, tx, kept); err != nil {
			return Cleared{}, err
		}
	}
	done.Moved, err = s.unmoved(ctx, tx, Box(req.By, req.Peer))
	done.Count = done.PTS - before.PTS
	return done, err
}

// clearOther removes at the other side what the owner had removed for himself before. It returns how many are left.
func (s *Service) clearOther(ctx context.Context, tx *db.Tx, req ClearRequest) (left int, err error) {
	other := req.Peer.User()
	if other == 0 || other == req.By {
		return 0, nil
	}
	l := list{owner: other.Peer(), peer: req.By.Peer()}
	l.and(req.MaxID > 0, ` AND twin <= $%d`, int64(req.MaxID))
	req.between(&l)
	rows, left, err := l.step(ctx, tx)
	if err != nil || len(rows) == 0 {
		return left, err
	}
	_, err = s.remove(ctx, tx, other.Peer(), rows, false)
	return left, err
}

// step returns the oldest messages of the list, as many as are cleared at once, and how many are behind them.
func (l list) step(ctx context.Context, tx *db.Tx) (rows []*Message, left int, err error) {
	total, _, err := l.count(ctx, tx, 0)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	clause, args, n := l.from()
	rows, err = query(ctx, tx, `SELECT `+columns+clause+fmt.Sprintf(` ORDER BY id LIMIT $%d`, n), append(args, clearStep)...)
	return rows, total - len(rows), err
}

// blank makes of the last message of a cleared chat the sign that it was cleared, so that the dialog keeps its place.
func (s *Service) blank(ctx context.Context, tx *db.Tx, m *Message) error {
	if m.Action != nil && m.Action.Kind == actions.HistoryClear {
		return nil
	}
	m.Text.String, m.Text.Entities = "", nil
	m.extra = extra{Action: &actions.Action{Kind: actions.HistoryClear}}
	m.Flags = m.Flags&Out | IsAction
	if _, err := s.read(ctx, tx, m.Owner.User(), m.Peer, m.ID); err != nil {
		return err
	}
	_, err := s.rewrite(ctx, tx, m)
	return err
}

func (r ClearRequest) list() list {
	l := list{owner: Box(r.By, r.Peer), peer: r.Peer}
	l.and(r.Saved != 0, ` AND saved = $%d`, int64(r.Saved))
	l.and(r.MaxID > 0, ` AND id <= $%d`, int64(r.MaxID))
	r.between(&l)
	return l
}

// between keeps of l the messages of the days asked for.
func (r ClearRequest) between(l *list) {
	l.and(!r.From.IsZero(), ` AND date >= $%d`, r.From)
	l.and(!r.To.IsZero(), ` AND date <= $%d`, r.To)
}
