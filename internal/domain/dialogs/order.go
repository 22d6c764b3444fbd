package dialogs

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Pin pins or unpins a dialog; a newly pinned one comes first. It reports whether anything changed.
//
// It fails with ErrPinnedTooMany. Spec: https://core.telegram.org/method/messages.toggleDialogPin
func (s *Service) Pin(ctx context.Context, owner ids.User, peer ids.Peer, pinned bool) (changed bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		changed, err = s.pin(ctx, tx, owner, peer, pinned)
		return err
	})
	return changed, wrap("pin dialog", owner, err)
}

func (s *Service) pin(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, pinned bool) (bool, error) {
	if err := s.Lock(ctx, tx, owner); err != nil {
		return false, err
	}
	if err := insertEmpty(ctx, tx, owner, peer); err != nil {
		return false, err
	}
	one, err := some(ctx, tx, owner, []ids.Peer{peer})
	if err != nil {
		return false, err
	}
	d := one[0]
	if (d.Pinned > 0) == pinned || !d.listed() {
		return false, nil
	}
	d.Pinned = 0
	if pinned {
		all, err := s.pinned(ctx, tx, owner, d.Folder, d.Folder)
		if err != nil {
			return false, err
		}
		if len(all) >= MaxPinned {
			return false, ErrPinnedTooMany
		}
		d.Pinned = 1
		if len(all) > 0 {
			d.Pinned = all[0].Pinned + 1
		}
	}
	if err := s.Save(ctx, tx, d); err != nil {
		return false, err
	}
	ev := updates.DialogPinned{Peer: peer, Folder: int32(d.Folder), Pinned: pinned}
	return true, s.log.Note(ctx, tx, owner.Peer(), ev)
}

// Reorder puts the pinned dialogs of a folder in the order of peers. With force, dialogs that are not among them are
// unpinned and those not yet pinned are; without it they are left alone.
//
// It fails with ErrPinnedTooMany. Spec: https://core.telegram.org/method/messages.reorderPinnedDialogs
func (s *Service) Reorder(ctx context.Context, owner ids.User, folder int, peers []ids.Peer, force bool) error {
	if len(peers) > MaxPinned {
		return ErrPinnedTooMany
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.reorder(ctx, tx, owner, folder, peers, force) })
	return wrap("reorder pinned dialogs", owner, err)
}

func (s *Service) reorder(
	ctx context.Context, tx *db.Tx, owner ids.User, folder int, peers []ids.Peer, force bool,
) error {
	if err := s.Lock(ctx, tx, owner); err != nil {
		return err
	}
	old, err := s.pinned(ctx, tx, owner, folder, folder)
	if err != nil {
		return err
	}
	asked, err := s.Some(ctx, tx, owner, peers)
	if err != nil {
		return err
	}
	for i, d := range asked {
		if d.Top == 0 && !d.Listed || d.Folder != folder || d.Pinned == 0 && !force {
			continue
		}
		d.Pinned = len(old) + len(asked) - i
		if err := s.Save(ctx, tx, d); err != nil {
			return err
		}
	}
	for _, d := range old {
		if slices.Contains(peers, d.Peer) {
			continue
		}
		if d.Pinned = 0; !force {
			d.Pinned = len(old) - slices.IndexFunc(old, func(o Dialog) bool { return o.Peer == d.Peer })
		}
		if err := s.Save(ctx, tx, d); err != nil {
			return err
		}
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.PinnedDialogs{Folder: int32(folder)})
}

// Move puts dialogs into a folder and returns the position of the change; the position stands still when they were
// there already. It fails with ErrFolder.
//
// Spec: https://core.telegram.org/method/folders.editPeerFolders
func (s *Service) Move(ctx context.Context, owner ids.User, peers []ids.Peer, folder int) (at updates.Entry, err error) {
	if folder != Main && folder != Archive {
		return at, ErrFolder
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		at, err = s.move(ctx, tx, owner, peers, folder)
		return err
	})
	return at, wrap("move dialogs", owner, err)
}

// rouse takes the chat of an arrival out of the archive, unless it was put there after it.
func (s *Service) rouse(ctx context.Context, a Arrival) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, a.Owner); err != nil {
			return err
		}
		d, err := some(ctx, tx, a.Owner, []ids.Peer{a.Peer})
		if err != nil || len(d) == 0 || d[0].archived >= a.Message {
			return err
		}
		_, err = s.move(ctx, tx, a.Owner, []ids.Peer{a.Peer}, Main)
		return err
	})
	return wrap("take a dialog out of the archive", a.Owner, err)
}

func (s *Service) move(
	ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer, folder int,
) (updates.Entry, error) {
	if err := s.Lock(ctx, tx, owner); err != nil {
		return updates.Entry{}, err
	}
	all, err := some(ctx, tx, owner, peers)
	if err != nil {
		return updates.Entry{}, err
	}
	var moved []ids.Peer
	for _, d := range all {
		if d.Folder == folder && (d.Folder != Archive || d.archived == d.Top || d.Peer.Channel() == 0) || !d.listed() {
			continue
		}
		if err := insertEmpty(ctx, tx, owner, d.Peer); err != nil {
			return updates.Entry{}, err
		}
		if d.Pinned > 0 {
			if err := s.log.Note(ctx, tx, owner.Peer(), updates.DialogPinned{Peer: d.Peer, Folder: int32(d.Folder)}); err != nil {
				return updates.Entry{}, err
			}
		}
		d.Folder, d.Pinned, d.archived = folder, 0, d.Top
		if err := s.Save(ctx, tx, d); err != nil {
			return updates.Entry{}, err
		}
		moved = append(moved, d.Peer)
	}
	if len(moved) == 0 {
		return updates.Entry{Owner: owner.Peer()}, nil
	}
	if s.moved != nil {
		tx.OnCommit(func() { s.moved(owner) })
	}
	ev := updates.FolderPeers{Peers: moved, Folder: int32(folder)}
	pts, err := s.log.Append(ctx, tx, owner.Peer(), ev)
	return updates.Entry{Owner: owner.Peer(), PTS: pts, Count: ev.Count(), Event: ev}, err
}

// listed reports whether something can be set in d: of channels, only those that are in the list can change their place.
func (d Dialog) listed() bool { return d.Peer.Channel() == 0 || d.Listed }

// Mark sets or takes the unread mark that a person puts on a dialog by hand.
//
// Spec: https://core.telegram.org/method/messages.markDialogUnread
func (s *Service) Mark(ctx context.Context, owner ids.User, peer ids.Peer, unread bool) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		if err := insertEmpty(ctx, tx, owner, peer); err != nil {
			return err
		}
		return s.SetMark(ctx, tx, owner, peer, unread)
	})
	return wrap("mark dialog", owner, err)
}

// SetMark is Mark within a transaction that has locked owner. Where nothing changes, nothing is logged.
func (s *Service) SetMark(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, unread bool) error {
	const set = `UPDATE dialog SET marked = $1 WHERE owner = $2 AND peer = $3 AND marked <> $4`
	n, err := tx.Exec(ctx, set, unread, int64(owner), int64(peer), unread)
	if err != nil || n == 0 {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.DialogUnread{Peer: peer, Unread: unread})
}

// Marked returns the peers whose dialogs owner has marked as unread.
func (s *Service) Marked(ctx context.Context, owner ids.User) (peers []ids.Peer, err error) {
	const list = `SELECT ` + columns + ` FROM dialog WHERE owner = $1 AND marked = 1 LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := query(ctx, tx, list, int64(owner), maxDialogs)
		for _, d := range all {
			peers = append(peers, d.Peer)
		}
		return err
	})
	return peers, wrap("marked dialogs", owner, err)
}

func wrap(what string, owner ids.User, err error) error {
	if err != nil {
		return fmt.Errorf("%s of user %d: %w", what, owner, err)
	}
	return nil
}
