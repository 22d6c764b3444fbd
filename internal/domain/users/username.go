package users

import (
	"context"
	"errors"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Errors of usernames.
var (
	// ErrUsername means a name of the wrong shape.
	ErrUsername = errors.New("not a username")
	// ErrUsernameTaken means a name that someone else has.
	ErrUsernameTaken = errors.New("username taken")
	// ErrUsernameSame means that the account has just that name.
	ErrUsernameSame = errors.New("username as it was")
)

// minUsername and maxUsername bound the length of a name that is chosen.
const (
	minUsername = 5
	maxUsername = 32
)

// reserved are names that would let a stranger speak for whoever runs the server.
var reserved = map[string]bool{
	"admin": true, "administrator": true, "hermod": true, "login": true, "moderator": true, "official": true,
	"security": true, "service": true, "settings": true, "support": true, "system": true,
}

// usernameShape tells whether name is made of letters, digits and single underscores, begins with a letter and
// does not end with an underscore. TDLib accepts no other.
// Spec: https://core.telegram.org/method/account.checkUsername
func usernameShape(name string, minimum int) bool {
	if len(name) < minimum || len(name) > maxUsername {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i == 0:
			return false
		case '0' <= c && c <= '9', c == '_' && name[i-1] != '_':
		default:
			return false
		}
	}
	return name[len(name)-1] != '_' || minimum == 1 // the beginning of a name may end so
}

// CheckUsername tells whether a name can be had: nil, ErrUsername or ErrUsernameTaken.
func (s *Service) CheckUsername(ctx context.Context, name string) error {
	if !usernameShape(name, minUsername) {
		return ErrUsername
	}
	if reserved[strings.ToLower(name)] {
		return ErrUsernameTaken
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		_, _, err := usernameOwner(ctx, tx, name)
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err == nil:
		return ErrUsernameTaken
	}
	return err
}

// UpdateUsername gives user another name, "" for none.
// It fails with ErrUsername, ErrUsernameTaken, ErrUsernameSame or ErrNotFound.
func (s *Service) UpdateUsername(ctx context.Context, user ids.User, name string) (User, error) {
	if name != "" && !usernameShape(name, minUsername) {
		return User{}, ErrUsername
	}
	var u User
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, _, err = s.editTx(ctx, tx, user, func(u *User) ([]Change, error) {
			return []Change{ChangedName}, u.setUsername(ctx, tx, name)
		})
		return err
	})
	if err != nil {
		return User{}, err
	}
	s.tell(ctx, user, Changed{User: user, What: ChangedName})
	return u, nil
}

func (u *User) setUsername(ctx context.Context, tx *db.Tx, name string) error {
	if name == u.Username {
		return ErrUsernameSame
	}
	old := strings.ToLower(u.Username)
	if old != "" && old != strings.ToLower(name) {
		if _, err := tx.Exec(ctx, `DELETE FROM username WHERE name = $1 AND peer = $2`, old, u.ID.Peer()); err != nil {
			return wrap(err, "release a name")
		}
	}
	u.setUsernames(replaceEditable(u.Usernames(), name))
	if name == "" || old == strings.ToLower(name) {
		return nil
	}
	return claimUsername(ctx, tx, name, u.ID.Peer())
}

// claimUsername gives name to peer. It fails with ErrUsername or ErrUsernameTaken.
func claimUsername(ctx context.Context, tx *db.Tx, name string, peer ids.Peer) error {
	lower := strings.ToLower(name)
	if !usernameShape(name, minUsername) {
		return ErrUsername
	}
	if reserved[lower] {
		return ErrUsernameTaken
	}
	const claim = `INSERT INTO username (name, peer) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`
	rows, err := tx.Exec(ctx, claim, lower, peer)
	if err == nil && rows == 0 {
		err = ErrUsernameTaken
	}
	return err
}
