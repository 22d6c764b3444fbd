package channels

import (
	"context"
	"errors"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// CheckUsername tells whether a channel can have a name: nil, users.ErrUsername, users.ErrUsernameTaken or ErrPublicTooMany.
// ch is 0 for a channel to be. It fails as CheckAdmin does for who does not own the channel.
// Spec: https://core.telegram.org/method/channels.checkUsername
func (s *Service) CheckUsername(ctx context.Context, by ids.User, ch ids.Channel, name string) error {
	if ch != 0 {
		v, err := s.CheckAdmin(ctx, ch, by, 0)
		if err != nil {
			return err
		}
		if !v.Me.Creator {
			return rights.ErrAdminRequired
		}
		if strings.EqualFold(editable(v.Usernames), name) {
			return nil
		}
		if v.Public() {
			return s.users.CheckUsername(ctx, name)
		}
	}
	if err := s.CheckPublicLimit(ctx, by); err != nil {
		return err
	}
	return s.users.CheckUsername(ctx, name)
}

// CheckPublicLimit fails with ErrPublicTooMany if user has as many public channels as one can have.
func (s *Service) CheckPublicLimit(ctx context.Context, user ids.User) error {
	all, err := s.AdminedPublic(ctx, user)
	if err == nil && len(all) >= MaxPublic {
		err = ErrPublicTooMany
	}
	return err
}

// AdminedPublic returns the public channels that user owns.
// Spec: https://core.telegram.org/method/channels.getAdminedPublicChannels
func (s *Service) AdminedPublic(ctx context.Context, user ids.User) (list []Channel, err error) {
	owned, err := s.owned(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, c := range owned {
		if c.Public() {
			list = append(list, c)
		}
	}
	return list, nil
}

// owned are the channels that user owns.
func (s *Service) owned(ctx context.Context, user ids.User) (list []Channel, err error) {
	all, err := s.groups.Belongings(ctx, user)
	if err != nil {
		return nil, err
	}
	var want []ids.Channel
	for _, b := range all {
		if ch := b.Peer.Channel(); ch != 0 && b.Role == groups.Owner {
			want = append(want, ch)
		}
	}
	found, err := s.Get(ctx, want...)
	for _, c := range found {
		if !c.Deleted() && c.Creator == user {
			list = append(list, c)
		}
	}
	return list, err
}

func editable(list []users.Username) string {
	for _, n := range list {
		if n.Editable {
			return n.Name
		}
	}
	return ""
}

// SetUsername gives a channel another name, "" for none; only its owner may. A supergroup that becomes public shows its
// whole history. It fails with rights.ErrAdminRequired, ErrSame, ErrPublicTooMany, users.ErrUsername or users.ErrUsernameTaken.
// Spec: https://core.telegram.org/method/channels.updateUsername
func (s *Service) SetUsername(ctx context.Context, by ids.User, ch ids.Channel, name string) (Result, error) {
	c, err := s.One(ctx, ch)
	if err != nil {
		return Result{}, err
	}
	if name != "" && !c.Public() {
		if err := s.CheckPublicLimit(ctx, by); err != nil {
			return Result{}, err
		}
	}
	return s.rename(ctx, by, ch, LogUsername, func(tx *db.Tx, c *Channel) error {
		old := editable(c.Usernames)
		if old == name {
			return ErrSame
		}
		if old != "" && !strings.EqualFold(old, name) {
			if err := s.users.ReleaseUsername(ctx, tx, old, ch.Peer()); err != nil {
				return err
			}
		}
		c.Usernames = replaceEditable(c.Usernames, name)
		if name == "" || strings.EqualFold(old, name) {
			return nil
		}
		return s.users.ClaimUsername(ctx, tx, name, ch.Peer())
	})
}

// replaceEditable puts name in the place of the editable one of list; "" takes that away.
func replaceEditable(list []users.Username, name string) []users.Username {
	var changed []users.Username
	if name != "" {
		changed = append(changed, users.Username{Name: name, Active: true, Editable: true})
	}
	for _, n := range list {
		if !n.Editable {
			changed = append(changed, n)
		}
	}
	return changed
}

// rename changes the names of a channel. fn changes the list and the table of names.
func (s *Service) rename(
	ctx context.Context, by ids.User, ch ids.Channel, kind LogKind, fn func(tx *db.Tx, c *Channel) error,
) (Result, error) {
	return s.edit(ctx, by, ch, owns, func(tx *db.Tx, c *Channel) (change, error) {
		before := c.Usernames
		if err := fn(tx, c); err != nil {
			return change{}, err
		}
		if c.Public() {
			c.HiddenHistory = false
		}
		done := change{kind: kind, before: editable(before), after: editable(c.Usernames)}
		if kind == LogUsernames {
			done.before, done.after = active(before), active(c.Usernames)
		}
		return done, s.publish(ctx, tx, c)
	})
}

func active(list []users.Username) []string {
	names := []string{}
	for _, n := range list {
		if n.Active {
			names = append(names, n.Name)
		}
	}
	return names
}

// ToggleUsername switches one of the names of a channel on or off; only its owner may. It fails with
// rights.ErrAdminRequired, ErrSame, users.ErrUsername for a name that is not the channel's, or users.ErrUsernamesTooMany.
// Spec: https://core.telegram.org/method/channels.toggleUsername
func (s *Service) ToggleUsername(ctx context.Context, by ids.User, ch ids.Channel, name string, on bool) (Result, error) {
	return s.rename(ctx, by, ch, LogUsernames, func(tx *db.Tx, c *Channel) (err error) {
		if c.Usernames, err = users.Toggled(c.Usernames, name, on); err != nil {
			return same(err)
		}
		return s.users.ActivateUsername(ctx, tx, name, ch.Peer(), on)
	})
}

// same is err, with the ErrSame of this package for that of users.
func same(err error) error {
	if errors.Is(err, users.ErrUsernameSame) {
		return ErrSame
	}
	return err
}

// ReorderUsernames puts the active names of a channel into another order; only its owner may. It fails with
// rights.ErrAdminRequired, ErrSame or users.ErrUsernameOrder.
// Spec: https://core.telegram.org/method/channels.reorderUsernames
func (s *Service) ReorderUsernames(ctx context.Context, by ids.User, ch ids.Channel, order []string) (Result, error) {
	return s.rename(ctx, by, ch, LogUsernames, func(_ *db.Tx, c *Channel) (err error) {
		c.Usernames, err = users.Reordered(c.Usernames, order)
		return same(err)
	})
}

// DeactivateUsernames switches off all names of a channel that were given to it; only its owner may. It fails with
// rights.ErrAdminRequired, or ErrSame if none was on.
// Spec: https://core.telegram.org/method/channels.deactivateAllUsernames
func (s *Service) DeactivateUsernames(ctx context.Context, by ids.User, ch ids.Channel) (Result, error) {
	return s.rename(ctx, by, ch, LogUsernames, func(tx *db.Tx, c *Channel) error {
		names := append([]users.Username(nil), c.Usernames...)
		changed := false
		for i, n := range names {
			if !n.Active {
				continue
			}
			names[i].Active, changed = false, true
			if err := s.users.ActivateUsername(ctx, tx, n.Name, ch.Peer(), false); err != nil {
				return err
			}
		}
		if c.Usernames = names; !changed {
			return ErrSame
		}
		return nil
	})
}

// GiveUsername gives a channel one more name, which its owner can switch off but not change; for whoever runs the server.
// It fails with ErrNotFound, users.ErrUsername or users.ErrUsernameTaken.
func (s *Service) GiveUsername(ctx context.Context, ch ids.Channel, name string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.lock(ctx, tx, ch)
		if err != nil {
			return err
		}
		if err := s.users.ClaimUsername(ctx, tx, name, ch.Peer()); err != nil {
			return err
		}
		c.Usernames = append(append([]users.Username(nil), c.Usernames...), users.Username{Name: name, Active: true})
		if err := s.publish(ctx, tx, &c); err != nil {
			return err
		}
		return s.save(ctx, tx, c, true)
	})
	return wrap(err, "name", ch)
}
