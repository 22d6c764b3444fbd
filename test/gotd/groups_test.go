package gotd

import (
	"slices"
	"testing"

	"github.com/gotd/td/tg"
)

func TestBasicGroups(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"life": testGroupLife, "members": testGroupMembers, "rights": testGroupRights, "talk": testGroupTalk,
		"leaving": testGroupLeaving, "deletion": testGroupDeletion, "migration": testGroupMigration,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

func peerChat(id int64) *tg.PeerChat       { return &tg.PeerChat{ChatID: id} }
func inputChat(id int64) *tg.InputPeerChat { return &tg.InputPeerChat{ChatID: id} }
func fullGroup(d *device, id int64) *tg.ChatFull {
	d.t.Helper()
	return must(d.api.MessagesGetFullChat(d.t.Context(), id))(d.t).FullChat.(*tg.ChatFull)
}

func testGroupLife(t *testing.T, c *club) {
	id := c.group(t, "Friends")
	if made := service[*tg.MessageActionChatCreate](c.bent, peerChat(id)); made.Title != "Friends" || len(made.Users) != 3 && len(made.Users) != 2 {
		t.Errorf("got %+v", made)
	}
	must(c.anna.api.MessagesEditChatTitle(t.Context(), &tg.MessagesEditChatTitleRequest{ChatID: id, Title: "Old friends"}))(t)
	for _, d := range []*device{c.second, c.bent, c.cleo} {
		if renamed := service[*tg.MessageActionChatEditTitle](d, peerChat(id)); renamed.Title != "Old friends" {
			t.Errorf("got %q", renamed.Title)
		}
	}
	must(c.anna.api.MessagesEditChatAbout(t.Context(), &tg.MessagesEditChatAboutRequest{Peer: inputChat(id), About: "since school"}))(t)
	full := fullGroup(c.bent, id)
	if full.About != "since school" || len(full.Participants.(*tg.ChatParticipants).Participants) != 3 {
		t.Errorf("got %+v", full)
	}
	list := must(c.bent.api.MessagesGetChats(t.Context(), []int64{id}))(t)
	if g := one[*tg.Chat](t, list.GetChats()); g.Title != "Old friends" || g.ParticipantsCount != 3 || g.Creator {
		t.Errorf("got %+v", g)
	}
	common := must(c.bent.api.MessagesGetCommonChats(t.Context(), &tg.MessagesGetCommonChatsRequest{UserID: c.who(c.bent, c.anna), Limit: 100}))(t)
	if len(common.GetChats()) == 0 {
		t.Error("no common chats")
	}
}

func testGroupMembers(t *testing.T, c *club) {
	id := c.group(t, "Members")
	_, err := c.bent.api.MessagesDeleteChatUser(t.Context(), &tg.MessagesDeleteChatUserRequest{ChatID: id, UserID: c.who(c.bent, c.cleo)})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.MessagesDeleteChatUser(t.Context(), &tg.MessagesDeleteChatUserRequest{ChatID: id, UserID: c.who(c.anna, c.cleo)}))(t)
	if gone := service[*tg.MessageActionChatDeleteUser](c.cleo, peerChat(id)); gone.UserID != c.ids[c.cleo] {
		t.Errorf("got %+v", gone)
	}
	_, err = c.cleo.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: inputChat(id), Message: "let me in", RandomID: 1})
	if err == nil {
		t.Error("who was removed may write")
	}
	must(c.anna.api.MessagesAddChatUser(t.Context(), &tg.MessagesAddChatUserRequest{ChatID: id, UserID: c.who(c.anna, c.cleo), FwdLimit: 100}))(t)
	if back := service[*tg.MessageActionChatAddUser](c.cleo, peerChat(id)); !slices.Contains(back.Users, c.ids[c.cleo]) {
		t.Errorf("got %+v", back)
	}
	_, err = c.anna.api.MessagesAddChatUser(t.Context(), &tg.MessagesAddChatUserRequest{ChatID: id, UserID: c.who(c.anna, c.cleo)})
	refused(t, err, "USER_ALREADY_PARTICIPANT")
}

func testGroupRights(t *testing.T, c *club) {
	id := c.group(t, "Rights")
	if ok := must(c.anna.api.MessagesEditChatDefaultBannedRights(t.Context(), &tg.MessagesEditChatDefaultBannedRightsRequest{
		Peer: inputChat(id), BannedRights: tg.ChatBannedRights{ChangeInfo: true, InviteUsers: true, PinMessages: true, SendPolls: true},
	}))(t); ok == nil {
		t.Error("no updates")
	}
	_, err := c.bent.api.MessagesEditChatTitle(t.Context(), &tg.MessagesEditChatTitleRequest{ChatID: id, Title: "mine"})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.MessagesEditChatAdmin(t.Context(), &tg.MessagesEditChatAdminRequest{ChatID: id, UserID: c.who(c.anna, c.bent), IsAdmin: true}))(t)
	must(c.bent.api.MessagesEditChatTitle(t.Context(), &tg.MessagesEditChatTitleRequest{ChatID: id, Title: "ours"}))(t)
	one[*tg.ChatParticipantAdmin](t, fullGroup(c.cleo, id).Participants.(*tg.ChatParticipants).Participants)
}

func testGroupTalk(t *testing.T, c *club) {
	id := c.group(t, "Talk")
	first := c.anna.send(inputChat(id), "hello all", 0)
	atBent := c.bent.message("hello all")
	if from, ok := atBent.FromID.(*tg.PeerUser); !ok || from.UserID != c.ids[c.anna] {
		t.Errorf("from %v", atBent.FromID)
	}
	c.bent.send(inputChat(id), "hello Anna", atBent.ID)
	reply, ok := c.anna.message("hello Anna").ReplyTo.(*tg.MessageReplyHeader)
	if !ok || reply.ReplyToMsgID != first {
		t.Errorf("got %+v, want %d", reply, first)
	}
	c.cleo.message("hello Anna")
	atCleo := c.cleo.message("hello all")
	must(c.cleo.api.MessagesReadHistory(t.Context(), &tg.MessagesReadHistoryRequest{Peer: inputChat(id), MaxID: atCleo.ID + 1}))(t)
	wait(c.anna, func(u *tg.UpdateReadHistoryOutbox) bool { p, ok := u.Peer.(*tg.PeerChat); return ok && p.ChatID == id })
	seen := must(c.anna.api.MessagesGetMessageReadParticipants(t.Context(), &tg.MessagesGetMessageReadParticipantsRequest{Peer: inputChat(id), MsgID: first}))(t)
	if len(seen) != 1 || seen[0].UserID != c.ids[c.cleo] {
		t.Errorf("seen by %+v", seen)
	}
	must(c.anna.api.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{ID: []int{first}, Revoke: true}))(t)
	wait(c.cleo, func(u *tg.UpdateDeleteMessages) bool { return slices.Contains(u.Messages, atCleo.ID) })
}

func testGroupLeaving(t *testing.T, c *club) {
	id := c.group(t, "Leaving")
	must(c.bent.api.MessagesDeleteChatUser(t.Context(), &tg.MessagesDeleteChatUserRequest{ChatID: id, UserID: &tg.InputUserSelf{}}))(t)
	if gone := service[*tg.MessageActionChatDeleteUser](c.anna, peerChat(id)); gone.UserID != c.ids[c.bent] {
		t.Errorf("got %+v", gone)
	}
	left := must(c.bent.api.MessagesGetChats(t.Context(), []int64{id}))(t).GetChats()
	switch g := left[0].(type) {
	case *tg.Chat:
		if !g.Left {
			t.Errorf("got %+v", g)
		}
	case *tg.ChatForbidden:
	default:
		t.Errorf("got %T", g)
	}
}

func testGroupDeletion(t *testing.T, c *club) {
	id := c.group(t, "Short-lived")
	_, err := c.bent.api.MessagesDeleteChat(t.Context(), id)
	if err == nil {
		t.Error("a member deleted the group")
	}
	if !must(c.anna.api.MessagesDeleteChat(t.Context(), id))(t) {
		t.Error("not deleted")
	}
	_, err = c.bent.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: inputChat(id), Message: "anyone?", RandomID: 2})
	if err == nil {
		t.Error("a group that was deleted takes messages")
	}
}

func testGroupMigration(t *testing.T, c *club) {
	id := c.group(t, "Growing")
	c.bent.send(inputChat(id), "before it grew", 0)
	moved := must(c.anna.api.MessagesMigrateChat(t.Context(), id))(t)
	ch := one[*tg.Channel](t, chats(moved))
	if !ch.Megagroup || ch.Title != "Growing" {
		t.Errorf("got %+v", ch)
	}
	if to := service[*tg.MessageActionChatMigrateTo](c.bent, peerChat(id)); to.ChannelID != ch.ID {
		t.Errorf("got %+v", to)
	}
	c.find(t, c.bent, ch.ID)
	in := ch.AsInput()
	full := must(c.bent.api.ChannelsGetFullChannel(t.Context(), c.in(c.bent, in)))(t).FullChat.(*tg.ChannelFull)
	if from, ok := full.GetMigratedFromChatID(); !ok || from != id || full.ParticipantsCount != 3 {
		t.Errorf("got %+v", full)
	}
	if old := textsOf(c.bent.history(inputChat(id))); !slices.Contains(old, "before it grew") {
		t.Errorf("the old history is %q", old)
	}
	c.bent.send(c.chat(c.bent, in), "after it grew", 0)
	c.cleo.posted("after it grew")
}
