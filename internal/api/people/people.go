// Package people serves the methods about people: users.*, contacts.*, and those of account.* and
// messages.* that are about one's profile, privacy, presence and strangers.
//
// Handlers resolve, call the domain and shape the answer; the rules are in domain/users and domain/contacts.
package people

import (
	"context"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// ChatFacts is what a profile page says about the chat with its user.
type ChatFacts struct {
	Notify        *tg.PeerNotifySettings // nil for the default
	PinnedMessage ids.Message            // 0 for none
	Folder        int32
	TTL           int32 // seconds, 0 for none
	Scheduled     bool
	Theme         string            // the emoji of the theme
	Wallpaper     tg.WallPaperClass // nil for none
	Overridden    bool              // the other side has chosen it
}

// Options are what the handlers work with.
type Options struct {
	Users    *users.Service
	Contacts *contacts.Service
	View     *view.View
	Reports  *reports.Service
	// Facts looks up the chat of owner with peer. Nil: there is nothing to say.
	Facts func(ctx context.Context, owner ids.User, peer ids.Peer) (ChatFacts, error)
	// Partners returns the people with whom user has talked lately, some hundreds at most. Nil: nobody.
	Partners users.Partners
	// Public finds groups and channels by the words of their titles: those that user is in, and others that are public.
	// Nil: there are none.
	Public func(ctx context.Context, user ids.User, query string, limit int) (joined, public []ids.Peer, err error)
	// Rated returns with whom user talks most, of some kinds of chats, the first first, with their ratings. Nil: nobody is
	// rated.
	Rated func(ctx context.Context, user ids.User) ([]Rating, error)
	// Unrate forgets how much user talks in a chat.
	Unrate func(ctx context.Context, user ids.User, peer ids.Peer) error
	// PersonalChannel returns the last post of a channel that user may show as his own. It fails with what is answered
	// when he may not. Nil: there are no channels.
	PersonalChannel func(ctx context.Context, user ids.User, ch ids.Channel) (last ids.Message, err error)
	// Members returns in which of peers, groups and channels, user is. Nil: in none.
	Members users.Members
	// Common counts the groups that both are in. Nil: none.
	Common func(ctx context.Context, a, b ids.User) (int, error)
	// ContactLink is what a contact token is appended to; "" for "tg://contact?token=".
	ContactLink string
}

// A Rating is how much somebody talks in a chat.
type Rating struct {
	Peer   ids.Peer
	Kind   string // "users", "groups", "channels" or "bots"
	Rating float64
}

// Handlers serve the methods.
type Handlers struct {
	o           Options
	users       *users.Service
	contacts    *contacts.Service
	view        *view.View
	reports     *reports.Service
	facts       func(context.Context, ids.User, ids.Peer) (ChatFacts, error)
	partners    users.Partners
	contactLink string
}

// New makes the handlers.
func New(o Options) *Handlers {
	h := &Handlers{
		o: o, users: o.Users, contacts: o.Contacts, view: o.View, reports: o.Reports,
		facts: o.Facts, partners: o.Partners, contactLink: o.ContactLink,
	}
	if h.facts == nil {
		h.facts = func(context.Context, ids.User, ids.Peer) (ChatFacts, error) { return ChatFacts{}, nil }
	}
	if h.partners == nil {
		h.partners = func(context.Context, ids.User) ([]ids.User, error) { return nil, nil }
	}
	if h.contactLink == "" {
		h.contactLink = "tg://contact?token="
	}
	return h
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerUsers(r)
	h.registerContacts(r)
	h.registerProfile(r)
	h.registerPrivacy(r)
	h.registerStrangers(r)
	h.registerReactions(r)
	h.registerBusiness(r)
	h.registerStatuses(r)
	h.registerBots(r)
}

// wireErrors says how the errors of users and contacts look to clients.
var wireErrors = map[error]rpc.Error{
	users.ErrNotFound:         rpc.BadRequest("USER_ID_INVALID"),
	users.ErrNoBot:            rpc.BadRequest("USER_BOT_REQUIRED"),
	users.ErrCommand:          rpc.BadRequest("BOT_COMMAND_INVALID"),
	users.ErrCommandText:      rpc.BadRequest("BOT_COMMAND_DESCRIPTION_INVALID"),
	users.ErrCommands:         rpc.BadRequest("BOT_COMMANDS_TOO_MUCH"),
	users.ErrLanguage:         rpc.BadRequest("LANG_CODE_INVALID"),
	users.ErrDeleted:          rpc.BadRequest("INPUT_USER_DEACTIVATED"),
	users.ErrBlocked:          rpc.BadRequest("USER_IS_BLOCKED"),
	users.ErrYouBlocked:       rpc.BadRequest("YOU_BLOCKED_USER"),
	users.ErrPhone:            rpc.BadRequest("PHONE_NUMBER_INVALID"),
	users.ErrPhoneTaken:       rpc.BadRequest("PHONE_NUMBER_OCCUPIED"),
	users.ErrFirstName:        rpc.BadRequest("FIRSTNAME_INVALID"),
	users.ErrLastName:         rpc.BadRequest("LASTNAME_INVALID"),
	users.ErrAbout:            rpc.BadRequest("ABOUT_TOO_LONG"),
	users.ErrBirthday:         rpc.BadRequest("BIRTHDAY_INVALID"),
	users.ErrUsername:         rpc.BadRequest("USERNAME_INVALID"),
	users.ErrUsernameTaken:    rpc.BadRequest("USERNAME_OCCUPIED"),
	users.ErrUsernameSame:     rpc.BadRequest("USERNAME_NOT_MODIFIED"),
	users.ErrUsernameOrder:    rpc.BadRequest("ORDER_INVALID"),
	users.ErrUsernamesTooMany: rpc.BadRequest("USERNAMES_ACTIVE_TOO_MUCH"),
	users.ErrTimezone:         rpc.BadRequest("TIMEZONE_INVALID"),
	users.ErrHours:            rpc.BadRequest("BUSINESS_WORK_HOURS_PERIOD_INVALID"),
	users.ErrAddress:          rpc.BadRequest("BUSINESS_ADDRESS_INVALID"),
	users.ErrIntro:            rpc.BadRequest("INTRO_TOO_LONG"),
	users.ErrPlace:            rpc.BadRequest("GEO_POINT_INVALID"),
	users.ErrRules:            rpc.BadRequest("PRIVACY_VALUE_INVALID"),
	contacts.ErrSelf:          rpc.BadRequest("CONTACT_ID_INVALID"),
	contacts.ErrNoName:        rpc.BadRequest("CONTACT_NAME_EMPTY"),
	contacts.ErrNotAsked:      rpc.BadRequest("CONTACT_REQ_MISSING"),
	contacts.ErrNotContact:    rpc.BadRequest("CONTACT_MISSING"),
	contacts.ErrNote:          rpc.BadRequest("NOTE_TOO_LONG"),
	contacts.ErrTooMany:       rpc.BadRequest("LIMIT_INVALID"),
	contacts.ErrToken:         rpc.BadRequest("IMPORT_TOKEN_INVALID"),
}

// updatesOf answers with updates about people, shown with them.
func (h *Handlers) updatesOf(ctx context.Context, call *rpc.Call, about []ids.User, list ...tg.UpdateClass) (tg.UpdatesClass, error) {
	people, err := h.view.Users(ctx, call.User, about)
	if err != nil {
		return nil, err
	}
	return &tg.Updates{
		Updates: list, Users: people, Chats: []tg.ChatClass{}, Date: int32(time.Now().Unix()),
	}, nil
}

// usersFromInput resolves a list. Those that cannot be resolved are left out.
func (h *Handlers) usersFromInput(ctx context.Context, call *rpc.Call, in []tg.InputUserClass) ([]ids.User, error) {
	if len(in) > maxList {
		return nil, errLimit
	}
	list := make([]ids.User, 0, len(in))
	for _, one := range in {
		u, err := h.view.UserFromInput(ctx, call, one)
		if isRefusal(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}
