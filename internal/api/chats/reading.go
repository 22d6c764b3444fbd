package chats

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerReading(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getHistory)
	rpc.Handle(r, rpc.SignedIn, h.getMessages)
	rpc.Handle(r, rpc.SignedIn, h.channelsGetMessages)
	rpc.Handle(r, rpc.UserOnly, h.readHistory)
	rpc.Handle(r, rpc.UserOnly, h.channelsReadHistory)
	rpc.Handle(r, rpc.UserOnly, h.readMessageContents)
	rpc.Handle(r, rpc.UserOnly, h.channelsReadMessageContents)
	rpc.Handle(r, rpc.UserOnly, h.getOutboxReadDate)
	rpc.Handle(r, rpc.UserOnly, h.getUnreadMentions)
	rpc.Handle(r, rpc.UserOnly, h.readMentions)
	rpc.Handle(r, rpc.SignedIn, h.getMessageEditData)
}

// getHistory serves https://core.telegram.org/method/messages.getHistory.
func (h *Handlers) getHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetHistory) (tg.MessagesMessagesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if h.o.Watch != nil {
		h.o.Watch(call.User, peer.User())
	}
	page, err := h.messages.History(ctx, call.User, peer, messages.Window{
		OffsetID: ids.Message(in.OffsetID), OffsetDate: render.Time(in.OffsetDate), AddOffset: int(in.AddOffset),
		Limit: int(in.Limit), MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
	})
	if err != nil {
		return nil, err
	}
	return h.render.Page(ctx, call.User, page, in.Hash, peer)
}

// getMessages serves https://core.telegram.org/method/messages.getMessages: one message for each that is asked for, in
// that order.
func (h *Handlers) getMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessages) (tg.MessagesMessagesClass, error) {
	shown, about, err := h.wanted(ctx, call.User, 0, in.ID)
	if err != nil {
		return nil, err
	}
	t := render.NoMessages()
	t.Messages = shown
	t.Users, t.Chats, err = h.render.Peers(ctx, call.User, about)
	return t, err
}

// channelsGetMessages serves https://core.telegram.org/method/channels.getMessages.
func (h *Handlers) channelsGetMessages(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetMessages) (tg.MessagesMessagesClass, error) {
	peer, err := h.channel(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	st, err := h.messages.State(ctx, peer) // before the messages: what has happened since comes as an update
	if err != nil {
		return nil, err
	}
	shown, about, err := h.wanted(ctx, call.User, peer, in.ID)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesChannelMessages{Pts: st.PTS, Count: int32(len(shown)), Messages: shown, Topics: []tg.ForumTopicClass{}}
	t.Users, t.Chats, err = h.render.Peers(ctx, call.User, append(about, peer))
	return t, err
}

// wanted shows the messages that a client names, each in one of several ways, and an empty one for each that is not there.
func (h *Handlers) wanted(ctx context.Context, user ids.User, peer ids.Peer, in []tg.InputMessageClass) ([]tg.MessageClass, []ids.Peer, error) {
	want, err := h.named(ctx, user, peer, in)
	if err != nil {
		return nil, nil, err
	}
	found, err := h.messages.Get(ctx, user, peer, want)
	if err != nil {
		return nil, nil, err
	}
	list := make([]*messages.Message, 0, len(found))
	for _, id := range want {
		if m := found[id]; m != nil {
			list = append(list, m)
		}
	}
	shown, about, err := h.render.Messages(ctx, user, list)
	if err != nil {
		return nil, nil, err
	}
	out := make([]tg.MessageClass, 0, len(want))
	for _, id := range want {
		if found[id] == nil {
			out = append(out, &tg.MessageEmpty{ID: int32(id)})
			continue
		}
		out, shown = append(out, shown[0]), shown[1:]
	}
	return out, about, nil
}

// named are the numbers of messages that a client names.
func (h *Handlers) named(ctx context.Context, user ids.User, peer ids.Peer, in []tg.InputMessageClass) ([]ids.Message, error) {
	if len(in) > messages.MaxBatch {
		in = in[:messages.MaxBatch]
	}
	want := make([]ids.Message, 0, len(in))
	for _, c := range in {
		switch t := c.(type) {
		case *tg.InputMessageID:
			want = append(want, ids.Message(t.ID))
		case *tg.InputMessageCallbackQuery:
			want = append(want, ids.Message(t.ID))
		case *tg.InputMessageReplyTo:
			found, err := h.messages.Get(ctx, user, peer, []ids.Message{ids.Message(t.ID)})
			if err != nil {
				return nil, err
			}
			if m := found[ids.Message(t.ID)]; m != nil && m.Reply != nil && m.Reply.ID != 0 {
				want = append(want, m.Reply.ID)
			}
		case *tg.InputMessagePinned:
			id, err := h.messages.PinnedIn(ctx, user, peer)
			if err != nil {
				return nil, err
			}
			want = append(want, id)
		}
	}
	return want, nil
}

// readHistory serves https://core.telegram.org/method/messages.readHistory.
func (h *Handlers) readHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesReadHistory) (*tg.MessagesAffectedMessages, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	moved, err := h.messages.Read(ctx, call.User, peer, ids.Message(in.MaxID))
	return &tg.MessagesAffectedMessages{Pts: moved.PTS, PtsCount: moved.Count}, err
}

// channelsReadHistory serves https://core.telegram.org/method/channels.readHistory.
func (h *Handlers) channelsReadHistory(ctx context.Context, call *rpc.Call, in *tg.ChannelsReadHistory) (tg.Bool, error) {
	peer, err := h.channel(ctx, call, in.Channel)
	if err != nil {
		return false, err
	}
	_, err = h.messages.Read(ctx, call.User, peer, ids.Message(in.MaxID))
	return true, err
}

// readMessageContents serves https://core.telegram.org/method/messages.readMessageContents.
func (h *Handlers) readMessageContents(ctx context.Context, call *rpc.Call, in *tg.MessagesReadMessageContents) (*tg.MessagesAffectedMessages, error) {
	moved, err := h.messages.ReadContents(ctx, call.User, 0, messageIDs(in.ID))
	if err == nil && h.o.Seen != nil {
		err = h.o.Seen(ctx, call.User, 0, messageIDs(in.ID))
	}
	return &tg.MessagesAffectedMessages{Pts: moved.PTS, PtsCount: moved.Count}, err
}

// channelsReadMessageContents serves https://core.telegram.org/method/channels.readMessageContents.
func (h *Handlers) channelsReadMessageContents(ctx context.Context, call *rpc.Call, in *tg.ChannelsReadMessageContents) (tg.Bool, error) {
	peer, err := h.channel(ctx, call, in.Channel)
	if err != nil {
		return false, err
	}
	if _, err = h.messages.ReadContents(ctx, call.User, peer, messageIDs(in.ID)); err == nil && h.o.Seen != nil {
		err = h.o.Seen(ctx, call.User, peer, messageIDs(in.ID))
	}
	return true, err
}

// getOutboxReadDate serves https://core.telegram.org/method/messages.getOutboxReadDate.
func (h *Handlers) getOutboxReadDate(ctx context.Context, call *rpc.Call, in *tg.MessagesGetOutboxReadDate) (*tg.OutboxReadDate, error) {
	peer, err := h.private(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	at, err := h.messages.ReadDate(ctx, call.User, peer, ids.Message(in.MsgID))
	return &tg.OutboxReadDate{Date: render.Unix(at)}, err
}

// getUnreadMentions serves https://core.telegram.org/method/messages.getUnreadMentions.
func (h *Handlers) getUnreadMentions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetUnreadMentions) (tg.MessagesMessagesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.UnreadMentions(ctx, call.User, peer, thread(in.TopMsgID), messages.Window{
		OffsetID: ids.Message(in.OffsetID), AddOffset: int(in.AddOffset), Limit: int(in.Limit),
		MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
	})
	if err != nil {
		return nil, err
	}
	return h.render.Page(ctx, call.User, page, 0, peer)
}

// thread is the topic or thread that a client names; 0 for none.
func thread(top *int32) ids.Message {
	if top == nil {
		return 0
	}
	return ids.Message(*top)
}

// readMentions serves https://core.telegram.org/method/messages.readMentions.
func (h *Handlers) readMentions(ctx context.Context, call *rpc.Call, in *tg.MessagesReadMentions) (*tg.MessagesAffectedHistory, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.ReadMentions(ctx, call.User, peer, thread(in.TopMsgID))
	return affectedHistory(done), err
}

// getMessageEditData serves https://core.telegram.org/method/messages.getMessageEditData.
func (h *Handlers) getMessageEditData(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessageEditData) (*tg.MessagesMessageEditData, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	found, err := h.messages.Get(ctx, call.User, peer, []ids.Message{ids.Message(in.ID)})
	if err != nil {
		return nil, err
	}
	m := found[ids.Message(in.ID)]
	switch {
	case m == nil || m.Peer != peer:
		return nil, messages.ErrNone
	case !m.IsOut(call.User) && peer != call.User.Peer():
		return nil, messages.ErrAuthor
	}
	return &tg.MessagesMessageEditData{Caption: m.Media != nil}, nil
}
