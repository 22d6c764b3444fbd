package users

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A NewUser is an account to be.
type NewUser struct {
	Phone     Phone  // "" only for bots
	Username  string // "" for none; bots have one
	FirstName string
	LastName  string
	Bot       *BotInfo // nil for people
}

// Create makes an account and begins its update log.
//
// It fails with ErrFirstName or ErrLastName, with ErrPhoneTaken, and with the errors of CheckUsername.
func (s *Service) Create(ctx context.Context, tx *db.Tx, n NewUser) (User, error) {
	u := User{Phone: n.Phone, Username: n.Username, CreatedAt: time.Now().Truncate(time.Second)}
	u.Bot, u.Settings.Bot = n.Bot != nil, n.Bot
	if err := u.rename(&n.FirstName, &n.LastName); err != nil {
		return User{}, err
	}
	id, err := s.db.NextID(ctx, "user")
	if err != nil {
		return User{}, err
	}
	u.ID = ids.User(id)
	if u.Username != "" {
		if err := claimUsername(ctx, tx, u.Username, u.ID.Peer()); err != nil {
			return User{}, err
		}
	}
	if err := claimPhone(ctx, tx, u.Phone, u.ID); err != nil {
		return User{}, err
	}
	if err := insertUser(ctx, tx, u); err != nil {
		return User{}, fmt.Errorf("create user %d: %w", u.ID, err)
	}
	if err := s.log.Create(ctx, tx, u.ID.Peer()); err != nil {
		return User{}, err
	}
	s.Touch(tx, u.ID)
	return u, nil
}

// claimPhone gives phone to user, or fails with ErrPhoneTaken.
func claimPhone(ctx context.Context, tx *db.Tx, phone Phone, user ids.User) error {
	if phone == "" {
		return nil
	}
	const claim = `INSERT INTO phone (phone, user_id) VALUES ($1, $2) ON CONFLICT (phone) DO NOTHING`
	rows, err := tx.Exec(ctx, claim, phone, user)
	if err == nil && rows == 0 {
		err = ErrPhoneTaken
	}
	return err
}

// ChangePhone gives user another number. It fails with ErrPhoneTaken.
func (s *Service) ChangePhone(ctx context.Context, tx *db.Tx, user ids.User, phone Phone) error {
	if err := claimPhone(ctx, tx, phone, user); err != nil {
		return err
	}
	const (
		release = `DELETE FROM phone WHERE phone = (SELECT phone FROM user_account WHERE id = $1) AND user_id = $1 AND phone <> $2`
		set     = `UPDATE user_account SET phone = $2 WHERE id = $1 AND deleted_at = 0`
	)
	if _, err := tx.Exec(ctx, release, user, phone); err != nil {
		return fmt.Errorf("release the number of user %d: %w", user, err)
	}
	if _, err := tx.Exec(ctx, set, user, phone); err != nil {
		return fmt.Errorf("change the number of user %d: %w", user, err)
	}
	return s.changed(ctx, tx, user, ChangedPhone)
}

// Delete empties an account for good: its number and names are free again, its settings gone. The row
// stays, so that others see who wrote the messages they keep: a deleted account.
// It fails with ErrNotFound. Contacts and sessions are for the caller to end, and the others to be told (TellOthers).
func (s *Service) Delete(ctx context.Context, tx *db.Tx, user ids.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM phone WHERE phone = (SELECT phone FROM user_account WHERE id = $1) AND user_id = $1`, user); err != nil {
		return fmt.Errorf("release the number of user %d: %w", user, err)
	}
	u, err := readLocked(ctx, tx, user)
	if err == nil && u.Deleted() {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	for _, n := range u.Usernames() {
		if err := s.ReleaseUsername(ctx, tx, n.Name, user.Peer()); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM privacy_rule WHERE user_id = $1`, []any{user}},
		{`DELETE FROM last_seen WHERE user_id = $1`, []any{user}},
		{`UPDATE user_account SET phone = '', username = '', first_name = '', last_name = '', about = '', birthday = 0,
			settings = '', verified = 0, support = 0, deleted_at = $2 WHERE id = $1`, []any{user, time.Now().Unix()}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("delete user %d: %w", user, err)
		}
	}
	s.Touch(tx, user)
	return nil
}
