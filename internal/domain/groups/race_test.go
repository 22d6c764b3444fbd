package groups_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Whatever many people do at the same time: each message goes to those who are members when it is written, which the scribe
// of this test asks, and nothing fails but what may.
func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const rounds = 25
		p := w.people(7)
		chat := w.group(p...)
		var wg sync.WaitGroup
		for i := range p[1:] {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(2, uint64(i)))
				for range rounds {
					w.check(w.something(random, chat, p, p[1+i]))
				}
			})
		}
		wg.Wait()
		st, err := w.State(t.Context(), chat)
		if err != nil || st.Members != len(st.List) {
			t.Errorf("got %+v, %v", st, err)
		}
		for _, u := range p {
			_, member := st.Member(u)
			if listed, err := w.In(t.Context(), u, chat.Peer()); err != nil || listed != member {
				t.Errorf("user %d: member %v, listed %v, %v", u, member, listed, err)
			}
		}
	})
}

// something is done by me, or to me by the creator.
func (w *world) something(r *rand.Rand, chat ids.Chat, p []ids.User, me ids.User) (err error) {
	ctx := w.t.Context()
	switch r.IntN(6) {
	case 0:
		_, err = w.Add(ctx, p[0], chat, me)
	case 1:
		_, err = w.Remove(ctx, p[0], chat, me)
	case 2:
		_, err = w.Remove(ctx, me, chat, me)
	case 3:
		_, err = w.Add(ctx, me, chat, me)
	case 4:
		_, err = w.SetAdmin(ctx, p[0], chat, me, r.IntN(2) == 0)
	default:
		_, err = w.SetTitle(ctx, me, chat, string(rune('a'+r.IntN(26))))
	}
	return err
}

// check fails the test for an error that is nobody's but ours.
func (w *world) check(err error) {
	for _, known := range []error{
		nil, groups.ErrAlready, groups.ErrSame, rights.ErrNotParticipant, rights.ErrAdminRequired,
	} {
		if errors.Is(err, known) {
			return
		}
	}
	w.t.Error(err)
}
