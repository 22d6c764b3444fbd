package people

import (
	"context"
	"time"

	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerUsers(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getUsers)
	rpc.Handle(r, rpc.SignedIn, h.getFullUser)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getIsPremiumRequiredToContact)
}

// getUsers serves https://core.telegram.org/method/users.getUsers. Whom the caller may not name becomes a
// userEmpty, so that the answer lines up with the question.
func (h *Handlers) getUsers(ctx context.Context, call *rpc.Call, in *tg.UsersGetUsers) (tg.Vector[tg.UserClass], error) {
	if len(in.ID) > maxList {
		return nil, errLimit
	}
	list := make([]ids.User, len(in.ID)) // 0 where refused
	for i, one := range in.ID {
		u, err := h.view.UserFromInput(ctx, call, one)
		if err != nil && !isRefusal(err) {
			return nil, err
		}
		list[i] = u
	}
	shown, err := h.view.Users(ctx, call.User, list)
	if err != nil {
		return nil, err
	}
	return lineUp(list, in.ID, shown), nil
}

func lineUp(list []ids.User, asked []tg.InputUserClass, shown []tg.UserClass) tg.Vector[tg.UserClass] {
	byID := make(map[ids.User]tg.UserClass, len(shown))
	for _, u := range shown {
		if u, ok := u.(*tg.User); ok {
			byID[ids.User(u.ID)] = u
		}
	}
	out := make(tg.Vector[tg.UserClass], len(list))
	for i, id := range list {
		if out[i] = byID[id]; out[i] == nil {
			out[i] = &tg.UserEmpty{ID: askedID(asked[i])}
		}
	}
	return out
}

func askedID(in tg.InputUserClass) int64 {
	switch in := in.(type) {
	case *tg.InputUser:
		return in.UserID
	case *tg.InputUserFromMessage:
		return in.UserID
	}
	return 0
}

// getIsPremiumRequiredToContact serves clients of layers 172 to 204: nobody here is premium.
func (h *Handlers) getIsPremiumRequiredToContact(_ context.Context, _ *rpc.Call, in *tg.UsersGetIsPremiumRequiredToContact) (tg.Vector[tg.Bool], error) {
	return make(tg.Vector[tg.Bool], len(in.ID)), nil
}

// layerFullUser is the layer until which users.getFullUser answers with the userFull alone.
const layerFullUser = 134

// getFullUser serves https://core.telegram.org/method/users.getFullUser. users[0] is the user asked for: Web A
// takes its own account from there.
func (h *Handlers) getFullUser(ctx context.Context, call *rpc.Call, in *tg.UsersGetFullUser) (tl.Object, error) {
	id, err := h.view.UserFromInput(ctx, call, in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := h.view.User(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	h.users.Presence().Watch(call.User, id, time.Now())
	full, err := h.fullUser(ctx, call, id)
	if err != nil {
		return nil, err
	}
	if call.Layer != 0 && call.Layer <= layerFullUser {
		full.User = shown
		return full, nil
	}
	chats, err := h.addChats(ctx, call, id, full)
	return &tg.UsersUserFull{FullUser: full, Chats: chats, Users: []tg.UserClass{shown}}, err
}

// addChats adds what is to be said of groups and channels: how many both are in, and the one that the user shows as his.
func (h *Handlers) addChats(ctx context.Context, call *rpc.Call, id ids.User, full *tg.UserFull) ([]tg.ChatClass, error) {
	if h.o.Common != nil && id != call.User {
		n, err := h.o.Common(ctx, call.User, id)
		if err != nil {
			return nil, err
		}
		full.CommonChatsCount = int32(n)
	}
	u, err := h.users.One(ctx, id)
	if err != nil || u.Settings.Channel == 0 || h.o.PersonalChannel == nil {
		return []tg.ChatClass{}, err
	}
	last, err := h.o.PersonalChannel(ctx, id, u.Settings.Channel)
	if isRefusal(err) { // not his any more
		return []tg.ChatClass{}, nil
	}
	if err != nil {
		return nil, err
	}
	full.PersonalChannelID, full.PersonalChannelMessage = new(int64(u.Settings.Channel)), positive(int32(last))
	return h.view.Chats(ctx, call.User, []ids.Peer{u.Settings.Channel.Peer()})
}

func (h *Handlers) fullUser(ctx context.Context, call *rpc.Call, id ids.User) (*tg.UserFull, error) {
	both, err := h.users.Get(ctx, id, call.User)
	if err != nil {
		return nil, err
	}
	if len(both) < 2 {
		return nil, users.ErrNotFound
	}
	u, me := both[0], both[1]
	rel, err := h.users.Relation(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	full := profile(u, users.Viewer{ID: me.ID, Bot: me.Bot}, rel)
	if full.BotInfo != nil {
		full.BotInfo.Commands = privateCommands(u.Settings.Bot, call.User, call.Client.Lang)
	}
	if full.Settings, err = h.view.Settings(ctx, call.User, id.Peer()); err != nil {
		return nil, err
	}
	full.BlockedMyStoriesFrom, err = h.contacts.IsBlocked(ctx, call.User, id.Peer(), contacts.Stories)
	if err != nil {
		return nil, err
	}
	if err := h.addPhotos(ctx, u, users.Viewer{ID: me.ID, Bot: me.Bot}, rel, full); err != nil {
		return nil, err
	}
	return full, h.addFacts(ctx, call, id, full)
}

// addPhotos adds the photos of u's page: the one that the viewer chose for him, his own, and, where that is not shown, the
// one for strangers. Oneself sees them all.
// Spec: https://core.telegram.org/constructor/userFull
func (h *Handlers) addPhotos(ctx context.Context, u users.User, viewer users.Viewer, rel users.Relation, full *tg.UserFull) error {
	own, strangers := u.Settings.Photo.Photo, u.Settings.Fallback.Photo
	switch {
	case u.Deleted(), rel.Theirs.Blocked:
		own, strangers = 0, 0
	case u.ID != viewer.ID && !u.Shows(users.ProfilePhoto, viewer, rel):
		own = 0
	case u.ID != viewer.ID && own != 0:
		strangers = 0
	}
	shown, err := h.view.Photos(ctx, []int64{own, strangers, rel.Personal.Photo})
	if err != nil {
		return err
	}
	for _, one := range []struct {
		at *tg.PhotoClass
		id int64
	}{{&full.ProfilePhoto, own}, {&full.FallbackPhoto, strangers}, {&full.PersonalPhoto, rel.Personal.Photo}} {
		if p, ok := shown[one.id]; ok {
			*one.at = p
		}
	}
	return nil
}

// profile is what u's page shows to viewer, as far as the two alone decide it.
func profile(u users.User, viewer users.Viewer, rel users.Relation) *tg.UserFull {
	full := &tg.UserFull{
		ID: int64(u.ID), Blocked: rel.Mine.Blocked, CanPinMessage: true, Settings: &tg.PeerSettings{},
		PhoneCallsPrivate:      !u.Shows(users.PhoneCall, viewer, rel),
		VoiceMessagesForbidden: !u.Shows(users.VoiceMessages, viewer, rel),
		ReadDatesPrivate:       u.ID != viewer.ID && u.Settings.Privacy.HideReadMarks,
		DisplayGiftsButton:     u.Settings.Privacy.GiftsButton,
		Note:                   note(rel.Saved),
	}
	if u.About != "" && u.Shows(users.About, viewer, rel) {
		full.About = new(u.About)
	}
	if !u.Shows(users.Forwards, viewer, rel) {
		full.PrivateForwardName = new(u.FirstName)
	}
	if u.Birthday != (users.Birthday{}) && u.Shows(users.BirthdayKey, viewer, rel) {
		full.Birthday = birthday(u.Birthday)
	}
	addBusiness(full, u.Settings.Business, time.Now())
	if b := u.Settings.Bot; u.Bot && b != nil {
		full.BotInfo = botInfo(u.ID, b)
	}
	return full
}

func birthday(b users.Birthday) *tg.Birthday {
	shown := &tg.Birthday{Day: int32(b.Day), Month: int32(b.Month)}
	if b.Year != 0 {
		shown.Year = new(int32(b.Year))
	}
	return shown
}

func botInfo(id ids.User, b *users.BotInfo) *tg.BotInfo {
	info := &tg.BotInfo{UserID: new(int64(id)), Commands: []*tg.BotCommand{}, MenuButton: &tg.BotMenuButtonDefault{}}
	if b.Description != "" {
		info.Description = new(b.Description)
	}
	return info
}

// addFacts adds what is to be said of the chat. Clients expect notify_settings always.
func (h *Handlers) addFacts(ctx context.Context, call *rpc.Call, id ids.User, full *tg.UserFull) error {
	facts, err := h.facts(ctx, call.User, id.Peer())
	if err != nil {
		return err
	}
	full.NotifySettings, full.HasScheduled = facts.Notify, facts.Scheduled
	if full.NotifySettings == nil {
		full.NotifySettings = &tg.PeerNotifySettings{}
	}
	full.PinnedMsgID = positive(int32(facts.PinnedMessage))
	full.FolderID = positive(facts.Folder)
	full.TTLPeriod = positive(facts.TTL)
	full.Wallpaper, full.WallpaperOverridden = facts.Wallpaper, facts.Overridden
	if facts.Theme != "" {
		full.Theme, full.ThemeEmoticon = &tg.ChatTheme{Emoticon: facts.Theme}, &facts.Theme
	}
	return nil
}

// positive is nil for 0 and less.
func positive(n int32) *int32 {
	if n <= 0 {
		return nil
	}
	return &n
}
