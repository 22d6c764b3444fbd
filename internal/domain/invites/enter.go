package invites

import (
	"context"
	"errors"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
)

// A Preview is a group or channel as somebody sees it who has a link into it.
type Preview struct {
	Invite  Invite
	Group   *groups.Group     // one of the two is there
	Channel *channels.Channel //
	Member  bool              // he is in it already
	Some    []ids.User        // some of its members
}

// Photo is the photo of what a link leads to; 0 for none.
func (p Preview) Photo() int64 {
	switch {
	case p.Group != nil:
		return p.Group.Photo.Photo
	case p.Channel != nil:
		return p.Channel.Photo.Photo
	}
	return 0
}

// maxSome is how many members a preview shows.
const maxSome = 5

// Check returns where a link leads, for somebody who is not in there yet, and knows nothing of it otherwise. It fails with
// ErrHash, or with ErrExpired, also for who was banned.
// Spec: https://core.telegram.org/method/messages.checkChatInvite
func (s *Service) Check(ctx context.Context, viewer ids.User, hash string) (p Preview, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p.Invite, err = find(ctx, tx, hash)
		return err
	})
	if err != nil {
		return Preview{}, err
	}
	if chat := p.Invite.Peer.Chat(); chat != 0 {
		err = s.previewGroup(ctx, viewer, chat, &p)
	} else {
		err = s.previewChannel(ctx, viewer, p.Invite.Peer.Channel(), &p)
	}
	if err == nil && !p.Member && !p.Invite.Works(time.Now()) {
		err = ErrExpired
	}
	return p, err
}

func (s *Service) previewGroup(ctx context.Context, viewer ids.User, chat ids.Chat, p *Preview) error {
	st, err := s.groups.State(ctx, chat)
	if err != nil {
		return gone(err)
	}
	if !st.Active() {
		return ErrExpired
	}
	p.Group = &st.Group
	_, p.Member = st.Member(viewer)
	all := st.Users()
	p.Some = all[:min(len(all), maxSome)]
	b, err := s.groups.Belonging(ctx, viewer, chat.Peer())
	if b.Status == groups.Kicked {
		return ErrExpired
	}
	return err
}

func (s *Service) previewChannel(ctx context.Context, viewer ids.User, ch ids.Channel, p *Preview) error {
	v, err := s.channels.Look(ctx, viewer, ch)
	if err != nil {
		return gone(err)
	}
	if v.Deleted() || v.Me.Kicked() {
		return ErrExpired
	}
	p.Channel, p.Member = &v.Channel, v.Me.In()
	if v.Broadcast || v.HiddenMembers {
		return nil
	}
	p.Some, err = s.channels.SomeMembers(ctx, ch, maxSome)
	return err
}

// gone is ErrExpired for a group that is not there any more.
func gone(err error) error {
	if errors.Is(err, groups.ErrNotFound) || errors.Is(err, channels.ErrNotFound) || errors.Is(err, groups.ErrMigrated) ||
		errors.Is(err, channels.ErrKicked) {
		return ErrExpired
	}
	return err
}

// A Result is where somebody came in, and what was written about it.
type Result struct {
	Peer    ids.Peer
	Written []groups.Written
}

// Import brings user in by a link, or asks for him where admins let people in: then it fails with ErrAsked. It fails with
// ErrHash, ErrExpired, channels.ErrAlready or groups.ErrAlready, channels.ErrTooMany, or groups.ErrTooMany.
// Spec: https://core.telegram.org/method/messages.importChatInvite
func (s *Service) Import(ctx context.Context, user ids.User, hash string) (res Result, err error) {
	p, err := s.Check(ctx, user, hash)
	if err != nil {
		return Result{}, err
	}
	if p.Member {
		return Result{Peer: p.Invite.Peer}, channels.ErrAlready
	}
	asks := p.Invite.Approval && !p.ownedBy(user)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		i, err := read(ctx, tx, p.Invite.Peer, hash)
		if err != nil {
			return err
		}
		if !i.Works(time.Now()) {
			return ErrExpired
		}
		if asks {
			return s.ask(ctx, tx, i.Peer, user, hash, "")
		}
		res, err = s.enter(ctx, tx, i, user)
		return err
	})
	if err == nil && asks {
		return Result{Peer: p.Invite.Peer}, ErrAsked
	}
	return res, wrap(gone(err), "come by a link", p.Invite.Peer)
}

func (p Preview) ownedBy(user ids.User) bool {
	return p.Group != nil && p.Group.Creator == user || p.Channel != nil && p.Channel.Creator == user
}

// enter lets user in by i, and counts it.
func (s *Service) enter(ctx context.Context, tx *db.Tx, i Invite, user ids.User) (Result, error) {
	a := actions.Action{Kind: actions.JoinedByLink, User: i.Admin}
	e, err := channels.Event(channels.LogJoinByInvite, nil, i)
	if err != nil {
		return Result{}, err
	}
	res, err := s.letIn(ctx, tx, i.Peer, channels.Entrance{User: user, Inviter: i.Admin, Action: a, Event: e})
	if err != nil {
		return Result{}, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM join_request WHERE peer = $1 AND user_id = $2`, i.Peer, user); err != nil {
		return Result{}, err
	}
	return res, spend(ctx, tx, i, user, 0, "")
}

// letIn brings somebody into a group or channel.
func (s *Service) letIn(ctx context.Context, tx *db.Tx, peer ids.Peer, e channels.Entrance) (Result, error) {
	if e.Channel = peer.Channel(); e.Channel != 0 {
		res, err := s.channels.Enter(ctx, tx, e)
		return Result{peer, res.Written}, err
	}
	m := groups.Member{User: e.User, Inviter: e.Inviter, JoinedAt: now()}
	res, err := s.groups.JoinTx(ctx, tx, peer.Chat(), m, e.User, e.Action)
	return Result{peer, res.Written}, err
}

// Join brings user into a channel that he may see without a link, or asks for him where admins let people in: then it fails
// with ErrAsked. It fails as channels.Join does otherwise.
func (s *Service) Join(ctx context.Context, user ids.User, ch ids.Channel) (channels.Result, error) {
	res, err := s.channels.Join(ctx, user, ch)
	if !errors.Is(err, channels.ErrAskFirst) {
		return res, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.ask(ctx, tx, ch.Peer(), user, "", "") })
	if err == nil {
		err = ErrAsked
	}
	return channels.Result{}, err
}
