package secretchats

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Accept takes a chat that a device of by.User was asked for. From then on the chat is between this device and the one
// that asked; for the others that were asked it is discarded.
//
// It is safe to retry. It fails with ErrValue, ErrChat, ErrAccepted, ErrDeclined, ErrSignedOut or as users.CheckMayWrite
// does.
// Spec: https://core.telegram.org/api/end-to-end#accepting-a-request
func (s *Service) Accept(ctx context.Context, by Side, id int32, value []byte, fingerprint int64) (c Chat, err error) {
	if err := s.checkValue(value); err != nil {
		return Chat{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.accept(ctx, tx, by, id, value, fingerprint)
		return err
	})
	if err != nil {
		return Chat{}, fmt.Errorf("accept secret chat %d: %w", id, err)
	}
	return c, nil
}

func (s *Service) accept(ctx context.Context, tx *db.Tx, by Side, id int32, value []byte, fingerprint int64) (Chat, error) {
	if err := s.claim(ctx, tx, by); err != nil {
		return Chat{}, err
	}
	own, other, err := lockBoth(ctx, tx, by.User, id)
	switch {
	case err != nil:
		return Chat{}, err
	case own.Began || by.Device == 0:
		return Chat{}, ErrChat
	case own.State == Discarded:
		return Chat{}, ErrDeclined
	case own.State == Accepted && own.Device == by.Device && other.Fingerprint == fingerprint && bytes.Equal(other.Value, value):
		return own, nil // came twice
	case own.State == Accepted:
		return Chat{}, ErrAccepted
	}
	if err := s.users.CheckMayWrite(ctx, tx, by.User, own.Peer); err != nil {
		return Chat{}, err
	}
	own.State, own.Device, own.Fingerprint = Accepted, by.Device, fingerprint
	other.State, other.PeerDevice, other.Fingerprint, other.Value = Accepted, by.Device, fingerprint, value
	own.ChangedAt, other.ChangedAt = s.now(), s.now()
	for _, c := range []Chat{own, other} {
		if err := updateChat(ctx, tx, c); err != nil {
			return Chat{}, err
		}
	}
	for _, d := range slices.Sorted(slices.Values([]ids.AuthKey{own.Device, other.Device})) {
		if err := openQueue(ctx, tx, d); err != nil {
			return Chat{}, err
		}
	}
	s.tell(ctx, tx, other, other.Device)
	return own, s.tellAll(ctx, tx, own)
}

func updateChat(ctx context.Context, tx *db.Tx, c Chat) error {
	const update = `UPDATE secret_chat SET peer = $3, state = $4, device = $5, peer_device = $6, made_at = $7, changed_at = $8,
		value = $9, fingerprint = $10, read_max = $11, read_at = $12, erased = $13 WHERE owner = $1 AND id = $2`
	err := tx.Queue(ctx, update, c.Owner, c.ID, c.Peer, int(c.State), c.Device, c.PeerDevice, c.MadeAt, c.ChangedAt, c.Value,
		c.Fingerprint, c.ReadMax, c.ReadAt, c.Erased)
	if err != nil {
		return fmt.Errorf("update secret chat of user %d: %w", c.Owner, err)
	}
	return nil
}
