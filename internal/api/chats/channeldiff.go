package chats

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Bounds of the difference of a channel.
const (
	channelSlice    = 100  // entries, when the client does not say
	channelFar      = 3000 // positions; a client that is further behind starts anew with the newest messages
	channelMessages = 50   // with which it does
	// channelTimeout is after how many seconds those who look at a channel without being told of it may ask again. Web A
	// asks every second without it.
	channelTimeout = 30
)

// getChannelDifference serves https://core.telegram.org/method/updates.getChannelDifference.
//
// Clients that know nothing of the channel ask from position 0 or, with a limit of 1, from 1: the first get the newest
// messages as a difference, since Web A resets everything when it hears that it is too long; the others get a dialog.
func (h *Handlers) getChannelDifference(ctx context.Context, call *rpc.Call, in *tg.UpdatesGetChannelDifference) (tg.UpdatesChannelDifferenceClass, error) {
	if in.Pts < 0 || in.Limit < 0 {
		return nil, errPosition
	}
	peer, err := h.channel(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if err := h.mayLook(ctx, call.User, peer); err != nil {
		return nil, err
	}
	if in.Pts == 0 {
		return h.newest(ctx, call.User, peer, int(in.Limit))
	}
	limit := channelSlice
	if in.Limit > 0 {
		limit = min(int(in.Limit), sliceMax)
	}
	d, err := h.messages.ChannelSince(ctx, call.User, peer.Channel(), in.Pts, limit)
	far := err == nil && d.State.PTS-in.Pts > channelFar || in.Pts == 1 && in.Limit == 1 && d.State.PTS > 1
	if errors.Is(err, updates.ErrTooOld) || far {
		return h.channelTooLong(ctx, call.User, peer)
	}
	if err != nil {
		return nil, err
	}
	d.Entries = slices.DeleteFunc(d.Entries, func(e updates.Entry) bool { return !wants(in.Filter, e) })
	if len(d.Entries) == 0 && !d.More {
		return &tg.UpdatesChannelDifferenceEmpty{Final: true, Pts: d.State.PTS, Timeout: new(int32(channelTimeout))}, nil
	}
	return h.channelDifference(ctx, call.User, peer, d)
}

// mayLook checks that user may see what is in the channel. It fails with an error of package rights.
func (h *Handlers) mayLook(ctx context.Context, user ids.User, peer ids.Peer) error {
	if h.o.Channels == nil {
		return errChannel
	}
	_, err := h.o.Channels.See(ctx, user, peer.Channel())
	return err
}

// wants says whether a client that asks with filter is to get e.
func wants(filter tg.ChannelMessagesFilterClass, e updates.Entry) bool {
	f, ok := filter.(*tg.ChannelMessagesFilter)
	if !ok {
		return true
	}
	var id ids.Message
	switch ev := e.Event.(type) {
	case updates.NewMessage:
		if id = ev.ID; f.ExcludeNewMessages {
			return false
		}
	case updates.EditMessage:
		id = ev.ID
	default:
		return true
	}
	return slices.ContainsFunc(f.Ranges, func(r *tg.MessageRange) bool {
		return r != nil && ids.Message(r.MinID) <= id && id <= ids.Message(r.MaxID)
	})
}

func (h *Handlers) channelDifference(ctx context.Context, user ids.User, peer ids.Peer, d messages.Difference) (tg.UpdatesChannelDifferenceClass, error) {
	t := &tg.UpdatesChannelDifference{Final: !d.More, Pts: d.PTS}
	if t.Final { // the rest is to be asked for at once
		t.Timeout = new(int32(channelTimeout))
	}
	var about []ids.Peer
	var err error
	if t.NewMessages, t.OtherUpdates, about, err = h.split(ctx, user, d.Entries); err != nil {
		return nil, err
	}
	t.Users, t.Chats, err = h.render.Peers(ctx, user, append(about, peer))
	return t, err
}

// newest shows the newest messages of a channel as a difference that has nothing behind it.
func (h *Handlers) newest(ctx context.Context, user ids.User, peer ids.Peer, limit int) (tg.UpdatesChannelDifferenceClass, error) {
	st, err := h.messages.State(ctx, peer) // before the messages: what has happened since comes as an update
	if err != nil {
		return nil, err
	}
	shown, about, _, err := h.last(ctx, user, peer, limit)
	if err != nil {
		return nil, err
	}
	slices.Reverse(shown) // oldest first, as in every difference
	t := &tg.UpdatesChannelDifference{
		Final: true, Pts: st.PTS, Timeout: new(int32(channelTimeout)), NewMessages: shown, OtherUpdates: []tg.UpdateClass{},
	}
	t.Users, t.Chats, err = h.render.Peers(ctx, user, append(about, peer))
	return t, err
}

// last shows the newest messages of a channel that user may see, the newest first.
func (h *Handlers) last(ctx context.Context, user ids.User, peer ids.Peer, limit int) ([]tg.MessageClass, []ids.Peer, messages.Page, error) {
	if limit <= 0 || limit > channelMessages {
		limit = channelMessages
	}
	page, err := h.messages.History(ctx, user, peer, messages.Window{Limit: limit})
	if err != nil {
		return nil, nil, page, err
	}
	shown, about, err := h.render.Messages(ctx, user, page.Messages)
	return shown, about, page, err
}

// channelTooLong shows how the channel is now to a client that starts anew with it.
func (h *Handlers) channelTooLong(ctx context.Context, user ids.User, peer ids.Peer) (tg.UpdatesChannelDifferenceClass, error) {
	dialog, about, err := h.channelDialog(ctx, user, peer)
	if err != nil {
		return nil, err
	}
	shown, more, _, err := h.last(ctx, user, peer, 0)
	if err != nil {
		return nil, err
	}
	t := &tg.UpdatesChannelDifferenceTooLong{
		Final: true, Timeout: new(int32(channelTimeout)), Dialog: dialog, Messages: shown,
	}
	t.Users, t.Chats, err = h.render.Peers(ctx, user, append(append(about, more...), peer))
	return t, err
}

// channelDialog is the channel in the list of user; for those who are not in it, and have none, one that says how it is.
func (h *Handlers) channelDialog(ctx context.Context, user ids.User, peer ids.Peer) (*tg.Dialog, []ids.Peer, error) {
	if h.o.Dialog != nil {
		d, about, err := h.o.Dialog(ctx, user, peer)
		if d != nil || err != nil {
			return d, about, err
		}
	}
	heads, err := h.messages.Heads(ctx, peer)
	if err != nil {
		return nil, nil, err
	}
	head := heads[peer]
	return &tg.Dialog{
		Peer: view.Peer(peer), TopMessage: int32(head.Top), ReadInboxMaxID: int32(head.Top),
		ReadOutboxMaxID: int32(head.ReadMax), NotifySettings: &tg.PeerNotifySettings{}, Pts: new(max(head.PTS, 1)),
	}, nil, nil
}

// showReadChannel shows a reader how far he has read in a channel, as it is now.
func (h *Handlers) showReadChannel(ctx context.Context, viewer ids.User, e updates.Entry, ev updates.ReadChannel) (tg.UpdateClass, []ids.Peer, error) {
	mark, ok := e.Value.(updates.ReadMark)
	if !ok {
		var err error
		if mark, err = h.messages.ReadMark(ctx, viewer, ev.Channel); err != nil {
			return nil, nil, err
		}
	}
	return &tg.UpdateReadChannelInbox{
		ChannelID: int64(ev.Channel), MaxID: int32(mark.MaxID), StillUnreadCount: int32(mark.Unread), Pts: mark.PTS,
	}, []ids.Peer{ev.Channel.Peer()}, nil
}

func showContents(_ context.Context, _ ids.User, _ updates.Entry, ev updates.ChannelContents) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateChannelReadMessagesContents{
		ChannelID: int64(ev.Channel), Messages: render.Int32s(ev.IDs),
	}, []ids.Peer{ev.Channel.Peer()}, nil
}

func showCleared(_ context.Context, _ ids.User, _ updates.Entry, ev updates.ChannelCleared) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateChannelAvailableMessages{
		ChannelID: int64(ev.Channel), AvailableMinID: int32(ev.UpTo),
	}, []ids.Peer{ev.Channel.Peer()}, nil
}

// showReadOutbox shows an author how far others have read in a supergroup.
func showReadOutbox(_ context.Context, viewer ids.User, v messages.ReadLive) (tg.UpdateClass, []ids.Peer, error) {
	if viewer == 0 {
		return nil, nil, nil
	}
	return &tg.UpdateReadChannelOutbox{ChannelID: int64(v.Channel), MaxID: int32(v.MaxID)}, nil, nil
}
