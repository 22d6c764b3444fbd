package chats

import (
	"context"
	"errors"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Bounds of a difference, in entries.
const (
	sliceDefault = 300
	sliceMax     = 1000
)

// getState serves https://core.telegram.org/method/updates.getState.
func (h *Handlers) getState(ctx context.Context, call *rpc.Call, _ *tg.UpdatesGetState) (*tg.UpdatesState, error) {
	return h.State(ctx, call)
}

// State is where the user and the device of a call stand, as far as they were told: Web A takes it over as it is, and
// would drop as known an update that is on its way.
func (h *Handlers) State(ctx context.Context, call *rpc.Call) (*tg.UpdatesState, error) {
	told, here := h.streams.told(call.User)
	toldDevice, toldAny := h.streams.toldDevice(call.User, call.Key)
	st, err := h.messages.State(ctx, call.User.Peer())
	if err != nil {
		return nil, err
	}
	qts, err := h.o.Devices.QTS(ctx, call.Key)
	if here {
		st.PTS = min(st.PTS, told)
	}
	if toldAny {
		qts = min(qts, toldDevice)
	}
	return stateTo(st.PTS, qts, st.Date), err
}

// stateTo shows a state. seq stays 0: every client applies such updates at once.
func stateTo(pts, qts int32, date time.Time) *tg.UpdatesState {
	return &tg.UpdatesState{Pts: pts, Qts: qts, Date: render.Unix(date)}
}

// getDifference serves https://core.telegram.org/method/updates.getDifference.
//
// A position that the log does not have, because it was pruned or because it lies in the future, is answered by
// differenceTooLong, with which every client starts anew. The end of it names the channels in which something has
// happened; their differences are asked for one by one. What waits for the device of the call comes with the first slice;
// by its qts a device acknowledges what it got before.
func (h *Handlers) getDifference(ctx context.Context, call *rpc.Call, in *tg.UpdatesGetDifference) (tg.UpdatesDifferenceClass, error) {
	if in.Pts <= 0 {
		return nil, errPosition
	}
	limit := sliceDefault
	if in.PtsLimit != nil && *in.PtsLimit > 0 {
		limit = min(int(*in.PtsLimit), sliceMax)
	}
	d, err := h.messages.CatchUp(ctx, call.User, in.Pts, render.Time(in.Date), limit)
	if errors.Is(err, updates.ErrTooOld) {
		st, err := h.messages.State(ctx, call.User.Peer())
		return &tg.UpdatesDifferenceTooLong{Pts: st.PTS}, err
	}
	if err != nil {
		return nil, err
	}
	missed, err := h.o.Devices.Missed(ctx, call.User, call.Key, in.Qts, render.Time(in.Date))
	if err != nil {
		return nil, err
	}
	var stale []updates.Head
	if !d.More {
		if stale, err = h.changedSince(ctx, call.User, render.Time(in.Date)); err != nil {
			return nil, err
		}
	}
	if len(d.Entries) == 0 && len(stale) == 0 && d.State.PTS == in.Pts && missed.empty(in.Qts) {
		return &tg.UpdatesDifferenceEmpty{Date: render.Unix(d.State.Date)}, nil
	}
	all, err := h.difference(ctx, call.User, d.Entries, stale, missed, render.Time(in.Date))
	if err != nil {
		return nil, err
	}
	state := stateTo(d.PTS, missed.QTS, d.Date)
	if d.More || missed.More {
		return &tg.UpdatesDifferenceSlice{
			NewMessages: all.NewMessages, NewEncryptedMessages: all.NewEncryptedMessages, OtherUpdates: all.OtherUpdates,
			Chats: all.Chats, Users: all.Users, IntermediateState: state,
		}, nil
	}
	all.State = state
	return all, nil
}

// changedSince returns the heads of the channels of user in which something has happened since date.
func (h *Handlers) changedSince(ctx context.Context, user ids.User, date time.Time) ([]updates.Head, error) {
	if h.o.Joined == nil {
		return nil, nil
	}
	peers, err := h.o.Joined(ctx, user)
	if err != nil {
		return nil, err
	}
	peers = channelsAmong(peers)
	if len(peers) == 0 {
		return nil, nil
	}
	heads, err := h.messages.Heads(ctx, peers...)
	if err != nil {
		return nil, err
	}
	var changed []updates.Head
	for _, p := range peers {
		if head, ok := heads[p]; ok && !(head.ChangedAt.Before(date) && head.ReadAt.Before(date)) {
			changed = append(changed, head)
		}
	}
	return changed, nil
}

func channelsAmong(peers []ids.Peer) []ids.Peer {
	channels := make([]ids.Peer, 0, len(peers))
	for _, p := range peers {
		if p.Channel() != 0 {
			channels = append(channels, p)
		}
	}
	return channels
}

// difference shows entries as a client takes them all at once: new messages first, then everything else, and at last the
// channels of which there is more to ask for.
func (h *Handlers) difference(
	ctx context.Context, user ids.User, entries []updates.Entry, stale []updates.Head, missed Missed, date time.Time,
) (*tg.UpdatesDifference, error) {
	t := &tg.UpdatesDifference{NewEncryptedMessages: append([]tg.EncryptedMessageClass{}, missed.Messages...)}
	var about []ids.Peer
	var err error
	if t.NewMessages, t.OtherUpdates, about, err = h.split(ctx, user, entries); err != nil {
		return nil, err
	}
	t.OtherUpdates, about = append(t.OtherUpdates, missed.Updates...), append(about, missed.About...)
	for _, head := range stale {
		ch := int64(head.Owner.Channel())
		if !head.ChangedAt.Before(date) {
			t.OtherUpdates = append(t.OtherUpdates, &tg.UpdateChannelTooLong{ChannelID: ch, Pts: new(head.PTS)})
		}
		if head.ReadMax > 0 && !head.ReadAt.Before(date) {
			t.OtherUpdates = append(t.OtherUpdates, &tg.UpdateReadChannelOutbox{ChannelID: ch, MaxID: int32(head.ReadMax)})
		}
		about = append(about, head.Owner)
	}
	t.Users, t.Chats, err = h.render.Peers(ctx, user, about)
	return t, err
}

// split shows entries, the new messages apart from the rest.
func (h *Handlers) split(ctx context.Context, user ids.User, entries []updates.Entry) (
	fresh []tg.MessageClass, other []tg.UpdateClass, about []ids.Peer, err error,
) {
	fresh, other = []tg.MessageClass{}, []tg.UpdateClass{}
	shown, about, err := h.render.EntryList(ctx, user, entries)
	for _, u := range shown {
		switch u := u.(type) {
		case *tg.UpdateNewMessage:
			fresh = append(fresh, u.Message)
		case *tg.UpdateNewChannelMessage:
			fresh = append(fresh, u.Message)
		default:
			other = append(other, u)
		}
	}
	return fresh, other, about, err
}
