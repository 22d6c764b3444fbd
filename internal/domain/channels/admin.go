package channels

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

// A Promotion makes somebody an admin, changes his rights, or with rights 0 makes him none.
type Promotion struct {
	By      ids.User
	Channel ids.Channel
	User    ids.User
	Rights  rights.Admin
	Rank    *string // nil: as it was
}

// Promote carries out a Promotion. One gives only what one has, and changes only whom one has promoted; the owner changes
// anybody, and himself only in whether he is anonymous and in his rank. Who is no member is added.
//
// It fails as CheckAdmin does, and with ErrRights, ErrCreator, ErrAdmin, ErrAdminsTooMany, ErrKicked, ErrPrivacy, ErrSame,
// groups.ErrRank or groups.ErrUser.
// Spec: https://core.telegram.org/method/channels.editAdmin
func (s *Service) Promote(ctx context.Context, p Promotion) (res Result, err error) {
	if p.Rank != nil {
		rank, err := groups.CleanRank(*p.Rank)
		if err != nil {
			return Result{}, err
		}
		p.Rank = &rank
	}
	welcome, err := s.promotable(ctx, p)
	if err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.promote(ctx, tx, p, welcome)
		return err
	})
	return res, wrap(err, "promote in", p.Channel)
}

// promotable tells whether the user may be added, if he is no member yet.
func (s *Service) promotable(ctx context.Context, p Promotion) (bool, error) {
	v, err := s.Look(ctx, p.By, p.Channel)
	if err != nil {
		return false, err
	}
	m, err := s.Member(ctx, nil, p.Channel, p.User)
	if err != nil || m.In() || p.Rights == 0 {
		return false, err
	}
	if !v.May(rights.InviteUsers) {
		return false, rights.ErrNotParticipant
	}
	welcome, _, err := s.groups.Addable(ctx, p.By, []ids.User{p.User})
	return len(welcome) > 0, err
}

func (s *Service) promote(ctx context.Context, tx *db.Tx, p Promotion, welcome bool) (Result, error) {
	v, err := s.lockSight(ctx, tx, p.By, p.Channel)
	if err != nil {
		return Result{}, err
	}
	before, err := readMember(ctx, tx, p.Channel, p.User.Peer())
	if err != nil {
		return Result{}, err
	}
	after, err := p.apply(v, before)
	if err != nil {
		return Result{}, err
	}
	res := Result{Channel: v.Channel}
	if !before.In() {
		return s.promoteStranger(ctx, tx, v, after, welcome)
	}
	res.Channel.count(before, after)
	return res, s.putMember(ctx, tx, v.Me.User, LogAdmin, res.Channel, before, after)
}

// apply returns what becomes of before.
func (p Promotion) apply(v Sight, before Member) (Member, error) {
	if err := p.check(v, before); err != nil {
		return Member{}, err
	}
	after := before
	if p.Rank != nil {
		after.Rank = *p.Rank
	}
	after.Admin = p.Rights & v.allRights()
	switch {
	case before.Creator: // he has all rights whatever is sent
		after.Admin = v.allRights()&^rights.AdminAnonymous | p.Rights&rights.AdminAnonymous
	case after.Admin == 0:
		after.Rank, after.PromotedBy = "", 0
	case before.Admin == 0:
		after.PromotedBy, after.PromotedAt = p.By, now()
	}
	if after.Admin != 0 {
		after.Restriction, after.BannedBy = rights.Restriction{}, 0
	}
	if after == before {
		return Member{}, ErrSame
	}
	if before.Admin == 0 && after.Admin != 0 && v.Admins >= MaxAdmins {
		return Member{}, ErrAdminsTooMany
	}
	return after, nil
}

// check tells whether the promotion is allowed.
func (p Promotion) check(v Sight, before Member) error {
	self := p.By == p.User
	switch {
	case before.Creator && !self:
		return ErrCreator
	case v.Me.Creator && v.Me.In():
		return nil
	case self && before.IsAdmin() && p.Rights == 0: // he resigns
		return nil
	case !v.Can(rights.AdminAddAdmins):
		return rights.ErrAdminRequired
	case self || before.Admin != 0 && before.PromotedBy != p.By:
		return ErrAdmin
	case p.Rights&v.allRights()&^v.Me.Admin != 0:
		return ErrRights
	case before.Restriction.At(now()) != 0 && !v.Can(rights.AdminBanUsers):
		return ErrKicked
	}
	return nil
}

// promoteStranger adds somebody who was no member, and makes him an admin.
func (s *Service) promoteStranger(ctx context.Context, tx *db.Tx, v Sight, after Member, welcome bool) (Result, error) {
	if after.Admin == 0 {
		return Result{}, rights.ErrNotParticipant
	}
	if !welcome {
		return Result{}, ErrPrivacy
	}
	c := v.Channel
	m, err := s.admit(ctx, tx, &c, after.User, v.Me.User, false, v.Can(rights.AdminBanUsers))
	if err != nil {
		return Result{}, err
	}
	plain := m
	m.Admin, m.Rank, m.PromotedBy, m.PromotedAt = after.Admin, after.Rank, after.PromotedBy, after.PromotedAt
	m.Restriction, m.BannedBy = after.Restriction, after.BannedBy
	c.count(plain, m)
	if err := s.saveMember(ctx, tx, m); err != nil {
		return Result{}, err
	}
	e, err := memberEvent(LogAdmin, plain, m)
	if err != nil {
		return Result{}, err
	}
	if err := s.Record(ctx, tx, c.ID, v.Me.User, e); err != nil {
		return Result{}, err
	}
	v.Channel = c
	return s.welcome(ctx, tx, v, []Member{m})
}

// putMember writes how the rights of a member of c have changed, and tells him.
func (s *Service) putMember(
	ctx context.Context, tx *db.Tx, by ids.User, kind LogKind, c Channel, before, after Member,
) error {
	if err := s.saveMember(ctx, tx, after); err != nil {
		return err
	}
	if err := s.save(ctx, tx, c, false); err != nil {
		return err
	}
	e, err := memberEvent(kind, before, after)
	if err != nil {
		return err
	}
	if err := s.Record(ctx, tx, c.ID, by, e); err != nil {
		return err
	}
	return s.tellMember(ctx, tx, after)
}

// tellMember writes down, in what belongs to m himself, what he is in a channel now.
func (s *Service) tellMember(ctx context.Context, tx *db.Tx, m Member) error {
	if m.User == 0 {
		return nil
	}
	if m.In() {
		if err := s.groups.Belong(ctx, tx, m.User, m.Channel.Peer(), groups.In, m.role()); err != nil {
			return err
		}
	}
	return s.log.Note(ctx, tx, m.User.Peer(), updates.ChannelChanged{Channel: m.Channel})
}

// SetRank sets what is shown beside the name of a member. Who may manage ranks does so for members and for admins he has
// promoted, the owner for all, and each admin for himself; a member for himself unless that is forbidden.
// It fails as See does, and with rights.ErrNotParticipant, rights.ErrAdminRequired, ErrBroadcast, groups.ErrRank or ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatParticipantRank
func (s *Service) SetRank(ctx context.Context, by ids.User, ch ids.Channel, user ids.User, rank string) (res Result, err error) {
	if rank, err = groups.CleanRank(rank); err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.lockSight(ctx, tx, by, ch)
		if err != nil {
			return err
		}
		m, err := readMember(ctx, tx, ch, user.Peer())
		if err != nil {
			return err
		}
		if err := mayRank(v, m, rank); err != nil {
			return err
		}
		change := RankChange{User: user, Before: m.Rank, After: rank}
		m.Rank = rank
		if err := s.saveMember(ctx, tx, m); err != nil {
			return err
		}
		res.Channel = v.Channel
		if err := s.record(ctx, tx, ch, by, LogRank, nil, change); err != nil {
			return err
		}
		return s.tellMember(ctx, tx, m)
	})
	return res, wrap(err, "rank in", ch)
}

func mayRank(v Sight, m Member, rank string) error {
	self := v.Me.Peer == m.Peer
	switch {
	case v.Broadcast:
		return ErrBroadcast
	case !v.Me.In() || !m.In():
		return rights.ErrNotParticipant
	case m.Rank == rank:
		return ErrSame
	case v.Me.Creator, self && v.Me.IsAdmin(), self && v.May(rights.EditRank):
		return nil
	case !v.Can(rights.AdminManageRanks) || m.Creator || m.Admin != 0 && m.PromotedBy != v.Me.User:
		return rights.ErrAdminRequired
	}
	return nil
}

// Transfer gives a channel to another of its members; the old owner stays as an admin. The check of the password is the caller's.
// It fails with rights.ErrCreatorRequired, rights.ErrNotParticipant, ErrUser for a bot, or ErrPublicTooMany.
// Spec: https://core.telegram.org/method/channels.editCreator
func (s *Service) Transfer(ctx context.Context, by ids.User, ch ids.Channel, to ids.User) (res Result, err error) {
	c, err := s.One(ctx, ch)
	if err != nil {
		return Result{}, err
	}
	if c.Public() {
		if err := s.CheckPublicLimit(ctx, to); err != nil {
			return Result{}, err
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.lockSight(ctx, tx, by, ch)
		if err != nil {
			return err
		}
		heir, err := readMember(ctx, tx, ch, to.Peer())
		if err != nil {
			return err
		}
		switch {
		case !v.Me.Creator || by == to:
			return rights.ErrCreatorRequired
		case !heir.In():
			return rights.ErrNotParticipant
		case heir.Bot:
			return ErrUser
		}
		res, err = s.handOver(ctx, tx, v, heir)
		return err
	})
	return res, wrap(err, "transfer", ch)
}

func (s *Service) handOver(ctx context.Context, tx *db.Tx, v Sight, heir Member) (Result, error) {
	c, old := v.Channel, v.Me
	c.Creator = heir.User
	after := heir
	after.Creator, after.Admin, after.Restriction = true, c.allRights()&^rights.AdminAnonymous, rights.Restriction{}
	left := old
	left.Creator, left.PromotedBy, left.PromotedAt = false, heir.User, now()
	c.count(heir, after)
	if err := s.save(ctx, tx, c, true); err != nil {
		return Result{}, err
	}
	pair := [2]Member{left, after}
	if after.User < left.User {
		pair = [2]Member{after, left}
	}
	for _, m := range pair {
		if err := s.saveMember(ctx, tx, m); err != nil {
			return Result{}, err
		}
	}
	e, err := memberEvent(LogAdmin, heir, after)
	if err != nil {
		return Result{}, err
	}
	if err := s.Record(ctx, tx, c.ID, old.User, e); err != nil {
		return Result{}, err
	}
	return Result{Channel: c}, errors.Join(s.tellMember(ctx, tx, pair[0]), s.tellMember(ctx, tx, pair[1]))
}

// Heir is who becomes the owner of a channel when its owner leaves it for good: the admin who has been one for longest.
// It fails as CheckAdmin does, and with rights.ErrNotParticipant if there is none.
func (s *Service) Heir(ctx context.Context, by ids.User, ch ids.Channel) (heir ids.User, err error) {
	v, err := s.CheckAdmin(ctx, ch, by, 0)
	if err != nil {
		return 0, err
	}
	if !v.Me.Creator {
		return 0, rights.ErrCreatorRequired
	}
	admins, err := s.Admins(ctx, ch)
	if err != nil {
		return 0, err
	}
	first := eldest(admins)
	if first.User == 0 {
		return 0, rights.ErrNotParticipant
	}
	return first.User, nil
}

// eldest is the admin who has been one for longest, but for the owner and bots; the zero Member if there is none.
func eldest(admins []Member) (first Member) {
	for _, m := range admins {
		if !m.Creator && !m.Bot && (first.User == 0 || m.PromotedAt.Before(first.PromotedAt)) {
			first = m
		}
	}
	return first
}

// inherit makes the eldest of the admins of c, which is locked and not yet saved, its owner.
func (s *Service) inherit(ctx context.Context, tx *db.Tx, c *Channel) error {
	admins, err := s.AdminsTx(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	heir := eldest(admins)
	if c.Creator = heir.User; heir.User == 0 {
		return nil
	}
	heir.Creator, heir.Admin = true, c.allRights()&^rights.AdminAnonymous
	if err := s.saveMember(ctx, tx, heir); err != nil {
		return err
	}
	return s.tellMember(ctx, tx, heir)
}

// removed is the service message about somebody who was removed.
func removed(user ids.User) actions.Action {
	return actions.Action{Kind: actions.DeleteUser, User: user}
}
