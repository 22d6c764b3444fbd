package secretchats

import (
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
)

// TestNobodyBeginsByADeviceThatIsSignedOut has requests and answers come behind the log-out of their device: nobody would
// end such a chat.
func TestNobodyBeginsByADeviceThatIsSignedOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 2), w.person(2, 2)
		_, err := w.Request(t.Context(), anna[0], bo[0].User, chatID, value())
		w.must(err)
		w.signOut(anna[1])
		w.signOut(bo[1])
		_, err = w.Request(t.Context(), anna[1], bo[0].User, chatID+1, value())
		w.fails(err, ErrSignedOut)
		_, err = w.Accept(t.Context(), bo[1], chatID, value(), 5)
		w.fails(err, ErrSignedOut)
		_, err = w.Accept(t.Context(), bo[0], chatID, value(), 5)
		w.must(err)
	})
}

func (w *world) signOut(s Side) {
	w.t.Helper()
	w.devices[s.User] = slices.DeleteFunc(w.devices[s.User], func(d ids.AuthKey) bool { return d == s.Device })
	w.write(func(tx *db.Tx) error { return w.Ended(w.t.Context(), tx, s.User, s.Device) })
}

// TestAPositionThatIsNotReached is what happens after the database was put back to an earlier state: nothing may be
// acknowledged that the device has not got.
func TestAPositionThatIsNotReached(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		w.say(anna, chatID, 1)
		w.say(anna, chatID, 2)
		for _, qts := range []int32{50, -1} {
			m, err := w.Missed(t.Context(), bo.User, bo.Device, qts, w.clock)
			w.must(err)
			if len(m.Messages) != 2 || m.QTS != 3 || m.More {
				t.Errorf("from %d: %d messages up to %d", qts, len(m.Messages), m.QTS)
			}
			if got := w.waiting(bo.Device, 0); !slices.Equal(got, []int32{2, 3}) {
				t.Errorf("waiting behind %d: %v", qts, got)
			}
		}
	})
}

// TestStartIsBeforeWhatWaits has a device without memory begin: it must not acknowledge what it never got.
func TestStartIsBeforeWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		start := func(want int32) {
			t.Helper()
			if got, err := w.Start(t.Context(), bo.Device); err != nil || got != want {
				t.Errorf("start: %d, %v, want %d", got, err, want)
			}
		}
		start(firstQTS)
		w.open(anna, bo, chatID)
		start(firstQTS)
		for i := range int64(3) {
			w.say(anna, chatID, i+1)
		}
		start(firstQTS)
		_, err := w.Received(t.Context(), bo.Device, 3)
		w.must(err)
		start(3)
		_, err = w.Received(t.Context(), bo.Device, 4)
		w.must(err)
		start(4)
	})
}

// TestOpenChatsAreNotHidden has somebody begin and end more chats than a difference tells of.
func TestOpenChatsAreNotHidden(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		w.write(func(tx *db.Tx) error {
			for i := range int32(maxOpen + maxOver + 10) {
				over := Chat{Owner: bo.User, ID: 1000 + i, State: Discarded, MadeAt: w.clock, ChangedAt: w.clock, Value: []byte{}}
				if err := insertChat(t.Context(), tx, over); err != nil {
					return err
				}
			}
			return nil
		})
		since := w.clock
		w.clock = w.clock.Add(time.Minute)
		w.open(anna, bo, chatID)
		_, err := w.Request(t.Context(), carl, bo.User, chatID+1, value())
		w.must(err)
		m, err := w.Missed(t.Context(), bo.User, bo.Device, 1, since)
		w.must(err)
		for _, id := range []int32{chatID, chatID + 1} {
			if !slices.ContainsFunc(m.Changed, func(c Chat) bool { return c.ID == id }) {
				t.Errorf("chat %d is hidden behind %d", id, len(m.Changed))
			}
		}
	})
}

func TestNobodyAsksTooOften(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		for i := range int32(maxAsked) {
			_, err := w.Request(t.Context(), anna, bo.User, chatID+i, value())
			w.must(err)
		}
		_, err := w.Request(t.Context(), anna, bo.User, chatID+maxAsked, value())
		w.fails(err, ErrFull)
		w.must(w.Discard(t.Context(), bo, chatID, false))
		w.open(anna, bo, chatID+maxAsked)
		w.open(carl, bo, chatID+maxAsked+1)
	})
}

// TestOneChatDoesNotFillAQueue looks that others get through when one chat takes what it can.
func TestOneChatDoesNotFillAQueue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		w.open(anna, bo, chatID)
		w.open(carl, bo, chatID+1)
		w.say(anna, chatID, 1)
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE device_queue SET size = $1`, maxBytes/maxShare)
			return err
		})
		w.say(anna, chatID, 2) // the queue is half empty
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE device_state SET bytes = $2 WHERE device = $1`, bo.Device, maxBytes/2)
			return err
		})
		_, err := w.Send(t.Context(), anna, Message{Chat: chatID, RandomID: 3, Data: data()})
		w.fails(err, ErrFull)
		w.say(carl, chatID+1, 1)
	})
}

// TestWhatIsNotSentGoesAfterADay uploads files, of which one comes into a message that nobody loads.
func TestWhatIsNotSentGoesAfterADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.withFiles()
		anna, bo := w.person(1, 1)[0], w.person(2, 1)[0]
		w.open(anna, bo, chatID)
		sent, _ := w.sendFile(f, anna, chatID, 1, filestest.Random(1, 1000))
		acked, _ := w.sendFile(f, anna, chatID, 2, filestest.Random(2, 1000))
		up, err := w.Upload(t.Context(), bo, chatID, filestest.Upload(t, f, bo.User, 3, filestest.Random(3, 1000)), 1)
		w.must(err)
		_, err = w.Received(t.Context(), bo.Device, 3)
		w.must(err)
		w.clock = w.clock.Add(keepUnsent - time.Minute)
		w.must(w.Expire(t.Context()))
		w.gone(f, up.ID, false)
		w.clock = w.clock.Add(2 * time.Minute)
		w.must(w.Expire(t.Context()))
		w.gone(f, up.ID, true)
		w.gone(f, sent.ID, false)
		w.gone(f, acked.ID, false)
	})
}
