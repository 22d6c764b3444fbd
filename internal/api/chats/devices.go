package chats

import (
	"context"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// Devices tells what concerns single devices of a user: secret chats. api/secretchats is the real one.
type Devices interface {
	// QTS returns the position of a device that has got nothing of what waits for it.
	QTS(ctx context.Context, device ids.AuthKey) (int32, error)
	// Missed acknowledges what lies up to qts, and returns what a device has not heard since then and since a date.
	Missed(ctx context.Context, user ids.User, device ids.AuthKey, qts int32, date time.Time) (Missed, error)
	// Waiting returns what waits for a device behind qts, as much as is read at a time.
	Waiting(ctx context.Context, device ids.AuthKey, qts int32) (news []updates.DeviceNews, more bool, err error)
	// Show shows news to a device of user; an update of nil means that there is nothing to be shown any more.
	Show(ctx context.Context, user ids.User, n updates.DeviceNews) (tg.UpdatesClass, error)
}

// Missed is the part of a difference that is for one device.
type Missed struct {
	Messages []tg.EncryptedMessageClass
	Updates  []tg.UpdateClass
	About    []ids.Peer
	QTS      int32 // the position behind Messages
	More     bool  // there are more messages
}

// empty says whether a device that stands at qts has heard everything.
func (m Missed) empty(qts int32) bool {
	return len(m.Messages) == 0 && len(m.Updates) == 0 && (qts <= 0 || qts == m.QTS)
}

// noDevices is what there is without Devices.
type noDevices struct{}

// QTS implements Devices.
func (noDevices) QTS(context.Context, ids.AuthKey) (int32, error) { return 1, nil }

// Missed implements Devices.
func (noDevices) Missed(context.Context, ids.User, ids.AuthKey, int32, time.Time) (Missed, error) {
	return Missed{QTS: 1}, nil
}

// Waiting implements Devices.
func (noDevices) Waiting(context.Context, ids.AuthKey, int32) ([]updates.DeviceNews, bool, error) {
	return nil, false, nil
}

// Show implements Devices.
func (noDevices) Show(context.Context, ids.User, updates.DeviceNews) (tg.UpdatesClass, error) {
	return nil, nil
}

// A tail is how far a stream is with the queue of a device. Guarded by the lock of the stream.
type tail struct {
	end    int32 // the position behind what is queued
	told   int32 // the position behind what Next has taken
	seen   int32 // the furthest position of which a nudge came
	behind bool  // what comes after end is to be read from the queue of the device
}

// deviceNews hears of what concerns one device.
func (f *Feed) deviceNews(m bus.Message) {
	n, ok := m.Value.(updates.DeviceNews)
	if !ok {
		return // the device finds it by the next one, or by the difference
	}
	for _, s := range f.streams.of(ids.User(m.Key)) {
		if s.takeNews(n) {
			s.to.Wake()
		}
	}
}

// takeNews queues what follows the last that a device was told, and what has no position. It reports whether there is
// something for Next.
func (s *Stream) takeNews(n updates.DeviceNews) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := !s.opened || len(s.queue) >= maxQueued
	if n.QTS == 0 {
		if len(s.queue) >= maxQueued {
			return false
		}
		s.queue = append(s.queue, queued{news: &n})
		return s.opened
	}
	t := s.tailLocked(n)
	t.seen = max(t.seen, n.QTS)
	switch {
	case n.QTS <= t.end: // came twice
		return false
	case t.behind:
	case n.QTS != t.end+1, full:
		t.behind = true
	default:
		s.queue, t.end = append(s.queue, queued{news: &n}), n.QTS
	}
	return s.opened
}

// tailLocked is the tail of the device that n is for. One that was told nothing yet begins with n.
func (s *Stream) tailLocked(n updates.DeviceNews) *tail {
	t := s.tails[n.Device]
	if t != nil {
		return t
	}
	if s.tails == nil {
		s.tails = make(map[ids.AuthKey]*tail)
	}
	t = &tail{end: n.QTS - 1, told: n.QTS - 1}
	s.tails[n.Device] = t
	return t
}

// loseNewsLocked notes that the queue is lost, and with it what was queued for devices.
func (s *Stream) loseNewsLocked() {
	for _, t := range s.tails {
		if t.end > t.told {
			t.end, t.behind = t.told, true
		}
	}
}

// toldNewsLocked notes that Next has taken the queue. It returns the devices whose own queues are to be read.
func (s *Stream) toldNewsLocked() (behind []ids.AuthKey) {
	for d, t := range s.tails {
		t.told = t.end
		if t.behind {
			behind = append(behind, d)
		}
	}
	slices.Sort(behind)
	return behind
}

// toldDevice is the position up to which a device of user was told what waits for it, if it was told anything.
func (l *streams) toldDevice(user ids.User, device ids.AuthKey) (qts int32, ok bool) {
	for _, s := range l.of(user) {
		s.mu.Lock()
		if t := s.tails[device]; t != nil && (!ok || t.told < qts) {
			qts, ok = t.told, true
		}
		s.mu.Unlock()
	}
	return qts, ok
}

// showNews shows something to its device.
func (s *Stream) showNews(ctx context.Context, n updates.DeviceNews) (Item, error) {
	u, err := s.feed.devices.Show(ctx, s.user, n)
	return Item{Update: u, Origin: n.Origin, Only: n.Device}, err
}

// catchUpDevices reads the queues of devices from where each was last told.
func (s *Stream) catchUpDevices(ctx context.Context, behind []ids.AuthKey) (items []Item, err error) {
	for _, d := range behind {
		more, err := s.catchUpDevice(ctx, d)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return items, nil
}

func (s *Stream) catchUpDevice(ctx context.Context, device ids.AuthKey) (items []Item, err error) {
	s.mu.Lock()
	t := s.tails[device]
	from, seen := t.end, t.seen
	s.mu.Unlock()
	news, more, err := s.feed.devices.Waiting(ctx, device, from)
	if err != nil {
		return nil, err
	}
	for _, n := range news {
		item, err := s.showNews(ctx, n)
		if err != nil {
			return nil, err
		}
		items, from = append(items, item), n.QTS
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !more { // what is missing up to seen was acknowledged, or discarded
		from = max(from, seen)
	}
	// As long as it is behind nothing is queued for the device, so nothing comes twice.
	t.end, t.told, t.behind = from, from, from < t.seen
	if t.behind {
		s.to.Wake()
	}
	return items, nil
}
