package gotd

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gotd/td/tg"
)

func TestWhatPeopleDoWithMessages(t *testing.T) {
	c := newClub(t)
	ch := c.supergroup(t, "Words")
	for name, test := range map[string]func(*testing.T, *club, *tg.InputChannel){
		"pins": testPins, "mentions": testMentions, "quotes": testQuotes, "forwards": testForwards, "scheduled": testScheduled,
		"drafts": testDrafts, "saved": testSavedDialogs, "search": testSearches, "search everywhere": testGlobalSearch,
		"translation": testTranslation, "reports": testReports, "silent": testSilent, "period": testPeriod, "edits": testEditData,
		"deletion": testDeletion, "callback": testCallback,
	} {
		t.Run(name, func(t *testing.T) { test(t, c, ch) })
	}
}

func (d *device) find(peer tg.InputPeerClass, q string, filter tg.MessagesFilterClass) []tg.MessageClass {
	d.t.Helper()
	got := must(d.api.MessagesSearch(d.t.Context(), &tg.MessagesSearchRequest{Peer: peer, Q: q, Filter: filter, Limit: 100}))(d.t)
	m, ok := got.AsModified()
	if !ok {
		d.t.Fatalf("got %T", got)
	}
	return m.GetMessages()
}

func testPins(t *testing.T, c *club, ch *tg.InputChannel) {
	peer := c.chat(c.anna, ch)
	first, second := c.anna.send(peer, "pin one", 0), c.anna.send(peer, "pin two", 0)
	must(c.anna.api.MessagesUpdatePinnedMessage(t.Context(), &tg.MessagesUpdatePinnedMessageRequest{Peer: peer, ID: first}))(t)
	wait(c.bent, func(u *tg.UpdatePinnedChannelMessages) bool { return u.Pinned && slices.Contains(u.Messages, first) })
	service[*tg.MessageActionPinMessage](c.bent, peerChannel(ch))
	must(c.anna.api.MessagesUpdatePinnedMessage(t.Context(), &tg.MessagesUpdatePinnedMessageRequest{Peer: peer, ID: second, Silent: true}))(t)
	if got := textsOf(c.bent.find(c.chat(c.bent, ch), "", &tg.InputMessagesFilterPinned{})); !slices.Equal(got, []string{"pin two", "pin one"}) {
		t.Errorf("pinned: %q", got)
	}
	if at, _ := full(c.bent, c.in(c.bent, ch)).GetPinnedMsgID(); at != second {
		t.Errorf("%d is on top, want %d", at, second)
	}
	must(c.anna.api.MessagesUnpinAllMessages(t.Context(), &tg.MessagesUnpinAllMessagesRequest{Peer: peer}))(t)
	wait(c.bent, func(u *tg.UpdatePinnedChannelMessages) bool { return !u.Pinned })
	if got := c.bent.find(c.chat(c.bent, ch), "", &tg.InputMessagesFilterPinned{}); len(got) != 0 {
		t.Errorf("still pinned: %d", len(got))
	}
	mine := c.anna.send(c.peer(c.anna, c.bent), "for me alone", 0)
	must(c.anna.api.MessagesUpdatePinnedMessage(t.Context(), &tg.MessagesUpdatePinnedMessageRequest{Peer: c.peer(c.anna, c.bent), ID: mine, PmOneside: true}))(t)
	wait(c.second, func(u *tg.UpdatePinnedMessages) bool { return slices.Contains(u.Messages, mine) })
}

func testMentions(t *testing.T, c *club, ch *tg.InputChannel) {
	must(c.bent.api.AccountUpdateUsername(t.Context(), fmt.Sprintf("bent_%d", c.ids[c.bent])))(t)
	text := fmt.Sprintf("hello @bent_%d #sport", c.ids[c.bent])
	c.anna.send(c.chat(c.anna, ch), text, 0)
	m := c.bent.posted(text)
	if !m.Mentioned || !m.MediaUnread {
		t.Errorf("got %+v", m)
	}
	if at := c.cleo.posted(text); at.Mentioned {
		t.Error("Cleo is mentioned too")
	}
	unread := must(c.bent.api.MessagesGetUnreadMentions(t.Context(), &tg.MessagesGetUnreadMentionsRequest{Peer: c.chat(c.bent, ch), Limit: 10}))(t)
	if m, _ := unread.AsModified(); len(m.GetMessages()) != 1 {
		t.Errorf("got %v", unread)
	}
	must(c.bent.api.ChannelsReadMessageContents(t.Context(), &tg.ChannelsReadMessageContentsRequest{Channel: c.in(c.bent, ch), ID: []int{m.ID}}))(t)
	unread = must(c.bent.api.MessagesGetUnreadMentions(t.Context(), &tg.MessagesGetUnreadMentionsRequest{Peer: c.chat(c.bent, ch), Limit: 10}))(t)
	if m, _ := unread.AsModified(); len(m.GetMessages()) != 0 {
		t.Errorf("got %v", unread)
	}
	must(c.bent.api.MessagesReadMentions(t.Context(), &tg.MessagesReadMentionsRequest{Peer: c.chat(c.bent, ch)}))(t)
	if got := textsOf(c.cleo.find(c.chat(c.cleo, ch), "#sport", &tg.InputMessagesFilterEmpty{})); !slices.Equal(got, []string{text}) {
		t.Errorf("found %q", got)
	}
}

func testQuotes(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.anna.send(c.chat(c.anna, ch), "a long sentence about snow", 0)
	reply := &tg.InputReplyToMessage{ReplyToMsgID: at}
	reply.SetQuoteText("about snow")
	reply.SetQuoteOffset(16)
	req := &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "quoted", RandomID: time.Now().UnixNano()}
	req.SetReplyTo(reply)
	must(c.bent.api.MessagesSendMessage(t.Context(), req))(t)
	h, ok := c.cleo.posted("quoted").ReplyTo.(*tg.MessageReplyHeader)
	if !ok || !h.Quote || h.QuoteText != "about snow" || h.ReplyToMsgID != at {
		t.Errorf("got %+v", h)
	}
	across := &tg.InputReplyToMessage{ReplyToMsgID: at}
	across.SetReplyToPeerID(c.chat(c.bent, ch))
	req = &tg.MessagesSendMessageRequest{Peer: c.peer(c.bent, c.cleo), Message: "across", RandomID: time.Now().UnixNano()}
	req.SetReplyTo(across)
	must(c.bent.api.MessagesSendMessage(t.Context(), req))(t)
	h, ok = c.cleo.message("across").ReplyTo.(*tg.MessageReplyHeader)
	if p, is := h.ReplyToPeerID.(*tg.PeerChannel); !ok || !is || p.ChannelID != ch.ChannelID {
		t.Errorf("got %+v", h)
	}
}

func testForwards(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.anna.send(c.chat(c.anna, ch), "pass it on", 0)
	forward := func(dropAuthor bool) *tg.Message {
		t.Helper()
		must(c.bent.api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
			FromPeer: c.chat(c.bent, ch), ToPeer: c.peer(c.bent, c.cleo), ID: []int{at}, RandomID: []int64{time.Now().UnixNano()}, DropAuthor: dropAuthor,
		}))(t)
		return c.cleo.message("pass it on")
	}
	if h, ok := forward(false).GetFwdFrom(); !ok || h.FromID.(*tg.PeerUser).UserID != c.ids[c.anna] {
		t.Errorf("got %+v", h)
	}
	if h, ok := forward(true).GetFwdFrom(); ok {
		t.Errorf("got %+v", h)
	}
}

func testScheduled(t *testing.T, c *club, ch *tg.InputChannel) {
	peer := c.chat(c.anna, ch)
	plan := func(text string, at time.Time) int {
		t.Helper()
		req := &tg.MessagesSendMessageRequest{Peer: peer, Message: text, RandomID: time.Now().UnixNano()}
		req.SetScheduleDate(int(at.Unix()))
		u := must(c.anna.api.MessagesSendMessage(t.Context(), req))(t)
		return one[*tg.UpdateNewScheduledMessage](t, flat(u)).Message.(*tg.Message).ID
	}
	now, later := plan("send me now", time.Now().Add(time.Hour)), plan("drop me", time.Now().Add(2*time.Hour))
	list := must(c.anna.api.MessagesGetScheduledHistory(t.Context(), &tg.MessagesGetScheduledHistoryRequest{Peer: peer}))(t)
	if m, _ := list.AsModified(); len(m.GetMessages()) != 2 {
		t.Errorf("got %v", list)
	}
	edit := &tg.MessagesEditMessageRequest{Peer: peer, ID: now}
	edit.SetMessage("sent by hand")
	edit.SetScheduleDate(int(time.Now().Add(3 * time.Hour).Unix()))
	must(c.anna.api.MessagesEditMessage(t.Context(), edit))(t)
	must(c.anna.api.MessagesDeleteScheduledMessages(t.Context(), &tg.MessagesDeleteScheduledMessagesRequest{Peer: peer, ID: []int{later}}))(t)
	must(c.anna.api.MessagesSendScheduledMessages(t.Context(), &tg.MessagesSendScheduledMessagesRequest{Peer: peer, ID: []int{now}}))(t)
	c.bent.posted("sent by hand")
	plan("by itself", time.Now().Add(11*time.Second))
	if m := c.bent.posted("by itself"); !m.FromScheduled {
		t.Log("the receiver is not told that it was scheduled")
	}
}

func testDrafts(t *testing.T, c *club, ch *tg.InputChannel) {
	must(c.anna.api.MessagesSaveDraft(t.Context(), &tg.MessagesSaveDraftRequest{Peer: c.chat(c.anna, ch), Message: "half a thou"}))(t)
	u := wait(c.second, func(u *tg.UpdateDraftMessage) bool {
		p, ok := u.Peer.(*tg.PeerChannel)
		return ok && p.ChannelID == ch.ChannelID
	})
	if d, ok := u.Draft.(*tg.DraftMessage); !ok || d.Message != "half a thou" {
		t.Errorf("got %v", u.Draft)
	}
	must(c.second.api.MessagesGetAllDrafts(t.Context()))(t)
	must(c.anna.api.MessagesClearAllDrafts(t.Context()))(t)
}

func testSavedDialogs(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.bent.send(c.chat(c.bent, ch), "worth keeping", 0)
	must(c.anna.api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
		FromPeer: c.chat(c.anna, ch), ToPeer: &tg.InputPeerSelf{}, ID: []int{at}, RandomID: []int64{time.Now().UnixNano()},
	}))(t)
	list := must(c.anna.api.MessagesGetSavedDialogs(t.Context(), &tg.MessagesGetSavedDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10}))(t)
	switch l := list.(type) {
	case *tg.MessagesSavedDialogs:
		if len(l.Dialogs) == 0 {
			t.Error("no chats among the saved")
		}
	case *tg.MessagesSavedDialogsSlice:
	default:
		t.Errorf("got %T", l)
	}
	h := must(c.anna.api.MessagesGetSavedHistory(t.Context(), &tg.MessagesGetSavedHistoryRequest{Peer: c.chat(c.anna, ch), Limit: 10}))(t)
	m, _ := h.AsModified()
	if got := textsOf(m.GetMessages()); !slices.Contains(got, "worth keeping") {
		t.Errorf("got %q", got)
	}
	must(c.anna.api.MessagesToggleSavedDialogPin(t.Context(), &tg.MessagesToggleSavedDialogPinRequest{Peer: &tg.InputDialogPeer{Peer: c.chat(c.anna, ch)}, Pinned: true}))(t)
}

func testSearches(t *testing.T, c *club, ch *tg.InputChannel) {
	peer := c.chat(c.bent, ch)
	c.anna.send(c.chat(c.anna, ch), "needle in a haystack https://example.org", 0)
	c.anna.media(c.chat(c.anna, ch), &tg.InputMediaGeoPoint{GeoPoint: &tg.InputGeoPoint{Lat: 1, Long: 2}}, "")
	if got := c.bent.find(peer, "needle", &tg.InputMessagesFilterEmpty{}); len(got) != 1 {
		t.Errorf("found %d needles", len(got))
	}
	if got := c.bent.find(peer, "", &tg.InputMessagesFilterURL{}); len(got) == 0 {
		t.Error("found no links")
	}
	if got := c.bent.find(peer, "", &tg.InputMessagesFilterGeo{}); len(got) == 0 {
		t.Error("found no places")
	}
	from := &tg.MessagesSearchRequest{Peer: peer, Q: "needle", Filter: &tg.InputMessagesFilterEmpty{}, Limit: 10}
	from.SetFromID(c.peer(c.bent, c.cleo))
	if m, _ := must(c.bent.api.MessagesSearch(t.Context(), from))(t).AsModified(); len(m.GetMessages()) != 0 {
		t.Error("Cleo is said to have written it")
	}
	counters := must(c.bent.api.MessagesGetSearchCounters(t.Context(), &tg.MessagesGetSearchCountersRequest{
		Peer: peer, Filters: []tg.MessagesFilterClass{&tg.InputMessagesFilterURL{}, &tg.InputMessagesFilterGeo{}, &tg.InputMessagesFilterPinned{}},
	}))(t)
	if len(counters) != 3 || counters[0].Count == 0 || counters[1].Count == 0 {
		t.Errorf("got %+v", counters)
	}
	must(c.bent.api.MessagesGetSearchResultsCalendar(t.Context(), &tg.MessagesGetSearchResultsCalendarRequest{Peer: peer, Filter: &tg.InputMessagesFilterURL{}}))(t)
	must(c.bent.api.MessagesGetSearchResultsPositions(t.Context(), &tg.MessagesGetSearchResultsPositionsRequest{Peer: peer, Filter: &tg.InputMessagesFilterURL{}, Limit: 10}))(t)
	day := must(c.bent.api.MessagesGetHistory(t.Context(), &tg.MessagesGetHistoryRequest{Peer: peer, OffsetDate: int(time.Now().Add(-time.Hour).Unix()), Limit: 10}))(t)
	if m, _ := day.AsModified(); len(m.GetMessages()) != 0 {
		t.Error("there are messages of an hour ago")
	}
}

func testGlobalSearch(t *testing.T, c *club, ch *tg.InputChannel) {
	c.anna.send(c.chat(c.anna, ch), "a unicorn in the group", 0)
	c.anna.send(c.peer(c.anna, c.bent), "a unicorn in private", 0)
	c.bent.posted("a unicorn in the group")
	got := must(c.bent.api.MessagesSearchGlobal(t.Context(), &tg.MessagesSearchGlobalRequest{
		Q: "unicorn", Filter: &tg.InputMessagesFilterEmpty{}, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10,
	}))(t)
	m, _ := got.AsModified()
	if texts := textsOf(m.GetMessages()); len(texts) != 2 {
		t.Errorf("found %q", texts)
	}
}

func testTranslation(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.anna.send(c.chat(c.anna, ch), "god morgen", 0)
	req := &tg.MessagesTranslateTextRequest{ToLang: "en"}
	req.SetPeer(c.chat(c.bent, ch))
	req.SetID([]int{at})
	_, err := c.bent.api.MessagesTranslateText(t.Context(), req)
	refusedLike(t, err, "TRANSLAT")
	must(c.bent.api.MessagesTogglePeerTranslations(t.Context(), &tg.MessagesTogglePeerTranslationsRequest{Disabled: true, Peer: c.chat(c.bent, ch)}))(t)
}

func testReports(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.cleo.send(c.chat(c.cleo, ch), "buy this", 0)
	var option []byte
	for range 4 {
		got := must(c.bent.api.MessagesReport(t.Context(), &tg.MessagesReportRequest{Peer: c.chat(c.bent, ch), ID: []int{at}, Option: option, Message: "spam"}))(t)
		choose, ok := got.(*tg.ReportResultChooseOption)
		if !ok {
			return
		}
		option = choose.Options[0].Option
	}
	t.Error("a report does not come to its end")
}

func testSilent(t *testing.T, c *club, ch *tg.InputChannel) {
	must(c.anna.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{
		Peer: c.chat(c.anna, ch), Message: "hush", Silent: true, Noforwards: true, RandomID: time.Now().UnixNano(),
	}))(t)
	if m := c.bent.posted("hush"); !m.Silent || !m.Noforwards {
		t.Errorf("got %+v", m)
	}
}

func testPeriod(t *testing.T, c *club, _ *tg.InputChannel) {
	must(c.anna.api.MessagesSetHistoryTTL(t.Context(), &tg.MessagesSetHistoryTTLRequest{Peer: c.peer(c.anna, c.cleo), Period: 86400}))(t)
	if a := service[*tg.MessageActionSetMessagesTTL](c.cleo, &tg.PeerUser{UserID: c.ids[c.anna]}); a.Period != 86400 {
		t.Errorf("got %+v", a)
	}
	c.anna.send(c.peer(c.anna, c.cleo), "not for ever", 0)
	if ttl, _ := c.cleo.message("not for ever").GetTTLPeriod(); ttl != 86400 {
		t.Errorf("lives for %d", ttl)
	}
}

func testEditData(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.bent.send(c.chat(c.bent, ch), "first words", 0)
	must(c.bent.api.MessagesGetMessageEditData(t.Context(), &tg.MessagesGetMessageEditDataRequest{Peer: c.chat(c.bent, ch), ID: at}))(t)
	edit := &tg.MessagesEditMessageRequest{Peer: c.chat(c.bent, ch), ID: at}
	edit.SetMessage("second thoughts")
	must(c.bent.api.MessagesEditMessage(t.Context(), edit))(t)
	wait(c.cleo, func(u *tg.UpdateEditChannelMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.ID == at && m.Message == "second thoughts"
	})
	edit.Peer = c.chat(c.cleo, ch)
	edit.SetMessage("words of another")
	_, err := c.cleo.api.MessagesEditMessage(t.Context(), edit)
	refused(t, err, "MESSAGE_AUTHOR_REQUIRED")
}

func testDeletion(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.bent.send(c.chat(c.bent, ch), "regretted", 0)
	_, err := c.cleo.api.ChannelsDeleteMessages(t.Context(), &tg.ChannelsDeleteMessagesRequest{Channel: c.in(c.cleo, ch), ID: []int{at}})
	refused(t, err, "MESSAGE_DELETE_FORBIDDEN")
	must(c.bent.api.ChannelsDeleteMessages(t.Context(), &tg.ChannelsDeleteMessagesRequest{Channel: c.in(c.bent, ch), ID: []int{at}}))(t)
	wait(c.cleo, func(u *tg.UpdateDeleteChannelMessages) bool { return slices.Contains(u.Messages, at) })
}

func testCallback(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.anna.send(c.chat(c.anna, ch), "no buttons here", 0)
	req := &tg.MessagesGetBotCallbackAnswerRequest{Peer: c.chat(c.bent, ch), MsgID: at}
	req.SetData([]byte("x"))
	_, err := c.bent.api.MessagesGetBotCallbackAnswer(t.Context(), req)
	if err == nil {
		t.Error("a message without buttons answers")
	}
}
