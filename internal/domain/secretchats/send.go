package secretchats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A Message is a ciphertext on its way to the other side.
type Message struct {
	Chat     int32
	RandomID int64
	Service  bool
	Data     []byte
	File     *File
}

// A Sent tells when a message was taken.
type Sent struct {
	At   time.Time
	File *File
}

// A ciphertext is a fingerprint of 8 bytes, a message key of 16, and whole blocks of 16.
// Spec: https://core.telegram.org/api/end-to-end#encrypting-data
const (
	envelopeHead = 8 + 16
	block        = 16
)

// check fails with ErrData or ErrDataLong. What does not even look encrypted is refused, so that a broken client does
// not leave its text with the server.
func (m Message) check() error {
	if len(m.Data) > maxData {
		return ErrDataLong
	}
	if rest := len(m.Data) - envelopeHead; rest < 2*block || rest%block != 0 {
		return ErrData
	}
	return nil
}

// Send puts a ciphertext into the queue of the other side's device.
//
// It is safe to retry: what still waits under its random id is not queued again. What was fetched is, because clients
// send what their partner has lost under the same random id; the receiver drops what he has by the numbers inside. It
// fails with ErrData, ErrDataLong, ErrChat, ErrDiscarded, ErrFull, ErrFile, or as users.CheckMayWrite does.
// Spec: https://core.telegram.org/method/messages.sendEncrypted
func (s *Service) Send(ctx context.Context, by Side, m Message) (sent Sent, err error) {
	if err := m.check(); err != nil {
		return Sent{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		sent, err = s.send(ctx, tx, by, m)
		return err
	})
	if err != nil {
		return Sent{}, fmt.Errorf("send into secret chat %d: %w", m.Chat, err)
	}
	return sent, nil
}

func (s *Service) send(ctx context.Context, tx *db.Tx, by Side, m Message) (Sent, error) {
	c, err := s.open(ctx, tx, by, m.Chat)
	if err != nil {
		return Sent{}, err
	}
	if sent, err := sentBefore(ctx, tx, c, m); !errors.Is(err, db.ErrNotFound) {
		return sent, err
	}
	if err := s.mayWrite(ctx, tx, c); err != nil {
		return Sent{}, err
	}
	if m.File != nil {
		if m.File, err = useFile(ctx, tx, c, m.File.ID, s.now()); err != nil {
			return Sent{}, err
		}
	}
	q := Queued{Chat: c.ID, RandomID: m.RandomID, SentAt: s.now(), Service: m.Service, File: m.File, Data: m.Data}
	if err := enqueue(ctx, tx, c.PeerDevice, &q); err != nil {
		return Sent{}, err
	}
	s.log.TellDevice(tx, c.Peer, updates.DeviceNews{Device: c.PeerDevice, QTS: q.QTS, Value: q})
	return Sent{At: q.SentAt, File: m.File}, nil
}

// open locks the chat in which by wants to do something. It fails with ErrChat or ErrDiscarded.
func (s *Service) open(ctx context.Context, tx *db.Tx, by Side, id int32) (Chat, error) {
	c, err := lockChat(ctx, tx, by.User, id)
	return c, checkOpen(c, by, err)
}

// checkOpen fails with err, ErrChat or ErrDiscarded unless by may use c.
func checkOpen(c Chat, by Side, err error) error {
	switch {
	case err != nil:
		return err
	case by.Device == 0 || c.Device != by.Device:
		return ErrChat
	case c.State == Discarded:
		return ErrDiscarded
	case c.State != Accepted:
		return ErrChat
	}
	return nil
}

// mayWrite fails as users.CheckMayWrite does.
func (s *Service) mayWrite(ctx context.Context, tx *db.Tx, c Chat) error {
	err := s.users.CheckMayWrite(ctx, tx, c.Owner, c.Peer)
	if errors.Is(err, users.ErrNotFound) {
		return users.ErrDeleted
	}
	return err
}

// sentBefore returns what m gave when it came first, if it still waits. It fails with db.ErrNotFound.
func sentBefore(ctx context.Context, tx *db.Tx, c Chat, m Message) (sent Sent, err error) {
	const waits = `SELECT q.sent_at, q.file, q.data, COALESCE(f.size, 0), COALESCE(f.fingerprint, 0) FROM device_queue q
		LEFT JOIN secret_file f ON f.file = q.file AND f.owner = $4 AND f.chat = q.chat
		WHERE q.device = $1 AND q.random_id = $2 AND q.chat = $3 ORDER BY q.qts DESC LIMIT 1`
	var data []byte
	var f File
	err = tx.QueryRow(ctx, waits, c.PeerDevice, m.RandomID, c.ID, c.Owner).Scan(&sent.At, &f.ID, &data, &f.Size, &f.Fingerprint)
	if err != nil {
		return Sent{}, err
	}
	if !bytes.Equal(data, m.Data) {
		return Sent{}, db.ErrNotFound
	}
	if f.ID != 0 {
		sent.File = &f
	}
	return sent, nil
}

// Check returns a chat that by may use. It fails with ErrChat or ErrDiscarded.
func (s *Service) Check(ctx context.Context, by Side, id int32) (Chat, error) {
	c, err := s.Find(ctx, by.User, id)
	return c, checkOpen(c, by, err)
}
