package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// changes are rows by owner.
type changes map[ids.Peer][]ids.Message

func (c changes) add(owner ids.Peer, id ids.Message) {
	if owner.User() != 0 && id > 0 {
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

// Delete removes messages: from the own log when peer is 0 or no channel, with revoke for all others who have them as well;
// or from a channel, for all. It returns how the log moved: by the number of messages that were there. It fails with
// ErrTooMany, ErrDelete, or as channels.See does.
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
		if owner.Channel() != 0 { // the rows are counted: nobody else may take them at the same time
			if err := s.log.Lock(ctx, tx, owner); err != nil {
				return err
			}
		}
		found, err := byID(ctx, tx, owner, want)
		if err != nil {
			return err
		}
		rows := slices.SortedFunc(maps.Values(found), func(a, b *Message) int { return int(a.ID - b.ID) })
		if owner.Channel() != 0 {
			moved, err = s.deletePosts(ctx, tx, by, owner, rows)
			return err
		}
		if err := s.checkMayDelete(ctx, tx, by, rows, revoke); err != nil {
			return err
		}
		moved, err = s.remove(ctx, tx, owner, rows, revoke)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("delete messages for user %d: %w", by, err)
	}
	return moved, nil
}

// checkMayDelete fails when by must not delete one of rows in his own log for all: in a basic group others delete only
// what they wrote, admins everything, and who is not in it any more nothing.
func (s *Service) checkMayDelete(ctx context.Context, tx *db.Tx, by ids.User, rows []*Message, revoke bool) error {
	if !revoke {
		return nil
	}
	for _, m := range rows {
		if m.Peer.Chat() == 0 || s.groups == nil {
			continue
		}
		v, err := s.groups.CheckMay(ctx, tx, m.Peer.Chat(), by, 0)
		if _, in := v.Member(by); in && m.Writer() == by {
			continue // in a group that has become a supergroup as well
		}
		if err != nil || !v.Me.Admin {
			return ErrDelete
		}
	}
	return nil
}

// remove deletes rows in the log of a user, and with revoke all copies of them.
func (s *Service) remove(
	ctx context.Context, tx *db.Tx, owner ids.Peer, rows []*Message, revoke bool,
) (moved Moved, err error) {
	gone := make(changes)
	for _, m := range rows {
		gone.add(owner, m.ID)
		if !revoke {
			continue
		}
		if err := s.addCopies(ctx, tx, gone, m); err != nil {
			return Moved{}, err
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

// addCopies adds the rows that others have of m.
func (s *Service) addCopies(ctx context.Context, tx *db.Tx, c changes, m *Message) error {
	if m.Peer.Chat() == 0 {
		c.add(m.Peer, m.Twin)
		return nil
	}
	if s.groups == nil {
		return nil
	}
	members, err := s.groups.Members(ctx, tx, m.Peer.Chat())
	if err != nil {
		return err
	}
	copies, err := copiesOf(ctx, tx, together(members, nil), m.Peer, m.Twin)
	if err != nil {
		return err
	}
	for owner, id := range copies {
		if owner != m.Owner {
			c.add(owner, id)
		}
	}
	return nil
}

// erase takes rows of one owner out of the table. A row with a random id leaves it behind for some days, under the
// negative of its id and in no chat, so that a late repetition of the request does not send the message again.
func erase(ctx context.Context, tx *db.Tx, owner ids.Peer, rows []*Message) error {
	var gone, kept []any
	for _, m := range rows {
		if m.RandomID != 0 && time.Since(m.Date) < randomKept {
			kept = append(kept, int64(m.ID))
		} else {
			gone = append(gone, int64(m.ID))
		}
	}
	const blank = `UPDATE message SET id = -id, peer = 0, twin = 0, pts = 0, flags = 0, saved = NULL, text = '', extra = NULL,
		thread = 0, media = 0, file = 0`
	for _, step := range []struct {
		do  string
		ids []any
	}{{`DELETE FROM message`, gone}, {blank, kept}} {
		for part := range slices.Chunk(step.ids, MaxBatch) {
			args := append([]any{int64(owner)}, part...)
			sql := step.do + ` WHERE owner = $1 AND id IN (` + db.List(2, len(part)) + `)`
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return fmt.Errorf("erase messages of %d: %w", owner, err)
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	const forget = `DELETE FROM message WHERE owner = $1 AND id < 0 AND date < $2`
	return tx.Queue(ctx, forget, int64(owner), now().Add(-randomKept))
}

// randomKept is how long the random ids of messages that are gone are remembered.
const randomKept = 3 * 24 * time.Hour

// removeOf deletes rows of one owner, who is locked, mends his dialogs and logs it.
func (s *Service) removeOf(ctx context.Context, tx *db.Tx, owner ids.Peer, list []ids.Message) (Moved, error) {
	found, err := byID(ctx, tx, owner, list)
	if err != nil || len(found) == 0 {
		return Moved{}, err
	}
	present := slices.Sorted(maps.Keys(found))
	rows := slices.Collect(maps.Values(found))
	if err := s.eraseAll(ctx, tx, owner, rows); err != nil {
		return Moved{}, err
	}
	recounted, err := s.mendDialogs(ctx, tx, owner, rows)
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

// eraseAll is erase with all that is kept beside the rows.
func (s *Service) eraseAll(ctx context.Context, tx *db.Tx, owner ids.Peer, rows []*Message) error {
	if err := erase(ctx, tx, owner, rows); err != nil {
		return err
	}
	gone := make([]ids.Message, len(rows))
	for i, m := range rows {
		gone[i] = m.ID
	}
	if err := s.index.stale(ctx, tx, owner, gone...); err != nil {
		return err
	}
	return s.forgetBeside(ctx, tx, owner, rows)
}

// forgetBeside drops what is kept beside rows of one owner whose content is gone.
func (s *Service) forgetBeside(ctx context.Context, tx *db.Tx, owner ids.Peer, rows []*Message) error {
	const unpin = `DELETE FROM pinned_message WHERE owner = $1 AND peer = $2 AND id = $3`
	for _, m := range rows {
		if !m.Flags.Has(Pinned) {
			continue
		}
		if _, err := tx.Exec(ctx, unpin, int64(owner), int64(m.Peer), int64(m.ID)); err != nil {
			return err
		}
	}
	if err := forgetMentions(ctx, tx, rows); err != nil {
		return err
	}
	if err := s.release(ctx, tx, rows); err != nil {
		return err
	}
	return hook(ctx, tx, s.hooks.deleted, rows)
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
			all := updates.WithOrigin(ctx, updates.Origin{}) // the answer does not tell who deleted
			if err := s.log.Note(all, tx, owner, updates.DialogPinned{Peer: peer, Folder: int32(d.Folder)}); err != nil {
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
