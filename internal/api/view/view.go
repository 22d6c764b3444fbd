// Package view shows people, groups and channels to people: it turns them into TL objects as a viewer may see them, and
// what clients send to name a peer back into identifiers.
//
// Everything that leaves the server about a user goes through here, so privacy is decided in one place. What is made for
// a viewer is full, never min; what is the same for all (Shared) is min. Answers come from memory until something changes, so pushing an update costs no SQL.
//
// It is for the api packages and for whoever renders updates.
package view

import (
	"context"
	"time"

	"hermod/internal/cache"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

const (
	cachedViews = 1 << 16
	cacheTTL    = 5 * time.Minute
)

// Met tells what a viewer has come across without having got an access hash for it.
type Met interface {
	// HasDialog tells whether viewer has a chat with peer.
	HasDialog(ctx context.Context, viewer ids.User, peer ids.Peer) (bool, error)
	// Names tells whether a message in viewer's chat names user: as its author or where it was forwarded from.
	Names(ctx context.Context, viewer ids.User, chat ids.Peer, message ids.Message, who ids.Peer) (bool, error)
}

// A View shows users. Safe for concurrent use.
type View struct {
	users    *users.Service
	contacts *contacts.Service
	access   *ids.Access
	met      Met
	groups   *groups.Service   // nil before SetGroups: there are none
	channels *channels.Service // likewise
	album    Album             // empty before SetAlbum: there are no photos
	shown    *cache.Cache[cache.Pair[ids.User], sight]
}

// New makes a view. met may be nil: then nobody has come across anybody.
func New(u *users.Service, c *contacts.Service, access *ids.Access, met Met) *View {
	return &View{
		users: u, contacts: c, access: access, met: met,
		shown: cache.New[cache.Pair[ids.User], sight](u.Changes(), cachedViews, cacheTTL, cache.Both),
	}
}

// Peer names p in TL.
func Peer(p ids.Peer) tg.PeerClass {
	switch {
	case p.Channel() != 0:
		return &tg.PeerChannel{ChannelID: int64(p.Channel())}
	case p.Chat() != 0:
		return &tg.PeerChat{ChatID: int64(p.Chat())}
	}
	return &tg.PeerUser{UserID: int64(p.User())}
}

// User shows one user; users.ErrNotFound if there is none.
func (v *View) User(ctx context.Context, viewer, user ids.User) (tg.UserClass, error) {
	list, err := v.Users(ctx, viewer, []ids.User{user})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, users.ErrNotFound
	}
	return list[0], nil
}

// Users shows users as viewer may see them, each once, in the order of want; unknown ones are left out. The
// objects are the caller's to change, not what they point to.
func (v *View) Users(ctx context.Context, viewer ids.User, want []ids.User) ([]tg.UserClass, error) {
	seen, err := v.see(ctx, viewer, distinct(want))
	if err != nil {
		return nil, err
	}
	statuses, err := v.statuses(ctx, seen)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	list := make([]tg.UserClass, 0, len(seen))
	for i := range seen {
		u := seen[i].user
		u.Status = seen[i].status(statuses[i], now)
		list = append(list, &u)
	}
	return list, nil
}

// Status shows when user was here, as viewer may know; nil for bots and deleted accounts.
func (v *View) Status(ctx context.Context, viewer, user ids.User) (tg.UserStatusClass, error) {
	list, err := v.Users(ctx, viewer, []ids.User{user})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].(*tg.User).Status, nil
}

func (v *View) statuses(ctx context.Context, seen []sight) ([]users.Status, error) {
	who := make([]ids.User, len(seen))
	for i := range seen {
		who[i] = ids.User(seen[i].user.ID)
	}
	return v.users.Presence().Statuses(ctx, who)
}

// distinct drops zeros and repetitions.
func distinct(want []ids.User) []ids.User {
	if len(want) == 1 && want[0] != 0 {
		return want
	}
	seen := make(map[ids.User]bool, len(want))
	list := make([]ids.User, 0, len(want))
	for _, u := range want {
		if u != 0 && !seen[u] {
			seen[u] = true
			list = append(list, u)
		}
	}
	return list
}

// Online counts those of people who are here now, as far as viewer may know; himself among them, at least one.
func (v *View) Online(ctx context.Context, viewer ids.User, people []ids.User) (n int32, err error) {
	list, err := v.Users(ctx, viewer, people)
	if err != nil {
		return 0, err
	}
	now := time.Now().Unix()
	others := int32(0)
	for _, u := range list {
		u := u.(*tg.User)
		if s, ok := u.Status.(*tg.UserStatusOnline); ok && int64(s.Expires) > now && !u.Self {
			others++
		}
	}
	return 1 + others, nil
}
