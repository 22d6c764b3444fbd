package channels

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
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

// Delete ends a channel for all. Only its owner may; it fails with rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/channels.deleteChannel
func (s *Service) Delete(ctx context.Context, by ids.User, ch ids.Channel) (res Result, err error) {
	var told []Member
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.lockSight(ctx, tx, by, ch)
		if err != nil {
			return err
		}
		if !v.Me.Creator {
			return rights.ErrAdminRequired
		}
		res.Channel, told, err = s.delete(ctx, tx, v.Channel)
		return err
	})
	if err != nil {
		return Result{}, wrap(err, "delete", ch)
	}
	// A large channel is taken out of the lists of its members piece by piece, so that nobody else waits. What is left undone
	// by a crash shows nothing: the channel itself is deleted.
	if len(told) == toldOfEnd {
		err = s.evict(context.WithoutCancel(ctx), ch)
	}
	return res, wrap(err, "delete", ch)
}

const (
	// toldOfEnd is how many members are told of the end of a channel in their logs, which devices that are not here read.
	toldOfEnd = 500
	// evicted is how many are taken out of a deleted channel by one transaction.
	evicted = 2000
)

func (s *Service) delete(ctx context.Context, tx *db.Tx, c Channel) (Channel, []Member, error) {
	for _, n := range c.Usernames {
		if err := s.users.ReleaseUsername(ctx, tx, n.Name, c.ID.Peer()); err != nil {
			return c, nil, err
		}
	}
	if c.Linked != 0 {
		other, err := s.lock(ctx, tx, c.Linked)
		if err != nil {
			return c, nil, err
		}
		other.Linked = 0
		if err := s.save(ctx, tx, other, true); err != nil {
			return c, nil, err
		}
	}
	c.Usernames, c.Linked, c.DeletedAt = nil, 0, now()
	if err := s.publish(ctx, tx, &c); err != nil {
		return c, nil, err
	}
	if err := s.save(ctx, tx, c, true); err != nil {
		return c, nil, err
	}
	members, err := s.removeSome(ctx, tx, c.ID, toldOfEnd)
	if err != nil {
		return c, nil, err
	}
	for _, m := range members {
		if err := s.log.Note(ctx, tx, m.User.Peer(), updates.ChannelChanged{Channel: c.ID}); err != nil {
			return c, nil, err
		}
	}
	return c, members, nil
}

// evict takes all who are left out of a deleted channel.
func (s *Service) evict(ctx context.Context, ch ids.Channel) error {
	for {
		var gone []Member
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			gone, err = s.removeSome(ctx, tx, ch, evicted)
			return err
		})
		if err != nil || len(gone) < evicted {
			return err
		}
	}
}

// removeSome takes up to limit members out of a channel, in ascending order, without counting them.
func (s *Service) removeSome(ctx context.Context, tx *db.Tx, ch ids.Channel, limit int) (gone []Member, err error) {
	const find = `SELECT ` + memberColumns + ` FROM channel_member WHERE channel = $1 AND status = 1
		ORDER BY joined_at, member LIMIT $2`
	err = tx.Each(ctx, find, []any{ch, limit}, func(rows *db.Rows) error {
		m, err := scanMember(rows)
		gone = append(gone, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(gone, func(a, b Member) int { return int(a.User - b.User) })
	for part := range slices.Chunk(gone, maxBatch) {
		if err := s.removeBatch(ctx, tx, ch, part); err != nil {
			return nil, fmt.Errorf("members of channel %d: %w", ch, err)
		}
	}
	return gone, nil
}

func (s *Service) removeBatch(ctx context.Context, tx *db.Tx, ch ids.Channel, part []Member) error {
	members, owners := []any{ch}, []any{ch.Peer()}
	for _, m := range part {
		members, owners = append(members, m.User), append(owners, m.User)
		s.touchMember(tx, ch, m.Peer)
		s.groups.TouchList(tx, m.User)
		s.came(tx, m, false)
	}
	list := ` (` + db.List(2, len(part)) + `)`
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE channel_member SET status = 2, admin = 0 WHERE channel = $1 AND member IN` + list, members},
		{`UPDATE membership SET status = 3, role = 0 WHERE peer = $1 AND user_id IN` + list, owners},
		{`DELETE FROM dialog WHERE peer = $1 AND owner IN` + list, owners},
	} {
		if _, err := tx.Exec(ctx, step.sql, slices.Clone(step.args)...); err != nil {
			return err
		}
	}
	return nil
}
