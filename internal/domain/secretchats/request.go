package secretchats

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Request asks all devices of user to for a secret chat. id is the number by which both sides will name it.
//
// It is safe to retry: the same request again gives back the chat as it is now. It fails with ErrValue, ErrPeer,
// ErrRefused, ErrTaken, ErrFull, ErrSignedOut or as users.CheckMayWrite does.
// Spec: https://core.telegram.org/api/end-to-end#sending-a-request
func (s *Service) Request(ctx context.Context, by Side, to ids.User, id int32, value []byte) (c Chat, err error) {
	if err := s.checkRequest(ctx, by, to, id, value); err != nil {
		return Chat{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.request(ctx, tx, by, to, id, value)
		return err
	})
	if err != nil {
		return Chat{}, fmt.Errorf("request a secret chat of user %d: %w", to, err)
	}
	return c, nil
}

// checkRequest fails with ErrValue, ErrTaken or ErrPeer when a request can never be.
func (s *Service) checkRequest(ctx context.Context, by Side, to ids.User, id int32, value []byte) error {
	if err := s.checkValue(value); err != nil {
		return err
	}
	if id == 0 {
		return ErrTaken
	}
	if to == by.User || to == ids.Service || by.Device == 0 {
		return ErrPeer
	}
	who, err := s.users.One(ctx, to)
	if errors.Is(err, users.ErrNotFound) || err == nil && who.Bot {
		return ErrPeer
	}
	return err
}

func (s *Service) request(ctx context.Context, tx *db.Tx, by Side, to ids.User, id int32, value []byte) (Chat, error) {
	if err := s.claim(ctx, tx, by); err != nil {
		return Chat{}, err
	}
	old, err := readChat(ctx, tx, by.User, id)
	if err == nil {
		return old, s.sameRequest(ctx, tx, old, by, to, value)
	}
	if !errors.Is(err, ErrChat) {
		return Chat{}, err
	}
	if err := s.users.CheckMayWrite(ctx, tx, by.User, to); err != nil {
		return Chat{}, err
	}
	if err := checkAsked(ctx, tx, by.User, to); err != nil {
		return Chat{}, err
	}
	devices, err := s.o.Devices(ctx, tx, to)
	if err != nil {
		return Chat{}, err
	}
	if len(devices) == 0 {
		return Chat{}, ErrRefused
	}
	now := s.now()
	mine := Chat{
		Owner: by.User, ID: id, Peer: to, State: Requested, Began: true, Device: by.Device, MadeAt: now, ChangedAt: now, Value: []byte{},
	}
	theirs := Chat{
		Owner: to, ID: id, Peer: by.User, State: Requested, PeerDevice: by.Device, MadeAt: now, ChangedAt: now, Value: value,
	}
	if err := insertBoth(ctx, tx, mine, theirs); err != nil {
		return Chat{}, err
	}
	s.tell(ctx, tx, theirs, devices[:min(len(devices), maxDevices)]...)
	return mine, nil
}

// insertBoth adds both sides of a chat, in the order of their ids. It fails with ErrFull or ErrTaken.
func insertBoth(ctx context.Context, tx *db.Tx, a, b Chat) error {
	if b.Owner < a.Owner {
		a, b = b, a
	}
	for _, c := range []Chat{a, b} {
		if err := checkRoom(ctx, tx, c.Owner); err != nil {
			return err
		}
		if err := insertChat(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// sameRequest fails with ErrTaken unless c came from the same request.
func (s *Service) sameRequest(ctx context.Context, tx *db.Tx, c Chat, by Side, to ids.User, value []byte) error {
	if !c.Began || c.Device != by.Device || c.Peer != to {
		return ErrTaken
	}
	other, err := readChat(ctx, tx, to, c.ID)
	if err == nil && other.State == Requested && !bytes.Equal(other.Value, value) {
		err = ErrTaken
	}
	return err
}

// checkRoom fails with ErrFull when user has as many chats as anybody may have.
func checkRoom(ctx context.Context, tx *db.Tx, user ids.User) error {
	const count = `SELECT COUNT(*) FROM secret_chat WHERE owner = $1 AND state <> $2`
	var n int
	if err := tx.QueryRow(ctx, count, user, int(Discarded)).Scan(&n); err != nil {
		return fmt.Errorf("count secret chats of user %d: %w", user, err)
	}
	if n >= maxOpen {
		return ErrFull
	}
	return nil
}

// checkAsked fails with ErrFull when a user has asked another so often without an answer that nobody else might get
// through to him.
func checkAsked(ctx context.Context, tx *db.Tx, user, to ids.User) error {
	const count = `SELECT COUNT(*) FROM secret_chat WHERE owner = $1 AND peer = $2 AND state = $3 AND began = 0`
	var n int
	if err := tx.QueryRow(ctx, count, to, user, int(Requested)).Scan(&n); err != nil {
		return fmt.Errorf("count requests of user %d: %w", user, err)
	}
	if n >= maxAsked {
		return ErrFull
	}
	return nil
}

// insertChat fails with ErrTaken.
func insertChat(ctx context.Context, tx *db.Tx, c Chat) error {
	const insert = `INSERT INTO secret_chat (owner, id, peer, state, began, device, peer_device, made_at, changed_at, value)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (owner, id) DO NOTHING`
	n, err := tx.Exec(ctx, insert, c.Owner, c.ID, c.Peer, int(c.State), c.Began, c.Device, c.PeerDevice, c.MadeAt, c.ChangedAt, c.Value)
	if err != nil {
		return fmt.Errorf("insert secret chat of user %d: %w", c.Owner, err)
	}
	if n == 0 {
		return ErrTaken
	}
	return nil
}
