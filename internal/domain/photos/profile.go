package photos

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// SetProfile makes f, which Avatar or Adopt returned, the photo of user; those he had before stay. With fallback it becomes
// the one for people who may not see the others, and the fallback that was is gone.
//
// It fails with ErrNotPhoto, users.ErrNotFound, or files.ErrNotFound when the file went meanwhile.
// Spec: https://core.telegram.org/method/photos.uploadProfilePhoto
func (s *Service) SetProfile(ctx context.Context, user ids.User, f files.File, fallback bool) error {
	if _, ok := f.SizeOf(big); !ok {
		return ErrNotPhoto
	}
	p := Portrait(f)
	err := s.change(ctx, user, func(tx *db.Tx) error {
		if err := s.users.SetPortrait(ctx, tx, user, fallback, p); err != nil {
			return err
		}
		if fallback {
			if err := s.put(ctx, tx, user.Peer(), Fallback, 0, p); err != nil {
				return err
			}
			return s.drop(ctx, tx, user.Peer(), Fallback, 0, p.Photo)
		}
		if err := s.put(ctx, tx, user.Peer(), Own, 0, p); err != nil {
			return err
		}
		return s.trim(ctx, tx, user.Peer())
	})
	if err != nil {
		return fmt.Errorf("photo of user %d: %w", user, err)
	}
	return nil
}

// change changes the photos of user and tells those who know him.
func (s *Service) change(ctx context.Context, user ids.User, fn func(tx *db.Tx) error) error {
	if err := s.db.Write(ctx, fn); err != nil {
		return err
	}
	s.users.TellOthers(ctx, user, users.ChangedProfile)
	return nil
}

// trim lets go of the oldest photos when there are too many.
func (s *Service) trim(ctx context.Context, tx *db.Tx, owner ids.Peer) error {
	had, err := history(ctx, tx, owner)
	if err != nil || len(had) <= maxHistory {
		return err
	}
	for _, p := range had[maxHistory:] {
		if err := s.letGo(ctx, tx, owner, Own, 0, p.Photo, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveProfile takes the photo of user away: the one before it is his again, if there is one. With fallback it is the one
// for strangers. Where there is none nothing happens. It fails with users.ErrNotFound.
// Spec: https://core.telegram.org/method/photos.updateProfilePhoto
func (s *Service) RemoveProfile(ctx context.Context, user ids.User, fallback bool) error {
	u, err := s.users.One(ctx, user)
	if err != nil {
		return err
	}
	present := u.Settings.Photo
	if fallback {
		present = u.Settings.Fallback
	}
	if present.IsZero() {
		return nil
	}
	_, err = s.Delete(ctx, user, []int64{present.Photo})
	return err
}

// Delete takes photos of user away, wherever he has them, and returns those that he had. When the present one is among
// them, the latest that remains is the present one. It fails with users.ErrNotFound.
// Spec: https://core.telegram.org/method/photos.deletePhotos
func (s *Service) Delete(ctx context.Context, user ids.User, photos []int64) (gone []int64, err error) {
	err = s.change(ctx, user, func(tx *db.Tx) error {
		gone, err = s.delete(ctx, tx, user, photos)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete photos of user %d: %w", user, err)
	}
	return gone, nil
}

func (s *Service) delete(ctx context.Context, tx *db.Tx, user ids.User, photos []int64) (gone []int64, err error) {
	owner := user.Peer()
	if err := s.users.Lock(ctx, tx, user); err != nil { // before all else, so that nobody adds one meanwhile
		return nil, err
	}
	had, err := history(ctx, tx, owner)
	if err != nil {
		return nil, err
	}
	strangers, err := list(ctx, tx, owner, Fallback, 0)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(had), func(p users.Portrait) bool { return slices.Contains(photos, p.Photo) })
	if len(left) < len(had) {
		if err := s.users.SetPortrait(ctx, tx, user, false, first(left)); err != nil {
			return nil, err
		}
	}
	still := slices.DeleteFunc(slices.Clone(strangers), func(p users.Portrait) bool { return slices.Contains(photos, p.Photo) })
	if len(still) < len(strangers) {
		if err := s.users.SetPortrait(ctx, tx, user, true, first(still)); err != nil {
			return nil, err
		}
	}
	for _, p := range append(had, strangers...) {
		if !slices.Contains(photos, p.Photo) || slices.Contains(gone, p.Photo) {
			continue
		}
		for _, kind := range []Kind{Own, Fallback} {
			if err := s.letGo(ctx, tx, owner, kind, 0, p.Photo, time.Time{}); err != nil {
				return nil, err
			}
		}
		gone = append(gone, p.Photo)
	}
	return gone, nil
}

func first(all []users.Portrait) users.Portrait {
	if len(all) == 0 {
		return users.Portrait{}
	}
	return all[0]
}

// A Page is a part of the photos that somebody has.
type Page struct {
	Photos []files.File
	Count  int // of all
}

// History returns photos of user, the present one first. Whether the caller may see them is for him to know. The page begins
// behind the photo before, or with the first for 0, and so many photos further down; -1 is one further up.
// Spec: https://core.telegram.org/method/photos.getUserPhotos
func (s *Service) History(ctx context.Context, user ids.User, before int64, skip, limit int) (Page, error) {
	var had []users.Portrait
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		had, err = history(ctx, tx, user.Peer())
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("photos of user %d: %w", user, err)
	}
	page := Page{Count: len(had)}
	from := min(max(behind(had, before)+skip, 0), len(had))
	had = had[from:min(from+min(max(limit, 0), maxPage), len(had))]
	want := make([]int64, len(had))
	for i, p := range had {
		want[i] = p.Photo
	}
	found, err := s.files.Get(ctx, want...)
	if err != nil {
		return Page{}, fmt.Errorf("photos of user %d: %w", user, err)
	}
	for _, id := range want {
		if f, ok := found[id]; ok {
			page.Photos = append(page.Photos, f)
		}
	}
	return page, nil
}

// behind is the place behind a photo, or, when it is not there, of the first one with a lesser id.
func behind(had []users.Portrait, photo int64) int {
	if photo <= 0 {
		return 0
	}
	if i := slices.IndexFunc(had, func(p users.Portrait) bool { return p.Photo == photo }); i >= 0 {
		return i + 1
	}
	if i := slices.IndexFunc(had, func(p users.Portrait) bool { return p.Photo < photo }); i >= 0 {
		return i
	}
	return len(had)
}

// SetPersonal makes owner, and nobody else, see f as the photo of a contact; nil: what the contact himself shows.
//
// It fails with ErrNotContact, ErrNotPhoto, or files.ErrNotFound when the file went meanwhile.
// Spec: https://core.telegram.org/method/photos.uploadContactProfilePhoto
func (s *Service) SetPersonal(ctx context.Context, owner, contact ids.User, f *files.File) error {
	rel, err := s.users.Relation(ctx, owner, contact)
	switch {
	case err != nil:
		return err
	case !rel.Mine.Contact:
		return ErrNotContact
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.users.Lock(ctx, tx, owner); err != nil {
			return err
		}
		kept := int64(0)
		if f != nil {
			if err := s.put(ctx, tx, owner.Peer(), Personal, contact, Portrait(*f)); err != nil {
				return err
			}
			kept = f.ID
		}
		if err := s.drop(ctx, tx, owner.Peer(), Personal, contact, kept); err != nil {
			return err
		}
		s.users.Touch(tx, owner)
		return s.log.Note(ctx, tx, owner.Peer(), updates.UserChanged{User: contact, What: string(users.ChangedProfile)})
	})
	if err != nil {
		return fmt.Errorf("photo of user %d for user %d: %w", contact, owner, err)
	}
	return nil
}

// DropPersonal lets go of the photos that owner chose for people who are his contacts no more.
func (s *Service) DropPersonal(ctx context.Context, tx *db.Tx, owner ids.User, gone []ids.User) error {
	for _, u := range gone {
		if err := s.drop(ctx, tx, owner.Peer(), Personal, u, 0); err != nil {
			return err
		}
	}
	return nil
}

// changeLife is how long the photo that a group had stays, since its admins can look up what was changed.
const changeLife = 48 * time.Hour

// Swap notes, in the transaction that changes it, that a group or channel has another photo, or none.
func (s *Service) Swap(ctx context.Context, tx *db.Tx, chat ids.Peer, before, after users.Portrait) error {
	if !after.IsZero() {
		if err := s.put(ctx, tx, chat, Own, 0, after); err != nil {
			return err
		}
	}
	if before.IsZero() || before.Photo == after.Photo {
		return nil
	}
	return s.letGo(ctx, tx, chat, Own, 0, before.Photo, time.Now().Add(changeLife))
}

// Has tells whether a photo is one that user shows to viewer, or that viewer chose for him.
func (s *Service) Has(ctx context.Context, viewer, user ids.User, photo int64) (bool, error) {
	both, err := s.users.Get(ctx, user, viewer)
	if err != nil || len(both) == 0 || photo == 0 {
		return false, err
	}
	u, me := both[0], both[len(both)-1]
	rel, err := s.users.Relation(ctx, viewer, user)
	if err != nil {
		return false, err
	}
	as := users.Viewer{ID: me.ID, Bot: me.Bot}
	switch shown, _ := u.PortraitFor(as, rel); {
	case shown.Photo == photo, rel.Personal.Photo == photo:
		return true, nil
	case u.Settings.Fallback.Photo == photo && !u.Deleted():
		return !rel.Theirs.Blocked, nil
	case !u.Shows(users.ProfilePhoto, as, rel):
		return false, nil
	}
	return s.owns(ctx, user.Peer(), photo)
}

// owns tells whether a photo is the present one of owner, or one before it.
func (s *Service) owns(ctx context.Context, owner ids.Peer, photo int64) (owned bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		const get = `SELECT 1 FROM peer_photo WHERE owner = $1 AND kind = $2 AND subject = 0 AND photo = $3`
		var one int
		err := tx.QueryRow(ctx, get, owner, Own, photo).Scan(&one)
		owned = err == nil
		if isNotFound(err) {
			return nil
		}
		return err
	})
	return owned, err
}
