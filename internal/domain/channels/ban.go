package channels

import (
	"context"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Ban restricts somebody, bans him from a channel, or with the zero Restriction lifts that; who may be a channel that writes
// here. Somebody who may not view any more is no member then. An admin who is restricted is none any more; only who has
// promoted him, or the owner, can.
//
// It fails as CheckAdmin does, and with ErrCreator, ErrAdmin, ErrUser for oneself or somebody who was never there, or ErrSame.
// Spec: https://core.telegram.org/method/channels.editBanned
func (s *Service) Ban(ctx context.Context, by ids.User, ch ids.Channel, who ids.Peer, r rights.Restriction) (res Result, err error) {
	if who == by.Peer() || who.Chat() != 0 || who == ch.Peer() {
		return Result{}, ErrUser
	}
	r.Banned = r.Banned.Full()
	if r.Banned == 0 {
		r.Until = time.Time{}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.ban(ctx, tx, by, ch, who, r)
		return err
	})
	return res, wrap(err, "ban in", ch)
}

func (s *Service) ban(
	ctx context.Context, tx *db.Tx, by ids.User, ch ids.Channel, who ids.Peer, r rights.Restriction,
) (Result, error) {
	v, err := s.lockSight(ctx, tx, by, ch)
	if err != nil {
		return Result{}, err
	}
	if !v.Can(rights.AdminBanUsers) {
		return Result{}, rights.ErrAdminRequired
	}
	before, err := readMember(ctx, tx, ch, who)
	if err != nil {
		return Result{}, err
	}
	if err := mayBan(v, before, r); err != nil {
		return Result{}, err
	}
	after := before.banned(by, r)
	c := v.Channel
	c.count(before, after)
	if before.In() && !after.In() {
		return s.kick(ctx, tx, c, v.Me, before, after)
	}
	return Result{Channel: c}, s.putMember(ctx, tx, by, LogBan, c, before, after)
}

// mayBan tells whether the viewer may do so to m.
func mayBan(v Sight, m Member, r rights.Restriction) error {
	switch {
	case m.Creator:
		return ErrCreator
	case m.Admin != 0 && !v.Me.Creator && m.PromotedBy != v.Me.User:
		return ErrAdmin
	case m.Restriction == r, m.Status == groups.Never && r.Banned == 0:
		return ErrSame
	}
	return nil
}

// banned is what becomes of m.
func (m Member) banned(by ids.User, r rights.Restriction) Member {
	m.Restriction, m.BannedBy, m.BannedAt = r, by, now()
	if r.Banned == 0 {
		m.BannedBy, m.BannedAt = 0, time.Time{}
	}
	switch {
	case r.Banned.Any(rights.ViewMessages):
		m.Status = groups.Kicked
	case m.Status == groups.Kicked, m.Status == groups.Never:
		m.Status = groups.Left
	}
	if r.Banned != 0 {
		m.Admin, m.PromotedBy, m.Rank, m.SendAs = 0, 0, "", 0
	}
	return m
}

// kick writes down that somebody was removed from c.
func (s *Service) kick(ctx context.Context, tx *db.Tx, c Channel, me, before, after Member) (Result, error) {
	if err := s.saveMember(ctx, tx, after); err != nil {
		return Result{}, err
	}
	if err := s.save(ctx, tx, c, false); err != nil {
		return Result{}, err
	}
	e, err := memberEvent(LogBan, before, after)
	if err != nil {
		return Result{}, err
	}
	if err := s.Record(ctx, tx, c.ID, me.User, e); err != nil {
		return Result{}, err
	}
	res := Result{Channel: c}
	if c.Megagroup() {
		w, err := s.scribe.WriteInChannel(ctx, tx, c.ID, Sight{Channel: c, Me: me}.name(), me.User, removed(after.User))
		if err != nil {
			return Result{}, err
		}
		res.Written = []groups.Written{w}
	}
	return res, s.part(ctx, tx, after)
}
