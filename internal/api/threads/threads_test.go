package threads

import (
	"math/rand/v2"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/threads"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

type world struct {
	*apitest.World
	*Handlers
	anna, bo       ids.User
	channel, group ids.Peer
	post, root     *messages.Message
}

// each runs fn in a world with a channel, its discussion group, and a post with one comment by bo.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		s := threads.New(threads.Options{DB: in.DB, Bus: in.Bus, Log: in.Log, Messages: in.Messages, Channels: in.Channels})
		w.Handlers = New(Options{Threads: s, Messages: in.Messages, View: in.View, Render: in.Render})
		p := in.People(2)
		w.anna, w.bo = p[0], p[1]
		w.channel, w.group = w.Channel(true, p...), w.Channel(false, p...)
		if err := w.Channels.SetLinked(t.Context(), w.anna, w.channel.Channel(), w.group.Channel()); err != nil {
			t.Fatal(err)
		}
		w.post = w.Send(w.anna, w.channel, "post", nil)
		w.root = w.Last(w.bo, w.group)
		_, err := w.Messages.Send(t.Context(), messages.SendRequest{
			From: w.bo, To: w.group, RandomID: rand.Int64(), Text: text.Text{String: "comment"}, Reply: &messages.ReplyTo{ID: w.root.ID},
		})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, w)
	})
}

func TestGetMessagesViews(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := &tg.MessagesGetMessagesViews{Peer: w.Peer(w.bo, w.channel), ID: []int32{int32(w.post.ID), 99}, Increment: true}
		for range 2 { // counts once
			got := apitest.Must[*tg.MessagesMessageViews](t, "messages.getMessagesViews")(w.getMessagesViews(t.Context(), apitest.Call(w.bo), in))
			v := got.Views[0]
			if len(got.Views) != 2 || *v.Views != 2 || *v.Forwards != 0 || v.Replies == nil || got.Views[1].Views != nil {
				t.Fatalf("got %+v", v)
			}
			if r := v.Replies; !r.Comments || r.Replies != 1 || *r.ChannelID != int64(w.group.Channel()) || len(r.RecentRepliers) != 1 {
				t.Errorf("got %+v", r)
			}
			if len(got.Chats) != 2 || len(got.Users) != 1 {
				t.Errorf("got %d chats, %d users", len(got.Chats), len(got.Users))
			}
		}
		in.Peer = w.Peer(w.bo, w.anna.Peer())
		got := apitest.Must[*tg.MessagesMessageViews](t, "messages.getMessagesViews")(w.getMessagesViews(t.Context(), apitest.Call(w.bo), in))
		if len(got.Views) != 2 || got.Views[0].Views != nil {
			t.Errorf("a private chat: got %+v", got)
		}
	})
}

// A post counts one view for whoever wrote it, also after he has looked at it.
func TestOwnViewCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, viewer := range []ids.User{w.anna, w.bo, w.anna} {
			in := &tg.MessagesGetMessagesViews{Peer: w.Peer(viewer, w.channel), ID: []int32{int32(w.post.ID)}, Increment: true}
			if _, err := w.getMessagesViews(t.Context(), apitest.Call(viewer), in); err != nil {
				t.Fatal(err)
			}
		}
		in := &tg.MessagesGetMessagesViews{Peer: w.Peer(w.anna, w.channel), ID: []int32{int32(w.post.ID)}}
		got := apitest.Must[*tg.MessagesMessageViews](t, "messages.getMessagesViews")(w.getMessagesViews(t.Context(), apitest.Call(w.anna), in))
		if n := *got.Views[0].Views; n != 2 {
			t.Errorf("two have seen it, got %d views", n)
		}
	})
}

func TestDiscussion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		call := apitest.Call(w.anna)
		d := apitest.Must[*tg.MessagesDiscussionMessage](t, "messages.getDiscussionMessage")(w.getDiscussionMessage(t.Context(), call,
			&tg.MessagesGetDiscussionMessage{Peer: w.Peer(w.anna, w.channel), MsgID: int32(w.post.ID)}))
		root := d.Messages[0].(*tg.Message)
		if root.ID != int32(w.root.ID) || root.FwdFrom == nil || *root.FwdFrom.SavedFromMsgID != int32(w.post.ID) || d.UnreadCount != 1 {
			t.Errorf("got %+v, %+v", d, root)
		}
		in := &tg.MessagesGetReplies{Peer: w.Peer(w.anna, w.channel), MsgID: int32(w.post.ID), Limit: 20}
		page := apitest.Must[tg.MessagesMessagesClass](t, "messages.getReplies")(w.getReplies(t.Context(), call, in)).(*tg.MessagesChannelMessages)
		if page.Count != 1 || page.Messages[0].(*tg.Message).Message != "comment" {
			t.Errorf("got %+v", page)
		}
		comment := page.Messages[0].(*tg.Message)
		if _, err := w.readDiscussion(t.Context(), call, &tg.MessagesReadDiscussion{Peer: in.Peer, MsgID: in.MsgID, ReadMaxID: comment.ID}); err != nil {
			t.Fatal(err)
		}
		u, _, err := w.Render.Entry(t.Context(), w.anna, updates.Entry{Owner: w.anna.Peer(), Event: updates.ThreadRead{
			Channel: w.group.Channel(), Thread: w.root.ID, MaxID: ids.Message(comment.ID), Of: w.channel.Channel(), Post: w.post.ID,
		}})
		if err != nil || *u.(*tg.UpdateReadChannelDiscussionInbox).BroadcastPost != int32(w.post.ID) {
			t.Errorf("got %+v, %v", u, err)
		}
		in.MsgID = 77
		_, err = w.getReplies(t.Context(), call, in)
		apitest.Refused(t, wireErrors, err, "MSG_ID_INVALID")
		in.Peer = w.Peer(w.anna, w.bo.Peer())
		_, err = w.getReplies(t.Context(), call, in)
		apitest.Refused(t, wireErrors, err, "PEER_ID_INVALID")
	})
}

// A page of history carries the counters of its posts.
func TestCountersInHistory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, _, err := w.Render.Message(t.Context(), w.bo, w.post)
		if err != nil {
			t.Fatal(err)
		}
		got := m.(*tg.Message)
		if got.Views == nil || *got.Views != 1 || got.Replies == nil || got.Replies.Replies != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// What stands in a group for a post counts what is below it from the beginning.
func TestCopyCounts(t *testing.T) {
	channel := ids.Channel(7).Peer()
	m := &messages.Message{ID: 3, From: channel}
	m.Forward = &messages.Forward{From: channel, SavedFrom: channel}
	c := show(m, threads.Counts{})
	if c == nil || c.Replies == nil || c.Replies.Comments || c.Views != nil {
		t.Errorf("got %+v", c)
	}
	if c := show(&messages.Message{ID: 4, From: channel}, threads.Counts{}); c != nil {
		t.Errorf("an ordinary message: got %+v", c)
	}
}
