package groups

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

// edit changes a group in one transaction, by somebody who may do thing, and writes the service message that fn returns;
// nil: none. fn gets a copy to change.
func (s *Service) edit(
	ctx context.Context, by ids.User, chat ids.Chat, thing rights.Banned, fn func(st *State) (*actions.Action, error),
) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.editTx(ctx, tx, by, chat, thing, fn)
		return err
	})
	return res, wrap(err, "change", chat)
}

func (s *Service) editTx(
	ctx context.Context, tx *db.Tx, by ids.User, chat ids.Chat, thing rights.Banned, fn func(st *State) (*actions.Action, error),
) (Result, error) {
	st, err := s.lock(ctx, tx, chat)
	if err != nil {
		return Result{}, err
	}
	v, err := seen(st, by)
	if err != nil {
		return Result{}, err
	}
	if !v.May(thing) {
		return Result{}, rights.ErrAdminRequired
	}
	a, err := fn(&st)
	if err != nil {
		return Result{}, err
	}
	if err := s.save(ctx, tx, st.Group); err != nil || a == nil {
		return Result{Group: st.Group}, err
	}
	w, err := s.scribe.WriteInGroup(ctx, tx, chat, by, *a)
	return Result{Group: st.Group, Written: []Written{w}}, err
}

// SetTitle renames a group. It fails as CheckMay does, and with ErrTitle or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatTitle
func (s *Service) SetTitle(ctx context.Context, by ids.User, chat ids.Chat, title string) (Result, error) {
	title, err := CleanTitle(title)
	if err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, chat, rights.ChangeInfo, func(st *State) (*actions.Action, error) {
		if st.Title == title {
			return nil, ErrSame
		}
		st.Title = title
		return &actions.Action{Kind: actions.ChatTitle, Title: title}, nil
	})
}

// SetAbout changes the description. It fails as CheckMay does, and with ErrAbout or ErrAboutSame.
// Spec: https://core.telegram.org/method/messages.editChatAbout
func (s *Service) SetAbout(ctx context.Context, by ids.User, chat ids.Chat, about string) error {
	about, err := CleanAbout(about)
	if err != nil {
		return err
	}
	_, err = s.edit(ctx, by, chat, rights.ChangeInfo, func(st *State) (*actions.Action, error) {
		if st.About == about {
			return nil, ErrAboutSame
		}
		st.About = about
		return nil, nil
	})
	return err
}

// SetPeriod sets after how many seconds messages go by themselves. It fails as CheckMay does, and with ErrPeriod or ErrSame.
// Spec: https://core.telegram.org/method/messages.setHistoryTTL
func (s *Service) SetPeriod(ctx context.Context, by ids.User, chat ids.Chat, period int32) (Result, error) {
	if err := CheckPeriod(period); err != nil {
		return Result{}, err
	}
	return s.edit(ctx, by, chat, rights.ChangeInfo, func(st *State) (*actions.Action, error) {
		if st.Period == period {
			return nil, ErrSame
		}
		st.Period = period
		return &actions.Action{Kind: actions.SetTTL, TTL: period}, nil
	})
}

// SetTheme sets the theme, named by an emoji; "" for none. It fails as CheckMay does, and with ErrSame.
// Spec: https://core.telegram.org/method/messages.setChatTheme
func (s *Service) SetTheme(ctx context.Context, by ids.User, chat ids.Chat, emoji string) (Result, error) {
	return s.edit(ctx, by, chat, rights.ChangeInfo, func(st *State) (*actions.Action, error) {
		if st.Theme == emoji || len(emoji) > 64 {
			return nil, ErrSame
		}
		st.Theme = emoji
		return &actions.Action{Kind: actions.SetTheme, Emoji: emoji}, nil
	})
}

// SetReactions sets which reactions may be given. It fails as CheckMay does, and with ErrReactions.
// Spec: https://core.telegram.org/method/messages.setChatAvailableReactions
func (s *Service) SetReactions(ctx context.Context, by ids.User, chat ids.Chat, r Reactions) (Result, error) {
	if err := r.Check(); err != nil {
		return Result{}, err
	}
	return s.adminEdit(ctx, by, chat, "", func(st *State) error {
		st.Reactions = r
		return nil
	})
}

// SetNoForwards protects what is written in a group from being forwarded, or does so no more. Only the creator may.
// It fails as See does, and with rights.ErrAdminRequired or ErrSame.
// Spec: https://core.telegram.org/method/messages.toggleNoForwards
func (s *Service) SetNoForwards(ctx context.Context, by ids.User, chat ids.Chat, on bool) (Result, error) {
	return s.adminEdit(ctx, by, chat, "", func(st *State) error {
		if st.NoForwards == on {
			return ErrSame
		}
		if st.Creator != by {
			return rights.ErrAdminRequired
		}
		st.NoForwards = on
		return nil
	})
}

// adminEdit is edit by an admin of a change that no service message tells of: all members are told otherwise.
func (s *Service) adminEdit(ctx context.Context, by ids.User, chat ids.Chat, what string, fn func(*State) error) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		v, err := seen(st, by)
		if err != nil {
			return err
		}
		if !v.Me.Admin {
			return rights.ErrAdminRequired
		}
		if err := fn(&st); err != nil {
			return err
		}
		res.Group = st.Group
		if err := s.save(ctx, tx, st.Group); err != nil {
			return err
		}
		return s.tell(ctx, tx, st, what)
	})
	return res, wrap(err, "change", chat)
}

// SetDefaults sets what members may not do; admins may everything. It fails as See does, and with
// rights.ErrAdminRequired or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatDefaultBannedRights
func (s *Service) SetDefaults(ctx context.Context, by ids.User, chat ids.Chat, banned rights.Banned) (Result, error) {
	banned = (banned &^ rights.ViewMessages).Full()
	return s.adminEdit(ctx, by, chat, updates.ChatRights, func(st *State) error {
		if st.Defaults == banned {
			return ErrSame
		}
		st.Defaults = banned
		st.Version++
		return nil
	})
}

// SetAdmin makes somebody an admin, or makes him none. Only the creator may. It fails as See does, and with
// rights.ErrAdminRequired, rights.ErrNotParticipant or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatAdmin
func (s *Service) SetAdmin(ctx context.Context, by ids.User, chat ids.Chat, user ids.User, admin bool) (Result, error) {
	return s.memberEdit(ctx, by, chat, user, func(me Member, m *Member) error {
		switch {
		case !me.Creator || m.Creator:
			return rights.ErrAdminRequired
		case m.Admin == admin:
			return ErrSame
		}
		m.Admin = admin
		if !admin {
			m.Rank = ""
		}
		return nil
	})
}

// SetRank sets what is shown beside the name of a member: each admin may for members and himself, the creator for all.
// It fails as See does, and with rights.ErrAdminRequired, rights.ErrNotParticipant, ErrRank or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatParticipantRank
func (s *Service) SetRank(ctx context.Context, by ids.User, chat ids.Chat, user ids.User, rank string) (Result, error) {
	rank, err := CleanRank(rank)
	if err != nil {
		return Result{}, err
	}
	return s.memberEdit(ctx, by, chat, user, func(me Member, m *Member) error {
		switch {
		case !me.Creator && me.User != m.User && (!me.Admin || m.Admin):
			return rights.ErrAdminRequired
		case m.Rank == rank:
			return ErrSame
		}
		m.Rank = rank
		return nil
	})
}

// Transfer gives a group to another of its members, who becomes its creator; the old one stays as an admin. The check of
// the password is the caller's. It fails as See does, and with rights.ErrCreatorRequired or rights.ErrNotParticipant.
// Spec: https://core.telegram.org/method/messages.editChatCreator
func (s *Service) Transfer(ctx context.Context, by ids.User, chat ids.Chat, to ids.User) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		old, err := seen(st, by)
		if err != nil {
			return err
		}
		heir, in := st.Member(to)
		switch {
		case !old.Me.Creator || by == to:
			return rights.ErrCreatorRequired
		case !in:
			return rights.ErrNotParticipant
		}
		res, err = s.handOver(ctx, tx, st, old.Me, heir)
		return err
	})
	return res, wrap(err, "transfer", chat)
}

func (s *Service) handOver(ctx context.Context, tx *db.Tx, st State, old, heir Member) (Result, error) {
	st.Creator, st.Version = heir.User, st.Version+1
	if err := s.save(ctx, tx, st.Group); err != nil {
		return Result{}, err
	}
	old.Creator, old.Admin, heir.Creator, heir.Admin = false, true, true, true
	pair := []Member{old, heir}
	if heir.User < old.User {
		pair = []Member{heir, old}
	}
	for _, m := range pair {
		if err := updateMember(ctx, tx, st.ID, m); err != nil {
			return Result{}, err
		}
		if err := s.Belong(ctx, tx, m.User, st.ID.Peer(), In, m.role()); err != nil {
			return Result{}, err
		}
	}
	return Result{Group: st.Group}, s.tell(ctx, tx, st, updates.ChatParticipants)
}

func (m Member) role() Role {
	switch {
	case m.Creator:
		return Owner
	case m.Admin:
		return AdminRole
	}
	return Plain
}

// memberEdit changes a member and tells all others.
func (s *Service) memberEdit(
	ctx context.Context, by ids.User, chat ids.Chat, user ids.User, fn func(me Member, m *Member) error,
) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		v, err := seen(st, by)
		if err != nil {
			return err
		}
		m, in := st.Member(user)
		if !in {
			return rights.ErrNotParticipant
		}
		if err := fn(v.Me, &m); err != nil {
			return err
		}
		st.Version++
		if err := updateMember(ctx, tx, chat, m); err != nil {
			return err
		}
		res.Group = st.Group
		if err := s.save(ctx, tx, st.Group); err != nil {
			return err
		}
		if err := s.Belong(ctx, tx, user, chat.Peer(), In, m.role()); err != nil {
			return err
		}
		return s.tell(ctx, tx, st, updates.ChatParticipants)
	})
	return res, wrap(err, "change a member of", chat)
}
