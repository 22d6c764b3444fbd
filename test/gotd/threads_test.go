package gotd

import (
	"slices"
	"testing"
	"time"

	"github.com/gotd/td/tg"
)

func TestTopicsAndComments(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){"topics": testTopics, "comments": testComments, "threads": testThreads} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

func testTopics(t *testing.T, c *club) {
	ch := c.supergroup(t, "Forum")
	peer := c.chat(c.anna, ch)
	must(c.anna.api.ChannelsToggleForum(t.Context(), &tg.ChannelsToggleForumRequest{Channel: ch, Enabled: true}))(t)
	create := func(title string) int {
		t.Helper()
		u := must(c.anna.api.MessagesCreateForumTopic(t.Context(), &tg.MessagesCreateForumTopicRequest{Peer: peer, Title: title, RandomID: time.Now().UnixNano()}))(t)
		for _, u := range flat(u) {
			if u, ok := u.(*tg.UpdateNewChannelMessage); ok {
				return u.Message.(*tg.MessageService).ID
			}
		}
		t.Fatal("no message about the topic")
		return 0
	}
	ski, wax := create("Ski"), create("Wax")
	list := func(d *device) []tg.ForumTopicClass {
		t.Helper()
		return must(d.api.MessagesGetForumTopics(t.Context(), &tg.MessagesGetForumTopicsRequest{Peer: c.chat(d, ch), Limit: 20}))(t).Topics
	}
	if got := list(c.bent); len(got) < 2 {
		t.Fatalf("%d topics", len(got))
	}
	say := func(d *device, topic int, text string) {
		t.Helper()
		req := &tg.MessagesSendMessageRequest{Peer: c.chat(d, ch), Message: text, RandomID: time.Now().UnixNano()}
		reply := &tg.InputReplyToMessage{ReplyToMsgID: topic}
		reply.SetTopMsgID(topic)
		req.SetReplyTo(reply)
		must(d.api.MessagesSendMessage(t.Context(), req))(t)
	}
	say(c.anna, ski, "about skis")
	say(c.anna, wax, "about wax")
	h, ok := c.bent.posted("about skis").ReplyTo.(*tg.MessageReplyHeader)
	if !ok || !h.ForumTopic {
		t.Errorf("got %+v", h)
	}
	replies := must(c.bent.api.MessagesGetReplies(t.Context(), &tg.MessagesGetRepliesRequest{Peer: c.chat(c.bent, ch), MsgID: ski, Limit: 10}))(t)
	m, _ := replies.AsModified()
	if got := textsOf(m.GetMessages()); !slices.Equal(got, []string{"about skis"}) {
		t.Errorf("in the topic: %q", got)
	}
	must(c.bent.api.MessagesReadDiscussion(t.Context(), &tg.MessagesReadDiscussionRequest{Peer: c.chat(c.bent, ch), MsgID: ski, ReadMaxID: 1 << 30}))(t)
	for _, topic := range list(c.bent) {
		topic, ok := topic.(*tg.ForumTopic)
		if want := map[int]int{ski: 0, wax: 1}; ok && topic.ID != 1 && topic.UnreadCount > want[topic.ID]+1 {
			t.Errorf("%s: %d unread", topic.Title, topic.UnreadCount)
		}
	}
	edit := &tg.MessagesEditForumTopicRequest{Peer: peer, TopicID: ski}
	edit.SetTitle("Skis")
	must(c.anna.api.MessagesEditForumTopic(t.Context(), edit))(t)
	shut := &tg.MessagesEditForumTopicRequest{Peer: peer, TopicID: wax}
	shut.SetClosed(true)
	must(c.anna.api.MessagesEditForumTopic(t.Context(), shut))(t)
	req := &tg.MessagesSendMessageRequest{Peer: c.chat(c.bent, ch), Message: "too late", RandomID: 11}
	reply := &tg.InputReplyToMessage{ReplyToMsgID: wax}
	reply.SetTopMsgID(wax)
	req.SetReplyTo(reply)
	_, err := c.bent.api.MessagesSendMessage(t.Context(), req)
	refused(t, err, "TOPIC_CLOSED")
	must(c.anna.api.MessagesUpdatePinnedForumTopic(t.Context(), &tg.MessagesUpdatePinnedForumTopicRequest{Peer: peer, TopicID: ski, Pinned: true}))(t)
	must(c.anna.api.MessagesReorderPinnedForumTopics(t.Context(), &tg.MessagesReorderPinnedForumTopicsRequest{Peer: peer, Order: []int{ski}}))(t)
	byID := must(c.bent.api.MessagesGetForumTopicsByID(t.Context(), &tg.MessagesGetForumTopicsByIDRequest{Peer: c.chat(c.bent, ch), Topics: []int{ski}}))(t)
	if topic := one[*tg.ForumTopic](t, byID.Topics); topic.Title != "Skis" || !topic.Pinned {
		t.Errorf("got %+v", topic)
	}
	must(c.anna.api.MessagesDeleteTopicHistory(t.Context(), &tg.MessagesDeleteTopicHistoryRequest{Peer: peer, TopMsgID: wax}))(t)
	notify := &tg.InputNotifyForumTopic{Peer: c.chat(c.bent, ch), TopMsgID: ski}
	settings := tg.InputPeerNotifySettings{}
	settings.SetMuteUntil(1 << 30)
	must(c.bent.api.AccountUpdateNotifySettings(t.Context(), &tg.AccountUpdateNotifySettingsRequest{Peer: notify, Settings: settings}))(t)
}

func testComments(t *testing.T, c *club) {
	news, group := c.channel(t, "News"), c.supergroup(t, "Comments")
	must(c.anna.api.ChannelsGetGroupsForDiscussion(t.Context()))(t)
	must(c.anna.api.ChannelsSetDiscussionGroup(t.Context(), &tg.ChannelsSetDiscussionGroupRequest{Broadcast: news, Group: group}))(t)
	if linked, _ := full(c.anna, news).GetLinkedChatID(); linked != group.ChannelID {
		t.Errorf("linked to %d", linked)
	}
	at := c.anna.send(c.chat(c.anna, news), "what do you think?", 0)
	copied := c.bent.posted("what do you think?")
	if copied.Post {
		copied = c.bent.posted("what do you think?")
	}
	thread := must(c.bent.api.MessagesGetDiscussionMessage(t.Context(), &tg.MessagesGetDiscussionMessageRequest{Peer: c.chat(c.bent, news), MsgID: at}))(t)
	root := one[*tg.Message](t, thread.Messages)
	if p, ok := root.PeerID.(*tg.PeerChannel); !ok || p.ChannelID != group.ChannelID {
		t.Fatalf("got %+v", root)
	}
	c.bent.send(c.chat(c.bent, group), "a fine thing", root.ID)
	replies := must(c.cleo.api.MessagesGetReplies(t.Context(), &tg.MessagesGetRepliesRequest{Peer: c.chat(c.cleo, news), MsgID: at, Limit: 10}))(t)
	m, _ := replies.AsModified()
	if got := textsOf(m.GetMessages()); !slices.Contains(got, "a fine thing") {
		t.Errorf("comments: %q", got)
	}
	views := must(c.cleo.api.MessagesGetMessagesViews(t.Context(), &tg.MessagesGetMessagesViewsRequest{Peer: c.chat(c.cleo, news), ID: []int{at}}))(t)
	if n, ok := views.Views[0].GetReplies(); !ok || n.Replies != 1 || !n.Comments {
		t.Errorf("got %+v", views.Views)
	}
	must(c.cleo.api.MessagesReadDiscussion(t.Context(), &tg.MessagesReadDiscussionRequest{Peer: c.chat(c.cleo, news), MsgID: at, ReadMaxID: 1 << 30}))(t)
}

func testThreads(t *testing.T, c *club) {
	ch := c.supergroup(t, "Threads")
	root := c.anna.send(c.chat(c.anna, ch), "a question to all", 0)
	c.bent.send(c.chat(c.bent, ch), "an answer from Bent", root)
	got := must(c.cleo.api.MessagesGetReplies(t.Context(), &tg.MessagesGetRepliesRequest{Peer: c.chat(c.cleo, ch), MsgID: root, Limit: 10}))(t)
	m, _ := got.AsModified()
	if got := textsOf(m.GetMessages()); !slices.Contains(got, "an answer from Bent") {
		t.Errorf("answers: %q", got)
	}
}
