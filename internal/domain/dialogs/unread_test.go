package dialogs

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

func TestUnreadCountsWhatOneWantsToHearOf(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		channel, far := ids.Channel(7).Peer(), time.Now().Add(time.Hour).Unix()
		counts := func(want int) {
			t.Helper()
			if n, err := s.Unread(t.Context(), alice); err != nil || n != want {
				t.Errorf("got %d, %v; want %d", n, err, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		counts(0)
		must(s.db.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(
				s.log.Create(t.Context(), tx, channel), s.Joined(t.Context(), tx, alice, channel, 0, time.Now()),
				s.Arrived(t.Context(), tx,
					Arrival{Owner: alice, Peer: bob.Peer(), Message: 1, Date: time.Now(), Unread: true},
					Arrival{Owner: bob, Peer: alice.Peer(), Message: 1, Date: time.Now()}),
				s.Arrived(t.Context(), tx, Arrival{Owner: alice, Peer: ids.Chat(5).Peer(), Message: 2, Date: time.Now(), Unread: true}),
			)
		}))
		counts(2)
		must(s.Mark(t.Context(), alice, channel, true))
		counts(3)
		until := int32(far)
		must(s.SetNotify(t.Context(), alice, Target{Scope: ScopePeer, Peer: bob.Peer()}, Notify{MuteUntil: &until}))
		counts(2)
		must(s.SetNotify(t.Context(), alice, Target{Scope: ScopeChats}, Notify{MuteUntil: &until}))
		counts(0)
	})
}
