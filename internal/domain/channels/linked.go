package channels

import (
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// SetLinked makes group the discussion of channel; either may be 0: what the other was linked to is so no more. Who does it
// may change the info of the channel and pin in the group.
//
// It fails as CheckAdmin does, and with ErrLink for a pair that cannot be linked, ErrHistoryHidden, ErrForum, or ErrSame.
// Spec: https://core.telegram.org/method/channels.setDiscussionGroup
func (s *Service) SetLinked(ctx context.Context, by ids.User, channel, group ids.Channel) error {
	if err := s.completeLink(ctx, &channel, &group); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.setLinked(ctx, tx, by, channel, group) })
	return wrap(err, "link", channel)
}

// completeLink finds the channel where one side is 0: the link is then to be undone, and group is 0.
func (s *Service) completeLink(ctx context.Context, channel, group *ids.Channel) error {
	if *channel != 0 && *group != 0 {
		return nil
	}
	known, err := s.One(ctx, *channel+*group)
	if err != nil {
		return err
	}
	if known.Linked == 0 || known.Broadcast != (*channel != 0) {
		return ErrSame
	}
	if *channel == 0 {
		*channel = known.Linked
	}
	*group = 0
	return nil
}

func (s *Service) setLinked(ctx context.Context, tx *db.Tx, by ids.User, channel, group ids.Channel) error {
	before, err := s.One(ctx, channel)
	if err != nil {
		return err
	}
	locked, err := s.lockAll(ctx, tx, by, channel, group, before.Linked)
	if err != nil {
		return err
	}
	c := locked[channel]
	if err := needs(rights.AdminChangeInfo)(c); err != nil && (group != 0 || !canUnlink(locked, c)) {
		return err
	}
	if c.Linked != before.Linked || c.Linked == group {
		return ErrSame
	}
	if group != 0 {
		if err := fitLink(c, locked[group]); err != nil {
			return err
		}
	}
	old := c.Linked
	if old != 0 {
		if err := s.link(ctx, tx, locked[old], 0); err != nil {
			return err
		}
	}
	if group != 0 {
		if err := s.link(ctx, tx, locked[group], channel); err != nil {
			return err
		}
	}
	return s.link(ctx, tx, c, group)
}

// canUnlink: an admin of the group may end the link, too.
func canUnlink(locked map[ids.Channel]Sight, c Sight) bool {
	g, ok := locked[c.Linked]
	return ok && g.Can(rights.AdminPinMessages)
}

// lockAll locks channels in ascending order.
func (s *Service) lockAll(ctx context.Context, tx *db.Tx, by ids.User, list ...ids.Channel) (map[ids.Channel]Sight, error) {
	list = slices.Clone(list)
	slices.Sort(list)
	locked := make(map[ids.Channel]Sight, len(list))
	for _, ch := range slices.Compact(list) {
		if ch == 0 {
			continue
		}
		v := Sight{}
		var err error
		if v.Channel, err = s.lock(ctx, tx, ch); err != nil {
			return nil, err
		}
		if v.Me, err = readMember(ctx, tx, ch, by.Peer()); err != nil {
			return nil, err
		}
		locked[ch] = v
	}
	return locked, nil
}

// fitLink tells whether group can be the discussion of channel.
func fitLink(channel, group Sight) error {
	switch {
	case !channel.Broadcast, group.Broadcast, group.Deleted(), group.Linked != 0:
		return ErrLink
	case group.HiddenHistory:
		return ErrHistoryHidden
	case group.Forum:
		return ErrForum
	case !group.Can(rights.AdminPinMessages):
		return rights.ErrAdminRequired
	}
	return nil
}

func (s *Service) link(ctx context.Context, tx *db.Tx, v Sight, to ids.Channel) error {
	before := v.Linked
	v.Linked = to
	if v.Megagroup() && to == 0 {
		v.JoinToSend = false
	}
	if err := s.save(ctx, tx, v.Channel, true); err != nil {
		return err
	}
	return s.record(ctx, tx, v.ID, v.Me.User, LogLinked, before, to)
}

// ForDiscussion returns the supergroups that user can make the discussion of a channel. Basic groups, which he can after
// they have become supergroups, are for the caller to add.
// Spec: https://core.telegram.org/method/channels.getGroupsForDiscussion
func (s *Service) ForDiscussion(ctx context.Context, user ids.User) (list []Channel, err error) {
	all, err := s.groups.Belongings(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if b.Peer.Channel() == 0 || b.Status != groups.In || b.Role == groups.Plain {
			continue
		}
		v, err := s.Look(ctx, user, b.Peer.Channel())
		if err != nil {
			return nil, err
		}
		if v.Megagroup() && !v.Deleted() && !v.Forum && v.Linked == 0 && v.Can(rights.AdminPinMessages) {
			list = append(list, v.Channel)
		}
	}
	return list, nil
}
