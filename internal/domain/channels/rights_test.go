package channels_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// An operation is done by somebody in a channel; other is a member, spare a stranger.
type operation func(w *world, by ids.User, ch ids.Channel, other, spare ids.User) error

func result(_ channels.Result, err error) error { return err }

// operations has, for each operation, which right an admin needs for it, and what a member of a supergroup must not be
// forbidden; 0 and 0: it is for the owner only.
var operations = map[string]struct {
	do     operation
	right  rights.Admin
	member rights.Banned
	kind   kind
}{
	"title": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetTitle(w.t.Context(), by, ch, fmt.Sprint("Title ", by)))
	}, right: rights.AdminChangeInfo, member: rights.ChangeInfo},
	"about": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetAbout(w.t.Context(), by, ch, fmt.Sprint("About ", by)))
	}, right: rights.AdminChangeInfo, member: rights.ChangeInfo},
	"photo": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetPhoto(w.t.Context(), by, ch, users.Portrait{Photo: int64(by)}))
	}, right: rights.AdminChangeInfo, member: rights.ChangeInfo},
	"stickers": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetStickers(w.t.Context(), by, ch, false, int64(by)))
	}, right: rights.AdminChangeInfo, member: rights.ChangeInfo, kind: onlyGroups},
	"reactions": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetReactions(w.t.Context(), by, ch, groups.Reactions{Kind: groups.SomeReactions, Documents: []int64{int64(by)}}))
	}, right: rights.AdminChangeInfo},
	"color": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetColor(w.t.Context(), by, ch, true, &users.Color{Emoji: int64(by)}))
	}, right: rights.AdminChangeInfo},
	"period": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetPeriod(w.t.Context(), by, ch, 86400+int32(by%1000)))
	}, right: rights.AdminDeleteMessages},
	"anti-spam": {do: flip(channels.SwitchAntiSpam), right: rights.AdminDeleteMessages, kind: onlyGroups},
	"defaults": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		err := result(w.SetDefaults(w.t.Context(), by, ch, rights.SendPolls))
		if err == nil {
			err = result(w.SetDefaults(w.t.Context(), by, ch, 0))
		}
		return err
	}, right: rights.AdminBanUsers, kind: onlyGroups},
	"slow mode": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		err := result(w.SetSlowMode(w.t.Context(), by, ch, 30))
		if err == nil {
			err = result(w.SetSlowMode(w.t.Context(), by, ch, 0))
		}
		return err
	}, right: rights.AdminBanUsers, kind: onlyGroups},
	"ban": {do: func(w *world, by ids.User, ch ids.Channel, other, _ ids.User) error {
		err := result(w.Ban(w.t.Context(), by, ch, other.Peer(), rights.Restriction{Banned: rights.SendPolls}))
		if err == nil {
			err = result(w.Ban(w.t.Context(), by, ch, other.Peer(), rights.Restriction{}))
		}
		return err
	}, right: rights.AdminBanUsers},
	"hide members": {do: flip(channels.SwitchHiddenMembers), right: rights.AdminBanUsers, kind: onlyGroups},
	"join to send": {do: flip(channels.SwitchJoinToSend), right: rights.AdminBanUsers, kind: onlyGroups},
	"invite": {do: func(w *world, by ids.User, ch ids.Channel, _, spare ids.User) error {
		err := result(w.Invite(w.t.Context(), by, ch, []ids.User{spare}))
		if err == nil {
			err = result(w.Leave(w.t.Context(), spare, ch))
		}
		return err
	}, right: rights.AdminInviteUsers, member: rights.InviteUsers},
	"join requests": {do: flip(channels.SwitchJoinRequest), right: rights.AdminInviteUsers},
	"signatures":    {do: flip(channels.SwitchSignatures), right: rights.AdminChangeInfo, kind: onlyBroadcasts},
	"protect":       {do: flip(channels.SwitchNoForwards), right: rights.AdminChangeInfo},
	"hide history":  {do: flip(channels.SwitchHiddenHistory), right: rights.AdminChangeInfo, kind: onlyGroups},
	"translate":     {do: flip(channels.SwitchAutotranslation), right: rights.AdminChangeInfo, kind: onlyBroadcasts},
	"promote": {do: func(w *world, by ids.User, ch ids.Channel, other, _ ids.User) error {
		p := channels.Promotion{By: by, Channel: ch, User: other, Rights: rights.AdminAddAdmins}
		err := result(w.Promote(w.t.Context(), p))
		if p.Rights = 0; err == nil {
			err = result(w.Promote(w.t.Context(), p))
		}
		return err
	}, right: rights.AdminAddAdmins},
	"rank": {do: func(w *world, by ids.User, ch ids.Channel, other, _ ids.User) error {
		return result(w.SetRank(w.t.Context(), by, ch, other, fmt.Sprint("r", by)))
	}, right: rights.AdminManageRanks, kind: onlyGroups},
	"username": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetUsername(w.t.Context(), by, ch, fmt.Sprint("name_", ch)))
	}},
	"forum": {do: flip(channels.SwitchForum), kind: onlyGroups},
	"location": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.SetLocation(w.t.Context(), by, ch, &channels.Location{Lat: 1, Address: "Here"}))
	}, kind: onlyGroups},
	"delete": {do: func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		return result(w.Delete(w.t.Context(), by, ch))
	}},
}

// A kind says of which channels an operation is.
type kind int

const (
	both kind = iota
	onlyGroups
	onlyBroadcasts
)

// flip turns a switch on and off again.
func flip(which channels.Switch) operation {
	return func(w *world, by ids.User, ch ids.Channel, _, _ ids.User) error {
		err := result(w.Turn(w.t.Context(), by, ch, which, true))
		if err == nil {
			err = result(w.Turn(w.t.Context(), by, ch, which, false))
		}
		return err
	}
}

const (
	owner = iota
	admin
	member
	other
	spare
	stranger
	cast
)

func TestRightsOfEveryOperation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		for name, op := range operations {
			for _, broadcast := range []bool{false, true} {
				ch := w.make(broadcast, []ids.User{p[owner], p[admin], p[member], p[other]})
				do := func(by int) error { return op.do(w, p[by], ch, p[other], p[spare]) }
				label := func(who string) string { return fmt.Sprintf("%s (broadcast %v) by %s", name, broadcast, who) }
				if broadcast && op.kind == onlyGroups || !broadcast && op.kind == onlyBroadcasts {
					if err := do(owner); !errors.Is(err, channels.ErrBroadcast) && !errors.Is(err, channels.ErrMegagroup) {
						t.Errorf("%s: got %v", label("the owner of another kind"), err)
					}
					continue
				}
				w.want(label("a stranger"), do(stranger), rights.ErrPrivate)
				checkMember(w, ch, p, broadcast, op.member, func() error { return do(member) }, label)
				all := w.member(ch, p[owner]).Admin
				if op.right != 0 {
					if op.member == 0 || broadcast {
						w.promote(p[owner], ch, p[admin], all&^op.right)
						w.want(label("an admin without the right"), do(admin), rights.ErrAdminRequired)
					}
					if op.member != 0 && !broadcast {
						w.promote(p[owner], ch, p[admin], all&^op.right)
						w.must(w.SetDefaults(t.Context(), p[owner], ch, op.member))
						w.want(label("an admin without the right, forbidden to all"), do(admin), rights.ErrAdminRequired)
						w.must(w.SetDefaults(t.Context(), p[owner], ch, 0))
					}
					w.promote(p[owner], ch, p[admin], op.right)
					w.want(label("an admin with the right alone"), do(admin), nil)
				} else {
					w.promote(p[owner], ch, p[admin], all)
					w.want(label("an admin with all rights"), do(admin), rights.ErrAdminRequired)
				}
				w.want(label("the owner"), do(owner), nil)
			}
		}
	})
}

// checkMember asks what a plain member may do, and may not when it is forbidden to all or to him.
func checkMember(
	w *world, ch ids.Channel, p []ids.User, broadcast bool, thing rights.Banned, do func() error, label func(string) string,
) {
	w.t.Helper()
	if thing == 0 || broadcast {
		w.want(label("a member"), do(), rights.ErrAdminRequired)
		return
	}
	w.must(w.SetDefaults(w.t.Context(), p[owner], ch, thing))
	w.want(label("a member, forbidden to all"), do(), rights.ErrAdminRequired)
	w.must(w.SetDefaults(w.t.Context(), p[owner], ch, 0))
	w.must(w.Ban(w.t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{Banned: thing}))
	w.want(label("a member, forbidden to him"), do(), rights.ErrAdminRequired)
	w.must(w.Ban(w.t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{}))
	w.want(label("a member"), do(), nil)
}

// contents has each kind of content with the error of who may not send it.
var contents = map[rights.Content]error{
	rights.SendPlain: rights.ErrSendPlain, rights.SendPolls: rights.ErrSendPolls, rights.SendPhotos: rights.ErrSendPhotos,
	rights.SendVideos: rights.ErrSendVideos, rights.SendRoundVideos: rights.ErrSendRoundVideos, rights.SendAudios: rights.ErrSendAudios,
	rights.SendVoices: rights.ErrSendVoices, rights.SendDocs: rights.ErrSendDocs, rights.SendStickers: rights.ErrSendStickers,
	rights.SendGifs: rights.ErrSendGifs, rights.SendGames: rights.ErrSendGames, rights.SendInline: rights.ErrSendInline,
	rights.EmbedLinks: rights.ErrEmbedLinks,
}

func TestRestrictionsOfEveryContent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member])
		w.promote(p[owner], ch, p[admin], rights.AdminOther)
		for content, want := range contents {
			w.must(w.SetDefaults(t.Context(), p[owner], ch, content))
			w.want("all forbidden, a member", w.send(ch, p[member], 0, content), want)
			w.want("all forbidden, an admin", w.send(ch, p[admin], 0, content), nil)
			w.want("all forbidden, the owner", w.send(ch, p[owner], 0, content), nil)
			w.must(w.SetDefaults(t.Context(), p[owner], ch, 0))
			w.must(w.Ban(t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{Banned: content}))
			w.want("he forbidden", w.send(ch, p[member], 0, content), want)
			w.must(w.Ban(t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{}))
			w.want("free", w.send(ch, p[member], 0, content), nil)
		}
	})
}

func TestMaySend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		group := w.supergroup(p[owner], p[admin], p[member])
		news := w.channel(p[owner], p[admin], p[member])
		w.want("a member of a broadcast", w.send(news, p[member], 0, rights.SendPlain), rights.ErrAdminRequired)
		w.promote(p[owner], news, p[admin], rights.AdminEditMessages)
		w.want("an admin without the right", w.send(news, p[admin], 0, rights.SendPlain), rights.ErrAdminRequired)
		w.promote(p[owner], news, p[admin], rights.AdminPostMessages)
		w.want("an admin with it", w.send(news, p[admin], 0, rights.SendPlain), nil)
		w.want("a stranger", w.send(group, p[stranger], 0, rights.SendPlain), rights.ErrPrivate)
		w.must(w.SetDefaults(t.Context(), p[owner], group, rights.SendMessages))
		w.want("all forbidden", w.send(group, p[member], 0, rights.SendPlain), rights.ErrWriteForbidden)
		w.must(w.SetDefaults(t.Context(), p[owner], group, 0))
		w.must(w.Ban(t.Context(), p[owner], group, p[member].Peer(), rights.Restriction{Banned: rights.SendMessages}))
		w.want("he forbidden", w.send(group, p[member], 0, rights.SendPlain), rights.ErrUserBanned)
		w.must(w.SetUsername(t.Context(), p[owner], group, "talking"))
		w.want("a stranger in a public group", w.send(group, p[stranger], 0, rights.SendPlain), rights.ErrWriteForbidden)
		w.must(w.SetUsername(t.Context(), p[owner], news, "reading"))
		w.want("link", w.SetLinked(t.Context(), p[owner], news, group), nil)
		w.want("a stranger in a discussion", w.send(group, p[stranger], 0, rights.SendPlain), nil)
		w.must(w.Turn(t.Context(), p[owner], group, channels.SwitchJoinToSend, true))
		w.want("who must join first", w.send(group, p[stranger], 0, rights.SendPlain), rights.ErrGuestSend)
	})
}

func TestRestrictionEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[member], p[other])
		soon := time.Now().Add(2 * time.Second)
		w.must(w.Ban(t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{Banned: rights.SendMessages, Until: soon}))
		w.must(w.Ban(t.Context(), p[owner], ch, p[other].Peer(), rights.Restriction{Banned: rights.ViewMessages, Until: soon}))
		w.want("while it lasts", w.send(ch, p[member], 0, rights.SendPlain), rights.ErrUserBanned)
		_, err := w.See(t.Context(), p[other], ch)
		w.want("while he is out", err, rights.ErrPrivate)
		page := func(f channels.Filter) int {
			page, err := w.MembersPage(t.Context(), p[owner], ch, channels.MemberQuery{Filter: f, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Members)
		}
		if page(channels.Banned) != 1 || page(channels.Kicked) != 1 {
			t.Errorf("%d restricted, %d banned", page(channels.Banned), page(channels.Kicked))
		}
		time.Sleep(time.Until(soon) + 100*time.Millisecond)
		w.want("after it", w.send(ch, p[member], 0, rights.SendPlain), nil)
		if page(channels.Banned) != 0 || page(channels.Kicked) != 0 {
			t.Error("they are still listed")
		}
		w.must(w.Invite(t.Context(), p[owner], ch, []ids.User{p[other]}))
		if c := w.one(ch); c.Members != 3 || c.Kicked != 0 {
			t.Errorf("got %d members, %d banned", c.Members, c.Kicked)
		}
	})
}

func TestSlowMode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member])
		w.promote(p[owner], ch, p[admin], rights.AdminOther)
		w.must(w.SetSlowMode(t.Context(), p[owner], ch, 60))
		w.want("first", w.send(ch, p[member], 0, rights.SendPlain), nil)
		err := w.send(ch, p[member], 0, rights.SendPlain)
		var slow *rights.SlowModeError
		if !errors.As(err, &slow) || slow.Seconds() < 59 || slow.Seconds() > 60 {
			t.Errorf("second: got %v", err)
		}
		v, err := w.See(t.Context(), p[member], ch)
		if next, err2 := w.NextPost(t.Context(), v); err != nil || err2 != nil || time.Until(next) < 55*time.Second {
			t.Errorf("next: %v, %v", next, err2)
		}
		for range 2 {
			w.want("an admin", w.send(ch, p[admin], 0, rights.SendPlain), nil)
		}
		_, err = w.SetSlowMode(t.Context(), p[owner], ch, 7)
		w.want("odd seconds", err, channels.ErrSeconds)
		w.must(w.SetSlowMode(t.Context(), p[owner], ch, 0))
		// What was rolled back was not sent.
		w.must(w.SetSlowMode(t.Context(), p[owner], ch, 10))
		w.must(w.Invite(t.Context(), p[owner], ch, []ids.User{p[other]}))
		failed := errors.New("no")
		err = w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.CheckMaySend(t.Context(), tx, ch, p[other], 0, rights.SendPlain)
			return errors.Join(err, failed)
		})
		w.want("what fails", err, failed)
		w.want("then", w.send(ch, p[other], 0, rights.SendPlain), nil)
	})
}

func TestSendAs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		group := w.supergroup(p[owner], p[admin], p[member])
		mine := w.channel(p[member])
		w.want("as a private channel", w.send(group, p[member], mine.Peer(), rights.SendPlain), rights.ErrSendAs)
		w.must(w.SetUsername(t.Context(), p[member], mine, "my_channel"))
		w.want("in a private group", w.send(group, p[member], mine.Peer(), rights.SendPlain), rights.ErrSendAs)
		w.must(w.SetUsername(t.Context(), p[owner], group, "our_group"))
		w.want("in a public group", w.send(group, p[member], mine.Peer(), rights.SendPlain), nil)
		w.want("as a channel of another", w.send(group, p[admin], mine.Peer(), rights.SendPlain), rights.ErrSendAs)
		w.want("as the group", w.send(group, p[admin], group.Peer(), rights.SendPlain), rights.ErrSendAs)
		w.promote(p[owner], group, p[admin], rights.AdminAnonymous|rights.AdminOther)
		w.want("as the group, anonymous", w.send(group, p[admin], group.Peer(), rights.SendPlain), nil)
		if v, err := w.See(t.Context(), p[admin], group); err != nil || v.As() != group.Peer() {
			t.Errorf("an anonymous admin writes as %v, %v", v.As(), err)
		}
		if list, err := w.SendAs(t.Context(), p[member], group); err != nil || len(list) != 2 || list[1] != mine.Peer() {
			t.Errorf("got %v, %v", list, err)
		}
		w.want("choose", w.SetSendAs(t.Context(), p[member], group, mine.Peer()), nil)
		if v, err := w.See(t.Context(), p[member], group); err != nil || v.As() != mine.Peer() {
			t.Errorf("writes as %v, %v", v.As(), err)
		}
		w.must(w.Ban(t.Context(), p[owner], group, mine.Peer(), rights.Restriction{Banned: rights.ViewMessages}))
		w.want("as a channel that was banned", w.send(group, p[member], mine.Peer(), rights.SendPlain), rights.ErrUserBanned)
	})
}

// What asks for each post must not ask the database.
func TestCheckMaySendCostsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[member])
		w.want("warm", w.send(ch, p[member], 0, rights.SendPlain), nil)
		before := w.db.Statements()
		w.want("cached", w.send(ch, p[member], 0, rights.SendPlain), nil)
		if n := w.db.Statements() - before; n != 0 {
			t.Errorf("took %d statements", n)
		}
		w.must(w.Ban(t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{Banned: rights.SendMessages}))
		w.want("after a change", w.send(ch, p[member], 0, rights.SendPlain), rights.ErrUserBanned)
	})
}
