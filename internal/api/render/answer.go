package render

import (
	"context"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// Peers shows users and chats as viewer may see them; to a viewer of 0 as everybody may.
func (r *Renderer) Peers(ctx context.Context, viewer ids.User, about []ids.Peer) ([]tg.UserClass, []tg.ChatClass, error) {
	if viewer == 0 {
		return r.view.Shared(ctx, about)
	}
	return r.view.Peers(ctx, viewer, about)
}

// Answer is a full "updates" with the users and chats that are needed.
func (r *Renderer) Answer(ctx context.Context, viewer ids.User, about []ids.Peer, list ...tg.UpdateClass) (*tg.Updates, error) {
	users, chats, err := r.Peers(ctx, viewer, about)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []tg.UpdateClass{}
	}
	return &tg.Updates{Updates: list, Users: users, Chats: chats, Date: Unix(time.Now())}, nil
}

// Entries is the answer to what led to several entries, in their order. about are those who are to be told as well.
func (r *Renderer) Entries(ctx context.Context, viewer ids.User, about []ids.Peer, list ...updates.Entry) (*tg.Updates, error) {
	us, who, err := r.EntryList(ctx, viewer, list)
	if err != nil {
		return nil, err
	}
	return r.Answer(ctx, viewer, append(about, who...), us...)
}

// Sent is the answer to what sends messages: for each, first its number under its random id, then the message.
func (r *Renderer) Sent(ctx context.Context, viewer ids.User, all ...messages.Sent) (*tg.Updates, error) {
	list := make([]*messages.Message, len(all))
	for i, s := range all {
		list[i] = s.Message
	}
	shown, about, err := r.Messages(ctx, viewer, list)
	if err != nil {
		return nil, err
	}
	us := make([]tg.UpdateClass, 0, 2*len(all))
	for _, m := range list {
		us = append(us, &tg.UpdateMessageID{ID: int32(m.ID), RandomID: m.RandomID})
	}
	for i, m := range list {
		us = append(us, newMessage(updates.Entry{Owner: m.Owner, PTS: m.PTS, Count: 1}, shown[i]))
	}
	return r.Answer(ctx, viewer, about, us...)
}

// Page is a page of messages with those who are in it, or "not modified" when a client has them already, by its hash. Of a
// channel it says where its log stands. about are those who are to be told as well.
func (r *Renderer) Page(
	ctx context.Context, viewer ids.User, p messages.Page, hash int64, about ...ids.Peer,
) (tg.MessagesMessagesClass, error) {
	if hash != 0 && hash == HashOf(p.Messages) {
		return &tg.MessagesMessagesNotModified{Count: int32(p.Total)}, nil
	}
	shown, more, err := r.Messages(ctx, viewer, p.Messages)
	if err != nil {
		return nil, err
	}
	users, chats, err := r.Peers(ctx, viewer, append(more, about...))
	if err != nil {
		return nil, err
	}
	topics := []tg.ForumTopicClass{}
	above := optional(int32(max(p.Above, 0)))
	switch {
	case p.PTS > 0:
		return &tg.MessagesChannelMessages{
			Inexact: p.Inexact, Pts: p.PTS, Count: int32(p.Total), OffsetIDOffset: above, Messages: shown, Topics: topics, Chats: chats, Users: users,
		}, nil
	case p.Whole:
		return &tg.MessagesMessages{Messages: shown, Topics: topics, Chats: chats, Users: users}, nil
	}
	return &tg.MessagesMessagesSlice{
		Inexact: p.Inexact, Count: int32(p.Total), OffsetIDOffset: above, Messages: shown, Topics: topics, Chats: chats, Users: users,
	}, nil
}

// NoMessages is an empty page.
func NoMessages() *tg.MessagesMessages {
	return &tg.MessagesMessages{
		Messages: []tg.MessageClass{}, Topics: []tg.ForumTopicClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{},
	}
}

// HashOf is the hash of a page of messages.
// Spec: https://core.telegram.org/api/offsets#hash-generation
func HashOf(page []*messages.Message) int64 {
	var h uint64
	add := func(n uint64) {
		h ^= h >> 21
		h ^= h << 35
		h ^= h >> 4
		h += n
	}
	for _, m := range page {
		add(uint64(m.ID))
		add(uint64(Unix(m.EditDate)))
	}
	return int64(h)
}
