package topics

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/topics"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// getForumTopics serves https://core.telegram.org/method/messages.getForumTopics.
func (h *Handlers) getForumTopics(ctx context.Context, call *rpc.Call, in *tg.MessagesGetForumTopics) (*tg.MessagesForumTopics, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	q := topics.Query{OffsetID: ids.Message(in.OffsetID), After: ids.Message(in.OffsetTopic), Limit: int(in.Limit)}
	if in.Q != nil {
		q.Text = *in.Q
	}
	page, err := h.o.Topics.List(ctx, call.User, ch, q)
	if err != nil {
		return nil, err
	}
	return h.page(ctx, call.User, ch, page, page.Topics)
}

// getForumTopicsByID serves https://core.telegram.org/method/messages.getForumTopicsByID. Those that are not there any more
// are answered as deleted.
func (h *Handlers) getForumTopicsByID(ctx context.Context, call *rpc.Call, in *tg.MessagesGetForumTopicsByID) (*tg.MessagesForumTopics, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if len(in.Topics) == 0 {
		return nil, errTopics
	}
	page, err := h.o.Topics.Get(ctx, call.User, ch, messageIDs(in.Topics))
	if err != nil {
		return nil, err
	}
	answer, err := h.page(ctx, call.User, ch, page, page.Topics)
	if err != nil {
		return nil, err
	}
	there := make(map[int32]bool, len(page.Topics))
	for _, t := range page.Topics {
		there[int32(t.ID)] = true
	}
	for _, id := range in.Topics {
		if !there[id] {
			answer.Topics = append(answer.Topics, &tg.ForumTopicDeleted{ID: id})
			there[id] = true
		}
	}
	answer.Count = int32(len(answer.Topics))
	return answer, nil
}

// page shows topics with their newest messages and all who are in them.
func (h *Handlers) page(ctx context.Context, viewer ids.User, ch ids.Channel, p topics.Page, list []topics.Seen) (*tg.MessagesForumTopics, error) {
	tops := make([]ids.Message, len(list))
	about := []ids.Peer{ch.Peer()}
	for i, t := range list {
		tops[i] = t.Top
		about = append(about, t.Creator)
	}
	found, err := h.o.Messages.Get(ctx, viewer, ch.Peer(), tops)
	if err != nil {
		return nil, err
	}
	answer := &tg.MessagesForumTopics{Count: int32(p.Total), Pts: p.PTS, Messages: []tg.MessageClass{}}
	if answer.Topics, err = h.show(ctx, viewer, ch, list); err != nil {
		return nil, err
	}
	for _, id := range tops {
		if m := found[id]; m != nil {
			shown, more, err := h.o.Render.Message(ctx, viewer, m)
			if err != nil {
				return nil, err
			}
			answer.Messages, about = append(answer.Messages, shown), append(about, more...)
			delete(found, id)
		}
	}
	answer.Users, answer.Chats, err = h.o.Render.Peers(ctx, viewer, about)
	return answer, err
}

// show shows topics as viewer sees them.
func (h *Handlers) show(ctx context.Context, viewer ids.User, ch ids.Channel, list []topics.Seen) ([]tg.ForumTopicClass, error) {
	reactions := map[ids.Message]int{}
	var err error
	if h.o.UnreadReactions != nil {
		if reactions, err = h.o.UnreadReactions(ctx, viewer, ch.Peer()); err != nil {
			return nil, err
		}
	}
	shown := make([]tg.ForumTopicClass, len(list))
	for i, t := range list {
		one := topic(viewer, ch, t)
		one.UnreadReactionsCount = int32(reactions[t.ID])
		if err := h.personal(ctx, viewer, ch, t.ID, one); err != nil {
			return nil, err
		}
		shown[i] = one
	}
	return shown, nil
}

// personal adds what viewer has set for a topic and begun to write.
func (h *Handlers) personal(ctx context.Context, viewer ids.User, ch ids.Channel, id ids.Message, t *tg.ForumTopic) (err error) {
	if h.o.Notify != nil {
		if t.NotifySettings, err = h.o.Notify(ctx, viewer, ch.Peer(), id); err != nil {
			return err
		}
	}
	if h.o.Draft != nil {
		t.Draft, err = h.o.Draft(ctx, viewer, ch.Peer(), id)
	}
	return err
}

func topic(viewer ids.User, ch ids.Channel, t topics.Seen) *tg.ForumTopic {
	shown := &tg.ForumTopic{
		My: t.Author == viewer, Closed: t.Closed, Pinned: t.Pinned > 0, Hidden: t.Hidden, TitleMissing: t.Untitled,
		ID: int32(t.ID), Date: render.Unix(t.Date), Peer: view.Peer(ch.Peer()), Title: t.Title, IconColor: t.IconColor,
		TopMessage: int32(t.Top), ReadInboxMaxID: int32(t.ReadInbox), ReadOutboxMaxID: int32(t.ReadOutbox),
		UnreadCount: int32(t.Unread), UnreadMentionsCount: int32(t.Mentions), FromID: view.Peer(t.Creator),
		NotifySettings: &tg.PeerNotifySettings{},
	}
	if t.IconEmoji != 0 {
		shown.IconEmojiID = new(t.IconEmoji)
	}
	return shown
}

// Shown is a topic for what is told of a forum as a whole, such as the log of its admins.
func Shown(ch ids.Channel, t topics.Topic) *tg.ForumTopic {
	return topic(0, ch, topics.Seen{Topic: t})
}
