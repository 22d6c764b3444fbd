package view

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

// Peers shows peers as viewer may see them, each once, in the order of about; unknown ones and zeros are left out.
func (v *View) Peers(ctx context.Context, viewer ids.User, about []ids.Peer) ([]tg.UserClass, []tg.ChatClass, error) {
	people, rest := Split(about)
	userList, err := v.Users(ctx, viewer, people)
	if err != nil {
		return nil, nil, err
	}
	chats, err := v.Chats(ctx, viewer, rest)
	return userList, chats, err
}

// Split parts users from groups and channels, in order, without zeros.
func Split(about []ids.Peer) (people []ids.User, chats []ids.Peer) {
	for _, p := range about {
		switch {
		case p.User() != 0:
			people = append(people, p.User())
		case p != 0:
			chats = append(chats, p)
		}
	}
	return people, chats
}

// Chats shows groups and channels as viewer may see them, each once, in the order of want: what he has left, or was
// removed from, in the form that says so. Unknown ones are left out.
func (v *View) Chats(ctx context.Context, viewer ids.User, want []ids.Peer) ([]tg.ChatClass, error) {
	list := make([]tg.ChatClass, 0, len(want))
	seen := make(map[ids.Peer]bool, len(want))
	for _, p := range want {
		if seen[p] {
			continue
		}
		seen[p] = true
		shown, err := v.chatOrChannel(ctx, viewer, p)
		if err != nil {
			return nil, err
		}
		if shown != nil {
			list = append(list, shown)
		}
	}
	return list, nil
}

func (v *View) chatOrChannel(ctx context.Context, viewer ids.User, p ids.Peer) (tg.ChatClass, error) {
	switch {
	case p.Channel() != 0:
		return v.Channel(ctx, viewer, p.Channel())
	case p.Chat() != 0:
		return v.Chat(ctx, viewer, p.Chat())
	}
	return nil, nil
}

// Shared shows peers in the form that is the same for everybody (min): what a message that is sent to many carries along.
// Spec: https://core.telegram.org/api/min
func (v *View) Shared(ctx context.Context, about []ids.Peer) ([]tg.UserClass, []tg.ChatClass, error) {
	people, rest := Split(about)
	found, err := v.users.Get(ctx, distinct(people)...)
	if err != nil {
		return nil, nil, err
	}
	userList := make([]tg.UserClass, 0, len(found))
	for _, u := range found {
		userList = append(userList, v.minUser(u))
	}
	chats := make([]tg.ChatClass, 0, len(rest))
	seen := make(map[ids.Peer]bool, len(rest))
	for _, p := range rest {
		if p.Channel() == 0 || seen[p] {
			continue
		}
		seen[p] = true
		c, err := v.minChannel(ctx, p.Channel())
		if err != nil {
			return nil, nil, err
		}
		if c != nil {
			chats = append(chats, c)
		}
	}
	return userList, chats, nil
}

// minUser is what everybody may know of u. It has no access hash: those are each viewer's own. Where not everybody sees the
// same photo, clients keep the one that they know.
func (v *View) minUser(u users.User) *tg.User {
	t := &tg.User{ID: int64(u.ID), Min: true, Deleted: u.Deleted()}
	if u.Deleted() {
		return t
	}
	t.Verified, t.Support = u.Verified, u.Support
	t.FirstName, t.LastName = optional(u.FirstName), optional(u.LastName)
	t.Username, t.Usernames = Usernames(u.Usernames())
	p, all := u.PublicPortrait()
	t.Photo, t.ApplyMinPhoto = v.userPhoto(p, false), all
	dress(t, u)
	return t
}
