package chats

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerReading(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getHistory)
	rpc.Handle(r, rpc.SignedIn, h.getMessages)
	rpc.Handle(r, rpc.UserOnly, h.search)
	rpc.Handle(r, rpc.UserOnly, h.searchGlobal)
	rpc.Handle(r, rpc.UserOnly, h.getSearchCounters)
	rpc.HandleEmpty(r, rpc.UserOnly, h.searchSentMedia)
	rpc.Handle(r, rpc.UserOnly, h.readHistory)
	rpc.Handle(r, rpc.UserOnly, h.readMessageContents)
	rpc.Handle(r, rpc.UserOnly, h.getOutboxReadDate)
	rpc.Handle(r, rpc.UserOnly, h.getMessageReadParticipants)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getUnreadMentions)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getUnreadReactions)
	rpc.HandleEmpty(r, rpc.UserOnly, h.readMentions)
	rpc.HandleEmpty(r, rpc.UserOnly, h.readReactions)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getMessagesViews)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getMessagesReactions)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getScheduledHistory)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getScheduledMessages)
	rpc.Handle(r, rpc.UserOnly, h.getSavedHistory)
	rpc.Handle(r, rpc.UserOnly, h.getSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getSavedDialogsByID)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getPinnedSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.readSavedHistory)
	rpc.Handle(r, rpc.UserOnly, h.getOnlines)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getCommonChats)
}

// getHistory serves https://core.telegram.org/method/messages.getHistory.
func (h *Handlers) getHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetHistory) (tg.MessagesMessagesClass, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.History(ctx, call.User, peer, messages.Window{
		OffsetID: ids.Message(in.OffsetID), OffsetDate: fromUnix(in.OffsetDate), AddOffset: int(in.AddOffset),
		Limit: int(in.Limit), MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
	})
	if err != nil {
		return nil, err
	}
	return h.page(ctx, call.User, page, in.Hash, peer.User())
}

// page is a page of messages with the users in it, or "not modified" when a client has them already, by its hash.
func (h *Handlers) page(
	ctx context.Context, user ids.User, page messages.Page, hash int64, about ...ids.User,
) (tg.MessagesMessagesClass, error) {
	if hash != 0 && hash == hashOf(page.Messages) {
		return &tg.MessagesMessagesNotModified{Count: int32(page.Total)}, nil
	}
	users, err := h.view.Users(ctx, user, append(mentioned(page.Messages...), about...))
	if err != nil {
		return nil, err
	}
	if page.Whole {
		return &tg.MessagesMessages{
			Messages: messagesTo(page.Messages), Topics: []tg.ForumTopicClass{}, Chats: []tg.ChatClass{}, Users: users,
		}, nil
	}
	t := &tg.MessagesMessagesSlice{
		Count: int32(page.Total), Messages: messagesTo(page.Messages), Topics: []tg.ForumTopicClass{},
		Chats: []tg.ChatClass{}, Users: users,
	}
	if page.Above > 0 {
		t.OffsetIDOffset = new(int32(page.Above))
	}
	return t, nil
}

// hashOf is the hash of a page of messages.
// Spec: https://core.telegram.org/api/offsets#hash-generation
func hashOf(page []*messages.Message) int64 {
	var h uint64
	add := func(n uint64) {
		h ^= h >> 21
		h ^= h << 35
		h ^= h >> 4
		h += n
	}
	for _, m := range page {
		add(uint64(m.ID))
		add(uint64(unix(m.EditDate)))
	}
	return int64(h)
}

// getMessages serves https://core.telegram.org/method/messages.getMessages: one message for each that is asked for, in
// that order.
func (h *Handlers) getMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessages) (tg.MessagesMessagesClass, error) {
	want, err := h.wanted(ctx, call.User, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := h.messages.Get(ctx, call.User, 0, want)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesMessages{
		Messages: make([]tg.MessageClass, 0, len(want)), Topics: []tg.ForumTopicClass{}, Chats: []tg.ChatClass{},
	}
	var about []ids.User
	for _, id := range want {
		m := found[id]
		if m == nil {
			t.Messages = append(t.Messages, &tg.MessageEmpty{ID: int32(id)})
			continue
		}
		t.Messages, about = append(t.Messages, message(m)), append(about, usersAmong(m.Peers())...)
	}
	t.Users, err = h.view.Users(ctx, call.User, about)
	return t, err
}

// wanted are the numbers of messages that a client names, each in one of several ways.
func (h *Handlers) wanted(ctx context.Context, user ids.User, in []tg.InputMessageClass) ([]ids.Message, error) {
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
			found, err := h.messages.Get(ctx, user, 0, []ids.Message{ids.Message(t.ID)})
			if err != nil {
				return nil, err
			}
			if m := found[ids.Message(t.ID)]; m != nil && m.Reply != nil && m.Reply.ID != 0 {
				want = append(want, m.Reply.ID)
			}
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

// readMessageContents serves https://core.telegram.org/method/messages.readMessageContents.
func (h *Handlers) readMessageContents(ctx context.Context, call *rpc.Call, in *tg.MessagesReadMessageContents) (*tg.MessagesAffectedMessages, error) {
	moved, err := h.messages.ReadContents(ctx, call.User, 0, messageIDs(in.ID))
	return &tg.MessagesAffectedMessages{Pts: moved.PTS, PtsCount: moved.Count}, err
}

// getOutboxReadDate serves https://core.telegram.org/method/messages.getOutboxReadDate.
func (h *Handlers) getOutboxReadDate(ctx context.Context, call *rpc.Call, in *tg.MessagesGetOutboxReadDate) (*tg.OutboxReadDate, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	at, err := h.messages.ReadDate(ctx, call.User, peer, ids.Message(in.MsgID))
	return &tg.OutboxReadDate{Date: unix(at)}, err
}

// getMessageReadParticipants serves https://core.telegram.org/method/messages.getMessageReadParticipants. In a private
// chat that is the other side, when it has read the message.
func (h *Handlers) getMessageReadParticipants(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessageReadParticipants) (tg.Vector[*tg.ReadParticipantDate], error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	at, err := h.messages.ReadDate(ctx, call.User, peer, ids.Message(in.MsgID))
	switch {
	case isNone(err), errors.Is(err, messages.ErrHidden), errors.Is(err, messages.ErrHiding), errors.Is(err, messages.ErrTooOld):
		return tg.Vector[*tg.ReadParticipantDate]{}, nil
	case err != nil:
		return nil, err
	}
	return tg.Vector[*tg.ReadParticipantDate]{{UserID: int64(peer.User()), Date: unix(at)}}, nil
}

func noMessages() *tg.MessagesMessages {
	return &tg.MessagesMessages{
		Messages: []tg.MessageClass{}, Topics: []tg.ForumTopicClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{},
	}
}

// getUnreadMentions serves https://core.telegram.org/method/messages.getUnreadMentions. Private chats have none.
func (h *Handlers) getUnreadMentions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetUnreadMentions) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return noMessages(), err
}

// getUnreadReactions serves https://core.telegram.org/method/messages.getUnreadReactions.
func (h *Handlers) getUnreadReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetUnreadReactions) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return noMessages(), err
}

// unmoved is the answer to what had nothing to do.
func (h *Handlers) unmoved(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (*tg.MessagesAffectedHistory, error) {
	if _, err := h.chat(ctx, call, in); err != nil {
		return nil, err
	}
	moved, err := h.messages.Position(ctx, call.User.Peer())
	return &tg.MessagesAffectedHistory{Pts: moved.PTS}, err
}

// readMentions serves https://core.telegram.org/method/messages.readMentions.
func (h *Handlers) readMentions(ctx context.Context, call *rpc.Call, in *tg.MessagesReadMentions) (*tg.MessagesAffectedHistory, error) {
	return h.unmoved(ctx, call, in.Peer)
}

// readReactions serves https://core.telegram.org/method/messages.readReactions.
func (h *Handlers) readReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesReadReactions) (*tg.MessagesAffectedHistory, error) {
	return h.unmoved(ctx, call, in.Peer)
}

// getMessagesViews serves https://core.telegram.org/method/messages.getMessagesViews. Only channels count views; Web A
// needs one answer for each number all the same.
func (h *Handlers) getMessagesViews(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessagesViews) (*tg.MessagesMessageViews, error) {
	if _, err := h.chat(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	if len(in.ID) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	t := &tg.MessagesMessageViews{Views: []*tg.MessageViews{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	for range in.ID {
		t.Views = append(t.Views, &tg.MessageViews{})
	}
	return t, nil
}

// getMessagesReactions serves https://core.telegram.org/method/messages.getMessagesReactions.
func (h *Handlers) getMessagesReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessagesReactions) (tg.UpdatesClass, error) {
	if _, err := h.chat(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	return h.render.answer(ctx, call.User, nil)
}

// getScheduledHistory serves https://core.telegram.org/method/messages.getScheduledHistory.
func (h *Handlers) getScheduledHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledHistory) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return noMessages(), err
}

// getScheduledMessages serves https://core.telegram.org/method/messages.getScheduledMessages.
func (h *Handlers) getScheduledMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledMessages) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return noMessages(), err
}

// getOnlines serves https://core.telegram.org/method/messages.getOnlines.
func (h *Handlers) getOnlines(ctx context.Context, call *rpc.Call, in *tg.MessagesGetOnlines) (*tg.ChatOnlines, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	n := int32(1)
	if status, err := h.view.Status(ctx, call.User, peer.User()); err != nil {
		return nil, err
	} else if s, ok := status.(*tg.UserStatusOnline); ok && int64(s.Expires) > time.Now().Unix() && peer.User() != call.User {
		n++
	}
	return &tg.ChatOnlines{Onlines: n}, nil
}

// getCommonChats serves https://core.telegram.org/method/messages.getCommonChats.
func (h *Handlers) getCommonChats(ctx context.Context, call *rpc.Call, in *tg.MessagesGetCommonChats) (tg.MessagesChatsClass, error) {
	_, err := h.view.UserFromInput(ctx, call, in.UserID)
	return &tg.MessagesChats{Chats: []tg.ChatClass{}}, err
}

// getSavedHistory serves https://core.telegram.org/method/messages.getSavedHistory.
func (h *Handlers) getSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedHistory) (tg.MessagesMessagesClass, error) {
	saved, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.Search(ctx, messages.Query{By: call.User, Peer: call.User.Peer(), Saved: saved, Window: messages.Window{
		OffsetID: ids.Message(in.OffsetID), OffsetDate: fromUnix(in.OffsetDate), AddOffset: int(in.AddOffset),
		Limit: int(in.Limit), MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
	}})
	if err != nil {
		return nil, err
	}
	page.Above = 0
	return h.page(ctx, call.User, page, in.Hash, saved.User())
}

// getSavedDialogs serves https://core.telegram.org/method/messages.getSavedDialogs.
func (h *Handlers) getSavedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedDialogs) (tg.MessagesSavedDialogsClass, error) {
	limit := min(max(int(in.Limit), 1), messages.MaxPage)
	all, total, err := h.messages.SavedDialogs(ctx, call.User, ids.Message(in.OffsetID), limit)
	if err != nil {
		return nil, err
	}
	list, err := h.savedDialogs(ctx, call.User, all)
	if err != nil || len(all) == total {
		return list, err
	}
	return &tg.MessagesSavedDialogsSlice{
		Count: int32(total), Dialogs: list.Dialogs, Messages: list.Messages, Chats: list.Chats, Users: list.Users,
	}, nil
}

// savedDialogs shows parts of saved messages.
func (h *Handlers) savedDialogs(ctx context.Context, user ids.User, all []messages.SavedDialog) (*tg.MessagesSavedDialogs, error) {
	t := &tg.MessagesSavedDialogs{Dialogs: []tg.SavedDialogClass{}, Chats: []tg.ChatClass{}}
	var tops []*messages.Message
	about := []ids.User{user}
	for _, d := range all {
		t.Dialogs = append(t.Dialogs, &tg.SavedDialog{Peer: view.Peer(d.Peer), TopMessage: int32(d.Top.ID)})
		tops, about = append(tops, d.Top), append(about, d.Peer.User())
	}
	var err error
	t.Messages = messagesTo(tops)
	t.Users, err = h.view.Users(ctx, user, append(about, mentioned(tops...)...))
	return t, err
}

// getSavedDialogsByID serves https://core.telegram.org/method/messages.getSavedDialogsByID.
func (h *Handlers) getSavedDialogsByID(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedDialogsByID) (tg.MessagesSavedDialogsClass, error) {
	if len(in.IDs) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	all, _, err := h.messages.SavedDialogs(ctx, call.User, 0, math.MaxInt)
	if err != nil {
		return nil, err
	}
	var wanted []messages.SavedDialog
	for _, p := range in.IDs {
		peer, err := h.chat(ctx, call, p)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(d messages.SavedDialog) bool { return d.Peer == peer }); i >= 0 {
			wanted = append(wanted, all[i])
		}
	}
	return h.savedDialogs(ctx, call.User, wanted)
}

// getPinnedSavedDialogs serves https://core.telegram.org/method/messages.getPinnedSavedDialogs.
func (h *Handlers) getPinnedSavedDialogs(context.Context, *rpc.Call, *tg.MessagesGetPinnedSavedDialogs) (tg.MessagesSavedDialogsClass, error) {
	return &tg.MessagesSavedDialogs{
		Dialogs: []tg.SavedDialogClass{}, Messages: []tg.MessageClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{},
	}, nil
}

// readSavedHistory serves https://core.telegram.org/method/messages.readSavedHistory. One's own notes are never unread.
func (h *Handlers) readSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesReadSavedHistory) (tg.Bool, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return true, err
}
