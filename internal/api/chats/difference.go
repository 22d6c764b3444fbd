package chats

import (
	"context"
	"errors"
	"time"

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
	return h.state(ctx, call.User)
}

// state is where user stands, as far as he was told: Web A takes it over as it is, and would drop as known an update
// that is on its way to him.
func (h *Handlers) state(ctx context.Context, user ids.User) (*tg.UpdatesState, error) {
	told, here := h.streams.told(user)
	st, err := h.messages.State(ctx, user.Peer())
	if here {
		st.PTS = min(st.PTS, told)
	}
	return stateTo(st, st.PTS, st.Date), err
}

// stateTo shows a state. seq stays 0: every client applies such updates at once.
func stateTo(st updates.State, pts int32, date time.Time) *tg.UpdatesState {
	return &tg.UpdatesState{Pts: pts, Qts: st.QTS, Date: unix(date)}
}

// getDifference serves https://core.telegram.org/method/updates.getDifference.
//
// A position that the log does not have, because it was pruned or because it lies in the future, is answered by
// differenceTooLong, with which every client starts anew.
func (h *Handlers) getDifference(ctx context.Context, call *rpc.Call, in *tg.UpdatesGetDifference) (tg.UpdatesDifferenceClass, error) {
	if in.Pts <= 0 {
		return nil, errPosition
	}
	limit := sliceDefault
	if in.PtsLimit != nil && *in.PtsLimit > 0 {
		limit = min(int(*in.PtsLimit), sliceMax)
	}
	d, err := h.messages.CatchUp(ctx, call.User, in.Pts, fromUnix(in.Date), limit)
	if errors.Is(err, updates.ErrTooOld) {
		st, err := h.messages.State(ctx, call.User.Peer())
		return &tg.UpdatesDifferenceTooLong{Pts: st.PTS}, err
	}
	if err != nil {
		return nil, err
	}
	if len(d.Entries) == 0 && d.State.PTS == in.Pts {
		return &tg.UpdatesDifferenceEmpty{Date: unix(d.State.Date)}, nil
	}
	all, err := h.render.difference(ctx, call.User, d.Entries)
	if err != nil {
		return nil, err
	}
	state := stateTo(d.State, d.PTS, d.Date)
	if d.More {
		return &tg.UpdatesDifferenceSlice{
			NewMessages: all.NewMessages, NewEncryptedMessages: all.NewEncryptedMessages, OtherUpdates: all.OtherUpdates,
			Chats: all.Chats, Users: all.Users, IntermediateState: state,
		}, nil
	}
	all.State = state
	return all, nil
}

// difference shows entries as a client takes them all at once: new messages first, then everything else.
func (r *renderer) difference(ctx context.Context, user ids.User, entries []updates.Entry) (*tg.UpdatesDifference, error) {
	t := &tg.UpdatesDifference{
		NewMessages: []tg.MessageClass{}, NewEncryptedMessages: []tg.EncryptedMessageClass{},
		OtherUpdates: []tg.UpdateClass{}, Chats: []tg.ChatClass{},
	}
	var about []ids.User
	for _, e := range entries {
		u, who, err := r.event(ctx, e)
		if err != nil {
			return nil, err
		}
		about = append(about, who...)
		switch u := u.(type) {
		case nil:
		case *tg.UpdateNewMessage:
			t.NewMessages = append(t.NewMessages, u.Message)
		default:
			t.OtherUpdates = append(t.OtherUpdates, u)
		}
	}
	var err error
	t.Users, err = r.view.Users(ctx, user, about)
	return t, err
}

// getChannelDifference serves https://core.telegram.org/method/updates.getChannelDifference. There are no channels yet.
func (h *Handlers) getChannelDifference(context.Context, *rpc.Call, *tg.UpdatesGetChannelDifference) (tg.UpdatesChannelDifferenceClass, error) {
	return nil, errChannel
}
