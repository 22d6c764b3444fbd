package view

import (
	"context"
	"time"

	"hermod/internal/cache"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

// A sight is a user as one viewer sees him, without what time changes.
type sight struct {
	user   tg.User
	person bool // neither a bot nor deleted: has a status
	self   bool
	shown  bool // his rules show when he was here
	byMe   bool // the viewer's own rules take that away again
	barred bool // he blocked the viewer, who sees nothing of it
}

// see returns the sights of users by viewer, in their order.
func (v *View) see(ctx context.Context, viewer ids.User, want []ids.User) ([]sight, error) {
	seen := make([]sight, 0, len(want))
	var missing []ids.User
	var stamps []cache.Stamp
	for _, u := range want {
		s, stamp, ok := v.shown.Get(cache.Pair[ids.User]{Viewer: viewer, User: u})
		if !ok {
			missing, stamps = append(missing, u), append(stamps, stamp)
			continue
		}
		seen = append(seen, s)
	}
	if len(missing) == 0 {
		return seen, nil
	}
	fresh, err := v.look(ctx, viewer, missing)
	if err != nil {
		return nil, err
	}
	for i, u := range missing {
		if s, ok := fresh[u]; ok {
			v.shown.Put(cache.Pair[ids.User]{Viewer: viewer, User: u}, stamps[i], s)
		}
	}
	for _, s := range seen {
		fresh[ids.User(s.user.ID)] = s
	}
	return ordered(want, fresh), nil
}

func ordered(want []ids.User, seen map[ids.User]sight) []sight {
	list := make([]sight, 0, len(want))
	for _, u := range want {
		if s, ok := seen[u]; ok {
			list = append(list, s)
		}
	}
	return list
}

// look works out sights.
func (v *View) look(ctx context.Context, viewer ids.User, want []ids.User) (map[ids.User]sight, error) {
	found, err := v.users.Get(ctx, want...)
	if err != nil {
		return nil, err
	}
	me, err := v.users.One(ctx, viewer)
	if err != nil {
		return nil, err
	}
	present := make([]ids.User, len(found))
	for i, u := range found {
		present[i] = u.ID
	}
	relations, err := v.users.Relations(ctx, viewer, present)
	if err != nil {
		return nil, err
	}
	fresh := make(map[ids.User]sight, len(found))
	for i, u := range found {
		fresh[u.ID] = v.sightOf(me, u, relations[i])
	}
	return fresh, nil
}

func (v *View) sightOf(me, u users.User, rel users.Relation) sight {
	s := sight{person: !u.Bot && !u.Deleted() && u.ID != ids.Service, self: me.ID == u.ID}
	s.shown, s.byMe = users.StatusShown(me, u, rel)
	s.barred = rel.Theirs.Blocked
	s.user = tg.User{
		ID: int64(u.ID), AccessHash: new(v.access.Hash(me.ID, u.ID.Peer())), Self: s.self, Deleted: u.Deleted(),
	}
	if u.Deleted() {
		s.user.Contact = rel.Mine.Contact
		return s
	}
	s.user.Contact, s.user.MutualContact, s.user.CloseFriend = rel.Mine.Contact, rel.Mutual(), rel.Mine.CloseFriend
	s.user.Verified, s.user.Support = u.Verified, u.Support
	first, last := shownName(u, rel)
	s.user.FirstName, s.user.LastName = optional(first), optional(last)
	s.user.Username, s.user.Usernames = Usernames(u.Usernames())
	if ShowsPhone(me, u, rel) {
		s.user.Phone = optional(string(u.Phone))
	}
	s.user.Photo = v.userPhoto(u.PortraitFor(users.Viewer{ID: me.ID, Bot: me.Bot}, rel))
	dress(&s.user, u)
	return s
}

// shownName is what the viewer calls u in his contacts, else what u calls himself.
func shownName(u users.User, rel users.Relation) (first, last string) {
	if rel.Mine.Contact && rel.Saved.FirstName+rel.Saved.LastName != "" {
		return rel.Saved.FirstName, rel.Saved.LastName
	}
	return u.FirstName, u.LastName
}

// ShowsPhone tells whether me may see the number of u: because u's rules say so, or because me knew it already.
func ShowsPhone(me, u users.User, rel users.Relation) bool {
	if u.Phone == "" {
		return false
	}
	knew := rel.Mine.Contact && rel.Saved.Phone == u.Phone
	return knew || u.Shows(users.PhoneNumber, users.Viewer{ID: me.ID, Bot: me.Bot}, rel)
}

// dress adds what is for show, and what only bots have.
func dress(t *tg.User, u users.User) {
	if c := u.Settings.Color; c != nil {
		t.Color = Color(c)
	}
	if c := u.Settings.ProfileColor; c != nil {
		t.ProfileColor = Color(c)
	}
	if e := u.Settings.EmojiStatus; e != nil && (e.Until == 0 || e.Until > time.Now().Unix()) {
		t.EmojiStatus = EmojiStatus(e)
	}
	if b := u.Settings.Bot; u.Bot && b != nil {
		t.Bot, t.BotNochats, t.BotChatHistory = true, b.NoGroups, b.ReadsAll
		t.BotInfoVersion, t.BotInlinePlaceholder = new(max(b.InfoVersion, 1)), b.InlinePlaceholder
	}
}

// Usernames shows the names of a peer: alone the one that its holder chose, or all of them. TDLib takes one or the other.
func Usernames(list []users.Username) (name *string, all []*tg.Username) {
	if len(list) == 1 && list[0].Active && list[0].Editable {
		return new(list[0].Name), nil
	}
	for _, n := range list {
		all = append(all, &tg.Username{Username: n.Name, Active: n.Active, Editable: n.Editable})
	}
	return nil, all
}

// Color shows the colour of a name.
func Color(c *users.Color) tg.PeerColorClass {
	t := &tg.PeerColor{Color: c.Number}
	if c.Emoji != 0 {
		t.BackgroundEmojiID = new(c.Emoji)
	}
	return t
}

// EmojiStatus shows the emoji beside a name; emojiStatusEmpty for nil.
func EmojiStatus(e *users.EmojiStatus) tg.EmojiStatusClass {
	if e == nil {
		return &tg.EmojiStatusEmpty{}
	}
	t := &tg.EmojiStatus{DocumentID: e.Document}
	if e.Until != 0 {
		t.Until = new(int32(e.Until))
	}
	return t
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// status says when the user was here: exactly, roughly where that is hidden, or nothing for who has no status.
// Spec: https://core.telegram.org/type/UserStatus
func (s *sight) status(p users.Status, now time.Time) tg.UserStatusClass {
	switch {
	case !s.person:
		return nil
	case p.Seen == 0, s.barred:
		return &tg.UserStatusEmpty{}
	case !s.shown, s.byMe:
		return s.rough(now.Unix() - p.Seen)
	case p.Online(now):
		return &tg.UserStatusOnline{Expires: int32(p.Until)}
	}
	return &tg.UserStatusOffline{WasOnline: int32(p.Seen)}
}

const day = 24 * 60 * 60 // seconds

// rough hides all but the order of magnitude. by_me is set where the user would have shown more.
func (s *sight) rough(ago int64) tg.UserStatusClass {
	byMe := s.shown && s.byMe
	switch {
	case ago <= 3*day:
		return &tg.UserStatusRecently{ByMe: byMe}
	case ago <= 7*day:
		return &tg.UserStatusLastWeek{ByMe: byMe}
	case ago <= 30*day:
		return &tg.UserStatusLastMonth{ByMe: byMe}
	}
	return &tg.UserStatusEmpty{}
}
