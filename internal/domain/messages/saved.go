package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// ErrPinnedTooMany means that no more parts of the saved messages can be pinned.
var ErrPinnedTooMany = errors.New("too many pinned parts of saved messages")

// maxSavedPins bounds the pinned parts of one's saved messages.
const maxSavedPins = 100

// A SavedDialog is a part of a person's saved messages: what he forwarded from one chat, or wrote himself.
// Spec: https://core.telegram.org/api/saved-messages
type SavedDialog struct {
	Peer   ids.Peer
	Top    *Message
	Pinned bool

	top   ids.Message
	place int
}

// A SavedQuery asks for parts of saved messages. Pinned ones come first, on the first page only.
type SavedQuery struct {
	Only          []ids.Peer // only these, in their order; nil: all
	ExcludePinned bool
	Offset        ids.Message // the top message behind which the page begins; 0: the first page
	Limit         int
}

// SavedDialogs returns a page of the parts of owner's saved messages, that with the newest message first, and how many
// there are.
func (s *Service) SavedDialogs(ctx context.Context, owner ids.User, q SavedQuery) (page []SavedDialog, total int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := savedParts(ctx, tx, owner)
		if err != nil {
			return err
		}
		total, page = len(all), q.among(all)
		ids := make([]ids.Message, len(page))
		for i, d := range page {
			ids[i] = d.top
		}
		found, err := byID(ctx, tx, owner.Peer(), ids)
		for i := range page {
			page[i].Top = found[page[i].top]
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("saved messages of user %d: %w", owner, err)
	}
	return page, total, nil
}

// savedParts returns all parts, pinned ones first, then that with the newest message. It steps from part to part in the
// index message_saved, whatever their size.
func savedParts(ctx context.Context, tx *db.Tx, owner ids.User) (all []SavedDialog, err error) {
	const list = `WITH RECURSIVE part(peer) AS (
			SELECT MIN(saved) FROM message WHERE owner = $1 AND saved IS NOT NULL
			UNION ALL SELECT (SELECT MIN(m.saved) FROM message m WHERE m.owner = $1 AND m.saved > part.peer) FROM part
			WHERE part.peer IS NOT NULL)
		SELECT part.peer, (SELECT MAX(id) FROM message m WHERE m.owner = $1 AND m.saved = part.peer),
			COALESCE((SELECT place FROM saved_pin p WHERE p.owner = $1 AND p.peer = part.peer), 0)
		FROM part WHERE part.peer IS NOT NULL`
	err = tx.Each(ctx, list, []any{int64(owner)}, func(rows *db.Rows) error {
		var d SavedDialog
		err := rows.Scan(&d.Peer, &d.top, &d.place)
		d.Pinned = d.place > 0
		all = append(all, d)
		return err
	})
	slices.SortFunc(all, func(a, b SavedDialog) int { return cmp.Or(cmp.Compare(b.place, a.place), cmp.Compare(b.top, a.top)) })
	return all, err
}

// among selects the page of q.
func (q SavedQuery) among(all []SavedDialog) (page []SavedDialog) {
	if q.Only != nil {
		for _, p := range q.Only {
			if i := slices.IndexFunc(all, func(d SavedDialog) bool { return d.Peer == p }); i >= 0 {
				page = append(page, all[i])
			}
		}
		return page
	}
	for _, d := range all {
		if d.Pinned && (q.ExcludePinned || q.Offset > 0) || q.Offset > 0 && d.top >= q.Offset {
			continue
		}
		if page = append(page, d); len(page) == q.Limit {
			break
		}
	}
	return page
}

// SavedPins returns the pinned parts of owner's saved messages in their order.
func (s *Service) SavedPins(ctx context.Context, owner ids.User) (pins []ids.Peer, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		pins, err = savedPins(ctx, tx, owner)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pinned saved messages of user %d: %w", owner, err)
	}
	return pins, nil
}

func savedPins(ctx context.Context, tx *db.Tx, owner ids.User) (pins []ids.Peer, err error) {
	const list = `SELECT peer FROM saved_pin WHERE owner = $1 ORDER BY place DESC LIMIT $2`
	err = tx.Each(ctx, list, []any{int64(owner), maxSavedPins}, func(rows *db.Rows) error {
		var p ids.Peer
		err := rows.Scan(&p)
		pins = append(pins, p)
		return err
	})
	return pins, err
}

// PinSaved pins or unpins a part of owner's saved messages; a newly pinned one comes first. It fails with ErrPinnedTooMany.
// Spec: https://core.telegram.org/method/messages.toggleSavedDialogPin
func (s *Service) PinSaved(ctx context.Context, owner ids.User, peer ids.Peer, pinned bool) error {
	return s.editSavedPins(ctx, owner, func(pins []ids.Peer) []ids.Peer {
		pins = slices.DeleteFunc(pins, func(p ids.Peer) bool { return p == peer })
		if pinned {
			pins = slices.Insert(pins, 0, peer)
		}
		return pins
	}, updates.SavedPinned{Peer: peer, Pinned: pinned})
}

// OrderSaved puts the pinned parts of owner's saved messages in the order of peers. With force, those not named are
// unpinned, and those not yet pinned are; without it they are left alone. It fails with ErrPinnedTooMany.
// Spec: https://core.telegram.org/method/messages.reorderPinnedSavedDialogs
func (s *Service) OrderSaved(ctx context.Context, owner ids.User, peers []ids.Peer, force bool) error {
	return s.editSavedPins(ctx, owner, func(pins []ids.Peer) []ids.Peer {
		if force {
			return peers
		}
		order := slices.DeleteFunc(slices.Clone(peers), func(p ids.Peer) bool { return !slices.Contains(pins, p) })
		for _, p := range pins {
			if !slices.Contains(order, p) {
				order = append(order, p)
			}
		}
		return order
	}, updates.SavedOrder{})
}

func (s *Service) editSavedPins(ctx context.Context, owner ids.User, edit func([]ids.Peer) []ids.Peer, ev updates.Event) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.log.Lock(ctx, tx, owner.Peer()); err != nil {
			return err
		}
		before, err := savedPins(ctx, tx, owner)
		if err != nil {
			return err
		}
		pins := edit(slices.Clone(before))
		if len(pins) > maxSavedPins {
			return ErrPinnedTooMany
		}
		if slices.Equal(pins, before) {
			return nil
		}
		if err := writeSavedPins(ctx, tx, owner, pins); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), ev)
	})
	if err != nil {
		return fmt.Errorf("pin saved messages of user %d: %w", owner, err)
	}
	return nil
}

func writeSavedPins(ctx context.Context, tx *db.Tx, owner ids.User, pins []ids.Peer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM saved_pin WHERE owner = $1`, int64(owner)); err != nil {
		return err
	}
	const insert = `INSERT INTO saved_pin (owner, peer, place) VALUES ($1, $2, $3) ON CONFLICT (owner, peer) DO NOTHING`
	for i, p := range pins {
		if _, err := tx.Exec(ctx, insert, int64(owner), int64(p), len(pins)-i); err != nil {
			return err
		}
	}
	return nil
}

// DeleteSaved deletes, of a part of owner's saved messages, up to MaxBatch messages with ids up to maxID (0: any) and dates
// in a stretch of time (zero: any). more tells whether there are others.
// Spec: https://core.telegram.org/method/messages.deleteSavedHistory
func (s *Service) DeleteSaved(ctx context.Context, owner ids.User, q Query) (moved Moved, more bool, err error) {
	q.By, q.Peer, q.Window.Limit = owner, owner.Peer(), MaxPage
	page, err := s.Search(ctx, q)
	if err != nil {
		return Moved{}, false, err
	}
	list := make([]ids.Message, 0, len(page.Messages))
	for _, m := range page.Messages[:min(len(page.Messages), MaxBatch)] {
		list = append(list, m.ID)
	}
	if len(list) == 0 {
		moved, err = s.Position(ctx, owner.Peer())
		return moved, false, err
	}
	moved, err = s.Delete(ctx, owner, owner.Peer(), list, false)
	return moved, page.Total > len(list), err
}
