package polls

import (
	"context"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/polls"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// sendVote serves https://core.telegram.org/method/messages.sendVote.
func (h *Handlers) sendVote(ctx context.Context, call *rpc.Call, in *tg.MessagesSendVote) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	seen, err := h.o.Polls.Vote(ctx, polls.Ballot{Target: t, Options: in.Options})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, t, seen)
}

// answer tells the one who changed a poll of it.
func (h *Handlers) answer(ctx context.Context, t polls.Target, seen polls.Seen) (*tg.Updates, error) {
	var thread ids.Message
	if seen.Now != nil {
		thread = seen.Now.Message.Thread
	}
	u, about := h.update(seen, t.Peer, t.ID, thread)
	list := []tg.UpdateClass{u}
	if seen.Now != nil && seen.Now.PTS != 0 {
		edit, more, err := h.edited(ctx, t.Viewer, seen.Now.Message, seen.Now.PTS)
		if err != nil {
			return nil, err
		}
		list, about = append(list, edit), append(about, more...)
	}
	return h.o.Render.Answer(ctx, t.Viewer, append(about, t.Peer), list...)
}

// edited shows a change of a message that has a place in a log, to who made it.
func (h *Handlers) edited(ctx context.Context, viewer ids.User, m *messages.Message, pts int32) (tg.UpdateClass, []ids.Peer, error) {
	shown, about, err := h.o.Render.Message(ctx, viewer, m)
	if err != nil {
		return nil, nil, err
	}
	if m.Owner.Channel() != 0 {
		return &tg.UpdateEditChannelMessage{Message: shown, Pts: pts, PtsCount: 1}, about, nil
	}
	return &tg.UpdateEditMessage{Message: shown, Pts: pts, PtsCount: 1}, about, nil
}

// update shows a poll and its results, and in which message it is.
func (h *Handlers) update(seen polls.Seen, peer ids.Peer, id, thread ids.Message) (*tg.UpdateMessagePoll, []ids.Peer) {
	poll, results, about := h.o.Codec.Poll(seen, time.Now())
	u := &tg.UpdateMessagePoll{
		Peer: view.Peer(peer), MsgID: new(int32(id)), PollID: seen.ID, Poll: poll, Results: results,
	}
	if thread != 0 {
		u.TopMsgID = new(int32(thread))
	}
	return u, append(about, peer)
}

// getPollResults serves https://core.telegram.org/method/messages.getPollResults.
func (h *Handlers) getPollResults(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPollResults) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	seen, err := h.o.Polls.Results(ctx, t)
	if err != nil {
		return nil, err
	}
	u, about := h.update(seen, t.Peer, t.ID, 0)
	return h.o.Render.Answer(ctx, call.User, about, u)
}

// getPollVotes serves https://core.telegram.org/method/messages.getPollVotes.
func (h *Handlers) getPollVotes(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPollVotes) (*tg.MessagesVotesList, error) {
	t, err := h.target(ctx, call, in.Peer, in.ID)
	if err != nil {
		return nil, err
	}
	q := polls.VotersQuery{Target: t, Option: in.Option, Limit: int(in.Limit)}
	if in.Offset != nil {
		q.Offset = *in.Offset
	}
	found, err := h.o.Polls.Voters(ctx, q)
	if err != nil {
		return nil, err
	}
	list := &tg.MessagesVotesList{Count: int32(found.Count), Votes: make([]tg.MessagePeerVoteClass, 0, len(found.Votes))}
	var about []ids.Peer
	for _, v := range found.Votes {
		list.Votes, about = append(list.Votes, vote(v, in.Option != nil)), append(about, v.Voter)
	}
	if found.Next != "" {
		list.NextOffset = &found.Next
	}
	list.Users, list.Chats, err = h.o.Render.Peers(ctx, call.User, about)
	return list, err
}

// vote shows what somebody voted for; not the option if he was asked for by it.
func vote(v polls.Vote, byOption bool) tg.MessagePeerVoteClass {
	peer, date := view.Peer(v.Voter), int32(v.Date.Unix())
	switch {
	case byOption:
		return &tg.MessagePeerVoteInputOption{Peer: peer, Date: date}
	case len(v.Options) == 1:
		return &tg.MessagePeerVote{Peer: peer, Option: v.Options[0], Date: date}
	}
	return &tg.MessagePeerVoteMultiple{Peer: peer, Options: v.Options, Date: date}
}

// addPollAnswer serves https://core.telegram.org/method/messages.addPollAnswer.
func (h *Handlers) addPollAnswer(ctx context.Context, call *rpc.Call, in *tg.MessagesAddPollAnswer) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	a, err := h.o.Codec.AnswerFrom(ctx, call, in.Answer)
	if err != nil {
		return nil, err
	}
	seen, _, err := h.o.Polls.Append(ctx, t, media.PollAnswer{Text: a.Text})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, t, seen)
}

// deletePollAnswer serves https://core.telegram.org/method/messages.deletePollAnswer.
func (h *Handlers) deletePollAnswer(ctx context.Context, call *rpc.Call, in *tg.MessagesDeletePollAnswer) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	seen, _, err := h.o.Polls.Delete(ctx, t, in.Option)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, t, seen)
}
