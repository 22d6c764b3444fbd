package view

import (
	"context"

	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

// Update renders what has happened to people: an event of viewer's log, or a live value. The update is nil
// when what is about something else, or nothing that viewer may know. about are the users to send along.
func (v *View) Update(ctx context.Context, viewer ids.User, what any) (u tg.UpdateClass, about []ids.User, err error) {
	switch e := what.(type) {
	case updates.UserChanged:
		return v.changed(ctx, viewer, e.User, users.Change(e.What))
	case users.Changed:
		return v.changed(ctx, viewer, e.User, e.What)
	case users.StatusChanged:
		return v.statusChanged(ctx, viewer, e.User)
	case updates.Privacy:
		return v.privacyChanged(ctx, viewer, users.PrivacyKey(e.Key))
	case updates.PeerBlocked:
		return v.blocked(ctx, viewer, e.Peer)
	case updates.RecentStatuses:
		return &tg.UpdateRecentEmojiStatuses{}, nil, nil
	case updates.PeerSettings:
		settings, err := v.Settings(ctx, viewer, e.Peer)
		return &tg.UpdatePeerSettings{Peer: Peer(e.Peer), Settings: settings}, some(e.Peer.User()), err
	case updates.ContactsReset:
		return &tg.UpdateContactsReset{}, nil, nil
	}
	return nil, nil, nil
}

// blocked shows on which lists of viewer peer stands now.
func (v *View) blocked(ctx context.Context, viewer ids.User, peer ids.Peer) (tg.UpdateClass, []ids.User, error) {
	all, err := v.contacts.IsBlocked(ctx, viewer, peer, contacts.Messages)
	if err != nil {
		return nil, nil, err
	}
	stories, err := v.contacts.IsBlocked(ctx, viewer, peer, contacts.Stories)
	return &tg.UpdatePeerBlocked{PeerID: Peer(peer), Blocked: all, BlockedMyStoriesFrom: stories}, some(peer.User()), err
}

func some(u ids.User) []ids.User {
	if u == 0 {
		return nil
	}
	return []ids.User{u}
}

func (v *View) statusChanged(ctx context.Context, viewer, user ids.User) (tg.UpdateClass, []ids.User, error) {
	status, err := v.Status(ctx, viewer, user)
	switch status.(type) {
	case nil, *tg.UserStatusEmpty:
		return nil, nil, err
	}
	return &tg.UpdateUserStatus{UserID: int64(user), Status: status}, some(user), err
}

func (v *View) changed(ctx context.Context, viewer, user ids.User, what users.Change) (tg.UpdateClass, []ids.User, error) {
	about := []ids.User{user}
	shown, err := v.User(ctx, viewer, user)
	if err != nil {
		return nil, nil, err
	}
	u := shown.(*tg.User)
	switch what {
	case users.ChangedName:
		return nameUpdate(u), about, nil
	case users.ChangedPhone:
		if u.Phone == nil {
			return nil, nil, nil
		}
		return &tg.UpdateUserPhone{UserID: u.ID, Phone: *u.Phone}, about, nil
	case users.ChangedEmoji:
		status := u.EmojiStatus
		if status == nil {
			status = &tg.EmojiStatusEmpty{}
		}
		return &tg.UpdateUserEmojiStatus{UserID: u.ID, EmojiStatus: status}, about, nil
	}
	return &tg.UpdateUser{UserID: u.ID}, about, nil
}

func nameUpdate(u *tg.User) *tg.UpdateUserName {
	up := &tg.UpdateUserName{UserID: u.ID, FirstName: value(u.FirstName), LastName: value(u.LastName), Usernames: []*tg.Username{}}
	up.Usernames = append(up.Usernames, u.Usernames...)
	if u.Username != nil {
		up.Usernames = append(up.Usernames, &tg.Username{Username: *u.Username, Active: true, Editable: true})
	}
	for _, n := range up.Usernames {
		if up.Username == "" && n.Active { // for clients that know of one name
			up.Username = n.Username
		}
	}
	return up
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Settings shows what viewer is offered above his chat with peer.
func (v *View) Settings(ctx context.Context, viewer ids.User, peer ids.Peer) (*tg.PeerSettings, error) {
	if peer.User() == 0 {
		return &tg.PeerSettings{}, nil
	}
	bar, err := v.contacts.Bar(ctx, viewer, peer.User())
	return peerSettings(bar), err
}

func peerSettings(b contacts.Bar) *tg.PeerSettings {
	s := &tg.PeerSettings{
		ReportSpam: b.ReportSpam, AddContact: b.AddContact, BlockContact: b.BlockContact,
		ShareContact: b.ShareContact, NeedContactsException: b.NeedsException,
	}
	if !b.Registered.IsZero() {
		s.RegistrationMonth = new(b.Registered.UTC().Format("01.2006"))
	}
	return s
}

func (v *View) privacyChanged(ctx context.Context, viewer ids.User, key users.PrivacyKey) (tg.UpdateClass, []ids.User, error) {
	rules, err := v.users.Privacy(ctx, viewer, key)
	if err != nil {
		return nil, nil, err
	}
	named := PrivacyKey(key)
	if named == nil {
		return nil, nil, nil
	}
	list, about := PrivacyRules(rules)
	return &tg.UpdatePrivacy{Key: named, Rules: list}, about, nil
}
