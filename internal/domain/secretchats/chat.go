package secretchats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// A State says how far a chat is.
type State int

// The states.
const (
	Requested State = 1 + iota
	Accepted
	Discarded
)

// A Chat is a secret chat as one side has it.
type Chat struct {
	Owner      ids.User
	ID         int32
	Peer       ids.User // 0 once it is discarded
	State      State
	Began      bool        // the owner asked for it
	Device     ids.AuthKey // by which the owner has it; 0: none of his devices has accepted
	PeerDevice ids.AuthKey
	MadeAt     time.Time
	ChangedAt  time.Time
	// Value is what the other side gave to the exchange of keys: g_a, or g_b once it has accepted.
	Value       []byte
	Fingerprint int64
	ReadMax     time.Time // the other side has read what is not newer
	ReadAt      time.Time // when it said so
	Erased      bool      // discarded, and the history is to be deleted
}

// A Look is what a device sees of a chat.
type Look int

// The looks.
const (
	Unseen Look = iota // it is none of its business
	LooksWaiting
	LooksRequested
	LooksAccepted
	LooksDiscarded
)

// For is what a device of the owner sees of the chat. A device that was asked and did not accept sees the chat
// discarded as soon as another has it.
func (c Chat) For(device ids.AuthKey) Look {
	mine := device != 0 && device == c.Device
	switch {
	case c.Began && !mine:
		return Unseen
	case c.State == Discarded:
		return LooksDiscarded
	case c.State == Accepted && mine:
		return LooksAccepted
	case c.State == Accepted:
		return LooksDiscarded
	case c.Began:
		return LooksWaiting
	}
	return LooksRequested
}

// Sides returns who began the chat, and who was asked.
func (c Chat) Sides() (admin, participant ids.User) {
	if c.Began {
		return c.Owner, c.Peer
	}
	return c.Peer, c.Owner
}

// A Changed is the news that a chat looks different.
type Changed struct {
	Owner ids.User
	ID    int32
}

const chatColumns = `owner, id, peer, state, began, device, peer_device, made_at, changed_at, value, fingerprint, read_max,
	read_at, erased`

func scanChat(scan func(...any) error) (c Chat, err error) {
	var state int64
	err = scan(&c.Owner, &c.ID, &c.Peer, &state, &c.Began, &c.Device, &c.PeerDevice, &c.MadeAt, &c.ChangedAt, &c.Value,
		&c.Fingerprint, &c.ReadMax, &c.ReadAt, &c.Erased)
	c.State = State(state)
	return c, err
}

// readChat returns the chat that owner has under id. It fails with ErrChat.
func readChat(ctx context.Context, tx *db.Tx, owner ids.User, id int32) (Chat, error) {
	return oneChat(ctx, tx, `SELECT `+chatColumns+` FROM secret_chat WHERE owner = $1 AND id = $2`, owner, id)
}

// lockChat is readChat for what follows in tx: nobody else changes the chat until it ends.
func lockChat(ctx context.Context, tx *db.Tx, owner ids.User, id int32) (Chat, error) {
	if tx.Engine() == db.SQLite { // has one writer
		return readChat(ctx, tx, owner, id)
	}
	return oneChat(ctx, tx, `SELECT `+chatColumns+` FROM secret_chat WHERE owner = $1 AND id = $2 FOR UPDATE`, owner, id)
}

func oneChat(ctx context.Context, tx *db.Tx, query string, owner ids.User, id int32) (Chat, error) {
	c, err := scanChat(tx.QueryRow(ctx, query, owner, id).Scan)
	if errors.Is(err, db.ErrNotFound) {
		return Chat{}, ErrChat
	}
	if err != nil {
		return Chat{}, fmt.Errorf("read secret chat %d of user %d: %w", id, owner, err)
	}
	return c, nil
}

// lockBoth locks both sides of a chat of owner, in the order of their ids. other is empty when the chat is discarded. It
// fails with ErrChat.
func lockBoth(ctx context.Context, tx *db.Tx, owner ids.User, id int32) (own, other Chat, err error) {
	if own, err = readChat(ctx, tx, owner, id); err != nil || own.Peer == 0 {
		return own, other, err
	}
	peer := own.Peer
	if peer < owner {
		if other, err = lockChat(ctx, tx, peer, id); err != nil {
			return own, other, err
		}
	}
	if own, err = lockChat(ctx, tx, owner, id); err != nil || peer < owner {
		return own, other, err
	}
	other, err = lockChat(ctx, tx, peer, id)
	return own, other, err
}

// Find returns a chat as owner has it. It fails with ErrChat.
func (s *Service) Find(ctx context.Context, owner ids.User, id int32) (c Chat, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = readChat(ctx, tx, owner, id)
		return err
	})
	return c, err
}

// tell lets devices of the owner know that the chat looks different.
func (s *Service) tell(ctx context.Context, tx *db.Tx, c Chat, devices ...ids.AuthKey) {
	for _, d := range devices {
		if d == 0 {
			continue
		}
		s.log.TellDevice(tx, c.Owner, updates.DeviceNews{
			Device: d, Value: Changed{Owner: c.Owner, ID: c.ID}, Origin: updates.OriginFrom(ctx),
		})
	}
}

// tellAll is tell for all devices of the owner that take secret chats.
func (s *Service) tellAll(ctx context.Context, tx *db.Tx, c Chat) error {
	devices, err := s.o.Devices(ctx, tx, c.Owner)
	if err != nil {
		return err
	}
	s.tell(ctx, tx, c, devices[:min(len(devices), maxDevices)]...)
	return nil
}
