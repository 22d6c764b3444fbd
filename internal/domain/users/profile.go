package users

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Bounds of a profile, in characters.
const (
	maxName  = 64
	maxAbout = 70 // help.getAppConfig says so as about_length_limit_default
)

// Errors of profile changes.
var (
	// ErrFirstName means a first name that is empty or too long.
	ErrFirstName = errors.New("first name empty or too long")
	// ErrLastName means a last name that is too long.
	ErrLastName = errors.New("last name too long")
	// ErrAbout means a bio that is too long.
	ErrAbout = errors.New("bio too long")
)

// A Change says what about an account became different.
type Change string

// The changes that others may see.
const (
	ChangedName    Change = "name"    // names or username
	ChangedPhone   Change = "phone"   // the number
	ChangedProfile Change = "profile" // bio, birthday, colours: clients read the full profile again
	ChangedEmoji   Change = "emoji"   // the emoji status
)

// Changed is the live value by which people who know User learn of a change. Nothing depends on its arrival:
// users travel with messages as they are then.
type Changed struct {
	User ids.User
	What Change
}

// Profile is what account.updateProfile changes; nil stays as it is.
type Profile struct{ FirstName, LastName, About *string }

// UpdateProfile changes names and bio. It fails with ErrFirstName, ErrLastName, ErrAbout or ErrNotFound.
func (s *Service) UpdateProfile(ctx context.Context, user ids.User, p Profile) (User, error) {
	return s.edit(ctx, user, func(u *User) (what []Change, err error) {
		if p.About != nil && *p.About != u.About {
			what = append(what, ChangedProfile)
			if u.About = strings.TrimSpace(printable(*p.About)); utf8.RuneCountInString(u.About) > maxAbout {
				return nil, ErrAbout
			}
		}
		first, last := u.FirstName, u.LastName
		if err := u.rename(p.FirstName, p.LastName); err != nil {
			return nil, err
		}
		if first != u.FirstName || last != u.LastName {
			what = append(what, ChangedName)
		}
		return what, nil
	})
}

// rename sets names; nil stays. It fails with ErrFirstName or ErrLastName.
func (u *User) rename(first, last *string) error {
	if first != nil {
		u.FirstName = CleanName(*first)
		if n := utf8.RuneCountInString(u.FirstName); n == 0 || n > maxName {
			return ErrFirstName
		}
	}
	if last != nil {
		if u.LastName = CleanName(*last); utf8.RuneCountInString(u.LastName) > maxName {
			return ErrLastName
		}
	}
	return nil
}

// CleanName takes out of a name what does not print, and blanks that are doubled or at the ends.
func CleanName(name string) string { return strings.Join(strings.Fields(printable(name)), " ") }

// printable drops control characters, line ends excepted, and what is not UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r) && r != '\n', unicode.Is(unicode.Co, r):
			return -1
		case r == '\u202e', r == '\u202d': // would write the rest of the screen backwards
			return -1
		}
		return r
	}, text)
}

// SetBirthday changes the birthday; the zero Birthday takes it away. It fails with ErrBirthday.
func (s *Service) SetBirthday(ctx context.Context, user ids.User, b Birthday) error {
	if err := b.Check(time.Now()); err != nil {
		return err
	}
	_, err := s.edit(ctx, user, func(u *User) ([]Change, error) {
		u.Birthday = b
		return []Change{ChangedProfile}, nil
	})
	return err
}

// UpdateSettings changes what an account carries along; fn gets a copy to change and says what changed, "" if
// nobody else needs to know. It may run more than once.
func (s *Service) UpdateSettings(ctx context.Context, user ids.User, fn func(*Settings) Change) error {
	_, err := s.edit(ctx, user, func(u *User) (what []Change, err error) {
		if c := fn(&u.Settings); c != "" {
			what = append(what, c)
		}
		return what, nil
	})
	return err
}

// edit changes an account in one transaction and tells who needs to know what fn says has changed.
func (s *Service) edit(ctx context.Context, user ids.User, fn func(*User) ([]Change, error)) (User, error) {
	var u User
	var what []Change
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, what, err = s.editTx(ctx, tx, user, fn)
		return err
	})
	if err != nil {
		return User{}, err
	}
	for _, c := range what {
		s.tell(ctx, user, Changed{User: user, What: c})
	}
	return u, nil
}

func (s *Service) editTx(
	ctx context.Context, tx *db.Tx, user ids.User, fn func(*User) ([]Change, error),
) (u User, what []Change, err error) {
	if u, err = readLocked(ctx, tx, user); err != nil {
		return User{}, nil, err
	}
	if u.Deleted() {
		return User{}, nil, ErrNotFound
	}
	before := u
	if what, err = fn(&u); err != nil {
		return User{}, nil, err
	}
	if err := updateUser(ctx, tx, u); err != nil {
		return User{}, nil, wrap(err, "update user")
	}
	if s.renamed != nil && slices.Contains(what, ChangedName) {
		if err := s.renamed(ctx, tx, before, u); err != nil {
			return User{}, nil, err
		}
	}
	s.Touch(tx, user)
	for _, c := range what {
		if err := s.changed(ctx, tx, user, c); err != nil {
			return User{}, nil, err
		}
	}
	return u, what, nil
}

// changed tells the user's own sessions of a change, and drops what is remembered.
func (s *Service) changed(ctx context.Context, tx *db.Tx, user ids.User, what Change) error {
	s.Touch(tx, user)
	return s.log.Note(ctx, tx, user.Peer(), updates.UserChanged{User: user, What: string(what)})
}

// tell sends value to those who know user, or talk with him, and are here. What fails is lost: it was a courtesy.
func (s *Service) tell(ctx context.Context, user ids.User, value any) {
	who, err := s.near(ctx, user, s.partners)
	if err != nil {
		return
	}
	s.tellThese(who, value)
}

func (s *Service) tellThese(who []ids.User, value any) {
	for _, to := range who {
		if s.presence.Attached(to) {
			s.live(to, value)
		}
	}
}
