package chats

import (
	"context"
	"errors"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// A renderer shows the entries of a log to its owner: those that are pushed and those of a difference, through the
// same code.
type renderer struct {
	messages *messages.Service
	dialogs  *dialogs.Service
	auth     *auth.Service
	view     *view.View
}

// event shows e as an update, with the users whom a client must know to understand it. The update is nil when there
// is nothing to be shown any more, or nothing that the owner may know.
func (r *renderer) event(ctx context.Context, e updates.Entry) (u tg.UpdateClass, about []ids.User, err error) {
	switch e.Event.(type) {
	case updates.NewMessage:
		if m, ok := e.Value.(*messages.Message); ok && m != nil {
			return &tg.UpdateNewMessage{Message: message(m), Pts: e.PTS, PtsCount: e.Count}, mentioned(m), nil
		}
		return nil, nil, nil
	case updates.EditMessage:
		if m, ok := e.Value.(*messages.Message); ok && m != nil {
			return &tg.UpdateEditMessage{Message: message(m), Pts: e.PTS, PtsCount: e.Count}, mentioned(m), nil
		}
		return nil, nil, nil
	}
	if u, about := positioned(e); u != nil {
		return u, about, nil
	}
	if ev, ok := e.Event.(updates.NewAuthorization); ok {
		u, err := r.login(ctx, e.Owner.User(), ev.Hash)
		return u, nil, err
	}
	if u, about, err = r.settings(ctx, e); u != nil || err != nil {
		return u, about, err
	}
	return r.view.Update(ctx, e.Owner.User(), e.Event)
}

// positioned shows the events that have a position and say all themselves.
func positioned(e updates.Entry) (tg.UpdateClass, []ids.User) {
	switch ev := e.Event.(type) {
	case updates.DeleteMessages:
		return &tg.UpdateDeleteMessages{Messages: int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count}, nil
	case updates.ReadInbox:
		return &tg.UpdateReadHistoryInbox{
			Peer: view.Peer(ev.Peer), MaxID: int32(ev.MaxID), StillUnreadCount: ev.Unread, Pts: e.PTS, PtsCount: e.Count,
		}, []ids.User{ev.Peer.User()}
	case updates.ReadOutbox:
		return &tg.UpdateReadHistoryOutbox{
			Peer: view.Peer(ev.Peer), MaxID: int32(ev.MaxID), Pts: e.PTS, PtsCount: e.Count,
		}, []ids.User{ev.Peer.User()}
	case updates.ReadContents:
		return &tg.UpdateReadMessagesContents{
			Messages: int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count, Date: new(unix(e.Date)),
		}, nil
	case updates.PinnedMessages:
		return &tg.UpdatePinnedMessages{
			Pinned: ev.Pinned, Peer: view.Peer(ev.Peer), Messages: int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count,
		}, []ids.User{ev.Peer.User()}
	case updates.FolderPeers:
		return folderPeers(e, ev)
	case filler:
		return nothing(e), nil
	}
	return nil, nil
}

// nothing is an update that moves the position and says nothing.
func nothing(e updates.Entry) tg.UpdateClass {
	return &tg.UpdateDeleteMessages{Messages: []int32{}, Pts: e.PTS, PtsCount: e.Count}
}

func folderPeers(e updates.Entry, ev updates.FolderPeers) (tg.UpdateClass, []ids.User) {
	t := &tg.UpdateFolderPeers{Pts: e.PTS, PtsCount: e.Count}
	var about []ids.User
	for _, p := range ev.Peers {
		t.FolderPeers = append(t.FolderPeers, &tg.FolderPeer{Peer: view.Peer(p), FolderID: ev.Folder})
		about = append(about, p.User())
	}
	return t, about
}

// settings shows the events about what surrounds messages. What they set is shown as it is now.
func (r *renderer) settings(ctx context.Context, e updates.Entry) (tg.UpdateClass, []ids.User, error) {
	switch ev := e.Event.(type) {
	case updates.Draft:
		d, err := r.dialogs.DraftNow(ctx, e.Owner.User(), ev.Peer)
		return &tg.UpdateDraftMessage{Peer: view.Peer(ev.Peer), Draft: r.draft(e.Owner.User(), d)}, draftUsers(d), err
	case updates.DialogPinned:
		return &tg.UpdateDialogPinned{
			Pinned: ev.Pinned, FolderID: folderID(int(ev.Folder)), Peer: dialogPeer(ev.Peer),
		}, []ids.User{ev.Peer.User()}, nil
	case updates.PinnedDialogs:
		all, err := r.dialogs.PinnedNow(ctx, e.Owner.User(), int(ev.Folder))
		t := &tg.UpdatePinnedDialogs{FolderID: folderID(int(ev.Folder)), Order: make([]tg.DialogPeerClass, 0, len(all))}
		var about []ids.User
		for _, d := range all {
			t.Order, about = append(t.Order, dialogPeer(d.Peer)), append(about, d.Peer.User())
		}
		return t, about, err
	case updates.DialogUnread:
		return &tg.UpdateDialogUnreadMark{Unread: ev.Unread, Peer: dialogPeer(ev.Peer)}, []ids.User{ev.Peer.User()}, nil
	case updates.NotifySettings:
		at := dialogs.NotifyTarget(ev)
		n, err := r.dialogs.NotifyNow(ctx, e.Owner.User(), at)
		return &tg.UpdateNotifySettings{Peer: notifyPeer(at), NotifySettings: notifyTo(n)}, []ids.User{at.Peer.User()}, err
	}
	return r.filters(ctx, e)
}

func (r *renderer) filters(ctx context.Context, e updates.Entry) (tg.UpdateClass, []ids.User, error) {
	switch ev := e.Event.(type) {
	case updates.DialogFilters:
		return &tg.UpdateDialogFilters{}, nil, nil
	case updates.DialogFilter:
		all, err := r.dialogs.Filters(ctx, e.Owner.User())
		t := &tg.UpdateDialogFilter{ID: ev.ID}
		for _, f := range all {
			if f.ID == ev.ID {
				t.Filter = filterTo(f)
			}
		}
		return t, nil, err
	case updates.DialogFilterOrder:
		all, err := r.dialogs.Filters(ctx, e.Owner.User())
		t := &tg.UpdateDialogFilterOrder{Order: []int32{0}}
		for _, f := range all {
			t.Order = append(t.Order, f.ID)
		}
		return t, nil, err
	}
	return nil, nil, nil
}

// login shows that somebody has signed in, or that this was found to be right. A login that has ended since is as good
// as confirmed.
func (r *renderer) login(ctx context.Context, user ids.User, hash int64) (tg.UpdateClass, error) {
	t := &tg.UpdateNewAuthorization{Hash: hash}
	l, err := r.auth.FindLogin(ctx, user, hash)
	if errors.Is(err, auth.ErrHash) {
		return t, nil
	}
	if err != nil || !l.Unconfirmed {
		return t, err
	}
	t.Unconfirmed, t.Date = true, new(unix(l.CreatedAt))
	t.Device, t.Location = new(l.Client.App+", "+l.Client.Device), new(l.Address)
	return t, nil
}

// dialogPeer names a dialog.
func dialogPeer(p ids.Peer) tg.DialogPeerClass { return &tg.DialogPeer{Peer: view.Peer(p)} }

// folderID is nil for the main list.
func folderID(folder int) *int32 {
	if folder == dialogs.Main {
		return nil
	}
	return new(int32(folder))
}

// answer is a full "updates" with the users that are needed.
func (r *renderer) answer(ctx context.Context, viewer ids.User, about []ids.User, list ...tg.UpdateClass) (*tg.Updates, error) {
	users, err := r.view.Users(ctx, viewer, about)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []tg.UpdateClass{}
	}
	return &tg.Updates{Updates: list, Users: users, Chats: []tg.ChatClass{}, Date: unix(time.Now())}, nil
}

// push shows an entry to be pushed, on its own. It is nil for a note that has nothing to say.
func (r *renderer) push(ctx context.Context, e updates.Entry) (tg.UpdatesClass, error) {
	e, err := r.complete(ctx, e)
	if err != nil {
		return nil, err
	}
	u, about, err := r.event(ctx, e)
	if err != nil {
		return nil, err
	}
	if u == nil && e.Count > 0 {
		u = nothing(e)
	}
	if u == nil {
		return nil, nil
	}
	return r.answer(ctx, e.Owner.User(), about, u)
}

// complete looks up the message that a nudge is about, where it did not bring it.
func (r *renderer) complete(ctx context.Context, e updates.Entry) (updates.Entry, error) {
	var id ids.Message
	switch ev := e.Event.(type) {
	case updates.NewMessage:
		id = ev.ID
	case updates.EditMessage:
		id = ev.ID
	}
	if id == 0 || e.Value != nil {
		return e, nil
	}
	found, err := r.messages.Get(ctx, e.Owner.User(), 0, []ids.Message{id})
	if m := found[id]; m != nil {
		e.Value = m
	}
	return e, err
}

// live shows what is only told live. It is nil when there is nothing that viewer may know.
func (r *renderer) live(ctx context.Context, viewer ids.User, value any) (tg.UpdatesClass, error) {
	if t, ok := value.(messages.Typing); ok {
		return r.typing(t), nil
	}
	u, about, err := r.view.Update(ctx, viewer, value)
	if u == nil || err != nil {
		return nil, err
	}
	if len(about) == 0 {
		return &tg.UpdateShort{Update: u, Date: unix(time.Now())}, nil
	}
	return r.answer(ctx, viewer, about, u)
}

func (r *renderer) typing(t messages.Typing) tg.UpdatesClass {
	action := typings[t.Action]
	if action == nil {
		return nil
	}
	u := &tg.UpdateUserTyping{UserID: int64(t.From), Action: action(t.Progress)}
	return &tg.UpdateShort{Update: u, Date: unix(time.Now())}
}
