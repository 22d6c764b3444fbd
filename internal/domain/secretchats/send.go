package secretchats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
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
// It is safe to retry: a random id seen before gives back what it gave then. It fails with ErrData, ErrDataLong, ErrChat,
// ErrDiscarded, ErrRandomID, ErrFull, or as users.CheckMayWrite does.
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
	if sent, err := s.sentBefore(ctx, tx, c, m); !errors.Is(err, db.ErrNotFound) {
		return sent, err
	}
	if err := s.mayWrite(ctx, tx, c); err != nil {
		return Sent{}, err
	}
	q := Queued{Chat: c.ID, RandomID: m.RandomID, SentAt: s.now(), Service: m.Service, File: m.File, Data: m.Data}
	if err := enqueue(ctx, tx, c.PeerDevice, &q); err != nil {
		return Sent{}, err
	}
	const note = `INSERT INTO secret_sent (owner, chat, random_id, sent_at, file) VALUES ($1, $2, $3, $4, $5)`
	if err := tx.Queue(ctx, note, c.Owner, c.ID, m.RandomID, q.SentAt, m.File.id()); err != nil {
		return Sent{}, fmt.Errorf("note a random id: %w", err)
	}
	s.log.TellDevice(tx, c.Peer, updates.DeviceNews{Device: c.PeerDevice, QTS: q.QTS, Value: q})
	return Sent{At: q.SentAt, File: m.File}, nil
}

// open locks the chat in which by wants to do something. It fails with ErrChat or ErrDiscarded.
func (s *Service) open(ctx context.Context, tx *db.Tx, by Side, id int32) (Chat, error) {
	c, err := lockChat(ctx, tx, by.User, id)
	return c, cmpOpen(c, by, err)
}

func cmpOpen(c Chat, by Side, err error) error {
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

// mayWrite fails as users.CheckMayWrite does. That the owner himself has blocked the other side stops nothing but him.
func (s *Service) mayWrite(ctx context.Context, tx *db.Tx, c Chat) error {
	err := s.users.CheckMayWrite(ctx, tx, c.Owner, c.Peer)
	if errors.Is(err, users.ErrNotFound) {
		return users.ErrDeleted
	}
	return err
}

// sentBefore returns what a random id gave when it came first. It fails with db.ErrNotFound, and with ErrRandomID when
// something else waits under it.
func (s *Service) sentBefore(ctx context.Context, tx *db.Tx, c Chat, m Message) (Sent, error) {
	const find = `SELECT sent_at, file FROM secret_sent WHERE owner = $1 AND chat = $2 AND random_id = $3`
	var sent Sent
	var file int64
	if err := tx.QueryRow(ctx, find, c.Owner, c.ID, m.RandomID).Scan(&sent.At, &file); err != nil {
		return Sent{}, err
	}
	const waits = `SELECT data FROM device_queue WHERE device = $1 AND chat = $2 AND random_id = $3`
	var data []byte
	err := tx.QueryRow(ctx, waits, c.PeerDevice, c.ID, m.RandomID).Scan(&data)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return Sent{}, fmt.Errorf("look for what was sent before: %w", err)
	}
	if err == nil && !bytes.Equal(data, m.Data) {
		return Sent{}, ErrRandomID
	}
	if file != 0 {
		sent.File = &File{ID: file}
	}
	return sent, nil
}

// Check fails with ErrChat or ErrDiscarded unless by may use a chat, which is returned.
func (s *Service) Check(ctx context.Context, by Side, id int32) (Chat, error) {
	c, err := s.Find(ctx, by.User, id)
	return c, cmpOpen(c, by, err)
}

// A Typing is the news that the other side writes.
type Typing struct{ Chat int32 }

// A Read is the news that the other side has read what is not newer than Max.
type Read struct {
	Chat    int32
	Max, At time.Time
}

// Type tells the other side that by writes. It fails with ErrChat or ErrDiscarded.
func (s *Service) Type(ctx context.Context, by Side, id int32) error {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return err
	}
	s.log.TellDeviceLive(c.Peer, updates.DeviceNews{Device: c.PeerDevice, Value: Typing{Chat: id}})
	return nil
}

// Read tells the other side that by has read what is not newer than a date. It fails with ErrDate, ErrChat or
// ErrDiscarded.
// Spec: https://core.telegram.org/method/messages.readEncryptedHistory
func (s *Service) Read(ctx context.Context, by Side, id int32, date time.Time) error {
	now := s.now()
	if date.After(now.Add(maxAhead)) {
		return ErrDate
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		own, other, err := lockBoth(ctx, tx, by.User, id)
		if err := cmpOpen(own, by, err); err != nil {
			return err
		}
		const set = `UPDATE secret_chat SET read_max = $3, read_at = $4 WHERE owner = $1 AND id = $2 AND read_max < $3`
		n, err := tx.Exec(ctx, set, other.Owner, id, date, now)
		if err != nil || n == 0 {
			return err
		}
		s.log.TellDevice(tx, other.Owner, updates.DeviceNews{Device: other.Device, Value: Read{Chat: id, Max: date, At: now}})
		return nil
	})
}

// maxAhead is how far the clock of a client may be ahead.
const maxAhead = 10 * time.Minute

// A Missed is what a device that comes back has to hear.
type Missed struct {
	Messages []Queued
	Changed  []Chat // with what the device may see of them in For
	Reads    []Read
	QTS      int32 // the position behind Messages
	More     bool  // there are more messages
}

// Missed acknowledges what lies up to a position, and returns what a device of user has not heard since then and since
// a date. A position of 0 acknowledges nothing; one that the queue does not have is taken for its end.
// Spec: https://core.telegram.org/method/updates.getDifference
func (s *Service) Missed(ctx context.Context, user ids.User, device ids.AuthKey, qts int32, date time.Time) (m Missed, err error) {
	acknowledged := false
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		m, acknowledged, err = s.missed(ctx, tx, user, device, qts, date)
		return err
	})
	if err != nil || !acknowledged {
		return m, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.drop(ctx, tx, device, `qts <= $2`, qts) })
	return m, err
}

func (s *Service) missed(
	ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, qts int32, date time.Time,
) (m Missed, acknowledged bool, err error) {
	if m.QTS, err = readQTS(ctx, tx, device); err != nil {
		return m, false, err
	}
	if err := s.changed(ctx, tx, user, device, date, &m); err != nil {
		return m, false, err
	}
	if qts < 0 || qts > m.QTS || m.QTS == firstQTS {
		return m, false, nil
	}
	const old = `SELECT COUNT(*) FROM device_queue WHERE device = $1 AND qts <= $2`
	var n int
	if err := tx.QueryRow(ctx, old, device, qts).Scan(&n); err != nil {
		return m, false, fmt.Errorf("look for what a device acknowledges: %w", err)
	}
	if qts == m.QTS {
		return m, n > 0, nil
	}
	m.Messages, m.More, err = readQueue(ctx, tx, device, qts, pageItems)
	if m.More {
		m.QTS = m.Messages[len(m.Messages)-1].QTS
	}
	return m, n > 0, err
}

// changed adds the chats of user that look different since a date.
func (s *Service) changed(ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, date time.Time, m *Missed) error {
	const list = `SELECT ` + chatColumns + ` FROM secret_chat WHERE owner = $1 AND (changed_at >= $2 OR read_at >= $2)
		ORDER BY changed_at LIMIT $3`
	from := since(date)
	err := tx.Each(ctx, list, []any{user, from, maxChanged}, func(rows *db.Rows) error {
		c, err := scanChat(rows.Scan)
		if err != nil {
			return err
		}
		look := c.For(device)
		if look != Unseen && !c.ChangedAt.Before(from) {
			m.Changed = append(m.Changed, c)
		}
		if look == LooksAccepted && !c.ReadAt.Before(from) && !c.ReadMax.IsZero() {
			m.Reads = append(m.Reads, Read{Chat: c.ID, Max: c.ReadMax, At: c.ReadAt})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("changed secret chats of user %d: %w", user, err)
	}
	return s.withoutRefused(ctx, tx, user, device, m)
}

// withoutRefused takes requests out of m if the device takes none.
func (s *Service) withoutRefused(ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, m *Missed) error {
	requested := func(c Chat) bool { return c.For(device) == LooksRequested }
	if !slices.ContainsFunc(m.Changed, requested) {
		return nil
	}
	devices, err := s.o.Devices(ctx, tx, user)
	if err == nil && !slices.Contains(devices, device) {
		m.Changed = slices.DeleteFunc(m.Changed, requested)
	}
	return err
}
