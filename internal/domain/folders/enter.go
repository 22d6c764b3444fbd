package folders

import (
	"context"
	"errors"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Shareable returns those of peers that owner can put into a link: basic groups into which he may invite, and channels that
// are public, or into which he may make links.
func (s *Service) Shareable(ctx context.Context, owner ids.User, peers []ids.Peer) ([]ids.Peer, error) {
	var list []ids.Peer
	for _, p := range peers {
		ok, err := s.mayShare(ctx, owner, p)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, p)
		}
	}
	return list, nil
}

func (s *Service) mayShare(ctx context.Context, owner ids.User, p ids.Peer) (bool, error) {
	switch {
	case p.Channel() != 0:
		v, err := s.channels.See(ctx, owner, p.Channel())
		if errors.Is(err, rights.ErrPrivate) {
			return false, nil
		}
		return v.Public() || v.Can(rights.AdminInviteUsers), err
	case p.Chat() != 0:
		_, err := s.groups.CheckMay(ctx, nil, p.Chat(), owner, rights.InviteUsers)
		if err != nil {
			return false, nil // whatever the reason: he is not in it, or may not invite
		}
		return true, nil
	}
	return false, nil
}

// An Entered chat is one that somebody came into by a folder's link.
type Entered struct {
	Peer    ids.Peer
	Written []groups.Written
}

// Enter brings user into those of peers that the link leads to and that he is not in. Those into which its owner may not
// invite any more, and those that are full or closed to user, are passed over.
func (s *Service) Enter(ctx context.Context, user ids.User, l Link, peers []ids.Peer) (list []Entered, err error) {
	open, err := s.Shareable(ctx, l.Owner, l.Peers)
	if err != nil {
		return nil, err
	}
	may := make(map[ids.Peer]bool, len(open))
	for _, p := range open {
		may[p] = true
	}
	for _, p := range peers {
		if !may[p] {
			continue
		}
		in, err := s.groups.InWhich(ctx, user, p)
		if err != nil {
			return nil, err
		}
		if len(in) > 0 {
			continue
		}
		if closed, err := s.closed(ctx, user, l.Owner, p); err != nil {
			return nil, err
		} else if closed {
			continue
		}
		written, err := s.enter(ctx, user, l.Owner, p)
		if passedOver(err) {
			continue
		}
		if err != nil {
			return nil, wrap(err, "enter by a folder", user)
		}
		list = append(list, Entered{Peer: p, Written: written})
	}
	return list, nil
}

// closed tells whether a folder's link does not let user into p: he was removed from that group, or its admins let people in
// one by one, and the owner of the link is none of those.
func (s *Service) closed(ctx context.Context, user, owner ids.User, p ids.Peer) (bool, error) {
	if ch := p.Channel(); ch != 0 {
		v, err := s.channels.Look(ctx, owner, ch)
		return v.JoinRequest && !v.Can(rights.AdminInviteUsers) && v.Channel.Creator != user, err
	}
	b, err := s.groups.Belonging(ctx, user, p)
	return b.Status == groups.Kicked, err
}

// enter brings user into one chat, as if by a link of inviter's.
func (s *Service) enter(ctx context.Context, user, inviter ids.User, p ids.Peer) (written []groups.Written, err error) {
	a := actions.Action{Kind: actions.JoinedByLink, User: inviter}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if ch := p.Channel(); ch != 0 {
			res, err := s.channels.Enter(ctx, tx, channels.Entrance{Channel: ch, User: user, Inviter: inviter, Action: a})
			written = res.Written
			return err
		}
		m := groups.Member{User: user, Inviter: inviter, JoinedAt: s.now().Truncate(time.Second)}
		res, err := s.groups.JoinTx(ctx, tx, p.Chat(), m, user, a)
		written = res.Written
		return err
	})
	return written, err
}

func passedOver(err error) bool {
	for _, reason := range []error{
		channels.ErrAlready, channels.ErrTooMany, channels.ErrKicked, channels.ErrNotFound,
		groups.ErrAlready, groups.ErrTooMany, groups.ErrMigrated, groups.ErrNotFound,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

// Quit takes user out of groups and channels, as far as he is in them.
func (s *Service) Quit(ctx context.Context, user ids.User, peers []ids.Peer) (list []Entered, err error) {
	in, err := s.groups.InWhich(ctx, user, peers...)
	if err != nil {
		return nil, err
	}
	for _, p := range in {
		var e Entered
		if ch := p.Channel(); ch != 0 {
			res, err2 := s.channels.Leave(ctx, user, ch)
			e, err = Entered{p, res.Written}, err2
		} else {
			res, err2 := s.groups.Remove(ctx, user, p.Chat(), user)
			e, err = Entered{p, res.Written}, err2
		}
		if err != nil {
			return nil, wrap(err, "leave a folder", user)
		}
		list = append(list, e)
	}
	return list, nil
}
