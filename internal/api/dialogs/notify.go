package dialogs

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerNotify(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.updateNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.resetNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.getNotifyExceptions)
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
		peer, err := h.peer(ctx, call, t.Peer)
		return dialogs.Target{Scope: dialogs.ScopePeer, Peer: peer}, err
	case *tg.InputNotifyForumTopic:
		peer, err := h.peer(ctx, call, t.Peer)
		if err == nil && t.TopMsgID <= 0 {
			err = rpc.BadRequest("TOPIC_ID_INVALID")
		}
		return dialogs.Target{Scope: dialogs.ScopePeer, Peer: peer, Thread: ids.Message(t.TopMsgID)}, err
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
	if at.Thread != 0 {
		return &tg.NotifyForumTopic{Peer: view.Peer(at.Peer), TopMsgID: int32(at.Thread)}
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

// NotifyTo shows notification settings, for those who show topics.
func NotifyTo(n dialogs.Notify) *tg.PeerNotifySettings { return notifyTo(n) }

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
	if s == nil {
		return false, rpc.ErrMalformed
	}
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
	var list []tg.UpdateClass
	var about []ids.Peer
	for at, n := range all {
		wanted, err := h.exception(ctx, call, in, at, n)
		if err != nil {
			return nil, err
		}
		if wanted {
			list = append(list, &tg.UpdateNotifySettings{Peer: notifyPeer(at), NotifySettings: notifyTo(n)})
			about = append(about, at.Peer)
		}
	}
	return h.render.Answer(ctx, call.User, about, list...)
}

// exception tells whether settings are among those that were asked for.
func (h *Handlers) exception(
	ctx context.Context, call *rpc.Call, in *tg.AccountGetNotifyExceptions, at dialogs.Target, n dialogs.Notify,
) (bool, error) {
	switch {
	case n.Empty():
		return false, nil
	case in.CompareSound && n.Sound == nil && n.MuteUntil == nil && n.ShowPreviews == nil:
		return false, nil
	case in.Peer == nil:
		return true, nil
	}
	if one, ok := in.Peer.(*tg.InputNotifyPeer); ok {
		peer, err := h.peer(ctx, call, one.Peer)
		return peer == at.Peer, err
	}
	scope, err := h.scopeOf(ctx, at.Peer)
	asked, _ := h.target(ctx, call, in.Peer) // a scope
	return scope == asked.Scope, err
}

// scopeOf is the kind of chats that peer is one of.
func (h *Handlers) scopeOf(ctx context.Context, peer ids.Peer) (dialogs.Scope, error) {
	switch {
	case peer.User() != 0:
		return dialogs.ScopeUsers, nil
	case peer.Chat() != 0 || h.channels == nil:
		return dialogs.ScopeChats, nil
	}
	list, err := h.channels.Get(ctx, peer.Channel())
	if err == nil && len(list) > 0 && list[0].Broadcast {
		return dialogs.ScopeBroadcasts, nil
	}
	return dialogs.ScopeChats, err
}
