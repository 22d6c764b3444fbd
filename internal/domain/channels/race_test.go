package channels_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Whatever many people do at the same time, it ends without an error of ours, and the counters are right.
func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const rounds = 25
		p := w.people(8)
		ch := w.supergroup(p...)
		w.must(w.SetUsername(t.Context(), p[0], ch, "busy_group"))
		var wg sync.WaitGroup
		for i := range p[1:] {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(i)))
				for range rounds {
					w.check(w.something(random, ch, p, p[1+i]))
				}
			})
		}
		wg.Wait()
		in, admins := 0, 0
		for _, u := range p {
			m := w.member(ch, u)
			if m.In() {
				in++
			}
			if m.IsAdmin() {
				admins++
			}
			if listed, err := w.groups.In(t.Context(), u, ch.Peer()); err != nil || listed != m.In() {
				t.Errorf("user %d: member %v, listed %v, %v", u, m.In(), listed, err)
			}
		}
		if c := w.one(ch); c.Members != in || c.Admins != admins || c.Kicked < 0 || c.Banned < 0 {
			t.Errorf("%d members, %d admins; counted %+v", in, admins, c)
		}
	})
}

// something is done by me, or to me by the owner.
func (w *world) something(r *rand.Rand, ch ids.Channel, p []ids.User, me ids.User) error {
	ctx := w.t.Context()
	switch r.IntN(7) {
	case 0:
		return result(w.Join(ctx, me, ch))
	case 1:
		return result(w.Leave(ctx, me, ch))
	case 2:
		return result(w.Ban(ctx, p[0], ch, me.Peer(), rights.Restriction{Banned: rights.ViewMessages}))
	case 3:
		return result(w.Ban(ctx, p[0], ch, me.Peer(), rights.Restriction{}))
	case 4:
		return result(w.Promote(ctx, channels.Promotion{By: p[0], Channel: ch, User: me, Rights: rights.AdminBanUsers}))
	case 5:
		return result(w.Invite(ctx, p[0], ch, p))
	}
	return w.send(ch, me, 0, rights.SendPlain)
}

// check fails the test for an error that is nobody's but ours.
func (w *world) check(err error) {
	for _, known := range []error{
		nil, channels.ErrAlready, channels.ErrSame, channels.ErrKicked, channels.ErrUser, channels.ErrPrivacy,
		rights.ErrPrivate, rights.ErrNotParticipant, rights.ErrAdminRequired, rights.ErrUserBanned, rights.ErrWriteForbidden,
		groups.ErrUser,
	} {
		if errors.Is(err, known) {
			return
		}
	}
	w.t.Error(err)
}
