package secretchats

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A world is the service over a database, with people and their devices.
type world struct {
	*Service
	t       *testing.T
	db      *db.DB
	devices map[ids.User][]ids.AuthKey
	clock   time.Time

	mu   sync.Mutex
	news []heard
}

// heard is what a device was told.
type heard struct {
	user ids.User
	updates.DeviceNews
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bus.NewLocal()
		log := updates.New(d, b)
		u := users.New(d, b, log)
		t.Cleanup(u.Close)
		w := &world{t: t, db: d, devices: map[ids.User][]ids.AuthKey{}, clock: time.Unix(1_700_000_000, 0)}
		b.Subscribe(updates.SubjectDevice, func(m bus.Message) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.news = append(w.news, heard{ids.User(m.Key), m.Value.(updates.DeviceNews)})
		})
		w.Service = New(Options{
			DB: d, Log: log, Users: u, Prime: prime(),
			Devices: func(_ context.Context, _ *db.Tx, u ids.User) ([]ids.AuthKey, error) { return w.devices[u], nil },
			Claim: func(_ context.Context, _ *db.Tx, d ids.AuthKey, u ids.User) (bool, error) {
				return slices.Contains(w.devices[u], d), nil
			},
			Now: func() time.Time { return w.clock },
		})
		fn(t, w)
	})
}

// prime has the size of the real one.
func prime() []byte { return bytes.Repeat([]byte{0xc7}, valueBits/8) }

// value is one that may be in the exchange of keys.
func value() []byte {
	b := make([]byte, valueBits/8)
	_, _ = rand.Read(b)
	b[0] = 0x11
	return b
}

// person makes an account with devices, which are told from each other by n.
func (w *world) person(n, devices int) (all []Side) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
			Phone: users.Phone(fmt.Sprintf("4790%06d", n)), FirstName: "Person",
		})
		for i := range devices {
			s := Side{User: u.ID, Device: ids.AuthKey(1000*n + i + 1)}
			all, w.devices[u.ID] = append(all, s), append(w.devices[u.ID], s.Device)
		}
		return err
	})
	return all
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fails(got, want error) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("got %v, want %v", got, want)
	}
}

// take returns what was told since the last time.
func (w *world) take() []heard {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.news
	w.news = nil
	return list
}

// told are the devices that were told something since the last time, in order.
func (w *world) told() (devices []ids.AuthKey) {
	for _, h := range w.take() {
		devices = append(devices, h.Device)
	}
	slices.Sort(devices)
	return devices
}

const chatID = 77

// open makes a chat of a and b.
func (w *world) open(a, b Side, id int32) {
	w.t.Helper()
	_, err := w.Request(w.t.Context(), a, b.User, id, value())
	w.must(err)
	_, err = w.Accept(w.t.Context(), b, id, value(), 5)
	w.must(err)
	w.take()
}

func data() []byte {
	b := make([]byte, envelopeHead+4*block)
	_, _ = rand.Read(b)
	return b
}

func (w *world) say(from Side, id int32, random int64) []byte {
	w.t.Helper()
	d := data()
	_, err := w.Send(w.t.Context(), from, Message{Chat: id, RandomID: random, Data: d})
	w.must(err)
	return d
}

func (w *world) waiting(device ids.AuthKey, after int32) (qts []int32) {
	w.t.Helper()
	page, _, err := w.Waiting(w.t.Context(), device, after)
	w.must(err)
	for _, q := range page {
		qts = append(qts, q.QTS)
	}
	return qts
}

func TestFirstDeviceThatAcceptsHasTheChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 2), w.person(2, 3)
		ga, gb := value(), value()
		c, err := w.Request(t.Context(), anna[0], bo[0].User, chatID, ga)
		w.must(err)
		if c.For(anna[0].Device) != LooksWaiting || c.For(anna[1].Device) != Unseen {
			t.Errorf("who asked sees %v, his other device %v", c.For(anna[0].Device), c.For(anna[1].Device))
		}
		if got, want := w.told(), w.devices[bo[0].User]; !slices.Equal(got, want) {
			t.Errorf("asked %v, want %v", got, want)
		}
		theirs, err := w.Find(t.Context(), bo[0].User, chatID)
		w.must(err)
		if theirs.For(bo[1].Device) != LooksRequested || !bytes.Equal(theirs.Value, ga) {
			t.Errorf("who is asked sees %+v", theirs)
		}
		_, err = w.Accept(t.Context(), bo[1], chatID, gb, 5)
		w.must(err)
		if got, want := w.told(), append([]ids.AuthKey{anna[0].Device}, w.devices[bo[0].User]...); !slices.Equal(got, want) {
			t.Errorf("told of the acceptance: %v, want %v", got, want)
		}
		theirs, err = w.Find(t.Context(), bo[0].User, chatID)
		w.must(err)
		if theirs.For(bo[0].Device) != LooksDiscarded || theirs.For(bo[1].Device) != LooksAccepted {
			t.Errorf("after acceptance: %v and %v", theirs.For(bo[0].Device), theirs.For(bo[1].Device))
		}
		mine, err := w.Find(t.Context(), anna[0].User, chatID)
		w.must(err)
		if mine.For(anna[0].Device) != LooksAccepted || !bytes.Equal(mine.Value, gb) || mine.Fingerprint != 5 {
			t.Errorf("who asked has %+v", mine)
		}
		_, err = w.Accept(t.Context(), bo[0], chatID, value(), 6)
		w.fails(err, ErrAccepted)
		_, err = w.Accept(t.Context(), bo[1], chatID, gb, 5)
		w.must(err) // came twice
		w.fails(w.Discard(t.Context(), bo[0], chatID, false), ErrAccepted)
		w.fails(w.Discard(t.Context(), anna[1], chatID, false), ErrChat)
	})
}

func TestOnlyTheTwoDevicesUseAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 2), w.person(2, 2), w.person(3, 1)
		w.open(anna[0], bo[0], chatID)
		for _, s := range []Side{anna[1], bo[1], carl[0], {User: anna[0].User}} {
			_, err := w.Send(t.Context(), s, Message{Chat: chatID, RandomID: 1, Data: data()})
			w.fails(err, ErrChat)
			w.fails(w.Type(t.Context(), s, chatID), ErrChat)
			w.fails(w.Read(t.Context(), s, chatID, w.clock), ErrChat)
		}
		w.say(anna[0], chatID, 1)
		if got := w.told(); !slices.Equal(got, []ids.AuthKey{bo[0].Device}) {
			t.Errorf("told %v", got)
		}
		m, err := w.Missed(t.Context(), bo[1].User, bo[1].Device, 1, time.Time{})
		w.must(err)
		if len(m.Messages) != 0 || m.QTS != 1 {
			t.Errorf("another device is given %+v", m)
		}
		if len(w.waiting(bo[1].Device, 0)) != 0 {
			t.Error("something waits for another device")
		}
	})
}

func TestPositionsRiseByOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		w.open(anna, bo, chatID)
		w.open(carl, bo, chatID+1)
		var sent [][]byte
		for i := range int64(3) {
			sent = append(sent, w.say(anna, chatID, i+1), w.say(carl, chatID+1, i+1))
		}
		for i, h := range w.take() {
			if h.QTS != int32(i+2) || h.Device != bo.Device {
				t.Errorf("news %d: %+v", i, h.DeviceNews)
			}
		}
		if got := w.waiting(bo.Device, 1); !slices.Equal(got, []int32{2, 3, 4, 5, 6, 7}) {
			t.Errorf("waiting: %v", got)
		}
		m, err := w.Missed(t.Context(), bo.User, bo.Device, 4, w.clock.Add(time.Hour))
		w.must(err)
		if len(m.Messages) != 3 || m.QTS != 7 || !bytes.Equal(m.Messages[0].Data, sent[3]) || m.More || len(m.Changed) != 0 {
			t.Errorf("missed: %+v", m)
		}
		if got := w.waiting(bo.Device, 0); !slices.Equal(got, []int32{5, 6, 7}) {
			t.Errorf("after the difference: %v", got)
		}
		random, err := w.Received(t.Context(), bo.Device, 6)
		w.must(err)
		slices.Sort(random)
		if !slices.Equal(random, []int64{2, 3}) && !slices.Equal(random, []int64{3, 3}) {
			t.Errorf("acknowledged %v", random)
		}
		_, err = w.Received(t.Context(), bo.Device, 8)
		w.fails(err, ErrQTS)
		_, err = w.Received(t.Context(), bo.Device, -1)
		w.fails(err, ErrQTS)
		_, err = w.Received(t.Context(), bo.Device, 7)
		w.must(err)
		if len(w.wake) == 0 {
			t.Error("nothing is to be cleaned of ciphertexts")
		}
		w.empty(bo.Device)
		if d := w.say(anna, chatID, 9); d == nil || !slices.Equal(w.waiting(bo.Device, 7), []int32{8}) {
			t.Error("the next position is not 8")
		}
	})
}

// empty checks that nothing waits for a device, and that this is what is counted.
func (w *world) empty(device ids.AuthKey) {
	w.t.Helper()
	var waiting, size, rows int64
	w.must(w.db.Read(w.t.Context(), func(tx *db.Tx) error {
		err := tx.QueryRow(w.t.Context(), `SELECT waiting, bytes FROM device_state WHERE device = $1`, device).Scan(&waiting, &size)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		return tx.QueryRow(w.t.Context(), `SELECT COUNT(*) FROM device_queue WHERE device = $1`, device).Scan(&rows)
	}))
	if waiting != 0 || size != 0 || rows != 0 {
		w.t.Errorf("device %d: %d counted with %d bytes, %d rows", device, waiting, size, rows)
	}
}

func TestSendingTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		m := Message{Chat: chatID, RandomID: 3, Data: data()}
		first, err := w.Send(t.Context(), anna, m)
		w.must(err)
		w.clock = w.clock.Add(time.Minute)
		second, err := w.Send(t.Context(), anna, m)
		w.must(err)
		if !first.At.Equal(second.At) || len(w.waiting(bo.Device, 0)) != 1 {
			t.Errorf("sent at %v and %v, %d wait", first.At, second.At, len(w.waiting(bo.Device, 0)))
		}
		if got := w.told(); len(got) != 1 {
			t.Errorf("told %v", got)
		}
		_, err = w.Received(t.Context(), bo.Device, 2)
		w.must(err)
		// The other side has lost it, and asked for it again.
		_, err = w.Send(t.Context(), anna, m)
		w.must(err)
		m.Data = data() // it was deleted meanwhile
		_, err = w.Send(t.Context(), anna, m)
		w.must(err)
		if got := w.waiting(bo.Device, 0); !slices.Equal(got, []int32{3, 4}) {
			t.Errorf("waiting: %v", got)
		}
	})
}

func TestRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 2), w.person(2, 1)[0], w.person(3, 0)
		_ = carl
		request := func(by Side, to ids.User, id int32, v []byte) error {
			_, err := w.Request(t.Context(), by, to, id, v)
			return err
		}
		w.fails(request(anna[0], anna[0].User, 1, value()), ErrPeer)
		w.fails(request(anna[0], ids.Service, 1, value()), ErrPeer)
		w.fails(request(anna[0], 987654, 1, value()), ErrPeer)
		for _, v := range [][]byte{nil, {1}, prime(), bytes.Repeat([]byte{0xff}, 256), make([]byte, 256), append([]byte{1}, value()...)} {
			w.fails(request(anna[0], bo.User, 1, v), ErrValue)
		}
		w.devices[bo.User] = nil
		w.fails(request(anna[0], bo.User, 1, value()), ErrRefused)
		w.devices[bo.User] = []ids.AuthKey{bo.Device}
		v := value()
		w.must(request(anna[0], bo.User, 1, v))
		w.must(request(anna[0], bo.User, 1, v))
		w.fails(request(anna[0], bo.User, 1, value()), ErrTaken)
		w.fails(request(anna[1], bo.User, 1, v), ErrTaken)
		w.fails(request(bo, anna[0].User, 1, value()), ErrTaken)
		if got := w.told(); len(got) != 1 {
			t.Errorf("told %v", got)
		}
		_, err := w.Accept(t.Context(), anna[0], 1, value(), 1)
		w.fails(err, ErrChat)
		_, err = w.Accept(t.Context(), bo, 2, value(), 1)
		w.fails(err, ErrChat)
		_, err = w.Accept(t.Context(), bo, 1, []byte{3}, 1)
		w.fails(err, ErrValue)
		w.must(w.Discard(t.Context(), bo, 1, false))
		_, err = w.Accept(t.Context(), bo, 1, value(), 1)
		w.fails(err, ErrDeclined)
		w.fails(w.Discard(t.Context(), anna[0], 1, false), ErrDeclined)
		_, err = w.Send(t.Context(), anna[0], Message{Chat: 1, RandomID: 1, Data: data()})
		w.fails(err, ErrDiscarded)
	})
}

func TestDiscardLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 2)[0], w.person(3, 1)[0]
		w.open(anna, bo, chatID)
		w.open(carl, bo, chatID+1)
		w.say(anna, chatID, 1)
		w.say(bo, chatID, 1)
		kept := w.say(carl, chatID+1, 1)
		w.take()
		w.must(w.Discard(t.Context(), anna, chatID, true))
		if got, want := w.told(), []ids.AuthKey{anna.Device, bo.Device}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
		w.empty(anna.Device)
		page, _, err := w.Waiting(t.Context(), bo.Device, 0)
		w.must(err)
		if len(page) != 1 || !bytes.Equal(page[0].Data, kept) {
			t.Errorf("of another chat: %+v", page)
		}
		for _, s := range []Side{anna, bo} {
			c, err := w.Find(t.Context(), s.User, chatID)
			w.must(err)
			if c.Peer != 0 || c.PeerDevice != 0 || len(c.Value) != 0 || c.Fingerprint != 0 || !c.Erased || c.For(s.Device) != LooksDiscarded {
				t.Errorf("left: %+v", c)
			}
		}
		m, err := w.Missed(t.Context(), anna.User, anna.Device, 2, w.clock)
		w.must(err)
		if len(m.Changed) != 1 || m.Changed[0].State != Discarded {
			t.Errorf("missed: %+v", m)
		}
	})
}

func TestEndOfADeviceEndsItsChats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 2), w.person(3, 1)[0]
		w.open(anna, bo[0], chatID)
		w.open(carl, bo[1], chatID+1)
		w.say(anna, chatID, 1)
		w.say(bo[0], chatID, 1)
		w.take()
		w.write(func(tx *db.Tx) error { return w.Ended(t.Context(), tx, bo[0].User, bo[0].Device) })
		if got, want := w.told(), []ids.AuthKey{anna.Device, bo[0].Device}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
		_, err := w.Send(t.Context(), anna, Message{Chat: chatID, RandomID: 2, Data: data()})
		w.fails(err, ErrDiscarded)
		w.empty(anna.Device)
		w.empty(bo[0].Device)
		w.say(carl, chatID+1, 1)
		w.write(func(tx *db.Tx) error { return w.Forget(t.Context(), tx, bo[0].User) })
		_, err = w.Send(t.Context(), carl, Message{Chat: chatID + 1, RandomID: 2, Data: data()})
		w.fails(err, ErrDiscarded)
		w.empty(bo[1].Device)
		_, err = w.Find(t.Context(), bo[0].User, chatID)
		w.fails(err, ErrChat)
	})
}

func TestReadingReachesTheOtherSide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		w.fails(w.Read(t.Context(), bo, chatID, w.clock.Add(time.Hour)), ErrDate)
		w.must(w.Read(t.Context(), bo, chatID, w.clock))
		w.must(w.Read(t.Context(), bo, chatID, w.clock.Add(-time.Second))) // is read already
		news := w.take()
		if len(news) != 1 || news[0].Device != anna.Device || !news[0].Value.(Read).Max.Equal(w.clock) {
			t.Errorf("told %+v", news)
		}
		m, err := w.Missed(t.Context(), anna.User, anna.Device, 1, w.clock)
		w.must(err)
		if len(m.Reads) != 1 || !m.Reads[0].Max.Equal(w.clock) {
			t.Errorf("missed %+v", m.Reads)
		}
		w.must(w.Type(t.Context(), anna, chatID))
		news = w.take()
		if len(news) != 1 || news[0].Device != bo.Device || news[0].Value != (Typing{Chat: chatID}) {
			t.Errorf("told %+v", news)
		}
	})
}

func TestCiphertextsHaveAShape(t *testing.T) {
	for n, want := range map[int]error{
		0: ErrData, 24: ErrData, 24 + 16: ErrData, 24 + 32: nil, 24 + 33: ErrData, 100: ErrData,
		24 + 16*4000: nil, maxData + 1: ErrDataLong,
	} {
		if err := (Message{Data: make([]byte, n)}).check(); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", n, err, want)
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		w.say(anna, chatID, 1)
		for _, set := range []string{`waiting = 10000`, `waiting = 1, bytes = 67108864`} {
			w.write(func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE device_state SET `+set+` WHERE device = $1`, bo.Device)
				return err
			})
			_, err := w.Send(t.Context(), anna, Message{Chat: chatID, RandomID: 2, Data: data()})
			w.fails(err, ErrFull)
		}
		if got := w.waiting(bo.Device, 0); !slices.Equal(got, []int32{2}) {
			t.Errorf("waiting: %v", got)
		}
	})
}

func TestPagesOfADifference(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		const n = 2*pageItems + 7
		for i := range int64(n) {
			w.say(anna, chatID, i+1)
		}
		got := 0
		for qts := int32(1); ; {
			m, err := w.Missed(t.Context(), bo.User, bo.Device, qts, w.clock)
			w.must(err)
			if len(m.Messages) > pageItems {
				t.Fatalf("%d at once", len(m.Messages))
			}
			got += len(m.Messages)
			qts = m.QTS
			if !m.More {
				break
			}
		}
		if got != n {
			t.Errorf("got %d of %d", got, n)
		}
	})
}
