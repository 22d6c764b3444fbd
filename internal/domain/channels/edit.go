package channels

import (
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// A change is what an edit does: what admins read of it, and what everybody does.
type change struct {
	kind          LogKind
	before, after any
	action        *actions.Action // nil: no service message
}

// A permit tells whether the viewer may make a change.
type permit func(v Sight) error

// needs asks for a right of admins; 0 is any.
func needs(right rights.Admin) permit {
	return func(v Sight) error {
		if right == 0 && v.Me.IsAdmin() || v.Can(right) {
			return nil
		}
		return rights.ErrAdminRequired
	}
}

// may asks for a thing that members can be forbidden.
func may(thing rights.Banned) permit {
	return func(v Sight) error {
		if v.May(thing) {
			return nil
		}
		return rights.ErrAdminRequired
	}
}

// owns asks for the owner.
func owns(v Sight) error {
	if v.Me.In() && v.Me.Creator {
		return nil
	}
	return rights.ErrAdminRequired
}

// edit changes a channel in one transaction, if permit lets by. fn gets a copy to change.
func (s *Service) edit(
	ctx context.Context, by ids.User, ch ids.Channel, ask permit, fn func(tx *db.Tx, c *Channel) (change, error),
) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.lockSight(ctx, tx, by, ch)
		if err != nil {
			return err
		}
		if err := ask(v); err != nil {
			return err
		}
		res, err = s.apply(ctx, tx, v, fn)
		return err
	})
	return res, wrap(err, "change", ch)
}

// lockSight locks a channel and reads how by stands to it. It fails with ErrNotFound or rights.ErrPrivate.
func (s *Service) lockSight(ctx context.Context, tx *db.Tx, by ids.User, ch ids.Channel) (v Sight, err error) {
	if v.Channel, err = s.lock(ctx, tx, ch); err != nil {
		return v, err
	}
	if v.Me, err = readMember(ctx, tx, ch, by.Peer()); err != nil {
		return v, err
	}
	if v.Deleted() || v.Me.Kicked() || !v.Me.In() && !v.Public() {
		err = rights.ErrPrivate
	}
	return v, err
}

func (s *Service) apply(ctx context.Context, tx *db.Tx, v Sight, fn func(tx *db.Tx, c *Channel) (change, error)) (Result, error) {
	done, err := fn(tx, &v.Channel)
	if err != nil {
		return Result{}, err
	}
	if err := s.save(ctx, tx, v.Channel, true); err != nil {
		return Result{}, err
	}
	if done.kind != "" {
		if err := s.record(ctx, tx, v.ID, v.Me.User, done.kind, done.before, done.after); err != nil {
			return Result{}, err
		}
	}
	res := Result{Channel: v.Channel}
	if done.action == nil {
		return res, nil
	}
	w, err := s.scribe.WriteInChannel(ctx, tx, v.ID, v.name(), v.Me.User, *done.action)
	res.Written = []groups.Written{w}
	return res, err
}

// name is in whose name the viewer's doings are told: in a broadcast channel, and where he is anonymous, the channel's.
func (v Sight) name() ids.Peer {
	if v.Broadcast || v.Me.Anonymous() {
		return v.ID.Peer()
	}
	return v.Me.Peer
}

// SetTitle renames a channel. It fails as CheckMay does, and with groups.ErrTitle or ErrSame.
// Spec: https://core.telegram.org/method/channels.editTitle
func (s *Service) SetTitle(ctx context.Context, by ids.User, ch ids.Channel, title string) (Result, error) {
	title, err := groups.CleanTitle(title)
	if err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, ch, may(rights.ChangeInfo), func(tx *db.Tx, c *Channel) (change, error) {
		if c.Title == title {
			return change{}, ErrSame
		}
		done := change{LogTitle, c.Title, title, &actions.Action{Kind: actions.ChatTitle, Title: title}}
		c.Title = title
		return done, s.publish(ctx, tx, c)
	})
}

// publish makes c findable by its title if it is public, and otherwise not.
func (s *Service) publish(ctx context.Context, tx *db.Tx, c *Channel) error {
	title := ""
	if c.Public() && !c.Deleted() {
		title = c.Title
	}
	return s.users.SetPublicTitle(ctx, tx, c.ID.Peer(), title)
}

// SetAbout changes the description. It fails as CheckMay does, and with groups.ErrAbout or groups.ErrAboutSame.
// Spec: https://core.telegram.org/method/messages.editChatAbout
func (s *Service) SetAbout(ctx context.Context, by ids.User, ch ids.Channel, about string) (Result, error) {
	about, err := groups.CleanAbout(about)
	if err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, ch, may(rights.ChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		if c.About == about {
			return change{}, groups.ErrAboutSame
		}
		done := change{kind: LogAbout, before: c.About, after: about}
		c.About = about
		return done, nil
	})
}

// SetPhoto changes the photo of a channel; the zero Portrait takes it away. It fails as CheckMay does, and with ErrSame.
// Spec: https://core.telegram.org/method/channels.editPhoto
func (s *Service) SetPhoto(ctx context.Context, by ids.User, ch ids.Channel, p users.Portrait) (Result, error) {
	return s.edit(ctx, by, ch, may(rights.ChangeInfo), func(tx *db.Tx, c *Channel) (change, error) {
		if c.Photo.Photo == p.Photo {
			return change{}, ErrSame
		}
		if err := s.photos.Swap(ctx, tx, ch.Peer(), c.Photo, p); err != nil {
			return change{}, err
		}
		done := change{LogPhoto, c.Photo.Photo, p.Photo, groups.PhotoAction(p)}
		c.Photo = p
		return done, nil
	})
}

// SetPeriod sets after how many seconds messages go by themselves. It fails as CheckMay does, and with groups.ErrPeriod or ErrSame.
// Spec: https://core.telegram.org/method/messages.setHistoryTTL
func (s *Service) SetPeriod(ctx context.Context, by ids.User, ch ids.Channel, period int32) (Result, error) {
	if err := groups.CheckPeriod(period); err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, ch, needs(rights.AdminDeleteMessages), func(_ *db.Tx, c *Channel) (change, error) {
		if c.Period == period {
			return change{}, ErrSame
		}
		done := change{LogPeriod, c.Period, period, &actions.Action{Kind: actions.SetTTL, TTL: period}}
		c.Period = period
		return done, nil
	})
}

// SetTheme sets the theme, named by an emoji; "" for none. It fails as CheckMay does, and with ErrSame.
// Spec: https://core.telegram.org/method/messages.setChatTheme
func (s *Service) SetTheme(ctx context.Context, by ids.User, ch ids.Channel, emoji string) (Result, error) {
	return s.edit(ctx, by, ch, may(rights.ChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		if c.Theme == emoji || len(emoji) > 64 {
			return change{}, ErrSame
		}
		c.Theme = emoji
		return change{action: &actions.Action{Kind: actions.SetTheme, Emoji: emoji}}, nil
	})
}

// SetReactions sets which reactions may be given. It fails as CheckMay does, and with groups.ErrReactions or ErrSame.
// Spec: https://core.telegram.org/method/messages.setChatAvailableReactions
func (s *Service) SetReactions(ctx context.Context, by ids.User, ch ids.Channel, r groups.Reactions) (Result, error) {
	if err := r.Check(); err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, ch, needs(rights.AdminChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		if c.Reactions.Equal(r) {
			return change{}, ErrSame
		}
		done := change{kind: LogReactions, before: c.Reactions, after: r}
		c.Reactions = r
		return done, nil
	})
}

// SetDefaults sets what members of a supergroup may not do. It fails as CheckAdmin does, and with ErrBroadcast or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatDefaultBannedRights
func (s *Service) SetDefaults(ctx context.Context, by ids.User, ch ids.Channel, banned rights.Banned) (Result, error) {
	banned = (banned &^ rights.ViewMessages).Full()
	return s.edit(ctx, by, ch, needs(rights.AdminBanUsers), func(_ *db.Tx, c *Channel) (change, error) {
		if c.Broadcast {
			return change{}, ErrBroadcast
		}
		if c.Defaults == banned {
			return change{}, ErrSame
		}
		done := change{kind: LogDefaults, before: c.Defaults, after: banned}
		c.Defaults = banned
		return done, nil
	})
}

// SetSlowMode sets how many seconds a member waits between two messages; 0 for none. It fails as CheckAdmin does, and with
// ErrSeconds, ErrBroadcast or ErrSame.
// Spec: https://core.telegram.org/method/channels.toggleSlowMode
func (s *Service) SetSlowMode(ctx context.Context, by ids.User, ch ids.Channel, wait int32) (Result, error) {
	if !slices.Contains(seconds, wait) {
		return Result{}, ErrSeconds
	}
	return s.edit(ctx, by, ch, needs(rights.AdminBanUsers), func(_ *db.Tx, c *Channel) (change, error) {
		if c.Broadcast {
			return change{}, ErrBroadcast
		}
		if c.SlowMode == wait {
			return change{}, ErrSame
		}
		done := change{kind: LogSlowMode, before: c.SlowMode, after: wait}
		c.SlowMode = wait
		return done, nil
	})
}

// SetColor sets the color of the name, or with profile that of the profile page; nil for none. It fails as CheckAdmin
// does. Spec: https://core.telegram.org/method/channels.updateColor
func (s *Service) SetColor(ctx context.Context, by ids.User, ch ids.Channel, profile bool, color *users.Color) (Result, error) {
	return s.edit(ctx, by, ch, needs(rights.AdminChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		at, kind := &c.Color, LogColor
		if profile {
			at, kind = &c.ProfileColor, LogProfileColor
		}
		done := change{kind: kind, before: *at, after: color}
		*at = color
		return done, nil
	})
}

// SetEmojiStatus sets the emoji beside the name; nil for none. It fails as CheckAdmin does.
// Spec: https://core.telegram.org/method/channels.updateEmojiStatus
func (s *Service) SetEmojiStatus(ctx context.Context, by ids.User, ch ids.Channel, e *users.EmojiStatus) (Result, error) {
	return s.edit(ctx, by, ch, needs(rights.AdminChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		done := change{kind: LogEmojiStatus, before: c.EmojiStatus, after: e}
		c.EmojiStatus = e
		return done, nil
	})
}

// SetLocation says where the members of a supergroup live; nil for nowhere. Only the owner may; it fails with
// rights.ErrAdminRequired, ErrBroadcast or ErrSame.
// Spec: https://core.telegram.org/method/channels.editLocation
func (s *Service) SetLocation(ctx context.Context, by ids.User, ch ids.Channel, at *Location) (Result, error) {
	return s.edit(ctx, by, ch, owns, func(_ *db.Tx, c *Channel) (change, error) {
		if c.Broadcast {
			return change{}, ErrBroadcast
		}
		if at != nil && !at.valid() || at == nil && c.Location == nil {
			return change{}, ErrSame
		}
		done := change{kind: LogLocation, before: c.Location, after: at}
		c.Location = at
		return done, nil
	})
}

// SetStickers sets the sticker set of a supergroup, or with emoji that of its custom emoji; 0 for none. It fails as
// CheckMay does, and with ErrBroadcast or ErrSame.
// Spec: https://core.telegram.org/method/channels.setStickers
func (s *Service) SetStickers(ctx context.Context, by ids.User, ch ids.Channel, emoji bool, set int64) (Result, error) {
	return s.edit(ctx, by, ch, may(rights.ChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		at, kind := &c.Stickers, LogStickers
		if emoji {
			at, kind = &c.EmojiStickers, LogEmojiStickers
		}
		if c.Broadcast {
			return change{}, ErrBroadcast
		}
		if *at == set {
			return change{}, ErrSame
		}
		done := change{kind: kind, before: *at, after: set}
		*at = set
		return done, nil
	})
}

// SetWallpaper keeps the wallpaper of a channel, in the TL bytes of a client; nil for none. It fails as CheckAdmin does, and
// with ErrSame for one that is too large.
// Spec: https://core.telegram.org/method/messages.setChatWallPaper
func (s *Service) SetWallpaper(ctx context.Context, by ids.User, ch ids.Channel, wallpaper []byte) (Result, error) {
	return s.edit(ctx, by, ch, needs(rights.AdminChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		if len(wallpaper) > maxWallpaper {
			return change{}, ErrSame
		}
		done := change{kind: LogWallpaper, before: c.Wallpaper, after: wallpaper}
		c.Wallpaper = wallpaper
		return done, nil
	})
}

// maxWallpaper bounds a wallpaper, in bytes.
const maxWallpaper = 4 << 10

// SetMainTab keeps which tab of the profile is shown first. It fails as CheckAdmin does.
// Spec: https://core.telegram.org/method/channels.setMainProfileTab
func (s *Service) SetMainTab(ctx context.Context, by ids.User, ch ids.Channel, tab string) (Result, error) {
	return s.edit(ctx, by, ch, needs(rights.AdminChangeInfo), func(_ *db.Tx, c *Channel) (change, error) {
		if c.MainTab == tab || len(tab) > 32 {
			return change{}, ErrSame
		}
		c.MainTab = tab
		return change{}, nil
	})
}
