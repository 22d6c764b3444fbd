// Package topics serves the topics of forums. Clients of older layers call the same methods by their names in channels.*,
// which are lifted to those of messages.* when they are decoded.
package topics

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/topics"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	o Options
}

// Options are what the handlers work with.
type Options struct {
	Topics   *topics.Service
	Messages *messages.Service
	View     *view.View
	Render   *render.Renderer
	// Notify shows how viewer wants to be told of a topic; nil: as of the group.
	Notify func(ctx context.Context, viewer ids.User, peer ids.Peer, topic ids.Message) (*tg.PeerNotifySettings, error)
	// Draft shows what viewer has begun to write into a topic; nil: there are no drafts.
	Draft func(ctx context.Context, viewer ids.User, peer ids.Peer, topic ids.Message) (tg.DraftMessageClass, error)
	// UnreadReactions counts, by topic, what viewer has not seen; nil: nothing.
	UnreadReactions func(ctx context.Context, viewer ids.User, peer ids.Peer) (map[ids.Message]int, error)
	// ViewForum keeps whether a user sees a forum as one chat.
	ViewForum func(ctx context.Context, user ids.User, ch ids.Channel, asMessages bool) error
}

// New makes the handlers and gives o.Render what they know.
func New(o Options) *Handlers {
	h := &Handlers{o}
	render.OnLive(o.Render, h.pinned)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	topics.ErrForum:      rpc.BadRequest("CHANNEL_FORUM_MISSING"),
	topics.ErrNone:       rpc.BadRequest("TOPIC_ID_INVALID"),
	topics.ErrClosed:     rpc.BadRequest("TOPIC_CLOSED"),
	topics.ErrTitle:      rpc.BadRequest("TOPIC_TITLE_EMPTY"),
	topics.ErrSame:       rpc.BadRequest("TOPIC_NOT_MODIFIED"),
	topics.ErrCloseAlone: rpc.BadRequest("TOPIC_CLOSE_SEPARATELY"),
	topics.ErrHideAlone:  rpc.BadRequest("TOPIC_HIDE_SEPARATELY"),
	topics.ErrIcon:       rpc.BadRequest("GENERAL_MODIFY_ICON_FORBIDDEN"),
	topics.ErrPinned:     rpc.BadRequest("PINNED_TOO_MUCH"),
	topics.ErrTooMany:    rpc.BadRequest("LIMIT_INVALID"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.SignedIn, h.createForumTopic)
	rpc.Handle(r, rpc.SignedIn, h.editForumTopic)
	rpc.Handle(r, rpc.UserOnly, h.updatePinnedForumTopic)
	rpc.Handle(r, rpc.UserOnly, h.reorderPinnedForumTopics)
	rpc.Handle(r, rpc.SignedIn, h.deleteTopicHistory)
	rpc.Handle(r, rpc.UserOnly, h.getForumTopics)
	rpc.Handle(r, rpc.UserOnly, h.getForumTopicsByID)
	rpc.Handle(r, rpc.UserOnly, h.toggleViewForumAsMessages)
}

var (
	errTopics  = rpc.BadRequest("TOPICS_EMPTY")
	errChannel = rpc.BadRequest("CHANNEL_INVALID")
)

// forum resolves a supergroup. Topics of other chats, such as of bots and of messages to channels, do not exist here.
func (h *Handlers) forum(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Channel, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in)
	if err != nil {
		return 0, err
	}
	if peer.Channel() == 0 {
		return 0, errChannel
	}
	return peer.Channel(), nil
}

// createForumTopic serves https://core.telegram.org/method/messages.createForumTopic.
func (h *Handlers) createForumTopic(ctx context.Context, call *rpc.Call, in *tg.MessagesCreateForumTopic) (tg.UpdatesClass, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	req := topics.CreateRequest{By: call.User, Channel: ch, Title: in.Title, RandomID: in.RandomID, Untitled: in.TitleMissing}
	if in.IconColor != nil {
		req.Color = *in.IconColor
	}
	if in.IconEmojiID != nil {
		req.Emoji = *in.IconEmojiID
	}
	if req.As, err = h.o.Render.PeerOrNone(ctx, call, in.SendAs); err != nil {
		return nil, err
	}
	_, sent, err := h.o.Topics.Create(ctx, req)
	if err != nil {
		return nil, err
	}
	return h.o.Render.Sent(ctx, call.User, sent)
}

// editForumTopic serves https://core.telegram.org/method/messages.editForumTopic.
func (h *Handlers) editForumTopic(ctx context.Context, call *rpc.Call, in *tg.MessagesEditForumTopic) (tg.UpdatesClass, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	sent, err := h.o.Topics.Edit(ctx, topics.EditRequest{
		By: call.User, Channel: ch, ID: ids.Message(in.TopicID), Title: in.Title, Emoji: in.IconEmojiID,
		Closed: in.Closed, Hidden: in.Hidden,
	})
	if err != nil {
		return nil, err
	}
	answer, err := h.o.Render.Sent(ctx, call.User, sent)
	if err != nil {
		return nil, err
	}
	answer.Updates = answer.Updates[1:] // it has no random id
	return answer, nil
}

// updatePinnedForumTopic serves https://core.telegram.org/method/messages.updatePinnedForumTopic.
func (h *Handlers) updatePinnedForumTopic(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdatePinnedForumTopic) (tg.UpdatesClass, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	id := ids.Message(in.TopicID)
	if err := h.o.Topics.Pin(ctx, call.User, ch, id, bool(in.Pinned)); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, topics.Pinned{Channel: ch, Topic: id, On: bool(in.Pinned)})
}

// reorderPinnedForumTopics serves https://core.telegram.org/method/messages.reorderPinnedForumTopics.
func (h *Handlers) reorderPinnedForumTopics(ctx context.Context, call *rpc.Call, in *tg.MessagesReorderPinnedForumTopics) (tg.UpdatesClass, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	order := messageIDs(in.Order)
	if err := h.o.Topics.Reorder(ctx, call.User, ch, order, in.Force); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, topics.Pinned{Channel: ch, Order: order})
}

func (h *Handlers) answer(ctx context.Context, call *rpc.Call, p topics.Pinned) (tg.UpdatesClass, error) {
	return h.o.Render.Answer(ctx, call.User, []ids.Peer{p.Channel.Peer()}, pinnedUpdate(p))
}

// pinned shows that topics were pinned; all who look at the forum get the same.
func (h *Handlers) pinned(_ context.Context, _ ids.User, p topics.Pinned) (tg.UpdateClass, []ids.Peer, error) {
	return pinnedUpdate(p), nil, nil
}

func pinnedUpdate(p topics.Pinned) tg.UpdateClass {
	if p.Topic != 0 {
		return &tg.UpdatePinnedForumTopic{Pinned: p.On, Peer: view.Peer(p.Channel.Peer()), TopicID: int32(p.Topic)}
	}
	return &tg.UpdatePinnedForumTopics{Peer: view.Peer(p.Channel.Peer()), Order: render.Int32s(p.Order)}
}

// deleteTopicHistory serves https://core.telegram.org/method/messages.deleteTopicHistory.
func (h *Handlers) deleteTopicHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteTopicHistory) (*tg.MessagesAffectedHistory, error) {
	ch, err := h.forum(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Topics.Delete(ctx, call.User, ch, ids.Message(in.TopMsgID))
	return &tg.MessagesAffectedHistory{Pts: done.PTS, PtsCount: done.Count, Offset: int32(done.Left)}, err
}

// toggleViewForumAsMessages serves https://core.telegram.org/method/channels.toggleViewForumAsMessages.
func (h *Handlers) toggleViewForumAsMessages(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleViewForumAsMessages) (tg.UpdatesClass, error) {
	ch, err := h.o.View.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if err := h.o.ViewForum(ctx, call.User, ch, bool(in.Enabled)); err != nil {
		return nil, err
	}
	return h.o.Render.Answer(ctx, call.User, []ids.Peer{ch.Peer()}, &tg.UpdateChannelViewForumAsMessages{
		ChannelID: int64(ch), Enabled: in.Enabled,
	})
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}
