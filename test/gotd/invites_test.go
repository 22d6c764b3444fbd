package gotd

import (
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"
)

func TestInviteLinks(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"links": testLinks, "limits": testLinkLimits, "requests": testJoinRequests, "group": testGroupLink,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

// hashOf is what names a link: the part after the plus.
func hashOf(link string) string { return link[strings.LastIndexAny(link, "+/")+1:] }

// stranger is somebody new.
func (c *club) stranger(t *testing.T) *device {
	t.Helper()
	d := c.s.login(t, intermediate, newNumber(), "Stranger")
	c.names[d], c.ids[d], c.hashes[d] = "Stranger", d.self().ID, map[int64]int64{}
	return d
}

func (c *club) export(t *testing.T, peer tg.InputPeerClass, change func(*tg.MessagesExportChatInviteRequest)) *tg.ChatInviteExported {
	t.Helper()
	req := &tg.MessagesExportChatInviteRequest{Peer: peer}
	change(req)
	return must(c.anna.api.MessagesExportChatInvite(t.Context(), req))(t).(*tg.ChatInviteExported)
}

func testLinks(t *testing.T, c *club) {
	ch := c.supergroup(t, "By link")
	peer := c.chat(c.anna, ch)
	link := c.export(t, peer, func(r *tg.MessagesExportChatInviteRequest) { r.SetTitle("for friends") })
	if link.Title != "for friends" || !strings.HasPrefix(link.Link, "http") {
		t.Errorf("got %+v", link)
	}
	s := c.stranger(t)
	preview := must(s.api.MessagesCheckChatInvite(t.Context(), hashOf(link.Link)))(t)
	if p, ok := preview.(*tg.ChatInvite); !ok || p.Title != "By link" || p.ParticipantsCount != 3 {
		t.Errorf("got %v", preview)
	}
	must(s.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link)))(t)
	service[*tg.MessageActionChatJoinedByLink](c.bent, peerChannel(ch))
	_, err := s.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link))
	refused(t, err, "USER_ALREADY_PARTICIPANT")
	if already, ok := must(s.api.MessagesCheckChatInvite(t.Context(), hashOf(link.Link)))(t).(*tg.ChatInviteAlready); !ok {
		t.Errorf("got %v", already)
	}
	req := &tg.MessagesGetChatInviteImportersRequest{Peer: peer, OffsetUser: &tg.InputUserEmpty{}, Limit: 10}
	req.SetLink(link.Link)
	importers := must(c.anna.api.MessagesGetChatInviteImporters(t.Context(), req))(t)
	if len(importers.Importers) != 1 || importers.Importers[0].UserID != c.ids[s] {
		t.Errorf("got %+v", importers.Importers)
	}
	list := must(c.anna.api.MessagesGetExportedChatInvites(t.Context(), &tg.MessagesGetExportedChatInvitesRequest{Peer: peer, AdminID: &tg.InputUserSelf{}, Limit: 10}))(t)
	if len(list.Invites) == 0 {
		t.Error("no links listed")
	}
	must(c.anna.api.MessagesGetAdminsWithInvites(t.Context(), peer))(t)
	revoked := must(c.anna.api.MessagesEditExportedChatInvite(t.Context(), &tg.MessagesEditExportedChatInviteRequest{Peer: peer, Link: link.Link, Revoked: true}))(t)
	if revoked == nil {
		t.Error("no answer")
	}
	_, err = c.stranger(t).api.MessagesImportChatInvite(t.Context(), hashOf(link.Link))
	refused(t, err, "INVITE_HASH_EXPIRED")
	must(c.anna.api.MessagesDeleteExportedChatInvite(t.Context(), &tg.MessagesDeleteExportedChatInviteRequest{Peer: peer, Link: link.Link}))(t)
	must(c.anna.api.MessagesDeleteRevokedExportedChatInvites(t.Context(), &tg.MessagesDeleteRevokedExportedChatInvitesRequest{Peer: peer, AdminID: &tg.InputUserSelf{}}))(t)
	_, err = s.api.MessagesCheckChatInvite(t.Context(), "nothing_like_that")
	refusedLike(t, err, "INVITE_HASH_EXPIRED", "INVITE_HASH_INVALID")
}

func testLinkLimits(t *testing.T, c *club) {
	ch := c.supergroup(t, "Limited")
	link := c.export(t, c.chat(c.anna, ch), func(r *tg.MessagesExportChatInviteRequest) {
		r.SetUsageLimit(1)
		r.SetExpireDate(int(time.Now().Add(time.Hour).Unix()))
	})
	must(c.stranger(t).api.MessagesImportChatInvite(t.Context(), hashOf(link.Link)))(t)
	_, err := c.stranger(t).api.MessagesImportChatInvite(t.Context(), hashOf(link.Link))
	refusedLike(t, err, "INVITE_HASH_EXPIRED", "USERS_TOO_MUCH")
}

func testJoinRequests(t *testing.T, c *club) {
	ch := c.supergroup(t, "On request")
	peer := c.chat(c.anna, ch)
	link := c.export(t, peer, func(r *tg.MessagesExportChatInviteRequest) { r.RequestNeeded = true })
	s := c.stranger(t)
	_, err := s.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link))
	refused(t, err, "INVITE_REQUEST_SENT")
	wait(c.anna, func(u *tg.UpdatePendingJoinRequests) bool { return u.RequestsPending == 1 })
	waiting := must(c.anna.api.MessagesGetChatInviteImporters(t.Context(), &tg.MessagesGetChatInviteImportersRequest{
		Peer: peer, Requested: true, OffsetUser: &tg.InputUserEmpty{}, Limit: 10,
	}))(t)
	if len(waiting.Importers) != 1 || len(waiting.Users) == 0 {
		t.Fatalf("got %+v", waiting)
	}
	user := one[*tg.User](t, waiting.Users)
	must(c.anna.api.MessagesHideChatJoinRequest(t.Context(), &tg.MessagesHideChatJoinRequestRequest{Peer: peer, UserID: user.AsInput(), Approved: true}))(t)
	service[*tg.MessageActionChatJoinedByRequest](c.bent, peerChannel(ch))
	c.find(t, s, ch.ChannelID)
	s.send(c.chat(s, ch), "thank you", 0)
	c.bent.posted("thank you")
	second := c.stranger(t)
	_, _ = second.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link))
	must(c.anna.api.MessagesHideAllChatJoinRequests(t.Context(), &tg.MessagesHideAllChatJoinRequestsRequest{Peer: peer}))(t)
	waiting = must(c.anna.api.MessagesGetChatInviteImporters(t.Context(), &tg.MessagesGetChatInviteImportersRequest{
		Peer: peer, Requested: true, OffsetUser: &tg.InputUserEmpty{}, Limit: 10,
	}))(t)
	if len(waiting.Importers) != 0 {
		t.Errorf("%d still wait", len(waiting.Importers))
	}
}

func testGroupLink(t *testing.T, c *club) {
	id := c.group(t, "Group by link")
	link := c.export(t, inputChat(id), func(*tg.MessagesExportChatInviteRequest) {})
	s := c.stranger(t)
	must(s.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link)))(t)
	s.send(inputChat(id), "hello from outside", 0)
	c.cleo.message("hello from outside")
}
