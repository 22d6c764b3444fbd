package users

import (
	"context"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// SetEmojiStatus puts a custom emoji beside the name of user, and among those he used last; nil takes it away.
// It fails with ErrNotFound.
// Spec: https://core.telegram.org/api/emoji-status
func (s *Service) SetEmojiStatus(ctx context.Context, user ids.User, e *EmojiStatus) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, _, err := s.editTx(ctx, tx, user, func(u *User) ([]Change, error) {
			u.Settings.EmojiStatus = e
			if e != nil {
				u.Settings.StatusesUsed = usedLast(u.Settings.StatusesUsed, e.Document)
			}
			return []Change{ChangedEmoji}, nil
		})
		if err != nil || e == nil {
			return err
		}
		return s.noteStatuses(ctx, tx, user)
	})
	if err == nil {
		s.tell(ctx, user, Changed{User: user, What: ChangedEmoji})
	}
	return err
}

// usedLast puts id on top of list.
func usedLast(list []int64, id int64) []int64 {
	fresh := []int64{id}
	for _, old := range list {
		if old != id && len(fresh) < maxStatuses {
			fresh = append(fresh, old)
		}
	}
	return fresh
}

// ClearStatuses forgets the emoji statuses that user used. It fails with ErrNotFound.
func (s *Service) ClearStatuses(ctx context.Context, user ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, _, err := s.editTx(ctx, tx, user, func(u *User) ([]Change, error) {
			u.Settings.StatusesUsed = nil
			return nil, nil
		})
		if err != nil {
			return err
		}
		return s.noteStatuses(ctx, tx, user)
	})
}

// Shown returns e, or nil for one whose time is over.
func (e *EmojiStatus) Shown(now time.Time) *EmojiStatus {
	if e == nil || e.Until != 0 && e.Until <= now.Unix() {
		return nil
	}
	return e
}

// BirthdaysAround returns which of people have their birthday on one of days, as far as they let viewer see it.
func (s *Service) BirthdaysAround(ctx context.Context, viewer ids.User, people []ids.User, days ...time.Time) ([]User, error) {
	found, err := s.Get(ctx, people...)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(u User) bool { return !u.Birthday.on(days) })
	who := make([]ids.User, len(found))
	for i, u := range found {
		who[i] = u.ID
	}
	allowed, err := s.AllowedBy(ctx, who, viewer, BirthdayKey)
	return slices.DeleteFunc(found, func(u User) bool { return !allowed[u.ID] }), err
}

func (b Birthday) on(days []time.Time) bool {
	return slices.ContainsFunc(days, func(d time.Time) bool { return b.Month == int(d.Month()) && b.Day == d.Day() })
}
