package people

import (
	"context"
	"errors"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerProfile(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.updateProfile)
	rpc.Handle(r, rpc.UserOnly, h.updateUsername)
	rpc.Handle(r, rpc.UserOnly, h.checkUsername)
	rpc.Handle(r, rpc.UserOnly, h.reorderUsernames)
	rpc.Handle(r, rpc.UserOnly, h.toggleUsername)
	rpc.Handle(r, rpc.UserOnly, h.updateStatus)
	rpc.Handle(r, rpc.UserOnly, h.updateBirthday)
	rpc.Handle(r, rpc.UserOnly, h.updateColor)
	rpc.Handle(r, rpc.UserOnly, h.updatePersonalChannel)
	rpc.Handle(r, rpc.UserOnly, h.getContactSignUpNotification)
	rpc.Handle(r, rpc.UserOnly, h.setContactSignUpNotification)
}

// updateProfile serves https://core.telegram.org/method/account.updateProfile.
func (h *Handlers) updateProfile(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateProfile) (tg.UserClass, error) {
	p := users.Profile{FirstName: in.FirstName, LastName: in.LastName, About: in.About}
	if _, err := h.users.UpdateProfile(ctx, call.User, p); err != nil {
		return nil, err
	}
	return h.view.User(ctx, call.User, call.User)
}

// updateUsername serves https://core.telegram.org/method/account.updateUsername.
func (h *Handlers) updateUsername(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateUsername) (tg.UserClass, error) {
	if _, err := h.users.UpdateUsername(ctx, call.User, in.Username); err != nil {
		return nil, err
	}
	return h.view.User(ctx, call.User, call.User)
}

// checkUsername serves https://core.telegram.org/method/account.checkUsername: false for a name that somebody
// has, an error for one that nobody can have.
func (h *Handlers) checkUsername(ctx context.Context, _ *rpc.Call, in *tg.AccountCheckUsername) (tg.Bool, error) {
	err := h.users.CheckUsername(ctx, in.Username)
	if errors.Is(err, users.ErrUsernameTaken) {
		return false, nil
	}
	return err == nil, err
}

// reorderUsernames serves https://core.telegram.org/method/account.reorderUsernames.
func (h *Handlers) reorderUsernames(ctx context.Context, call *rpc.Call, in *tg.AccountReorderUsernames) (tg.Bool, error) {
	return true, h.users.ReorderUsernames(ctx, call.User, in.Order)
}

// toggleUsername serves https://core.telegram.org/method/account.toggleUsername.
func (h *Handlers) toggleUsername(ctx context.Context, call *rpc.Call, in *tg.AccountToggleUsername) (tg.Bool, error) {
	return true, h.users.ToggleUsername(ctx, call.User, in.Username, bool(in.Active))
}

// updateStatus serves https://core.telegram.org/method/account.updateStatus.
func (h *Handlers) updateStatus(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateStatus) (tg.Bool, error) {
	return true, h.users.SetOnline(ctx, call.User, !in.Offline, h.partners)
}

// updateBirthday serves https://core.telegram.org/method/account.updateBirthday.
func (h *Handlers) updateBirthday(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateBirthday) (tg.Bool, error) {
	var b users.Birthday
	if in.Birthday != nil {
		b = users.Birthday{Month: int(in.Birthday.Month), Day: int(in.Birthday.Day)}
		if in.Birthday.Year != nil {
			b.Year = int(*in.Birthday.Year)
		}
		if b == (users.Birthday{}) || b.Year < 0 {
			return false, errBirthday
		}
	}
	return true, h.users.SetBirthday(ctx, call.User, b)
}

// updatePersonalChannel serves https://core.telegram.org/method/account.updatePersonalChannel.
func (h *Handlers) updatePersonalChannel(ctx context.Context, call *rpc.Call, in *tg.AccountUpdatePersonalChannel) (tg.Bool, error) {
	var ch ids.Channel
	if _, empty := in.Channel.(*tg.InputChannelEmpty); !empty {
		var err error
		if ch, err = h.view.ChannelFromInput(ctx, call, in.Channel); err != nil {
			return false, err
		}
		if h.o.PersonalChannel == nil {
			return false, rpc.BadRequest("CHANNEL_INVALID")
		}
		if _, err := h.o.PersonalChannel(ctx, call.User, ch); err != nil {
			return false, err
		}
	}
	return true, h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.Channel = ch
		return users.ChangedProfile
	})
}

// maxColors is how many colours have a number: those that clients bring, and those that servers may add.
const maxColors = 21

// updateColor serves https://core.telegram.org/method/account.updateColor.
func (h *Handlers) updateColor(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateColor) (tg.Bool, error) {
	var color *users.Color
	switch c := in.Color.(type) {
	case nil:
		if in.BackgroundEmojiID != nil {
			color = &users.Color{Emoji: *in.BackgroundEmojiID}
		}
	case *tg.PeerColor:
		if c.Color != nil && (*c.Color < 0 || *c.Color >= maxColors) {
			return false, rpc.BadRequest("COLOR_INVALID")
		}
		color = &users.Color{Number: c.Color}
		if c.BackgroundEmojiID != nil {
			color.Emoji = *c.BackgroundEmojiID
		}
	default:
		return false, rpc.BadRequest("COLOR_INVALID")
	}
	return true, h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		if in.ForProfile {
			s.ProfileColor = color
		} else {
			s.Color = color
		}
		return users.ChangedProfile
	})
}

// getContactSignUpNotification serves https://core.telegram.org/method/account.getContactSignUpNotification:
// whether such notices are silenced.
func (h *Handlers) getContactSignUpNotification(ctx context.Context, call *rpc.Call, _ *tg.AccountGetContactSignUpNotification) (tg.Bool, error) {
	me, err := h.users.One(ctx, call.User)
	return tg.Bool(me.Settings.SilentSignUps), err
}

// setContactSignUpNotification serves https://core.telegram.org/method/account.setContactSignUpNotification.
func (h *Handlers) setContactSignUpNotification(ctx context.Context, call *rpc.Call, in *tg.AccountSetContactSignUpNotification) (tg.Bool, error) {
	return true, h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.SilentSignUps = in.Silent
		return ""
	})
}
