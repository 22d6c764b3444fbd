package chats

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSettings(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.updateNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.resetNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.getNotifyExceptions)
	rpc.Handle(r, rpc.UserOnly, h.getDialogFilters)
	rpc.Handle(r, rpc.UserOnly, h.updateDialogFilter)
	rpc.Handle(r, rpc.UserOnly, h.updateDialogFiltersOrder)
	rpc.Handle(r, rpc.UserOnly, h.toggleDialogFilterTags)
	rpc.Handle(r, rpc.UserOnly, h.getDefaultHistoryTTL)
	rpc.Handle(r, rpc.UserOnly, h.setDefaultHistoryTTL)
}

// target reads what notification settings are about.
func (h *Handlers) target(ctx context.Context, call *rpc.Call, in tg.InputNotifyPeerClass) (dialogs.Target, error) {
	switch t := in.(type) {
	case *tg.InputNotifyUsers:
		return dialogs.Target{Scope: dialogs.ScopeUsers}, nil
	case *tg.InputNotifyChats:
		return dialogs.Target{Scope: dialogs.ScopeChats}, nil
	case *tg.InputNotifyBroadcasts:
		return dialogs.Target{Scope: dialogs.ScopeBroadcasts}, nil
	case *tg.InputNotifyPeer:
		peer, err := h.chat(ctx, call, t.Peer)
		return dialogs.Target{Scope: dialogs.ScopePeer, Peer: peer}, err
	}
	return dialogs.Target{}, errPeer
}

// notifyPeer shows what notification settings are about.
func notifyPeer(at dialogs.Target) tg.NotifyPeerClass {
	switch at.Scope {
	case dialogs.ScopeUsers:
		return &tg.NotifyUsers{}
	case dialogs.ScopeChats:
		return &tg.NotifyChats{}
	case dialogs.ScopeBroadcasts:
		return &tg.NotifyBroadcasts{}
	}
	return &tg.NotifyPeer{Peer: view.Peer(at.Peer)}
}

// notifyTo shows notification settings.
func notifyTo(n dialogs.Notify) *tg.PeerNotifySettings {
	sound, stories := soundTo(n.Sound), soundTo(n.StoriesSound)
	return &tg.PeerNotifySettings{
		ShowPreviews: n.ShowPreviews, Silent: n.Silent, MuteUntil: n.MuteUntil,
		IosSound: sound, AndroidSound: sound, OtherSound: sound,
		StoriesMuted: n.StoriesMuted, StoriesHideSender: n.StoriesHideSender,
		StoriesIosSound: stories, StoriesAndroidSound: stories, StoriesOtherSound: stories,
	}
}

// soundTo reads a stored sound; nil for none. It is kept inside of the settings that it came in.
func soundTo(stored []byte) tg.NotificationSoundClass {
	if stored == nil {
		return nil
	}
	r := tl.NewReader(stored)
	s := tg.DecodeInputPeerNotifySettings(r)
	if r.End() != nil {
		return nil
	}
	return s.Sound
}

func soundFrom(s tg.NotificationSoundClass) []byte {
	if s == nil {
		return nil
	}
	return tl.Encode(&tg.InputPeerNotifySettings{Sound: s}, tg.Newest)
}

// getNotifySettings serves https://core.telegram.org/method/account.getNotifySettings.
func (h *Handlers) getNotifySettings(ctx context.Context, call *rpc.Call, in *tg.AccountGetNotifySettings) (*tg.PeerNotifySettings, error) {
	at, err := h.target(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	n, err := h.dialogs.NotifyNow(ctx, call.User, at)
	return notifyTo(n), err
}

// updateNotifySettings serves https://core.telegram.org/method/account.updateNotifySettings.
func (h *Handlers) updateNotifySettings(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateNotifySettings) (tg.Bool, error) {
	at, err := h.target(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	s := in.Settings
	return true, h.dialogs.SetNotify(ctx, call.User, at, dialogs.Notify{
		ShowPreviews: s.ShowPreviews, Silent: s.Silent, MuteUntil: s.MuteUntil, Sound: soundFrom(s.Sound),
		StoriesMuted: s.StoriesMuted, StoriesHideSender: s.StoriesHideSender, StoriesSound: soundFrom(s.StoriesSound),
	})
}

// resetNotifySettings serves https://core.telegram.org/method/account.resetNotifySettings.
func (h *Handlers) resetNotifySettings(ctx context.Context, call *rpc.Call, _ *tg.AccountResetNotifySettings) (tg.Bool, error) {
	return true, h.dialogs.ResetNotify(ctx, call.User)
}

// getNotifyExceptions serves https://core.telegram.org/method/account.getNotifyExceptions.
func (h *Handlers) getNotifyExceptions(ctx context.Context, call *rpc.Call, in *tg.AccountGetNotifyExceptions) (tg.UpdatesClass, error) {
	all, err := h.dialogs.Exceptions(ctx, call.User)
	if err != nil {
		return nil, err
	}
	wanted := func(dialogs.Target) bool { return true }
	switch in.Peer.(type) {
	case *tg.InputNotifyUsers:
		wanted = func(at dialogs.Target) bool { return at.Peer.User() != 0 }
	case *tg.InputNotifyChats:
		wanted = func(at dialogs.Target) bool { return at.Peer.Chat() != 0 }
	case *tg.InputNotifyBroadcasts:
		wanted = func(at dialogs.Target) bool { return at.Peer.Channel() != 0 }
	}
	var list []tg.UpdateClass
	var about []ids.Peer
	for at, n := range all {
		if wanted(at) && !n.Empty() {
			list = append(list, &tg.UpdateNotifySettings{Peer: notifyPeer(at), NotifySettings: notifyTo(n)})
			about = append(about, at.Peer)
		}
	}
	return h.render.Answer(ctx, call.User, about, list...)
}

// filterTo reads a stored filter; nil when it cannot be read any more.
func filterTo(f dialogs.Filter) tg.DialogFilterClass {
	r := tl.NewReader(f.Data)
	t := tg.DecodeDialogFilterClass(r)
	if r.End() != nil {
		return nil
	}
	return t
}

// getDialogFilters serves https://core.telegram.org/method/messages.getDialogFilters. The list itself comes first:
// without it Web A leaves "all chats" out.
func (h *Handlers) getDialogFilters(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetDialogFilters) (*tg.MessagesDialogFilters, error) {
	all, err := h.dialogs.Filters(ctx, call.User)
	if err != nil {
		return nil, err
	}
	options, err := h.dialogs.Options(ctx, call.User)
	t := &tg.MessagesDialogFilters{TagsEnabled: options.FilterTags, Filters: []tg.DialogFilterClass{&tg.DialogFilterDefault{}}}
	for _, f := range all {
		if shown := filterTo(f); shown != nil {
			t.Filters = append(t.Filters, shown)
		}
	}
	return t, err
}

// updateDialogFilter serves https://core.telegram.org/method/messages.updateDialogFilter.
func (h *Handlers) updateDialogFilter(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdateDialogFilter) (tg.Bool, error) {
	f := dialogs.Filter{ID: in.ID}
	switch t := in.Filter.(type) {
	case nil:
	case *tg.DialogFilter:
		if err := checkFilter(t); err != nil {
			return false, err
		}
		t.ID = in.ID
		f.Data = tl.Encode(t, tg.Newest)
	default:
		return false, dialogs.ErrFilter
	}
	return true, h.dialogs.SetFilter(ctx, call.User, f)
}

// Bounds of a filter.
const (
	maxFilterTitle = 64 // bytes
	maxFilterPeers = 200
)

func checkFilter(t *tg.DialogFilter) error {
	if t.Title == nil || t.Title.Text == "" || len(t.Title.Text) > maxFilterTitle {
		return rpc.BadRequest("FILTER_TITLE_EMPTY")
	}
	if max(len(t.PinnedPeers), len(t.IncludePeers), len(t.ExcludePeers)) > maxFilterPeers {
		return rpc.BadRequest("FILTER_INCLUDE_TOO_MUCH")
	}
	kinds := t.Contacts || t.NonContacts || t.Groups || t.Broadcasts || t.Bots
	if !kinds && len(t.PinnedPeers)+len(t.IncludePeers) == 0 {
		return rpc.BadRequest("FILTER_INCLUDE_EMPTY")
	}
	return nil
}

// updateDialogFiltersOrder serves https://core.telegram.org/method/messages.updateDialogFiltersOrder.
func (h *Handlers) updateDialogFiltersOrder(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdateDialogFiltersOrder) (tg.Bool, error) {
	if len(in.Order) > 2*dialogs.MaxFilters {
		return false, dialogs.ErrFiltersTooMany
	}
	return true, h.dialogs.OrderFilters(ctx, call.User, in.Order)
}

// toggleDialogFilterTags serves https://core.telegram.org/method/messages.toggleDialogFilterTags.
func (h *Handlers) toggleDialogFilterTags(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleDialogFilterTags) (tg.Bool, error) {
	return true, h.dialogs.SetOptions(ctx, call.User, func(o *dialogs.Options) { o.FilterTags = in.Enabled })
}

// getDefaultHistoryTTL serves https://core.telegram.org/method/messages.getDefaultHistoryTTL.
func (h *Handlers) getDefaultHistoryTTL(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetDefaultHistoryTTL) (*tg.DefaultHistoryTTL, error) {
	o, err := h.dialogs.Options(ctx, call.User)
	return &tg.DefaultHistoryTTL{Period: int32(o.HistoryTTL)}, err
}

// setDefaultHistoryTTL serves https://core.telegram.org/method/messages.setDefaultHistoryTTL. Messages do not go by
// themselves yet, and nobody shall believe that they do: only "never" can be chosen.
func (h *Handlers) setDefaultHistoryTTL(ctx context.Context, call *rpc.Call, in *tg.MessagesSetDefaultHistoryTTL) (tg.Bool, error) {
	if in.Period != 0 {
		return false, rpc.BadRequest("TTL_PERIOD_INVALID")
	}
	return true, h.dialogs.SetOptions(ctx, call.User, func(o *dialogs.Options) { o.HistoryTTL = 0 })
}

// Facts are what a profile page says about the chat of owner with peer.
type Facts struct {
	Notify        *tg.PeerNotifySettings
	PinnedMessage ids.Message // 0: none
	Folder        int32
}

// Facts looks them up.
func (h *Handlers) Facts(ctx context.Context, owner ids.User, peer ids.Peer) (f Facts, err error) {
	n, err := h.dialogs.NotifyNow(ctx, owner, dialogs.Target{Scope: dialogs.ScopePeer, Peer: peer})
	if err != nil {
		return f, err
	}
	d, err := h.dialogs.GetNow(ctx, owner, peer)
	if err != nil {
		return f, err
	}
	f.Notify, f.Folder = notifyTo(n), int32(d.Folder)
	f.PinnedMessage, err = h.messages.PinnedIn(ctx, owner, peer)
	return f, err
}
