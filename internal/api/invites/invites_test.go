package invites

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/api/view"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A world is the handlers over a database, with a supergroup and people who are not in it.
type world struct {
	*Handlers
	in       *apitest.World
	channels *channels.Service
	log      *updates.Log
	db       *db.DB
	owner    *rpc.Call
	others   []*rpc.Call
	ch       ids.Channel
}

func newWorld(t *testing.T, in *apitest.World) *world {
	t.Helper()
	w := &world{in: in, channels: in.Channels, log: in.Log, db: in.DB, Handlers: New(Options{
		Invites: invites.New(in.DB, in.Log, in.Users, in.Channels), View: in.View, Render: in.Render,
		LinkPrefix: "https://chat.example.org/",
	})}
	all := in.Calls(4)
	w.owner, w.others = all[0], all[1:]
	res, err := in.Channels.Create(t.Context(), channels.NewChannel{By: w.owner.User, Title: "Club"})
	if err != nil {
		t.Fatal(err)
	}
	w.ch = res.Channel.ID
	return w
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) { fn(t, newWorld(t, in)) })
}

func (w *world) peer(call *rpc.Call) tg.InputPeerClass { return w.in.Peer(call.User, w.ch.Peer()) }

// export makes a link.
func (w *world) export(t *testing.T, in tg.MessagesExportChatInvite) *tg.ChatInviteExported {
	t.Helper()
	in.Peer = w.peer(w.owner)
	i, err := w.exportChatInvite(t.Context(), w.owner, &in)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func hash(i *tg.ChatInviteExported) string { return view.InviteHash(i.Link) }

func TestLinkLeadsIntoTheGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.export(t, tg.MessagesExportChatInvite{Title: new("friends"), UsageLimit: new(int32(1))})
		if i.Link != "https://chat.example.org/+"+hash(i) || *i.Title != "friends" || *i.UsageLimit != 1 || i.Permanent {
			t.Errorf("link %+v", i)
		}
		shown, err := w.checkChatInvite(t.Context(), w.others[0], &tg.MessagesCheckChatInvite{Hash: hash(i)})
		if p, ok := shown.(*tg.ChatInvite); err != nil || !ok || !p.Channel || !p.Megagroup || p.Broadcast || p.Title != "Club" || p.ParticipantsCount != 1 {
			t.Errorf("before joining: %+v, %v", shown, err)
		}
		in, err := w.importChatInvite(t.Context(), w.others[0], &tg.MessagesImportChatInvite{Hash: hash(i)})
		if err != nil {
			t.Fatal(err)
		}
		if chats := in.Updates.(*tg.Updates).Chats; len(chats) != 1 || chats[0].(*tg.Channel).Left {
			t.Errorf("chats %+v", chats)
		}
		shown, err = w.checkChatInvite(t.Context(), w.others[0], &tg.MessagesCheckChatInvite{Hash: hash(i)})
		if _, ok := shown.(*tg.ChatInviteAlready); err != nil || !ok {
			t.Errorf("after joining: %+v, %v", shown, err)
		}
		if _, err := w.importChatInvite(t.Context(), w.others[1], &tg.MessagesImportChatInvite{Hash: hash(i)}); !errors.Is(err, invites.ErrExpired) {
			t.Errorf("used up: %v", err)
		}
		who, err := w.getChatInviteImporters(t.Context(), w.owner, &tg.MessagesGetChatInviteImporters{
			Peer: w.peer(w.owner), Link: &i.Link, OffsetUser: &tg.InputUserEmpty{}, Limit: 10,
		})
		if err != nil || who.Count != 1 || who.Importers[0].UserID != int64(w.others[0].User) || len(who.Users) != 1 {
			t.Errorf("importers %+v, %v", who, err)
		}
	})
}

func TestAdminsAreAskedForApproval(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.export(t, tg.MessagesExportChatInvite{RequestNeeded: true})
		for _, call := range w.others[:2] {
			if _, err := w.importChatInvite(t.Context(), call, &tg.MessagesImportChatInvite{Hash: hash(i)}); !errors.Is(err, invites.ErrAsked) {
				t.Fatalf("asking: %v", err)
			}
		}
		u, about, err := w.showPending(t.Context(), w.owner.User, updates.Entry{}, updates.PendingRequests{Peer: w.ch.Peer()})
		if p := u.(*tg.UpdatePendingJoinRequests); err != nil || p.RequestsPending != 2 || len(p.RecentRequesters) != 2 || len(about) != 3 {
			t.Errorf("pending %+v about %v, %v", u, about, err)
		}
		user := &tg.InputUser{UserID: int64(w.others[0].User), AccessHash: w.view.Access().Hash(w.owner.User, w.others[0].User.Peer())}
		out, err := w.hideChatJoinRequest(t.Context(), w.owner, &tg.MessagesHideChatJoinRequest{Approved: true, Peer: w.peer(w.owner), UserID: user})
		if err != nil {
			t.Fatal(err)
		}
		var left *tg.UpdatePendingJoinRequests
		for _, u := range out.Updates {
			if p, ok := u.(*tg.UpdatePendingJoinRequests); ok {
				left = p
			}
		}
		if left == nil || left.RequestsPending != 1 || len(out.Chats) != 1 {
			t.Errorf("after letting one in: %+v", out)
		}
		if m, err := w.channels.Member(t.Context(), nil, w.ch, w.others[0].User); err != nil || !m.In() || !m.ViaRequest {
			t.Errorf("member %+v, %v", m, err)
		}
		if _, err := w.hideAllChatJoinRequests(t.Context(), w.owner, &tg.MessagesHideAllChatJoinRequests{Peer: w.peer(w.owner)}); err != nil {
			t.Errorf("dismissing all: %v", err)
		}
		if page, err := w.Invite(t.Context(), w.owner.User, w.ch.Peer()); err != nil || page.Requests != 0 || page.Link == nil {
			t.Errorf("page %+v, %v", page, err)
		}
	})
}

func TestPrimaryLinkIsReplacedWhenRevoked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		page, err := w.Invite(t.Context(), w.owner.User, w.ch.Peer())
		if err != nil {
			t.Fatal(err)
		}
		first := page.Link.(*tg.ChatInviteExported)
		out, err := w.editExportedChatInvite(t.Context(), w.owner, &tg.MessagesEditExportedChatInvite{
			Peer: w.peer(w.owner), Link: first.Link, Revoked: true,
		})
		replaced, ok := out.(*tg.MessagesExportedChatInviteReplaced)
		if err != nil || !ok || !replaced.Invite.(*tg.ChatInviteExported).Revoked || !replaced.NewInvite.(*tg.ChatInviteExported).Permanent {
			t.Fatalf("got %+v, %v", out, err)
		}
		if _, err := w.checkChatInvite(t.Context(), w.others[0], &tg.MessagesCheckChatInvite{Hash: hash(first)}); !errors.Is(err, invites.ErrExpired) {
			t.Errorf("old link: %v", err)
		}
		list, err := w.getExportedChatInvites(t.Context(), w.owner, &tg.MessagesGetExportedChatInvites{
			Peer: w.peer(w.owner), AdminID: &tg.InputUserSelf{}, Revoked: true, Limit: 10,
		})
		if err != nil || list.Count != 1 || len(list.Invites) != 1 {
			t.Errorf("revoked ones: %+v, %v", list, err)
		}
		if _, err := w.deleteExportedChatInvite(t.Context(), w.owner, &tg.MessagesDeleteExportedChatInvite{
			Peer: w.peer(w.owner), Link: first.Link,
		}); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestLinksOfAllForms(t *testing.T) {
	for _, link := range []string{
		"https://chat.example.org/+AbCd", "https://chat.example.org/joinchat/AbCd", "tg://join?invite=AbCd", "chat.example.org/+AbCd/", "AbCd",
	} {
		if got := view.InviteHash(link); got != "AbCd" {
			t.Errorf("%s: got %s", link, got)
		}
	}
}

func TestExpiredLinkDoesNotWork(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.exportChatInvite(t.Context(), w.owner, &tg.MessagesExportChatInvite{
			Peer: w.peer(w.owner), ExpireDate: new(int32(time.Now().Add(-time.Hour).Unix())),
		})
		if !errors.Is(err, invites.ErrExpiry) {
			t.Errorf("expiry in the past: %v", err)
		}
		if _, err := w.checkChatInvite(t.Context(), w.others[0], &tg.MessagesCheckChatInvite{Hash: "nowhere"}); !errors.Is(err, invites.ErrHash) {
			t.Errorf("unknown: %v", err)
		}
	})
}
