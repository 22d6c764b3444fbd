package channels

import (
	"context"
	"slices"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

func (s *Service) publishMember(m Membership) {
	s.bus.Publish(bus.Message{Subject: groups.SubjectMember, Key: int64(m.User), Value: m})
}

// Join brings user into a channel that he may see. It fails as See does, and with ErrAlready, ErrTooMany, ErrKicked,
// groups.ErrTooMany, or ErrAskFirst where admins let people in: package invites asks them.
// Spec: https://core.telegram.org/method/channels.joinChannel
func (s *Service) Join(ctx context.Context, user ids.User, ch ids.Channel) (res Result, err error) {
	v, err := s.See(ctx, user, ch)
	if err != nil {
		return Result{}, err
	}
	if v.Me.In() {
		return Result{}, ErrAlready
	}
	if v.JoinRequest && !v.Me.Creator {
		return Result{}, ErrAskFirst
	}
	a := actions.Action{Kind: actions.AddUsers, Users: []ids.User{user}}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.Enter(ctx, tx, Entrance{Channel: ch, User: user, Inviter: user, Action: a})
		return err
	})
	return res, wrap(err, "join", ch)
}

// An Entrance is somebody who comes into a channel.
type Entrance struct {
	Channel    ids.Channel
	User       ids.User
	Inviter    ids.User
	ViaRequest bool
	From       ids.User       // whose doing the service message tells; 0: User
	Action     actions.Action // the service message; supergroups have one
	Event      LogEvent       // for admins; the zero LogEvent says that he came by himself
}

// Enter lets somebody into a channel. Whether he may is the caller's to ask: Join, or package invites.
// It fails with ErrNotFound, ErrAlready, ErrTooMany, ErrKicked or groups.ErrTooMany.
func (s *Service) Enter(ctx context.Context, tx *db.Tx, e Entrance) (Result, error) {
	c, err := s.lock(ctx, tx, e.Channel)
	if err != nil {
		return Result{}, err
	}
	m, err := s.admit(ctx, tx, &c, e.User, e.Inviter, e.ViaRequest, false)
	if err != nil {
		return Result{}, err
	}
	if err := s.save(ctx, tx, c, false); err != nil {
		return Result{}, err
	}
	if e.Event.Kind == "" {
		e.Event.Kind = LogJoin
	}
	if err := s.Record(ctx, tx, c.ID, e.User, e.Event); err != nil {
		return Result{}, err
	}
	res := Result{Channel: c, Added: []ids.User{e.User}}
	by := orSelf(e.From, e.User)
	read, err := s.announce(ctx, tx, &res, by.Peer(), by, e.Action)
	if err != nil {
		return Result{}, err
	}
	return res, s.settle(ctx, tx, m, read)
}

func orSelf(u, self ids.User) ids.User {
	if u == 0 {
		return self
	}
	return u
}

// announce writes a service message about members, where there is one, into res. It returns the newest message of the channel.
func (s *Service) announce(
	ctx context.Context, tx *db.Tx, res *Result, from ids.Peer, by ids.User, a actions.Action,
) (top ids.Message, err error) {
	c := res.Channel
	if c.Broadcast || c.HiddenMembers {
		return s.top(ctx, tx, c.ID)
	}
	w, err := s.scribe.WriteInChannel(ctx, tx, c.ID, from, by, a)
	res.Written = append(res.Written, w)
	return w.ID, err
}

// top is the newest message of a channel.
func (s *Service) top(ctx context.Context, tx *db.Tx, ch ids.Channel) (ids.Message, error) {
	heads, err := s.log.Heads(ctx, tx, ch.Peer())
	return heads[ch.Peer()].Top, err
}

// admit makes user a member of c, which is locked and not yet saved. With pardon a ban is lifted.
func (s *Service) admit(
	ctx context.Context, tx *db.Tx, c *Channel, user, inviter ids.User, viaRequest, pardon bool,
) (Member, error) {
	before, err := readMember(ctx, tx, c.ID, user.Peer())
	if err != nil {
		return Member{}, err
	}
	switch {
	case c.Deleted():
		return Member{}, ErrNotFound
	case before.In():
		return Member{}, ErrAlready
	case before.Kicked() && !pardon:
		return Member{}, ErrKicked
	case c.Megagroup() && c.Members >= MaxMembers:
		return Member{}, groups.ErrTooMany
	}
	if err := checkJoined(ctx, tx, user); err != nil {
		return Member{}, err
	}
	m := before
	m.again = before.Status != groups.Never
	m.Status, m.Inviter, m.JoinedAt, m.ViaRequest = groups.In, inviter, now(), viaRequest
	if before.Restriction.Banned.Any(rights.ViewMessages) {
		m.Restriction, m.BannedBy = rights.Restriction{}, 0
	}
	if m.Creator {
		m.Admin = c.allRights() &^ rights.AdminAnonymous
	}
	if err := s.fill(ctx, tx, c, &m); err != nil {
		return Member{}, err
	}
	c.count(before, m)
	return m, s.saveMember(ctx, tx, m)
}

// fill sets what a new member of c gets: where the history begins for him, whether he is a bot, the words by which he is found.
func (s *Service) fill(ctx context.Context, tx *db.Tx, c *Channel, m *Member) error {
	found, err := s.users.GetTx(ctx, tx, m.User)
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Deleted() {
		return ErrUser
	}
	m.Bot = found[0].Bot
	if m.Bot && c.Bots >= MaxBots && c.Megagroup() {
		return ErrBotsTooMany
	}
	if c.HiddenHistory && c.Megagroup() && !m.Creator {
		top, err := s.top(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		m.Available = max(m.Available, top)
	}
	return insertWords(ctx, tx, c.ID, []namedMember{{m.User, memberWords(found[0])}})
}

// count moves the counters of c from how somebody stood to how he stands. Bans whose time is over count until they are lifted.
func (c *Channel) count(before, after Member) {
	step := func(n *int, was, is bool) {
		if was != is {
			*n += map[bool]int{true: 1, false: -1}[is]
		}
	}
	step(&c.Members, before.In(), after.In())
	step(&c.Admins, before.IsAdmin(), after.IsAdmin())
	step(&c.Bots, before.In() && before.Bot, after.In() && after.Bot)
	kicked := func(m Member) bool { return m.Restriction.Banned.Any(rights.ViewMessages) }
	banned := func(m Member) bool { return m.Restriction.Banned != 0 && !kicked(m) }
	step(&c.Kicked, kicked(before), kicked(after))
	step(&c.Banned, banned(before), banned(after))
}

// Leave takes user out of a channel. An owner who leaves stays its owner, and may come back.
// It fails with ErrNotFound or rights.ErrNotParticipant.
// Spec: https://core.telegram.org/method/channels.leaveChannel
func (s *Service) Leave(ctx context.Context, user ids.User, ch ids.Channel) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.leave(ctx, tx, user, ch)
		return err
	})
	return res, wrap(err, "leave", ch)
}

func (s *Service) leave(ctx context.Context, tx *db.Tx, user ids.User, ch ids.Channel) (Result, error) {
	c, err := s.lock(ctx, tx, ch)
	if err != nil {
		return Result{}, err
	}
	before, err := readMember(ctx, tx, ch, user.Peer())
	if err != nil {
		return Result{}, err
	}
	if !before.In() || c.Deleted() {
		return Result{}, rights.ErrNotParticipant
	}
	m := before.gone()
	c.count(before, m)
	if err := s.saveMember(ctx, tx, m); err != nil {
		return Result{}, err
	}
	if err := s.save(ctx, tx, c, false); err != nil {
		return Result{}, err
	}
	if err := s.record(ctx, tx, ch, user, LogLeave, nil, nil); err != nil {
		return Result{}, err
	}
	res := Result{Channel: c}
	if _, err := s.announce(ctx, tx, &res, user.Peer(), user, removed(user)); err != nil {
		return Result{}, err
	}
	return res, s.part(ctx, tx, m)
}

// gone is m after he left.
func (m Member) gone() Member {
	m.Status, m.Admin, m.SendAs = groups.Left, 0, 0
	if !m.Creator {
		m.Rank, m.PromotedBy = "", 0
	}
	return m
}

// part writes down, in what belongs to m himself, that he is in a channel no more.
func (s *Service) part(ctx context.Context, tx *db.Tx, m Member) error {
	if m.User == 0 {
		return nil
	}
	if err := s.unname(ctx, tx, m); err != nil {
		return err
	}
	role := groups.Plain
	if m.Creator {
		role = groups.Owner
	}
	if err := s.groups.Belong(ctx, tx, m.User, m.Channel.Peer(), m.Status, role); err != nil {
		return err
	}
	if err := s.dialogs.Left(ctx, tx, m.User, m.Channel.Peer()); err != nil {
		return err
	}
	s.came(tx, m, false)
	return s.log.Note(ctx, tx, m.User.Peer(), updates.ChannelChanged{Channel: m.Channel})
}

// Invite adds users to a channel. Those whose privacy does not allow it are left out and returned as Missing; those who
// are in it already, or are in as many channels as one can be, are left out silently.
//
// It fails as CheckMay does, with ErrUser and ErrBot of groups and here, ErrBotsTooMany, groups.ErrTooMany, and ErrKicked for
// somebody whom only who may lift his ban can add.
// Spec: https://core.telegram.org/method/channels.inviteToChannel
func (s *Service) Invite(ctx context.Context, by ids.User, ch ids.Channel, asked []ids.User) (res Result, err error) {
	if len(asked) > MaxInvited {
		return Result{}, groups.ErrTooMany
	}
	if _, err := s.CheckMay(ctx, nil, ch, by, rights.InviteUsers); err != nil {
		return Result{}, err
	}
	welcome, missing, err := s.groups.Addable(ctx, by, asked)
	if err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.invite(ctx, tx, by, ch, welcome)
		return err
	})
	res.Missing = missing
	return res, wrap(err, "invite to", ch)
}

func (s *Service) invite(ctx context.Context, tx *db.Tx, by ids.User, ch ids.Channel, welcome []ids.User) (Result, error) {
	c, err := s.lock(ctx, tx, ch)
	if err != nil {
		return Result{}, err
	}
	me, err := readMember(ctx, tx, ch, by.Peer())
	if err != nil {
		return Result{}, err
	}
	v := Sight{Channel: c, Me: me}
	if !v.May(rights.InviteUsers) {
		return Result{}, rights.ErrAdminRequired
	}
	var added []Member
	for _, u := range welcome {
		m, err := s.admit(ctx, tx, &c, u, by, false, v.Can(rights.AdminBanUsers))
		if err == ErrAlready || err == ErrTooMany && len(welcome) > 1 {
			continue
		}
		if err == nil && m.Bot && c.Broadcast {
			err = ErrBot
		}
		if err != nil {
			return Result{}, err
		}
		if err := s.record(ctx, tx, ch, by, LogInvite, nil, m); err != nil {
			return Result{}, err
		}
		added = append(added, m)
	}
	v.Channel = c
	return s.welcome(ctx, tx, v, added)
}

// welcome writes down that the viewer of v has added members, by ascending id.
func (s *Service) welcome(ctx context.Context, tx *db.Tx, v Sight, added []Member) (Result, error) {
	c, res := v.Channel, Result{Channel: v.Channel}
	if len(added) == 0 {
		return res, nil
	}
	for _, m := range added {
		res.Added = append(res.Added, m.User)
	}
	if err := s.save(ctx, tx, c, false); err != nil {
		return Result{}, err
	}
	before, err := s.top(ctx, tx, c.ID)
	if err != nil {
		return Result{}, err
	}
	a := actions.Action{Kind: actions.AddUsers, Users: slices.Clone(res.Added)}
	if _, err := s.announce(ctx, tx, &res, v.name(), v.Me.User, a); err != nil {
		return Result{}, err
	}
	for _, m := range added {
		if err := s.settle(ctx, tx, m, before); err != nil {
			return Result{}, err
		}
	}
	return res, nil
}

// Forget takes an account that is being deleted out of all its channels. Those it owned go to the admin who has been one for
// longest; where there is none, they have no owner then.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, user ids.User) error {
	all, err := s.groups.BelongingsTx(ctx, tx, user)
	if err != nil {
		return err
	}
	slices.Reverse(all) // channels by ascending id
	for _, b := range all {
		if ch := b.Peer.Channel(); ch != 0 && (b.Status == groups.In || b.Role == groups.Owner) {
			if err := s.abandon(ctx, tx, user, ch); err != nil {
				return wrap(err, "leave", ch)
			}
		}
	}
	return nil
}

func (s *Service) abandon(ctx context.Context, tx *db.Tx, user ids.User, ch ids.Channel) error {
	c, err := s.lock(ctx, tx, ch)
	if err != nil {
		return err
	}
	before, err := readMember(ctx, tx, ch, user.Peer())
	if err != nil {
		return err
	}
	m := before.gone()
	m.Creator = false
	c.count(before, m)
	if err := s.saveMember(ctx, tx, m); err != nil {
		return err
	}
	if c.Creator == user {
		if err := s.inherit(ctx, tx, &c); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, c, true); err != nil {
		return err
	}
	return s.part(ctx, tx, m)
}
