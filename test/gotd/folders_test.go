package gotd

import (
	"slices"
	"testing"
	"time"

	"github.com/gotd/td/tg"
)

func TestListsAndProfiles(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"folders": testFolders, "shared folders": testChatlists, "archive": testArchive, "order": testDialogOrder, "counters": testCounters,
		"mute": testMute, "profile": testProfile, "names": testUsernames, "read dates": testReadDates, "privacy": testPrivacyOfGroups,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

func dialogsOf(d *device, folder int) []*tg.Dialog {
	d.t.Helper()
	req := &tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 100}
	req.SetFolderID(folder)
	list, ok := must(d.api.MessagesGetDialogs(d.t.Context(), req))(d.t).AsModified()
	if !ok {
		d.t.Fatal("no list of dialogs")
	}
	var out []*tg.Dialog
	for _, dialog := range list.GetDialogs() {
		if dialog, ok := dialog.(*tg.Dialog); ok {
			out = append(out, dialog)
		}
	}
	return out
}

// dialogWith is the dialog with a channel; nil if it is not in the list.
func dialogWith(d *device, folder int, ch *tg.InputChannel) *tg.Dialog {
	d.t.Helper()
	for _, dialog := range dialogsOf(d, folder) {
		if p, ok := dialog.Peer.(*tg.PeerChannel); ok && p.ChannelID == ch.ChannelID {
			return dialog
		}
	}
	return nil
}

func testFolders(t *testing.T, c *club) {
	ch := c.supergroup(t, "In a folder")
	filter := &tg.DialogFilter{
		ID: 2, Title: tg.TextWithEntities{Text: "Groups"}, Groups: true, ExcludeMuted: true, ExcludeArchived: true,
		IncludePeers: []tg.InputPeerClass{c.chat(c.anna, ch)},
	}
	req := &tg.MessagesUpdateDialogFilterRequest{ID: 2}
	req.SetFilter(filter)
	must(c.anna.api.MessagesUpdateDialogFilter(t.Context(), req))(t)
	wait(c.second, func(u *tg.UpdateDialogFilter) bool { return u.ID == 2 })
	got := must(c.second.api.MessagesGetDialogFilters(t.Context()))(t)
	if f := one[*tg.DialogFilter](t, got.Filters); f.Title.Text != "Groups" || !f.Groups || !f.ExcludeMuted || len(f.IncludePeers) != 1 {
		t.Errorf("got %+v", f)
	}
	must(c.anna.api.MessagesUpdateDialogFiltersOrder(t.Context(), []int{2, 0}))(t)
	must(c.anna.api.MessagesGetSuggestedDialogFilters(t.Context()))(t)
}

func testChatlists(t *testing.T, c *club) {
	ch := c.supergroup(t, "Shared")
	c.public(t, ch)
	req := &tg.MessagesUpdateDialogFilterRequest{ID: 3}
	req.SetFilter(&tg.DialogFilter{ID: 3, Title: tg.TextWithEntities{Text: "Shared"}, IncludePeers: []tg.InputPeerClass{c.chat(c.anna, ch)}})
	must(c.anna.api.MessagesUpdateDialogFilter(t.Context(), req))(t)
	made := must(c.anna.api.ChatlistsExportChatlistInvite(t.Context(), &tg.ChatlistsExportChatlistInviteRequest{
		Chatlist: tg.InputChatlistDialogFilter{FilterID: 3}, Title: "for all", Peers: []tg.InputPeerClass{c.chat(c.anna, ch)},
	}))(t)
	s := c.stranger(t)
	slug := hashOf(made.Invite.URL)
	if got, ok := must(s.api.ChatlistsCheckChatlistInvite(t.Context(), slug))(t).(*tg.ChatlistsChatlistInvite); !ok || len(got.Peers) != 1 {
		t.Fatalf("got %v", got)
	}
	found := must(s.api.ChatlistsCheckChatlistInvite(t.Context(), slug))(t).(*tg.ChatlistsChatlistInvite)
	peer := one[*tg.Channel](t, found.Chats).AsInputPeer()
	must(s.api.ChatlistsJoinChatlistInvite(t.Context(), &tg.ChatlistsJoinChatlistInviteRequest{Slug: slug, Peers: []tg.InputPeerClass{peer}}))(t)
	if dialogWith(s, 0, ch) == nil {
		t.Error("not joined")
	}
	list := must(c.anna.api.ChatlistsGetExportedInvites(t.Context(), tg.InputChatlistDialogFilter{FilterID: 3}))(t)
	if len(list.Invites) != 1 {
		t.Errorf("%d links", len(list.Invites))
	}
}

func testArchive(t *testing.T, c *club) {
	ch := c.supergroup(t, "Archived")
	must(c.anna.api.FoldersEditPeerFolders(t.Context(), []tg.InputFolderPeer{{Peer: c.chat(c.anna, ch), FolderID: 1}}))(t)
	wait(c.second, func(u *tg.UpdateFolderPeers) bool { return len(u.FolderPeers) == 1 })
	if dialogWith(c.anna, 1, ch) == nil || dialogWith(c.anna, 0, ch) != nil {
		t.Error("not in the archive")
	}
}

func testDialogOrder(t *testing.T, c *club) {
	first, second := c.supergroup(t, "First"), c.supergroup(t, "Second")
	for _, ch := range []*tg.InputChannel{first, second} {
		must(c.bent.api.MessagesToggleDialogPin(t.Context(), &tg.MessagesToggleDialogPinRequest{Pinned: true, Peer: &tg.InputDialogPeer{Peer: c.chat(c.bent, ch)}}))(t)
	}
	must(c.bent.api.MessagesReorderPinnedDialogs(t.Context(), &tg.MessagesReorderPinnedDialogsRequest{Force: true, Order: []tg.InputDialogPeerClass{
		&tg.InputDialogPeer{Peer: c.chat(c.bent, first)}, &tg.InputDialogPeer{Peer: c.chat(c.bent, second)},
	}}))(t)
	pinned := must(c.bent.api.MessagesGetPinnedDialogs(t.Context(), 0))(t)
	if len(pinned.Dialogs) != 2 || pinned.Dialogs[0].(*tg.Dialog).Peer.(*tg.PeerChannel).ChannelID != first.ChannelID {
		t.Errorf("got %+v", pinned.Dialogs)
	}
	must(c.bent.api.MessagesMarkDialogUnread(t.Context(), &tg.MessagesMarkDialogUnreadRequest{Unread: true, Peer: &tg.InputDialogPeer{Peer: c.chat(c.bent, first)}}))(t)
	if !dialogWith(c.bent, 0, first).UnreadMark {
		t.Error("not marked")
	}
}

func testCounters(t *testing.T, c *club) {
	ch := c.supergroup(t, "Counted")
	before := dialogWith(c.bent, 0, ch).UnreadCount
	for range 5 {
		c.anna.send(c.chat(c.anna, ch), "one more", 0)
	}
	d := dialogWith(c.bent, 0, ch)
	if d.UnreadCount != before+5 {
		t.Errorf("%d unread, want %d", d.UnreadCount, before+5)
	}
	must(c.bent.api.ChannelsReadHistory(t.Context(), &tg.ChannelsReadHistoryRequest{Channel: c.in(c.bent, ch), MaxID: d.TopMessage - 2}))(t)
	if d := dialogWith(c.bent, 0, ch); d.UnreadCount != 2 || d.ReadInboxMaxID != d.TopMessage-2 {
		t.Errorf("got %+v", d)
	}
	if d := dialogWith(c.anna, 0, ch); d.UnreadCount != 0 {
		t.Errorf("the author has %d unread", d.UnreadCount)
	}
}

func testMute(t *testing.T, c *club) {
	ch := c.supergroup(t, "Muted")
	settings := tg.InputPeerNotifySettings{}
	settings.SetMuteUntil(1 << 30)
	settings.SetSilent(true)
	must(c.anna.api.AccountUpdateNotifySettings(t.Context(), &tg.AccountUpdateNotifySettingsRequest{Peer: &tg.InputNotifyPeer{Peer: c.chat(c.anna, ch)}, Settings: settings}))(t)
	must(c.anna.api.AccountUpdateNotifySettings(t.Context(), &tg.AccountUpdateNotifySettingsRequest{Peer: &tg.InputNotifyChats{}, Settings: settings}))(t)
	if until, _ := dialogWith(c.anna, 0, ch).NotifySettings.GetMuteUntil(); until != 1<<30 {
		t.Errorf("muted until %d", until)
	}
	must(c.anna.api.AccountGetNotifyExceptions(t.Context(), &tg.AccountGetNotifyExceptionsRequest{}))(t)
}

func testProfile(t *testing.T, c *club) {
	birthday := tg.Birthday{Day: 17, Month: 5}
	birthday.SetYear(1990)
	req := &tg.AccountUpdateBirthdayRequest{}
	req.SetBirthday(birthday)
	must(c.anna.api.AccountUpdateBirthday(t.Context(), req))(t)
	ch := c.channel(t, "Personal")
	c.public(t, ch)
	c.anna.send(c.chat(c.anna, ch), "on my channel", 0)
	must(c.anna.api.AccountUpdatePersonalChannel(t.Context(), ch))(t)
	hours := &tg.AccountUpdateBusinessWorkHoursRequest{}
	hours.SetBusinessWorkHours(tg.BusinessWorkHours{TimezoneID: "Europe/Oslo", WeeklyOpen: []tg.BusinessWeeklyOpen{{StartMinute: 540, EndMinute: 1020}}})
	must(c.anna.api.AccountUpdateBusinessWorkHours(t.Context(), hours))(t)
	place := &tg.AccountUpdateBusinessLocationRequest{}
	place.SetAddress("1 Quay, Bergen")
	must(c.anna.api.AccountUpdateBusinessLocation(t.Context(), place))(t)
	color := &tg.AccountUpdateColorRequest{}
	color.SetColor(&tg.PeerColor{Color: 3, Flags: 1})
	if _, err := c.anna.api.AccountUpdateColor(t.Context(), color); err != nil {
		t.Error(err)
	}
	f := must(c.bent.api.UsersGetFullUser(t.Context(), c.who(c.bent, c.anna)))(t).FullUser
	if b, ok := f.GetBirthday(); !ok || b.Day != 17 {
		t.Errorf("birthday %+v", b)
	}
	if id, _ := f.GetPersonalChannelID(); id != ch.ChannelID {
		t.Errorf("personal channel %d", id)
	}
	if h, ok := f.GetBusinessWorkHours(); !ok || len(h.WeeklyOpen) != 1 {
		t.Errorf("hours %+v", h)
	}
	if l, ok := f.GetBusinessLocation(); !ok || l.Address != "1 Quay, Bergen" {
		t.Errorf("location %+v", l)
	}
	statuses := must(c.anna.api.AccountGetDefaultEmojiStatuses(t.Context(), 0))(t)
	if s, ok := statuses.(*tg.AccountEmojiStatuses); ok && len(s.Statuses) > 0 {
		must(c.anna.api.AccountUpdateEmojiStatus(t.Context(), s.Statuses[0]))(t)
	}
}

func testUsernames(t *testing.T, c *club) {
	must(c.cleo.api.AccountUpdateUsername(t.Context(), "cleo_of_the_club"))(t)
	found := must(c.bent.api.ContactsResolveUsername(t.Context(), &tg.ContactsResolveUsernameRequest{Username: "cleo_of_the_club"}))(t)
	if p, ok := found.Peer.(*tg.PeerUser); !ok || p.UserID != c.ids[c.cleo] {
		t.Errorf("got %v", found.Peer)
	}
	_, err := c.cleo.api.AccountReorderUsernames(t.Context(), []string{"cleo_of_the_club"})
	if err != nil {
		refusedLike(t, err, "USERNAME_NOT_MODIFIED", "ORDER")
	}
}

func testReadDates(t *testing.T, c *club) {
	at := c.anna.send(c.peer(c.anna, c.bent), "read me", 0)
	m := c.bent.message("read me")
	must(c.bent.api.MessagesReadHistory(t.Context(), &tg.MessagesReadHistoryRequest{Peer: c.peer(c.bent, c.anna), MaxID: m.ID}))(t)
	got := must(c.anna.api.MessagesGetOutboxReadDate(t.Context(), &tg.MessagesGetOutboxReadDateRequest{Peer: c.peer(c.anna, c.bent), MsgID: at}))(t)
	if age := time.Since(time.Unix(int64(got.Date), 0)); age < -time.Minute || age > time.Minute {
		t.Errorf("read %v ago", age)
	}
	must(c.bent.api.AccountSetGlobalPrivacySettings(t.Context(), tg.GlobalPrivacySettings{HideReadMarks: true}))(t)
	at = c.anna.send(c.peer(c.anna, c.bent), "read me too", 0)
	m = c.bent.message("read me too")
	must(c.bent.api.MessagesReadHistory(t.Context(), &tg.MessagesReadHistoryRequest{Peer: c.peer(c.bent, c.anna), MaxID: m.ID}))(t)
	_, err := c.anna.api.MessagesGetOutboxReadDate(t.Context(), &tg.MessagesGetOutboxReadDateRequest{Peer: c.peer(c.anna, c.bent), MsgID: at})
	refusedLike(t, err, "USER_PRIVACY_RESTRICTED", "YOUR_PRIVACY_RESTRICTED")
}

func testPrivacyOfGroups(t *testing.T, c *club) {
	rule := func(r tg.InputPrivacyRuleClass) {
		t.Helper()
		must(c.cleo.api.AccountSetPrivacy(t.Context(), &tg.AccountSetPrivacyRequest{
			Key: &tg.InputPrivacyKeyChatInvite{}, Rules: []tg.InputPrivacyRuleClass{r},
		}))(t)
	}
	rule(&tg.InputPrivacyValueDisallowAll{})
	defer rule(&tg.InputPrivacyValueAllowAll{})
	got := must(c.anna.api.MessagesCreateChat(t.Context(), &tg.MessagesCreateChatRequest{
		Title: "Without Cleo", Users: []tg.InputUserClass{c.who(c.anna, c.bent), c.who(c.anna, c.cleo)},
	}))(t)
	if !slices.ContainsFunc(got.MissingInvitees, func(m tg.MissingInvitee) bool { return m.UserID == c.ids[c.cleo] }) {
		t.Errorf("missing: %+v", got.MissingInvitees)
	}
}
