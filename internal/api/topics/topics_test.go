package topics

import (
	"context"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/topics"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

type world struct {
	*apitest.World
	*Handlers
	anna, bo ids.User
	forum    ids.Peer
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		w.Handlers = New(Options{
			Topics: topics.New(in.DB, in.Bus, in.Log, in.Messages, in.Channels), Messages: in.Messages, View: in.View, Render: in.Render,
			Notify: func(context.Context, ids.User, ids.Peer, ids.Message) (*tg.PeerNotifySettings, error) {
				return &tg.PeerNotifySettings{MuteUntil: new(int32(9))}, nil
			},
			ViewForum: in.Channels.SetViewForum,
		})
		p := in.People(2)
		w.anna, w.bo = p[0], p[1]
		w.forum = w.Channel(false, p...)
		if _, err := w.Channels.Turn(t.Context(), w.anna, w.forum.Channel(), channels.SwitchForum, true); err != nil {
			t.Fatal(err)
		}
		fn(t, w)
	})
}

func (w *world) begin(t *testing.T, by ids.User, title string, random int64) int32 {
	t.Helper()
	answer := apitest.Must[tg.UpdatesClass](t, "messages.createForumTopic")(w.createForumTopic(t.Context(), apitest.Call(by),
		&tg.MessagesCreateForumTopic{Peer: w.Peer(by, w.forum), Title: title, IconColor: new(int32(0xFFD67E)), RandomID: random}))
	return apitest.Find[*tg.UpdateMessageID](t, answer).ID
}

func TestTopics(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin(t, w.bo, "Sails", 1)
		call, peer := apitest.Call(w.anna), w.Peer(w.anna, w.forum)
		list := func() *tg.MessagesForumTopics {
			t.Helper()
			return apitest.Must[*tg.MessagesForumTopics](t, "messages.getForumTopics")(w.getForumTopics(t.Context(), call,
				&tg.MessagesGetForumTopics{Peer: peer, Limit: 20}))
		}
		got := list()
		first := got.Topics[0].(*tg.ForumTopic)
		if got.Count != 2 || first.ID != id || first.Title != "Sails" || first.My || first.UnreadCount != 1 || first.IconColor != 0xFFD67E ||
			*first.NotifySettings.MuteUntil != 9 || len(got.Messages) == 0 || got.Pts == 0 {
			t.Errorf("got %+v, %+v", got, first)
		}
		pin := apitest.Must[tg.UpdatesClass](t, "messages.updatePinnedForumTopic")(w.updatePinnedForumTopic(t.Context(), call,
			&tg.MessagesUpdatePinnedForumTopic{Peer: peer, TopicID: 1, Pinned: true}))
		if u := apitest.Find[*tg.UpdatePinnedForumTopic](t, pin); !u.Pinned || u.TopicID != 1 {
			t.Errorf("got %+v", u)
		}
		if general := list().Topics[0].(*tg.ForumTopic); general.ID != 1 || !general.Pinned {
			t.Errorf("got %+v", general)
		}
		order := apitest.Must[tg.UpdatesClass](t, "messages.reorderPinnedForumTopics")(w.reorderPinnedForumTopics(t.Context(), call,
			&tg.MessagesReorderPinnedForumTopics{Peer: peer, Order: []int32{id, 1}, Force: true}))
		if u := apitest.Find[*tg.UpdatePinnedForumTopics](t, order); len(u.Order) != 2 {
			t.Errorf("got %+v", u)
		}
		edit := apitest.Must[tg.UpdatesClass](t, "messages.editForumTopic")(w.editForumTopic(t.Context(), call,
			&tg.MessagesEditForumTopic{Peer: peer, TopicID: id, Closed: new(true)}))
		m := apitest.Find[*tg.UpdateNewChannelMessage](t, edit).Message.(*tg.MessageService)
		if !*m.Action.(*tg.MessageActionTopicEdit).Closed {
			t.Errorf("got %+v", m)
		}
		some := apitest.Must[*tg.MessagesForumTopics](t, "messages.getForumTopicsByID")(w.getForumTopicsByID(t.Context(), call,
			&tg.MessagesGetForumTopicsByID{Peer: peer, Topics: []int32{id, 99}}))
		if len(some.Topics) != 2 || !some.Topics[0].(*tg.ForumTopic).Closed || some.Topics[1].TLName() != "forumTopicDeleted" {
			t.Errorf("got %+v", some.Topics)
		}
		gone := apitest.Must[*tg.MessagesAffectedHistory](t, "messages.deleteTopicHistory")(w.deleteTopicHistory(t.Context(), call,
			&tg.MessagesDeleteTopicHistory{Peer: peer, TopMsgID: id}))
		if gone.Offset != 0 || gone.PtsCount == 0 || len(list().Topics) != 1 {
			t.Errorf("got %+v", gone)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin(t, w.anna, "Sails", 1)
		bo, peer := apitest.Call(w.bo), w.Peer(w.bo, w.forum)
		for want, ask := range map[string]func(ctx context.Context, call *rpc.Call) error{
			"TOPIC_TITLE_EMPTY": func(ctx context.Context, call *rpc.Call) error {
				_, err := w.createForumTopic(ctx, call, &tg.MessagesCreateForumTopic{Peer: peer, Title: " "})
				return err
			},
			"TOPIC_ID_INVALID": func(ctx context.Context, call *rpc.Call) error {
				_, err := w.editForumTopic(ctx, call, &tg.MessagesEditForumTopic{Peer: peer, TopicID: 99, Title: new("x")})
				return err
			},
			"CHANNEL_INVALID": func(ctx context.Context, call *rpc.Call) error {
				_, err := w.getForumTopics(ctx, call, &tg.MessagesGetForumTopics{Peer: w.Peer(w.bo, w.anna.Peer())})
				return err
			},
			"CHANNEL_FORUM_MISSING": func(ctx context.Context, call *rpc.Call) error {
				_, err := w.getForumTopics(ctx, call, &tg.MessagesGetForumTopics{Peer: w.Peer(w.bo, w.Channel(false, w.bo))})
				return err
			},
			"TOPICS_EMPTY": func(ctx context.Context, call *rpc.Call) error {
				_, err := w.getForumTopicsByID(ctx, call, &tg.MessagesGetForumTopicsByID{Peer: peer})
				return err
			},
		} {
			apitest.Refused(t, wireErrors, ask(t.Context(), bo), want)
		}
		_, err := w.editForumTopic(t.Context(), apitest.Call(w.anna), &tg.MessagesEditForumTopic{
			Peer: w.Peer(w.anna, w.forum), TopicID: id, Title: new("x"), Closed: new(true),
		})
		apitest.Refused(t, wireErrors, err, "TOPIC_CLOSE_SEPARATELY")
	})
}

func TestViewForumAsMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answer := apitest.Must[tg.UpdatesClass](t, "channels.toggleViewForumAsMessages")(w.toggleViewForumAsMessages(t.Context(), apitest.Call(w.bo),
			&tg.ChannelsToggleViewForumAsMessages{Channel: w.InputChannel(w.bo, w.forum), Enabled: true}))
		if u := apitest.Find[*tg.UpdateChannelViewForumAsMessages](t, answer); !bool(u.Enabled) {
			t.Errorf("got %+v", u)
		}
	})
}
