package gotd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/tg"
)

func TestSupergroupsAndChannels(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"life": testChannelLife, "joining": testJoining, "participants": testParticipants, "admins": testAdmins, "bans": testBans,
		"permissions": testPermissions, "slow mode": testSlowMode, "hidden history": testHiddenHistory, "switches": testSwitches,
		"ownership": testOwnership, "usernames": testChannelNames, "send as": testSendAs, "admin log": testAdminLog,
		"deletion": testChannelDeletion, "posts": testPosts, "lists": testChannelLists, "statistics": testStatistics,
		"difference": testChannelDifference, "looking on": testLookingOn, "clearing": testClearing,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

func full(d *device, ch *tg.InputChannel) *tg.ChannelFull {
	d.t.Helper()
	return must(d.api.ChannelsGetFullChannel(d.t.Context(), ch))(d.t).FullChat.(*tg.ChannelFull)
}

func peerChannel(ch *tg.InputChannel) *tg.PeerChannel {
	return &tg.PeerChannel{ChannelID: ch.ChannelID}
}

func testChannelLife(t *testing.T, c *club) {
	ch := c.supergroup(t, "Hikers")
	must(c.anna.api.ChannelsEditTitle(t.Context(), &tg.ChannelsEditTitleRequest{Channel: ch, Title: "Skiers"}))(t)
	for _, d := range []*device{c.second, c.bent} {
		if renamed := service[*tg.MessageActionChatEditTitle](d, peerChannel(ch)); renamed.Title != "Skiers" {
			t.Errorf("got %q", renamed.Title)
		}
	}
	must(c.anna.api.MessagesEditChatAbout(t.Context(), &tg.MessagesEditChatAboutRequest{Peer: c.chat(c.anna, ch), About: "with wax"}))(t)
	if f := full(c.bent, c.in(c.bent, ch)); f.About != "with wax" || f.ParticipantsCount != 3 {
		t.Errorf("got %+v", f)
	}
	c.anna.send(c.chat(c.anna, ch), "hello", 0)
	if own := c.second.posted("hello"); !own.Out {
		t.Error("not out on the other device")
	}
	at := c.bent.posted("hello")
	must(c.bent.api.ChannelsReadHistory(t.Context(), &tg.ChannelsReadHistoryRequest{Channel: c.in(c.bent, ch), MaxID: at.ID}))(t)
	wait(c.anna, func(u *tg.UpdateReadChannelOutbox) bool { return u.ChannelID == ch.ChannelID && u.MaxID >= at.ID })
	seen := must(c.anna.api.MessagesGetMessageReadParticipants(t.Context(), &tg.MessagesGetMessageReadParticipantsRequest{Peer: c.chat(c.anna, ch), MsgID: at.ID}))(t)
	if len(seen) != 1 || seen[0].UserID != c.ids[c.bent] {
		t.Errorf("seen by %+v", seen)
	}
	got := must(c.bent.api.ChannelsGetMessages(t.Context(), &tg.ChannelsGetMessagesRequest{Channel: c.in(c.bent, ch), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: at.ID}}}))(t)
	if texts := textsOf(got.(*tg.MessagesChannelMessages).Messages); !slices.Equal(texts, []string{"hello"}) {
		t.Errorf("got %q", texts)
	}
}

// public gives a channel a name.
func (c *club) public(t *testing.T, ch *tg.InputChannel) string {
	t.Helper()
	name := fmt.Sprintf("club_%d", ch.ChannelID)
	if !must(c.anna.api.ChannelsUpdateUsername(t.Context(), &tg.ChannelsUpdateUsernameRequest{Channel: ch, Username: name}))(t) {
		t.Error("not named")
	}
	return name
}

// outsider is somebody who is in none of it, and how he names the channel.
func (c *club) outsider(t *testing.T, name string) (*device, *tg.InputChannel) {
	t.Helper()
	d := c.s.login(t, intermediate, newNumber(), "Outsider")
	c.names[d], c.ids[d], c.hashes[d] = "Outsider", d.self().ID, map[int64]int64{}
	found := must(d.api.ContactsResolveUsername(t.Context(), &tg.ContactsResolveUsernameRequest{Username: name}))(t)
	ch := one[*tg.Channel](t, found.Chats).AsInput()
	c.keep(d, ch)
	return d, ch
}

func testJoining(t *testing.T, c *club) {
	ch := c.supergroup(t, "Open")
	name := c.public(t, ch)
	out, in := c.outsider(t, name)
	must(out.api.ChannelsJoinChannel(t.Context(), in))(t)
	service[*tg.MessageActionChatAddUser](c.bent, peerChannel(ch))
	out.send(c.chat(out, ch), "I am in", 0)
	c.cleo.posted("I am in")
	must(out.api.ChannelsLeaveChannel(t.Context(), in))(t)
	_, err := out.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: c.chat(out, ch), Message: "still?", RandomID: 3})
	if err == nil {
		t.Error("who left may write")
	}
	left := must(out.api.ChannelsGetLeftChannels(t.Context(), 0))(t)
	if one[*tg.Channel](t, left.GetChats()).ID != ch.ChannelID {
		t.Errorf("left %+v", left)
	}
	if got := must(c.anna.api.ChannelsGetParticipant(t.Context(), &tg.ChannelsGetParticipantRequest{Channel: ch, Participant: c.peer(c.anna, c.bent)}))(t); got.Participant == nil {
		t.Error("no participant")
	}
	_, err = c.anna.api.ChannelsGetParticipant(t.Context(), &tg.ChannelsGetParticipantRequest{Channel: ch, Participant: &tg.InputPeerUser{UserID: c.ids[c.bent], AccessHash: 1}})
	if err == nil {
		t.Error("a wrong access hash is taken")
	}
}

func testParticipants(t *testing.T, c *club) {
	ch := c.supergroup(t, "Listed")
	for name, tt := range map[string]struct {
		filter tg.ChannelParticipantsFilterClass
		want   int
	}{
		"recent": {&tg.ChannelParticipantsRecent{}, 3}, "admins": {&tg.ChannelParticipantsAdmins{}, 1},
		"search": {&tg.ChannelParticipantsSearch{Q: "Ben"}, 1}, "nobody": {&tg.ChannelParticipantsSearch{Q: "Zacharias"}, 0},
		"bots": {&tg.ChannelParticipantsBots{}, 0}, "kicked": {&tg.ChannelParticipantsKicked{}, 0},
		"banned": {&tg.ChannelParticipantsBanned{}, 0}, "contacts": {&tg.ChannelParticipantsContacts{}, 2},
		"mentions": {&tg.ChannelParticipantsMentions{}, 3},
	} {
		got := must(c.anna.api.ChannelsGetParticipants(t.Context(), &tg.ChannelsGetParticipantsRequest{Channel: ch, Filter: tt.filter, Limit: 100}))(t)
		if p := got.(*tg.ChannelsChannelParticipants); len(p.Participants) != tt.want {
			t.Errorf("%s: %d, want %d", name, len(p.Participants), tt.want)
		}
	}
	must(c.anna.api.ChannelsToggleParticipantsHidden(t.Context(), &tg.ChannelsToggleParticipantsHiddenRequest{Channel: ch, Enabled: true}))(t)
	if !full(c.bent, c.in(c.bent, ch)).ParticipantsHidden {
		t.Error("members are not hidden")
	}
	_, err := c.bent.api.ChannelsGetParticipants(t.Context(), &tg.ChannelsGetParticipantsRequest{Channel: c.in(c.bent, ch), Filter: &tg.ChannelParticipantsRecent{}, Limit: 100})
	if err == nil {
		t.Log("hidden members are listed as none")
	}
}

func testAdmins(t *testing.T, c *club) {
	ch := c.channel(t, "Gazette")
	_, err := c.bent.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "news", RandomID: 4})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.ChannelsEditAdmin(t.Context(), &tg.ChannelsEditAdminRequest{
		Channel: ch, UserID: c.who(c.anna, c.bent), AdminRights: tg.ChatAdminRights{PostMessages: true, EditMessages: true}, Rank: "editor",
	}))(t)
	wait(c.bent, func(u *tg.UpdateChannel) bool { return u.ChannelID == ch.ChannelID })
	c.bent.send(c.chat(c.bent, ch), "news from Bent", 0)
	if post := c.cleo.posted("news from Bent"); !post.Post || post.FromID != nil || post.Views == 0 {
		t.Errorf("got %+v", post)
	}
	admin := must(c.anna.api.ChannelsGetParticipant(t.Context(), &tg.ChannelsGetParticipantRequest{Channel: ch, Participant: c.peer(c.anna, c.bent)}))(t)
	if p, ok := admin.Participant.(*tg.ChannelParticipantAdmin); !ok || !p.AdminRights.PostMessages || p.AdminRights.BanUsers || p.Rank != "editor" {
		t.Errorf("got %+v", admin.Participant)
	}
	_, err = c.bent.api.ChannelsEditAdmin(t.Context(), &tg.ChannelsEditAdminRequest{
		Channel: c.in(c.bent, ch), UserID: c.who(c.bent, c.cleo), AdminRights: tg.ChatAdminRights{PostMessages: true},
	})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.ChannelsEditAdmin(t.Context(), &tg.ChannelsEditAdminRequest{Channel: ch, UserID: c.who(c.anna, c.bent)}))(t)
	_, err = c.bent.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "more", RandomID: 5})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
}

func testBans(t *testing.T, c *club) {
	ch := c.supergroup(t, "Strict")
	ban := func(rights tg.ChatBannedRights) {
		t.Helper()
		must(c.anna.api.ChannelsEditBanned(t.Context(), &tg.ChannelsEditBannedRequest{Channel: ch, Participant: c.peer(c.anna, c.bent), BannedRights: rights}))(t)
	}
	say := func() error {
		_, err := c.bent.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "may I?", RandomID: time.Now().UnixNano()})
		return err
	}
	until := int(time.Now().Add(time.Hour).Unix())
	ban(tg.ChatBannedRights{SendMessages: true, SendPlain: true, UntilDate: until})
	if err := say(); err == nil {
		t.Error("who is silenced may write")
	}
	got := must(c.anna.api.ChannelsGetParticipants(t.Context(), &tg.ChannelsGetParticipantsRequest{Channel: ch, Filter: &tg.ChannelParticipantsBanned{}, Limit: 10}))(t)
	if p := one[*tg.ChannelParticipantBanned](t, got.(*tg.ChannelsChannelParticipants).Participants); p.Left || p.BannedRights.UntilDate != until {
		t.Errorf("got %+v", p)
	}
	ban(tg.ChatBannedRights{ViewMessages: true})
	_, err := c.bent.api.MessagesGetHistory(t.Context(), &tg.MessagesGetHistoryRequest{Peer: c.chat(c.bent, ch), Limit: 10})
	refused(t, err, "CHANNEL_PRIVATE")
	got = must(c.anna.api.ChannelsGetParticipants(t.Context(), &tg.ChannelsGetParticipantsRequest{Channel: ch, Filter: &tg.ChannelParticipantsKicked{}, Limit: 10}))(t)
	one[*tg.ChannelParticipantBanned](t, got.(*tg.ChannelsChannelParticipants).Participants)
	ban(tg.ChatBannedRights{})
	must(c.anna.api.ChannelsInviteToChannel(t.Context(), &tg.ChannelsInviteToChannelRequest{Channel: ch, Users: []tg.InputUserClass{c.who(c.anna, c.bent)}}))(t)
	if err := say(); err != nil {
		t.Errorf("after the ban: %v", err)
	}
}

func testPermissions(t *testing.T, c *club) {
	ch := c.supergroup(t, "Quiet")
	must(c.anna.api.MessagesEditChatDefaultBannedRights(t.Context(), &tg.MessagesEditChatDefaultBannedRightsRequest{
		Peer: c.chat(c.anna, ch), BannedRights: tg.ChatBannedRights{SendPolls: true, PinMessages: true, SendInline: true},
	}))(t)
	at := c.bent.send(c.chat(c.bent, ch), "text is fine", 0)
	_, err := c.bent.api.MessagesUpdatePinnedMessage(t.Context(), &tg.MessagesUpdatePinnedMessageRequest{Peer: c.chat(c.bent, ch), ID: at})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	_, err = c.bent.api.MessagesSendMedia(t.Context(), &tg.MessagesSendMediaRequest{Peer: c.chat(c.bent, ch), RandomID: 6, Media: poll("Why?", "a", "b")})
	refused(t, err, "CHAT_SEND_POLL_FORBIDDEN")
}

func testSlowMode(t *testing.T, c *club) {
	ch := c.supergroup(t, "Slow")
	must(c.anna.api.ChannelsToggleSlowMode(t.Context(), &tg.ChannelsToggleSlowModeRequest{Channel: ch, Seconds: 60}))(t)
	c.bent.send(c.chat(c.bent, ch), "one", 0)
	_, err := c.bent.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "two", RandomID: 7})
	if err == nil || !strings.Contains(err.Error(), "SLOWMODE_WAIT") {
		t.Errorf("got %v", err)
	}
	f := full(c.bent, c.in(c.bent, ch))
	if seconds, _ := f.GetSlowmodeSeconds(); seconds != 60 {
		t.Errorf("slow mode of %d", seconds)
	}
	c.anna.send(c.chat(c.anna, ch), "admins do not wait", 0)
	c.anna.send(c.chat(c.anna, ch), "at all", 0)
}

func testHiddenHistory(t *testing.T, c *club) {
	ch := c.supergroup(t, "Secretive")
	must(c.anna.api.ChannelsTogglePreHistoryHidden(t.Context(), &tg.ChannelsTogglePreHistoryHiddenRequest{Channel: ch, Enabled: true}))(t)
	c.anna.send(c.chat(c.anna, ch), "before Dora", 0)
	dora := c.s.login(t, intermediate, newNumber(), "Dora")
	c.names[dora], c.ids[dora], c.hashes[dora] = "Dora", dora.self().ID, map[int64]int64{}
	link := must(c.anna.api.MessagesExportChatInvite(t.Context(), &tg.MessagesExportChatInviteRequest{Peer: c.chat(c.anna, ch)}))(t).(*tg.ChatInviteExported).Link
	must(dora.api.MessagesImportChatInvite(t.Context(), hashOf(link)))(t)
	c.find(t, dora, ch.ChannelID)
	c.anna.send(c.chat(c.anna, ch), "after Dora", 0)
	dora.posted("after Dora")
	if got := textsOf(dora.history(c.chat(dora, ch))); !slices.Equal(got, []string{"after Dora"}) {
		t.Errorf("she sees %q", got)
	}
}

func testSwitches(t *testing.T, c *club) {
	ch, news := c.supergroup(t, "Switches"), c.channel(t, "Signed")
	api := c.anna.api
	must(api.ChannelsToggleSignatures(t.Context(), &tg.ChannelsToggleSignaturesRequest{Channel: news, SignaturesEnabled: true}))(t)
	c.anna.send(c.chat(c.anna, news), "signed", 0)
	if author, _ := c.cleo.posted("signed").GetPostAuthor(); author != "Anna" {
		t.Errorf("signed by %q", author)
	}
	must(api.MessagesToggleNoForwards(t.Context(), &tg.MessagesToggleNoForwardsRequest{Peer: c.chat(c.anna, ch), Enabled: true}))(t)
	at := c.bent.send(c.chat(c.bent, ch), "keep it here", 0)
	_, err := c.bent.api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
		FromPeer: c.chat(c.bent, ch), ToPeer: &tg.InputPeerSelf{}, ID: []int{at}, RandomID: []int64{8},
	})
	refused(t, err, "CHAT_FORWARDS_RESTRICTED")
	must(api.ChannelsToggleJoinToSend(t.Context(), &tg.ChannelsToggleJoinToSendRequest{Channel: ch, Enabled: true}))
	must(api.ChannelsToggleAntiSpam(t.Context(), &tg.ChannelsToggleAntiSpamRequest{Channel: ch, Enabled: true}))
	must(api.MessagesSetHistoryTTL(t.Context(), &tg.MessagesSetHistoryTTLRequest{Peer: c.chat(c.anna, ch), Period: 86400}))(t)
	if ttl, _ := full(c.bent, c.in(c.bent, ch)).GetTTLPeriod(); ttl != 86400 {
		t.Errorf("deletes after %d", ttl)
	}
}

func testOwnership(t *testing.T, c *club) {
	ch := c.supergroup(t, "Handed over")
	if err := c.anna.client.Auth().UpdatePassword(t.Context(), "correct horse", auth.UpdatePasswordOptions{}); err != nil {
		t.Fatal(err)
	}
	asked := must(c.anna.api.AccountGetPassword(t.Context()))(t)
	_, err := c.anna.api.MessagesEditChatCreator(t.Context(), &tg.MessagesEditChatCreatorRequest{Peer: c.chat(c.anna, ch), UserID: c.who(c.anna, c.bent), Password: &tg.InputCheckPasswordEmpty{}})
	if err == nil {
		t.Error("a group changed hands without a password")
	}
	check := must(auth.PasswordHash([]byte("correct horse"), asked.SRPID, asked.SRPB, asked.SecureRandom, asked.CurrentAlgo))(t)
	if _, err := c.anna.api.MessagesEditChatCreator(t.Context(), &tg.MessagesEditChatCreatorRequest{Peer: c.chat(c.anna, ch), UserID: c.who(c.anna, c.bent), Password: check}); err != nil {
		refusedLike(t, err, "PASSWORD_TOO_FRESH", "SESSION_TOO_FRESH") // both are right on a new account
		return
	}
	got := must(c.cleo.api.ChannelsGetParticipants(t.Context(), &tg.ChannelsGetParticipantsRequest{Channel: c.in(c.cleo, ch), Filter: &tg.ChannelParticipantsAdmins{}, Limit: 10}))(t)
	if owner := one[*tg.ChannelParticipantCreator](t, got.(*tg.ChannelsChannelParticipants).Participants); owner.UserID != c.ids[c.bent] {
		t.Errorf("owned by %d", owner.UserID)
	}
}

// refusedLike fails the test unless err begins like one of the symbols.
func refusedLike(t *testing.T, err error, symbols ...string) {
	t.Helper()
	if err == nil || !slices.ContainsFunc(symbols, func(s string) bool { return strings.Contains(err.Error(), s) }) {
		t.Errorf("got %v, want one of %v", err, symbols)
	}
}

func testChannelNames(t *testing.T, c *club) {
	ch, other := c.channel(t, "Named"), c.channel(t, "Other")
	api := c.anna.api
	if !must(api.ChannelsCheckUsername(t.Context(), &tg.ChannelsCheckUsernameRequest{Channel: ch, Username: "a_free_name"}))(t) {
		t.Error("a free name is taken")
	}
	name := c.public(t, ch)
	_, err := api.ChannelsUpdateUsername(t.Context(), &tg.ChannelsUpdateUsernameRequest{Channel: other, Username: name})
	refused(t, err, "USERNAME_OCCUPIED")
	mine := must(api.ChannelsGetAdminedPublicChannels(t.Context(), &tg.ChannelsGetAdminedPublicChannelsRequest{}))(t)
	if len(mine.GetChats()) == 0 {
		t.Error("no public channels")
	}
	found := must(c.bent.api.ContactsSearch(t.Context(), &tg.ContactsSearchRequest{Q: "club_", Limit: 20}))(t)
	one[*tg.Channel](t, found.Chats)
	must(api.ChannelsUpdateUsername(t.Context(), &tg.ChannelsUpdateUsernameRequest{Channel: ch, Username: ""}))(t)
	_, err = c.bent.api.ContactsResolveUsername(t.Context(), &tg.ContactsResolveUsernameRequest{Username: name})
	refused(t, err, "USERNAME_NOT_OCCUPIED")
}

func testSendAs(t *testing.T, c *club) {
	ch, mask := c.supergroup(t, "Masked"), c.channel(t, "Mask")
	c.public(t, ch)
	c.public(t, mask)
	list := must(c.anna.api.ChannelsGetSendAs(t.Context(), &tg.ChannelsGetSendAsRequest{Peer: c.chat(c.anna, ch)}))(t)
	if len(list.Peers) < 2 {
		t.Errorf("may be %+v", list.Peers)
	}
	req := &tg.MessagesSendMessageRequest{Peer: c.chat(c.anna, ch), Message: "who am I", RandomID: 9}
	req.SetSendAs(c.chat(c.anna, mask))
	must(c.anna.api.MessagesSendMessage(t.Context(), req))(t)
	if from, ok := c.bent.posted("who am I").FromID.(*tg.PeerChannel); !ok || from.ChannelID != mask.ChannelID {
		t.Errorf("from %v", from)
	}
	must(c.anna.api.MessagesSaveDefaultSendAs(t.Context(), &tg.MessagesSaveDefaultSendAsRequest{Peer: c.chat(c.anna, ch), SendAs: c.chat(c.anna, mask)}))(t)
}

func testAdminLog(t *testing.T, c *club) {
	ch := c.supergroup(t, "Logged")
	must(c.anna.api.ChannelsEditTitle(t.Context(), &tg.ChannelsEditTitleRequest{Channel: ch, Title: "Logged well"}))(t)
	at := c.bent.send(c.chat(c.bent, ch), "to be removed", 0)
	must(c.anna.api.ChannelsDeleteMessages(t.Context(), &tg.ChannelsDeleteMessagesRequest{Channel: ch, ID: []int{at}}))(t)
	log := must(c.anna.api.ChannelsGetAdminLog(t.Context(), &tg.ChannelsGetAdminLogRequest{Channel: ch, Limit: 50}))(t)
	var titles, deletions int
	for _, e := range log.Events {
		switch a := e.Action.(type) {
		case *tg.ChannelAdminLogEventActionChangeTitle:
			if titles++; a.PrevValue != "Logged" || a.NewValue != "Logged well" {
				t.Errorf("got %+v", a)
			}
		case *tg.ChannelAdminLogEventActionDeleteMessage:
			if deletions++; a.Message.(*tg.Message).Message != "to be removed" {
				t.Errorf("got %+v", a.Message)
			}
		}
	}
	if titles != 1 || deletions != 1 {
		t.Errorf("%d titles, %d deletions in %d events", titles, deletions, len(log.Events))
	}
	req := &tg.ChannelsGetAdminLogRequest{Channel: ch, Limit: 50}
	req.SetEventsFilter(tg.ChannelAdminLogEventsFilter{Delete: true})
	if log := must(c.anna.api.ChannelsGetAdminLog(t.Context(), req))(t); len(log.Events) != 1 {
		t.Errorf("%d events by filter", len(log.Events))
	}
	_, err := c.bent.api.ChannelsGetAdminLog(t.Context(), &tg.ChannelsGetAdminLogRequest{Channel: c.in(c.bent, ch), Limit: 50})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
}

func testChannelDeletion(t *testing.T, c *club) {
	ch := c.supergroup(t, "Brief")
	_, err := c.bent.api.ChannelsDeleteChannel(t.Context(), c.in(c.bent, ch))
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.ChannelsDeleteChannel(t.Context(), ch))(t)
	wait(c.bent, func(u *tg.UpdateChannel) bool { return u.ChannelID == ch.ChannelID })
	_, err = c.bent.api.MessagesGetHistory(t.Context(), &tg.MessagesGetHistoryRequest{Peer: c.chat(c.bent, ch), Limit: 10})
	refusedLike(t, err, "CHANNEL_PRIVATE", "CHANNEL_INVALID")
}

func testPosts(t *testing.T, c *club) {
	ch := c.channel(t, "Counted")
	c.anna.send(c.chat(c.anna, ch), "count me", 0)
	at := c.bent.posted("count me").ID
	for _, d := range []*device{c.bent, c.cleo} {
		got := must(d.api.MessagesGetMessagesViews(t.Context(), &tg.MessagesGetMessagesViewsRequest{Peer: c.chat(d, ch), ID: []int{at}, Increment: true}))(t)
		if len(got.Views) != 1 || got.Views[0].Views == 0 {
			t.Errorf("got %+v", got.Views)
		}
	}
	must(c.bent.api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
		FromPeer: c.chat(c.bent, ch), ToPeer: c.peer(c.bent, c.cleo), ID: []int{at}, RandomID: []int64{10},
	}))(t)
	fwd, ok := c.cleo.message("count me").GetFwdFrom()
	if from, is := fwd.FromID.(*tg.PeerChannel); !ok || !is || from.ChannelID != ch.ChannelID || fwd.ChannelPost != at {
		t.Errorf("forwarded from %+v", fwd)
	}
	link := must(c.anna.api.ChannelsExportMessageLink(t.Context(), &tg.ChannelsExportMessageLinkRequest{Channel: ch, ID: at}))(t)
	if link.Link == "" {
		t.Error("no link")
	}
	must(c.bent.api.ChannelsReportSpam(t.Context(), &tg.ChannelsReportSpamRequest{
		Channel: c.in(c.bent, ch), Participant: c.peer(c.bent, c.anna), ID: []int{at},
	}))
}

func testChannelLists(t *testing.T, c *club) {
	ch := c.channel(t, "Similar one")
	must(c.bent.api.ChannelsGetInactiveChannels(t.Context()))(t)
	req := &tg.ChannelsGetChannelRecommendationsRequest{}
	req.SetChannel(c.in(c.bent, ch))
	must(c.bent.api.ChannelsGetChannelRecommendations(t.Context(), req))(t)
	list := must(c.bent.api.ChannelsGetChannels(t.Context(), []tg.InputChannelClass{c.in(c.bent, ch)}))(t)
	if one[*tg.Channel](t, list.GetChats()).Title != "Similar one" {
		t.Errorf("got %+v", list)
	}
}

func testStatistics(t *testing.T, c *club) {
	ch := c.channel(t, "Measured")
	c.anna.send(c.chat(c.anna, ch), "measure me", 0)
	if !full(c.anna, ch).CanViewStats {
		t.Log("the client is not told that there are statistics")
	}
	stats, err := c.anna.api.StatsGetBroadcastStats(t.Context(), &tg.StatsGetBroadcastStatsRequest{Channel: ch})
	if err != nil {
		refusedLike(t, err, "STATS_MIGRATE", "CHAT_ADMIN_REQUIRED")
		t.Error(err)
		return
	}
	if stats.Followers.Current != 3 {
		t.Errorf("%v members", stats.Followers.Current)
	}
	_, err = c.bent.api.StatsGetBroadcastStats(t.Context(), &tg.StatsGetBroadcastStatsRequest{Channel: c.in(c.bent, ch)})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
}

func testChannelDifference(t *testing.T, c *club) {
	ch := c.supergroup(t, "Gaps")
	pts := full(c.bent, c.in(c.bent, ch)).Pts
	ask := func(pts, limit int) tg.UpdatesChannelDifferenceClass {
		t.Helper()
		return must(c.bent.api.UpdatesGetChannelDifference(t.Context(), &tg.UpdatesGetChannelDifferenceRequest{
			Channel: c.in(c.bent, ch), Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: pts, Limit: limit,
		}))(t)
	}
	if d, ok := ask(pts, 100).(*tg.UpdatesChannelDifferenceEmpty); !ok || d.Pts != pts {
		t.Errorf("got %v", d)
	}
	for i := range 30 {
		c.anna.send(c.chat(c.anna, ch), fmt.Sprintf("post %d", i), 0)
	}
	got := 0
	for at, final := pts, false; !final; {
		d, ok := ask(at, 10).(*tg.UpdatesChannelDifference)
		if !ok || d.Pts <= at {
			t.Fatalf("got %v", d)
		}
		got += len(d.NewMessages)
		at, final = d.Pts, d.Final
	}
	if got != 30 {
		t.Errorf("%d messages, want 30", got)
	}
}

func testLookingOn(t *testing.T, c *club) {
	ch := c.channel(t, "Shop window")
	name := c.public(t, ch)
	out, in := c.outsider(t, name)
	c.anna.send(c.chat(c.anna, ch), "look at this", 0)
	if got := textsOf(out.history(c.chat(out, ch))); !slices.Equal(got, []string{"look at this"}) {
		t.Errorf("sees %q", got)
	}
	d := must(out.api.UpdatesGetChannelDifference(t.Context(), &tg.UpdatesGetChannelDifferenceRequest{
		Channel: in, Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: 1, Limit: 100,
	}))(t)
	if d.String() == "" {
		t.Error("nothing")
	}
}

func testClearing(t *testing.T, c *club) {
	ch := c.supergroup(t, "Cleared")
	c.bent.send(c.chat(c.bent, ch), "of Bent", 0)
	c.anna.send(c.chat(c.anna, ch), "of Anna", 0)
	must(c.anna.api.ChannelsDeleteParticipantHistory(t.Context(), &tg.ChannelsDeleteParticipantHistoryRequest{Channel: ch, Participant: c.peer(c.anna, c.bent)}))(t)
	if got := textsOf(c.cleo.history(c.chat(c.cleo, ch))); !slices.Equal(got, []string{"of Anna"}) {
		t.Errorf("left: %q", got)
	}
	must(c.bent.api.ChannelsDeleteHistory(t.Context(), &tg.ChannelsDeleteHistoryRequest{Channel: c.in(c.bent, ch), MaxID: 1 << 30}))(t)
	if got := textsOf(c.bent.history(c.chat(c.bent, ch))); len(got) != 0 {
		t.Errorf("he still sees %q", got)
	}
	must(c.anna.api.ChannelsDeleteHistory(t.Context(), &tg.ChannelsDeleteHistoryRequest{Channel: ch, ForEveryone: true}))(t)
	if got := textsOf(c.cleo.history(c.chat(c.cleo, ch))); len(got) != 0 {
		t.Errorf("she still sees %q", got)
	}
}
