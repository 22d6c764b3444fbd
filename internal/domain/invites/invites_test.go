package invites_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A world is a database with people, groups and channels.
type world struct {
	*invites.Service
	t        *testing.T
	db       *db.DB
	users    *users.Service
	groups   *groups.Service
	channels *channels.Service
	log      *updates.Log
	told     []actions.Action
}

// WriteInGroup implements groups.Scribe.
func (w *world) WriteInGroup(
	_ context.Context, tx *db.Tx, _ ids.Chat, from ids.User, a actions.Action, _ ...ids.User,
) (groups.Written, error) {
	tx.OnCommit(func() { w.told = append(w.told, a) })
	return groups.Written{Owner: from.Peer()}, nil
}

// WriteInChannel implements groups.Scribe.
func (w *world) WriteInChannel(
	_ context.Context, tx *db.Tx, ch ids.Channel, _ ids.Peer, _ ids.User, a actions.Action,
) (groups.Written, error) {
	tx.OnCommit(func() { w.told = append(w.told, a) })
	return groups.Written{Owner: ch.Peer()}, nil
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, db: d}
	b := bus.NewLocal()
	w.log = updates.New(d, b)
	w.users = users.New(d, b, w.log)
	t.Cleanup(w.users.Close)
	w.groups = groups.New(d, b, w.log, w.users)
	w.channels = channels.New(d, b, w.log, w.users, dialogs.New(d, w.log), w.groups)
	w.groups.SetScribe(w)
	w.channels.SetScribe(w)
	w.Service = invites.New(d, w.log, w.users, w.channels)
	return w
}

func (w *world) people(n int) []ids.User {
	w.t.Helper()
	all := make([]ids.User, n)
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		for i := range all {
			u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("4790%06d", i+1)), FirstName: fmt.Sprintf("Person%d", i+1),
			})
			if err != nil {
				return err
			}
			all[i] = u.ID
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// each runs fn on both engines, with people and one peer of each kind, which the first of them owns and where the second is an
// admin who may invite.
func each(t *testing.T, people int, fn func(t *testing.T, w *world, p []ids.User, peer ids.Peer)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.people(people)
		g, err := w.groups.Create(t.Context(), groups.NewGroup{By: p[0], Title: "Group", Users: p[1:2]})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.groups.SetAdmin(t.Context(), p[0], g.Group.ID, p[1], true); err != nil {
			t.Fatal(err)
		}
		t.Run("group", func(t *testing.T) { w.t = t; fn(t, w, p, g.Group.ID.Peer()) })
		for _, broadcast := range []bool{false, true} {
			c, err := w.channels.Create(t.Context(), channels.NewChannel{By: p[0], Title: "Channel", Broadcast: broadcast})
			if err != nil {
				t.Fatal(err)
			}
			promotion := channels.Promotion{By: p[0], Channel: c.Channel.ID, User: p[1], Rights: rights.AdminInviteUsers}
			if _, err := w.channels.Promote(t.Context(), promotion); err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprintf("broadcast %v", broadcast), func(t *testing.T) { w.t = t; fn(t, w, p, c.Channel.ID.Peer()) })
		}
	})
}

func (w *world) export(by ids.User, peer ids.Peer, l invites.Limits) invites.Invite {
	w.t.Helper()
	i, err := w.Export(w.t.Context(), by, peer, l)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *world) want(what string, got, want error) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (w *world) come(user ids.User, hash string) error {
	_, err := w.Import(w.t.Context(), user, hash)
	return err
}

func ptr[T any](v T) *T { return &v }

func TestPrimaryLink(t *testing.T) {
	each(t, 4, func(t *testing.T, w *world, p []ids.User, peer ids.Peer) {
		first, err := w.Primary(t.Context(), p[0], peer)
		if err != nil || !first.Primary || len(first.Hash) != 16 {
			t.Fatalf("got %+v, %v", first, err)
		}
		if again, err := w.Primary(t.Context(), p[0], peer); err != nil || again.Hash != first.Hash {
			t.Errorf("again: %+v, %v", again, err)
		}
		if other, err := w.Primary(t.Context(), p[1], peer); err != nil || other.Hash == first.Hash {
			t.Errorf("of another admin: %+v, %v", other, err)
		}
		_, err = w.Edit(t.Context(), p[0], peer, first.Hash, invites.Limits{MaxUses: ptr(3)})
		w.want("limits for the primary link", err, invites.ErrPermanent)
		revoked, fresh, err := w.Revoke(t.Context(), p[0], peer, first.Hash)
		if err != nil || !revoked.Revoked || fresh == nil || !fresh.Primary || fresh.Hash == first.Hash {
			t.Fatalf("got %+v, %+v, %v", revoked, fresh, err)
		}
		w.want("come by a revoked link", w.come(p[2], first.Hash), invites.ErrExpired)
		w.want("come by the new one", w.come(p[2], fresh.Hash), nil)
		w.want("come again", w.come(p[2], fresh.Hash), channels.ErrAlready)
		_, err = w.Primary(t.Context(), p[2], peer)
		w.want("a member makes a link", err, rights.ErrAdminRequired)
		if third, err := w.ReplacePrimary(t.Context(), p[0], peer); err != nil || third.Hash == fresh.Hash || !third.Primary {
			t.Errorf("got %+v, %v", third, err)
		}
	})
}

func TestLimits(t *testing.T) {
	each(t, 6, func(t *testing.T, w *world, p []ids.User, peer ids.Peer) {
		twice := w.export(p[1], peer, invites.Limits{Title: ptr(" For  friends "), MaxUses: ptr(2)})
		if twice.Title != "For friends" {
			t.Errorf("title %q", twice.Title)
		}
		for i, want := range []error{nil, nil, invites.ErrExpired} {
			w.want(fmt.Sprint("use ", i), w.come(p[2+i], twice.Hash), want)
		}
		_, err := w.Edit(t.Context(), p[1], peer, twice.Hash, invites.Limits{MaxUses: ptr(3)})
		w.want("edit", err, nil)
		w.want("come by what was widened", w.come(p[4], twice.Hash), nil)
		list, n, err := w.Importers(t.Context(), p[1], peer, invites.ImporterQuery{Hash: twice.Hash, Limit: 10})
		if err != nil || n != 3 || len(list) != 3 {
			t.Errorf("importers: %v, %d, %v", list, n, err)
		}
		list, _, err = w.Importers(t.Context(), p[0], peer, invites.ImporterQuery{Hash: twice.Hash, Text: "person4", Limit: 10})
		if err != nil || len(list) != 1 || list[0].User != p[3] {
			t.Errorf("importers by name: %v, %v", list, err)
		}
		for name, tt := range map[string]struct {
			invites.Limits
			err error
		}{
			"in the past":      {invites.Limits{ExpiresAt: ptr(time.Now().Add(-time.Hour))}, invites.ErrExpiry},
			"too many":         {invites.Limits{MaxUses: ptr(100_000)}, invites.ErrLimit},
			"less than none":   {invites.Limits{MaxUses: ptr(-1)}, invites.ErrLimit},
			"limit, approval":  {invites.Limits{MaxUses: ptr(1), Approval: ptr(true)}, invites.ErrLimit},
			"a title too long": {invites.Limits{Title: ptr("123456789012345678901234567890123")}, invites.ErrTitle},
		} {
			_, err := w.Export(t.Context(), p[0], peer, tt.Limits)
			w.want(name, err, tt.err)
		}
	})
}

func TestRequests(t *testing.T) {
	each(t, 7, func(t *testing.T, w *world, p []ids.User, peer ids.Peer) {
		link := w.export(p[0], peer, invites.Limits{Approval: ptr(true)})
		for _, u := range p[2:6] {
			w.want("ask", w.come(u, link.Hash), invites.ErrAsked)
		}
		w.want("ask again", w.come(p[2], link.Hash), invites.ErrAsked)
		if n, recent, err := w.Pending(t.Context(), peer); err != nil || n != 4 || len(recent) != 3 {
			t.Errorf("pending: %d, %v, %v", n, recent, err)
		}
		_, err := w.Decide(t.Context(), p[2], peer, p[3], true)
		if err == nil {
			t.Error("a stranger lets people in")
		}
		res, err := w.Decide(t.Context(), p[1], peer, p[2], true)
		if err != nil || len(res.Written) == 0 && peer.Chat() != 0 {
			t.Fatalf("got %+v, %v", res, err)
		}
		_, err = w.Decide(t.Context(), p[1], peer, p[2], true)
		w.want("approve again", err, invites.ErrNoRequest)
		_, err = w.Decide(t.Context(), p[1], peer, p[3], false)
		w.want("dismiss", err, nil)
		list, n, err := w.Importers(t.Context(), p[0], peer, invites.ImporterQuery{Requested: true, Limit: 10})
		if err != nil || n != 2 || len(list) != 2 || !list[0].Requested {
			t.Errorf("requests: %v, %d, %v", list, n, err)
		}
		if _, err := w.DecideAll(t.Context(), p[0], peer, link.Hash, true); err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false, true, true, false} {
			if in, err := w.groups.In(t.Context(), p[2+i], peer); err != nil || in != want {
				t.Errorf("person %d is in: %v, %v", 2+i, in, err)
			}
		}
		list, _, err = w.Importers(t.Context(), p[0], peer, invites.ImporterQuery{Hash: link.Hash, Limit: 10})
		if err != nil || len(list) != 3 || list[0].ApprovedBy == 0 {
			t.Errorf("importers: %v, %v", list, err)
		}
		if i, err := w.One(t.Context(), p[0], peer, link.Hash); err != nil || i.Uses != 3 || i.Requested != 0 {
			t.Errorf("link: %+v, %v", i, err)
		}
	})
}

func TestPreview(t *testing.T) {
	each(t, 4, func(t *testing.T, w *world, p []ids.User, peer ids.Peer) {
		link := w.export(p[0], peer, invites.Limits{})
		pre, err := w.Check(t.Context(), p[2], link.Hash)
		if err != nil || pre.Member || (pre.Group == nil) == (pre.Channel == nil) {
			t.Errorf("got %+v, %v", pre, err)
		}
		if pre, err = w.Check(t.Context(), p[1], link.Hash); err != nil || !pre.Member {
			t.Errorf("got %+v, %v", pre, err)
		}
		_, err = w.Check(t.Context(), p[2], "nothing")
		w.want("unknown hash", err, invites.ErrHash)
		w.want("come", w.come(p[2], link.Hash), nil)
		if ch := peer.Channel(); ch != 0 {
			_, err = w.channels.Ban(t.Context(), p[0], ch, p[2].Peer(), rights.Restriction{Banned: rights.ViewMessages})
		} else {
			_, err = w.groups.Remove(t.Context(), p[0], peer.Chat(), p[2])
		}
		w.want("remove", err, nil)
		w.want("who was removed comes back", w.come(p[2], link.Hash), invites.ErrExpired)
	})
}

func TestListAndDelete(t *testing.T) {
	each(t, 3, func(t *testing.T, w *world, p []ids.User, peer ids.Peer) {
		primary, err := w.Primary(t.Context(), p[1], peer)
		if err != nil {
			t.Fatal(err)
		}
		var hashes []string
		for range 5 {
			hashes = append(hashes, w.export(p[1], peer, invites.Limits{}).Hash)
		}
		var got []string
		q := invites.Query{Admin: p[1], Limit: 2}
		for {
			list, n, err := w.List(t.Context(), p[0], peer, q)
			if err != nil || n != 6 {
				t.Fatalf("got %d, %v", n, err)
			}
			if len(list) == 0 {
				break
			}
			for _, i := range list {
				got = append(got, i.Hash)
			}
			q.Before, q.Hash = list[len(list)-1].CreatedAt, list[len(list)-1].Hash
		}
		if len(got) != 6 || got[0] != primary.Hash {
			t.Errorf("got %v", got)
		}
		slices.Sort(got)
		if want := sorted(append(slices.Clone(hashes), primary.Hash)); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		_, _, err = w.List(t.Context(), p[1], peer, invites.Query{Admin: p[0], Limit: 2})
		w.want("links of the owner", err, rights.ErrAdminRequired)
		w.want("delete what works", w.Delete(t.Context(), p[1], peer, hashes[0]), invites.ErrNotRevoked)
		for _, h := range hashes[:3] {
			if _, _, err := w.Revoke(t.Context(), p[0], peer, h); err != nil {
				t.Fatal(err)
			}
		}
		w.want("delete", w.Delete(t.Context(), p[1], peer, hashes[0]), nil)
		if all, err := w.Admins(t.Context(), p[0], peer); err != nil || len(all) != 1 || all[0] != (invites.AdminLinks{Admin: p[1], Links: 3, Revoked: 2}) {
			t.Errorf("got %v, %v", all, err)
		}
		w.want("delete all", w.DeleteRevoked(t.Context(), p[1], peer, p[1]), nil)
		if _, n, err := w.List(t.Context(), p[1], peer, invites.Query{Admin: p[1], Revoked: true}); err != nil || n != 0 {
			t.Errorf("%d are left, %v", n, err)
		}
		w.want("come by what was deleted", w.come(p[2], hashes[0]), invites.ErrHash)
	})
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func TestJoinPublicByRequest(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.people(2)
		res, err := w.channels.Create(t.Context(), channels.NewChannel{By: p[0], Title: "Group"})
		if err != nil {
			t.Fatal(err)
		}
		ch := res.Channel.ID
		if _, err := w.channels.SetUsername(t.Context(), p[0], ch, "open_group"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.channels.Turn(t.Context(), p[0], ch, channels.SwitchJoinRequest, true); err != nil {
			t.Fatal(err)
		}
		_, err = w.Join(t.Context(), p[1], ch)
		w.want("join", err, invites.ErrAsked)
		if waits, err := w.Waits(t.Context(), p[1], ch.Peer()); err != nil || !waits {
			t.Errorf("waits: %v, %v", waits, err)
		}
		_, err = w.Decide(t.Context(), p[0], ch.Peer(), p[1], true)
		w.want("approve", err, nil)
		if m, err := w.channels.Member(t.Context(), nil, ch, p[1]); err != nil || !m.In() || !m.ViaRequest {
			t.Errorf("got %+v, %v", m, err)
		}
		entries, err := w.channels.Log(t.Context(), p[0], ch, channels.LogQuery{Class: channels.ClassInvites, Limit: 10})
		if err != nil || len(entries) != 1 || entries[0].Kind != channels.LogJoinByRequest || entries[0].By != p[1] {
			t.Errorf("log: %+v, %v", entries, err)
		}
	})
}
