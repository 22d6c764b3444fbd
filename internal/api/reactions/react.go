package reactions

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// gone is err unless it says that the viewer has left the chat: then there is nothing to be shown to him.
func gone(err error) error {
	for _, left := range []error{rights.ErrPrivate, rights.ErrNotParticipant, groups.ErrNotFound, groups.ErrMigrated} {
		if errors.Is(err, left) {
			return nil
		}
	}
	return err
}

// sendReaction serves https://core.telegram.org/method/messages.sendReaction.
func (h *Handlers) sendReaction(ctx context.Context, call *rpc.Call, in *tg.MessagesSendReaction) (*tg.Updates, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	want, err := h.reactionsFrom(ctx, in.Reaction)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Reactions.React(ctx, reactions.Request{
		By: call.User, Peer: peer, ID: ids.Message(in.MsgID), Reactions: want, Big: in.Big, Remember: in.AddToRecent,
	})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, done)
}

// answer tells the one who changed reactions of it. In a channel the change has a place in the log.
func (h *Handlers) answer(ctx context.Context, viewer ids.User, done reactions.Outcome) (*tg.Updates, error) {
	u, about, err := h.update(ctx, viewer, done.Message)
	if err != nil {
		return nil, err
	}
	list := []tg.UpdateClass{u}
	if done.PTS != 0 {
		shown, more, err := h.o.Render.Message(ctx, viewer, done.Message)
		if err != nil {
			return nil, err
		}
		list = append(list, &tg.UpdateEditChannelMessage{Message: shown, Pts: done.PTS, PtsCount: 1})
		about = append(about, more...)
	}
	return h.o.Render.Answer(ctx, viewer, about, list...)
}

// getMessagesReactions serves https://core.telegram.org/method/messages.getMessagesReactions.
func (h *Handlers) getMessagesReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessagesReactions) (*tg.Updates, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	var list []*messages.Message
	for _, id := range in.ID {
		if m := found[ids.Message(id)]; m != nil && m.Peer == peer && m.Action == nil && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	views, err := h.o.Reactions.Views(ctx, call.User, list)
	if err != nil {
		return nil, err
	}
	us, about := make([]tg.UpdateClass, 0, len(list)), []ids.Peer{peer}
	for _, m := range list {
		us = append(us, &tg.UpdateMessageReactions{
			Peer: view.Peer(peer), MsgID: int32(m.ID), Reactions: show(call.User, m, views[m]),
		})
		about = append(about, m.Reacted()...)
	}
	return h.o.Render.Answer(ctx, call.User, about, us...)
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}

// getMessageReactionsList serves https://core.telegram.org/method/messages.getMessageReactionsList.
func (h *Handlers) getMessageReactionsList(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessageReactionsList) (*tg.MessagesMessageReactionsList, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	q := reactions.ListQuery{Viewer: call.User, Peer: peer, ID: ids.Message(in.ID), Limit: int(in.Limit)}
	if q.Reaction, err = h.reactionFrom(ctx, in.Reaction); err != nil {
		return nil, err
	}
	if in.Offset != nil {
		q.Offset = *in.Offset
	}
	found, err := h.o.Reactions.List(ctx, q)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesMessageReactionsList{
		Count: int32(found.Count), Reactions: recent(call.User, found.Reactors, reactions.View{}),
	}
	if found.Next != "" {
		t.NextOffset = &found.Next
	}
	about := make([]ids.Peer, len(found.Reactors))
	for i, r := range found.Reactors {
		about[i] = r.Actor
	}
	t.Users, t.Chats, err = h.o.Render.Peers(ctx, call.User, about)
	return t, err
}

// deleteParticipantReaction serves https://core.telegram.org/method/messages.deleteParticipantReaction.
func (h *Handlers) deleteParticipantReaction(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteParticipantReaction) (*tg.Updates, error) {
	peer, of, err := h.pair(ctx, call, in.Peer, in.Participant)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Reactions.Remove(ctx, call.User, peer, ids.Message(in.MsgID), of)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, done)
}

// deleteParticipantReactions serves https://core.telegram.org/method/messages.deleteParticipantReactions.
func (h *Handlers) deleteParticipantReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteParticipantReactions) (tg.Bool, error) {
	peer, of, err := h.pair(ctx, call, in.Peer, in.Participant)
	if err != nil {
		return false, err
	}
	return true, h.o.Reactions.RemoveAll(ctx, call.User, peer, of)
}

func (h *Handlers) pair(ctx context.Context, call *rpc.Call, a, b tg.InputPeerClass) (chat, who ids.Peer, err error) {
	if chat, err = h.o.View.PeerFromInput(ctx, call, a); err != nil {
		return 0, 0, err
	}
	who, err = h.o.View.PeerFromInput(ctx, call, b)
	return chat, who, err
}

// reportReaction serves https://core.telegram.org/method/messages.reportReaction.
func (h *Handlers) reportReaction(ctx context.Context, call *rpc.Call, in *tg.MessagesReportReaction) (tg.Bool, error) {
	peer, of, err := h.pair(ctx, call, in.Peer, in.ReactionPeer)
	if err != nil {
		return false, err
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, []ids.Message{ids.Message(in.ID)})
	if err != nil {
		return false, err
	}
	if m := found[ids.Message(in.ID)]; m == nil || m.Peer != peer {
		return false, reactions.ErrMessage
	}
	if h.o.Report == nil {
		return true, nil
	}
	return true, h.o.Report(ctx, call.User, peer, ids.Message(in.ID), of)
}

// sendPaidReaction serves https://core.telegram.org/method/messages.sendPaidReaction: it refuses.
func (h *Handlers) sendPaidReaction(context.Context, *rpc.Call, *tg.MessagesSendPaidReaction) (*tg.Updates, error) {
	return nil, errPaid
}
