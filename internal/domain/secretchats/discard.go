package secretchats

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Discard ends a chat for both sides, or declines it. What waits to be fetched is deleted, and the files. With erase the
// other side is told to delete the history.
//
// It fails with ErrChat, ErrAccepted when another device of the user has the chat, or ErrDeclined.
// Spec: https://core.telegram.org/method/messages.discardEncryption
func (s *Service) Discard(ctx context.Context, by Side, id int32, erase bool) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		own, other, err := lockBoth(ctx, tx, by.User, id)
		switch {
		case err != nil:
			return err
		case own.For(by.Device) == Unseen:
			return ErrChat
		case own.State == Discarded:
			return ErrDeclined
		case own.State == Accepted && own.Device != by.Device:
			return ErrAccepted
		}
		return s.discard(ctx, tx, own, other, erase)
	})
	if err != nil {
		return fmt.Errorf("discard secret chat %d: %w", id, err)
	}
	return nil
}

// discard leaves of both sides only that there was a chat which is over, so that devices which were away learn it.
func (s *Service) discard(ctx context.Context, tx *db.Tx, own, other Chat, erase bool) error {
	if err := s.empty(ctx, tx, own, other); err != nil {
		return err
	}
	for _, c := range []Chat{own, other} {
		over := Chat{
			Owner: c.Owner, ID: c.ID, State: Discarded, Began: c.Began, Device: c.Device, ChangedAt: s.now(), Erased: erase, Value: []byte{},
		}
		if err := updateChat(ctx, tx, over); err != nil {
			return err
		}
		if c.Device != 0 {
			s.tell(ctx, tx, over, c.Device)
			continue
		}
		if err := s.tellAll(ctx, tx, over); err != nil {
			return err
		}
	}
	return nil
}

// empty deletes what a chat has in the queues of both devices, and its files.
func (s *Service) empty(ctx context.Context, tx *db.Tx, own, other Chat) error {
	for _, d := range slices.Sorted(slices.Values([]ids.AuthKey{own.Device, other.Device})) {
		if d == 0 {
			continue
		}
		if err := s.drop(ctx, tx, d, `chat = $2`, own.ID); err != nil {
			return err
		}
	}
	return s.dropFiles(ctx, tx, own, other)
}

// Ended discards the chats of a device by which nobody is signed in any more, and its queue.
func (s *Service) Ended(ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey) error {
	const list = `SELECT ` + chatColumns + ` FROM secret_chat WHERE device = $1 AND owner = $2 ORDER BY id`
	if _, err := s.discardEach(ctx, tx, list, device, user); err != nil {
		return err
	}
	if err := s.drop(ctx, tx, device, `qts > $2`, 0); err != nil {
		return err
	}
	return tx.Queue(ctx, `DELETE FROM device_state WHERE device = $1`, device)
}

// Forget discards all chats of an account that is being deleted, and what is left of those that are over.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, user ids.User) error {
	const list = `SELECT ` + chatColumns + ` FROM secret_chat WHERE owner = $1 ORDER BY id`
	if _, err := s.discardEach(ctx, tx, list, user); err != nil {
		return err
	}
	return tx.Queue(ctx, `DELETE FROM secret_chat WHERE owner = $1`, user)
}

// discardEach discards those of the chats that a query finds which are not over. It returns how many it found.
func (s *Service) discardEach(ctx context.Context, tx *db.Tx, query string, args ...any) (n int, err error) {
	var found []Chat
	err = tx.Each(ctx, query, args, func(rows *db.Rows) error {
		c, err := scanChat(rows.Scan)
		found = append(found, c)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("list secret chats: %w", err)
	}
	for _, c := range found {
		if c.State == Discarded {
			continue
		}
		own, other, err := lockBoth(ctx, tx, c.Owner, c.ID)
		if errors.Is(err, ErrChat) || err == nil && own.State == Discarded {
			continue // somebody was faster
		}
		if err != nil {
			return 0, err
		}
		if err := s.discard(ctx, tx, own, other, false); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}
