package chats

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// fakeDevices are queues in memory. What they show is a typing update with the position as its chat.
type fakeDevices struct {
	mu      sync.Mutex
	queues  map[ids.AuthKey][]int32
	ends    map[ids.AuthKey]int32
	failing bool
}

const fakePage = 3

func (f *fakeDevices) QTS(_ context.Context, d ids.AuthKey) (int32, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(1, f.ends[d]), nil
}

func (f *fakeDevices) Missed(_ context.Context, _ ids.User, d ids.AuthKey, qts int32, _ time.Time) (m Missed, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m.QTS = max(1, f.ends[d])
	f.queues[d] = slices.DeleteFunc(f.queues[d], func(n int32) bool { return n <= qts })
	for _, n := range f.queues[d] {
		if len(m.Messages) == fakePage {
			m.More, m.QTS = true, n-1
			break
		}
		m.Messages = append(m.Messages, &tg.EncryptedMessage{ChatID: n, File: &tg.EncryptedFileEmpty{}})
	}
	return m, nil
}

func (f *fakeDevices) Waiting(_ context.Context, d ids.AuthKey, qts int32) (news []updates.DeviceNews, more bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failing {
		return nil, false, errors.New("out of order")
	}
	for _, n := range f.queues[d] {
		if n > qts {
			if len(news) == fakePage {
				return news, true, nil
			}
			news = append(news, updates.DeviceNews{Device: d, QTS: n})
		}
	}
	return news, false, nil
}

func (f *fakeDevices) Show(_ context.Context, _ ids.User, n updates.DeviceNews) (tg.UpdatesClass, error) {
	return &tg.UpdateShort{Update: &tg.UpdateEncryptedChatTyping{ChatID: n.QTS}}, nil
}

// put puts something into the queue of a device and returns the news of it.
func (f *fakeDevices) put(d ids.AuthKey) updates.DeviceNews {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ends[d] = max(1, f.ends[d]) + 1
	f.queues[d] = append(f.queues[d], f.ends[d])
	return updates.DeviceNews{Device: d, QTS: f.ends[d]}
}

// deviceWorld is a world with a stream of one user.
func deviceWorld(t *testing.T) (*world, *fakeDevices, *bus.Local, *Stream, ids.User) {
	t.Helper()
	b := bus.NewLocal()
	w := newWorld(t, dbtest.SQLite(t), b)
	f := &fakeDevices{queues: map[ids.AuthKey][]int32{}, ends: map[ids.AuthKey]int32{}}
	w.o.Devices, w.feed.devices = f, f
	user := w.people(1)[0].User
	s, err := w.feed.Open(t.Context(), user, &ear{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return w, f, b, s, user
}

func tell(b *bus.Local, u ids.User, list ...updates.DeviceNews) {
	for _, n := range list {
		b.Publish(bus.Message{Subject: updates.SubjectDevice, Key: int64(u), Value: n})
	}
}

// heardBy takes what there is, and returns the positions by device.
func heardBy(t *testing.T, s *Stream) map[ids.AuthKey][]int32 {
	t.Helper()
	got := map[ids.AuthKey][]int32{}
	for range 20 { // each Next may bring only a part
		items, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			if i.Only == 0 {
				t.Fatalf("for all devices: %+v", i)
			}
			got[i.Only] = append(got[i.Only], i.Update.(*tg.UpdateShort).Update.(*tg.UpdateEncryptedChatTyping).ChatID)
		}
	}
	return got
}

func TestNewsOfADeviceComeOnceInOrder(t *testing.T) {
	_, f, b, s, user := deviceWorld(t)
	const one, two = 11, 22
	n2, n3, n4, n5, n6 := f.put(one), f.put(one), f.put(one), f.put(one), f.put(one)
	o2 := f.put(two)
	tell(b, user, n2, n2, n3, o2, o2) // doubled
	if got := heardBy(t, s); !slices.Equal(got[one], []int32{2, 3}) || !slices.Equal(got[two], []int32{2}) {
		t.Errorf("doubled: %v", got)
	}
	tell(b, user, n5, n4) // out of order
	if got := heardBy(t, s); !slices.Equal(got[one], []int32{4, 5, 6}) {
		t.Errorf("out of order: %v", got)
	}
	tell(b, user, n6, n3)
	if got := heardBy(t, s); len(got) != 0 {
		t.Errorf("late: %v", got)
	}
	for range 2*fakePage + 1 {
		f.put(one)
	}
	tell(b, user, f.put(one)) // all others were lost
	if got := heardBy(t, s); !slices.Equal(got[one], []int32{7, 8, 9, 10, 11, 12, 13, 14}) {
		t.Errorf("lost: %v", got)
	}
}

func TestNewsThatWereAcknowledgedMeanwhile(t *testing.T) {
	_, f, b, s, user := deviceWorld(t)
	const one = 11
	tell(b, user, f.put(one))
	heardBy(t, s)
	f.put(one)
	last := f.put(one)
	f.queues[one] = nil // fetched by a difference
	tell(b, user, last)
	if got := heardBy(t, s); len(got) != 0 {
		t.Errorf("what is gone: %v", got)
	}
	tell(b, user, f.put(one))
	if got := heardBy(t, s); !slices.Equal(got[one], []int32{5}) {
		t.Errorf("the next: %v", got)
	}
}

func TestNewsThatDoNotFit(t *testing.T) {
	_, f, b, s, user := deviceWorld(t)
	const one = 11
	tell(b, user, f.put(one))
	heardBy(t, s)
	for range maxQueued {
		tell(b, user, updates.DeviceNews{Device: one, Value: "typing"})
	}
	tell(b, user, f.put(one), f.put(one))
	got := heardBy(t, s)[one]
	if n := len(got); n < 2 || got[n-2] != 3 || got[n-1] != 4 {
		t.Errorf("the last two of %d: %v", n, got[max(0, n-2):])
	}
	f.failing = true
	f.put(one)
	tell(b, user, f.put(one))
	if _, err := s.Next(t.Context()); err == nil {
		t.Error("what cannot be read is not told")
	}
	f.failing = false
	tell(b, user, f.put(one))
	if got := heardBy(t, s); !slices.Equal(got[one], []int32{5, 6, 7}) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestStateAndDifferenceOfADevice(t *testing.T) {
	w, f, b, s, user := deviceWorld(t)
	const one, two = 11, 22
	state := func(d ids.AuthKey) int32 {
		call := *w.caller(user)
		call.Key = d
		return must[*tg.UpdatesState](t)(w.getState(t.Context(), &call, &tg.UpdatesGetState{})).Qts
	}
	if got := state(one); got != 1 {
		t.Errorf("an empty queue stands at %d", got)
	}
	first := f.put(one)
	tell(b, user, first)
	if got := state(one); got != 1 {
		t.Errorf("before it is told: %d", got)
	}
	heardBy(t, s)
	if got := state(one); got != 2 {
		t.Errorf("after it is told: %d", got)
	}
	if got := state(two); got != 1 {
		t.Errorf("another device: %d", got)
	}
	for range fakePage {
		f.put(one)
	}
	call := *w.caller(user)
	call.Key = one
	st := must[*tg.UpdatesState](t)(w.getState(t.Context(), &call, &tg.UpdatesGetState{}))
	ask := func(qts int32) tg.UpdatesDifferenceClass {
		return must[tg.UpdatesDifferenceClass](t)(w.getDifference(t.Context(), &call, &tg.UpdatesGetDifference{
			Pts: st.Pts, Date: st.Date, Qts: qts,
		}))
	}
	slice, ok := ask(1).(*tg.UpdatesDifferenceSlice)
	if !ok || len(slice.NewEncryptedMessages) != fakePage || slice.IntermediateState.Qts != 4 {
		t.Fatalf("the first part: %+v", slice)
	}
	last, ok := ask(4).(*tg.UpdatesDifference)
	if !ok || len(last.NewEncryptedMessages) != 1 || last.State.Qts != 5 {
		t.Fatalf("the last part: %+v", last)
	}
	if _, ok := ask(5).(*tg.UpdatesDifferenceEmpty); !ok {
		t.Error("there is more")
	}
	if len(f.queues[one]) != 0 {
		t.Errorf("%v are not acknowledged", f.queues[one])
	}
	call.Key = two
	if _, ok := ask(1).(*tg.UpdatesDifferenceEmpty); !ok {
		t.Error("there is something for another device")
	}
}

// caller is a call by user.
func (w *world) caller(user ids.User) *rpc.Call {
	return &rpc.Call{User: user, Layer: tg.Newest, Session: 1}
}
