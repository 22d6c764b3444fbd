package users

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Errors of the order of usernames.
var (
	// ErrUsernameOrder means an order that does not hold exactly the active names.
	ErrUsernameOrder = errors.New("order names other usernames")
	// ErrUsernamesTooMany means that no more names can be active.
	ErrUsernamesTooMany = errors.New("too many active usernames")
)

// maxActiveNames is how many names of one peer can lead to it.
const maxActiveNames = 10

// A Username is one of the names of a peer. At most one, the editable one, was chosen by its holder; the others were
// given to him by whoever runs the server.
type Username struct {
	Name     string `json:"n"`
	Active   bool   `json:"a,omitempty"`
	Editable bool   `json:"e,omitempty"`
}

// Usernames returns the names of u in the order he shows them, those that are switched off last.
func (u User) Usernames() []Username {
	if len(u.Settings.Usernames) > 0 {
		return u.Settings.Usernames
	}
	if u.Username == "" {
		return nil
	}
	return []Username{{Name: u.Username, Active: true, Editable: true}}
}

// setUsernames keeps list, in short where that says all.
func (u *User) setUsernames(list []Username) {
	slices.SortStableFunc(list, func(a, b Username) int { return rank(a) - rank(b) })
	u.Username, u.Settings.Usernames = "", list
	for _, n := range list {
		if n.Editable {
			u.Username = n.Name
		}
	}
	if len(list) == 0 || len(list) == 1 && list[0] == (Username{list[0].Name, true, true}) {
		u.Settings.Usernames = nil
	}
}

func rank(n Username) int {
	if n.Active {
		return 0
	}
	return 1
}

// replaceEditable puts name in the place of the editable one of list; "" takes that away.
func replaceEditable(list []Username, name string) []Username {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, func(n Username) bool { return n.Editable })
	switch {
	case i < 0 && name == "":
		return list
	case i < 0:
		return slices.Insert(list, 0, Username{Name: name, Active: true, Editable: true})
	case name == "":
		return slices.Delete(list, i, i+1)
	}
	list[i].Name = name
	return list
}

// ToggleUsername switches one of the names of user on or off. It fails with ErrUsername for a name that is not his,
// with ErrUsernameSame, ErrUsernamesTooMany or ErrNotFound.
// Spec: https://core.telegram.org/method/account.toggleUsername
func (s *Service) ToggleUsername(ctx context.Context, user ids.User, name string, active bool) error {
	return s.editNames(ctx, user, func(tx *db.Tx, list []Username) ([]Username, error) {
		list, err := Toggled(list, name, active)
		if err != nil {
			return nil, err
		}
		return list, s.ActivateUsername(ctx, tx, name, user.Peer(), active)
	})
}

// Toggled returns list with one of its names switched on or off. It fails as ToggleUsername does.
func Toggled(list []Username, name string, active bool) ([]Username, error) {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, func(n Username) bool { return strings.EqualFold(n.Name, name) })
	switch {
	case i < 0:
		return nil, ErrUsername
	case list[i].Active == active:
		return nil, ErrUsernameSame
	case active && countActive(list) >= maxActiveNames:
		return nil, ErrUsernamesTooMany
	}
	list[i].Active = active
	slices.SortStableFunc(list, func(a, b Username) int { return rank(a) - rank(b) })
	return list, nil
}

func countActive(list []Username) (n int) {
	for _, one := range list {
		n += 1 - rank(one)
	}
	return n
}

// ReorderUsernames puts the active names of user into another order. It fails with ErrUsernameOrder, ErrUsernameSame or
// ErrNotFound.
// Spec: https://core.telegram.org/method/account.reorderUsernames
func (s *Service) ReorderUsernames(ctx context.Context, user ids.User, order []string) error {
	return s.editNames(ctx, user, func(_ *db.Tx, list []Username) ([]Username, error) { return Reordered(list, order) })
}

// Reordered returns list with its active names in another order. It fails as ReorderUsernames does.
func Reordered(list []Username, order []string) ([]Username, error) {
	active := countActive(list)
	if len(order) != active {
		return nil, ErrUsernameOrder
	}
	sorted := make([]Username, 0, len(list))
	for _, name := range order {
		i := slices.IndexFunc(list[:active], func(n Username) bool { return strings.EqualFold(n.Name, name) })
		if i < 0 || slices.Contains(sorted, list[i]) {
			return nil, ErrUsernameOrder
		}
		sorted = append(sorted, list[i])
	}
	sorted = append(sorted, list[active:]...)
	if slices.Equal(sorted, list) {
		return nil, ErrUsernameSame
	}
	return sorted, nil
}

// GiveUsername gives user one more name, which he can switch off but not change; for whoever runs the server.
// It fails with ErrUsername, ErrUsernameTaken, ErrUsernamesTooMany or ErrNotFound.
func (s *Service) GiveUsername(ctx context.Context, user ids.User, name string) error {
	return s.editNames(ctx, user, func(tx *db.Tx, list []Username) ([]Username, error) {
		if len(list) >= maxActiveNames {
			return nil, ErrUsernamesTooMany
		}
		return append(slices.Clone(list), Username{Name: name, Active: true}), s.ClaimUsername(ctx, tx, name, user.Peer())
	})
}

// TakeUsername takes away a name that GiveUsername gave. It fails with ErrUsername if user has no such name, or with
// ErrNotFound.
func (s *Service) TakeUsername(ctx context.Context, user ids.User, name string) error {
	return s.editNames(ctx, user, func(tx *db.Tx, list []Username) ([]Username, error) {
		i := slices.IndexFunc(list, func(n Username) bool { return !n.Editable && strings.EqualFold(n.Name, name) })
		if i < 0 {
			return nil, ErrUsername
		}
		return slices.Delete(slices.Clone(list), i, i+1), s.ReleaseUsername(ctx, tx, name, user.Peer())
	})
}

func (s *Service) editNames(ctx context.Context, user ids.User, fn func(*db.Tx, []Username) ([]Username, error)) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, _, err := s.editTx(ctx, tx, user, func(u *User) ([]Change, error) {
			list, err := fn(tx, u.Usernames())
			if err == nil {
				u.setUsernames(list)
			}
			return []Change{ChangedName}, err
		})
		return err
	})
	if err == nil {
		s.tell(ctx, user, Changed{User: user, What: ChangedName})
	}
	return err
}

// ClaimUsername gives a name to peer, active. It fails with ErrUsername or ErrUsernameTaken. Those who keep names of
// groups and channels do it in the transaction that notes the name.
func (s *Service) ClaimUsername(ctx context.Context, tx *db.Tx, name string, peer ids.Peer) error {
	return claimUsername(ctx, tx, name, peer)
}

// ReleaseUsername makes a name of peer free again; one that is not his stays.
func (s *Service) ReleaseUsername(ctx context.Context, tx *db.Tx, name string, peer ids.Peer) error {
	_, err := tx.Exec(ctx, `DELETE FROM username WHERE name = $1 AND peer = $2`, strings.ToLower(name), peer)
	return wrap(err, "release a name")
}

// ActivateUsername makes a name lead to its holder peer, or to nobody.
func (s *Service) ActivateUsername(ctx context.Context, tx *db.Tx, name string, peer ids.Peer, active bool) error {
	const set = `UPDATE username SET active = $3 WHERE name = $1 AND peer = $2`
	_, err := tx.Exec(ctx, set, strings.ToLower(name), peer, active)
	return wrap(err, "switch a name")
}

// TellOf tells to, if he is here, that what he sees of user has changed.
func (s *Service) TellOf(tx *db.Tx, to, user ids.User) {
	tx.OnCommit(func() { s.tellThese([]ids.User{to}, Changed{User: user, What: ChangedProfile}) })
}

// noteStatuses says, to the other sessions of user, that the emoji statuses he used last have changed.
func (s *Service) noteStatuses(ctx context.Context, tx *db.Tx, user ids.User) error {
	return s.log.Note(ctx, tx, user.Peer(), updates.RecentStatuses{})
}
