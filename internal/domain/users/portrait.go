package users

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Portrait is the photo of somebody, as far as it goes along with his name: it lies in his row. The zero value is none.
// Also groups and channels have one.
type Portrait struct {
	Photo int64  `json:"p,omitempty"` // file
	Thumb []byte `json:"t,omitempty"` // stripped
	Video bool   `json:"v,omitempty"` // it moves
}

// IsZero reports whether p is none.
func (p Portrait) IsZero() bool { return p.Photo == 0 }

// SetPortrait puts a photo beside the name of user, or with fallback into the place of the one that strangers see. The
// zero Portrait takes it away. His own sessions are told; TellOthers tells the others. It fails with ErrNotFound.
func (s *Service) SetPortrait(ctx context.Context, tx *db.Tx, user ids.User, fallback bool, p Portrait) error {
	_, _, err := s.editTx(ctx, tx, user, func(u *User) ([]Change, error) {
		at := &u.Settings.Photo
		if fallback {
			at = &u.Settings.Fallback
		}
		*at = p
		return []Change{ChangedProfile}, nil
	})
	return err
}

// Lock keeps others from changing an account, and what hangs on it, until tx ends. It fails with ErrNotFound.
func (s *Service) Lock(ctx context.Context, tx *db.Tx, user ids.User) error {
	_, err := readLocked(ctx, tx, user)
	return err
}

// TellOthers sends a change to those who know user and are here. What fails is lost: it was a courtesy.
func (s *Service) TellOthers(ctx context.Context, user ids.User, what Change) {
	s.tell(ctx, user, Changed{User: user, What: what})
}

// PortraitFor is the photo of u that viewer sees: the one that viewer chose for him, his own, or that for strangers. mine
// is true for the first of these. rel is how viewer stands to u.
// Spec: https://core.telegram.org/api/privacy#conflicting-rules
func (u User) PortraitFor(viewer Viewer, rel Relation) (p Portrait, mine bool) {
	switch {
	case u.Deleted():
		return Portrait{}, false
	case viewer.ID == u.ID:
		return u.Settings.Photo, false
	case !rel.Personal.IsZero():
		return rel.Personal, true
	case u.Shows(ProfilePhoto, viewer, rel) && !u.Settings.Photo.IsZero():
		return u.Settings.Photo, false
	case rel.Theirs.Blocked:
		return Portrait{}, false
	}
	return u.Settings.Fallback, false
}

// PublicPortrait is the photo that everybody sees, whoever he is; all says whether that is the only one.
func (u User) PublicPortrait() (p Portrait, all bool) {
	rules := u.Rules(ProfilePhoto)
	if len(rules) == 1 && rules[0].Kind == AllowAll {
		if p = u.Settings.Photo; p.IsZero() {
			p = u.Settings.Fallback
		}
		return p, true
	}
	return u.Settings.Fallback, false
}
