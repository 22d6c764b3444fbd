package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// ErrDeletionHash means a link that stops no deletion.
var ErrDeletionHash = errors.New("no such deletion")

// A DeletionError says when an account can be deleted without its password.
type DeletionError struct{ Wait time.Duration }

// Error implements error.
func (e *DeletionError) Error() string { return "deletion possible in " + e.Wait.String() }

// deletionWait is how long somebody without the password has to wait before he may delete an account: its owner
// is warned, and can stop it.
const deletionWait = 7 * 24 * time.Hour

// DeleteAccount deletes the account of a key, signed in or with the password missing. An account without a password
// goes at once, as does one whose password is proven; another goes a week after the first call, and not if its
// owner stops it (SendConfirmCode). The notices are for its owner.
//
// It fails with ErrNotPending, ErrSRPID, ErrPassword, *WaitError or *DeletionError.
// Spec: https://core.telegram.org/method/account.deleteAccount
func (s *Service) DeleteAccount(ctx context.Context, by Caller, proof *Proof) ([]Notice, error) {
	user, err := s.HolderOf(ctx, by.Key)
	if err != nil {
		return nil, err
	}
	if proof != nil {
		err := s.withProof(ctx, user, *proof, func(tx *db.Tx) error { return s.deleteUser(ctx, tx, user) })
		if err == nil {
			s.tellOfEnd(ctx, user)
		}
		if !errors.Is(err, ErrNoPassword) {
			return nil, err
		}
	}
	var notices []Notice
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		notices, outcome = nil, nil
		has, err := hasPassword(ctx, tx, user)
		if err == nil && has {
			notices, outcome, err = s.askDeletion(ctx, tx, user)
		}
		if err != nil || outcome != nil {
			return err
		}
		return s.deleteUser(ctx, tx, user)
	})
	if err = errors.Join(err, outcome); err == nil {
		s.tellOfEnd(ctx, user)
	}
	return notices, err
}

// askDeletion begins the wait for a deletion, or looks whether it is over.
func (s *Service) askDeletion(ctx context.Context, tx *db.Tx, user ids.User) (n []Notice, outcome, err error) {
	var due time.Time
	err = tx.QueryRow(ctx, `SELECT due_at FROM account_deletion WHERE user_id = $1`, user).Scan(&due)
	if err == nil && s.now().Before(due) {
		return nil, &DeletionError{Wait: due.Sub(s.now())}, nil
	}
	if err == nil || !errors.Is(err, db.ErrNotFound) {
		return nil, nil, err
	}
	id, err := randomBytes(16)
	if err != nil {
		return nil, nil, err
	}
	due = s.now().Add(deletionWait)
	const insert = `INSERT INTO account_deletion (user_id, hash, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (user_id) DO NOTHING`
	if _, err := tx.Exec(ctx, insert, user, hex.EncodeToString(id), due); err != nil {
		return nil, nil, fmt.Errorf("ask for deletion: %w", err)
	}
	found, err := s.users.GetTx(ctx, tx, user)
	if err != nil || len(found) == 0 {
		return nil, nil, err
	}
	text := deletionText(string(found[0].Phone), hex.EncodeToString(id), due.UTC().Format(time.RFC1123))
	return []Notice{{User: user, Text: text}}, &DeletionError{Wait: deletionWait}, nil
}

// Delete deletes an account, for whoever runs the server. It fails with users.ErrNotFound.
func (s *Service) Delete(ctx context.Context, user ids.User) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.deleteUser(ctx, tx, user) })
	if err == nil {
		s.tellOfEnd(ctx, user)
	}
	return err
}

// deleteUser ends all logins and forgets whatever could let somebody in.
func (s *Service) deleteUser(ctx context.Context, tx *db.Tx, user ids.User) error {
	if err := s.endAll(ctx, tx, user, 0); err != nil {
		return err
	}
	if err := s.removePassword(ctx, tx, user); err != nil {
		return err
	}
	for _, remove := range []string{
		`DELETE FROM future_token WHERE user_id = $1`,
		`DELETE FROM login_email WHERE user_id = $1`,
		`DELETE FROM password_draft WHERE user_id = $1`,
		`DELETE FROM account_life WHERE user_id = $1`,
		`DELETE FROM account_deletion WHERE user_id = $1`,
		`DELETE FROM bot_token WHERE user_id = $1`,
	} {
		if _, err := tx.Exec(ctx, remove, user); err != nil {
			return fmt.Errorf("delete account: %w", err)
		}
	}
	if s.opts.Deleted != nil {
		if err := s.opts.Deleted(ctx, tx, user); err != nil {
			return err
		}
	}
	return s.users.Delete(ctx, tx, user)
}

// tellOfEnd shows an account as deleted to those who have it before their eyes. The connection that asked may be gone.
func (s *Service) tellOfEnd(ctx context.Context, user ids.User) {
	s.users.TellOthers(context.WithoutCancel(ctx), user, users.ChangedProfile)
}

// SendConfirmCode sends a code to the user's own number, by which he stops the deletion that hash names.
// It fails with ErrDeletionHash, ErrNotSent or *WaitError.
// Spec: https://core.telegram.org/method/account.sendConfirmPhoneCode
func (s *Service) SendConfirmCode(ctx context.Context, user ids.User, by Caller, hash string) (Sent, error) {
	u, err := s.users.One(ctx, user)
	if err != nil {
		return Sent{}, err
	}
	var a attempt
	var sent Sent
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		var n int
		const find = `SELECT COUNT(*) FROM account_deletion WHERE user_id = $1 AND hash = $2`
		if err := tx.QueryRow(ctx, find, user, hash).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return ErrDeletionHash
		}
		a = attempt{phone: u.Phone, purpose: toConfirmPhone, key: by.Key, user: user}
		sent, err = s.begin(ctx, tx, &a)
		return err
	})
	if err != nil {
		return Sent{}, err
	}
	return s.deliver(ctx, a, sent)
}

// ConfirmPhone stops the deletion of user's account, and signs out everybody who has not shown the password.
// It fails with ErrCodeHashEmpty, ErrCodeEmpty, ErrCodeExpired or ErrCodeInvalid.
// Spec: https://core.telegram.org/method/account.confirmPhone
func (s *Service) ConfirmPhone(ctx context.Context, user ids.User, by Caller, hash, code string) error {
	u, err := s.users.One(ctx, user)
	if err != nil {
		return err
	}
	in := Answer{By: by, Phone: string(u.Phone), Hash: hash, Code: code}
	return s.answer(ctx, user, in, toConfirmPhone, func(tx *db.Tx, _ users.Phone) error {
		_, err := tx.Exec(ctx, `DELETE FROM account_deletion WHERE user_id = $1`, user)
		return err
	})
}

// bounds of what a user can choose, in days
const (
	minDays        = 1
	maxLoginDays   = 366
	minAccountDays = 30
	maxAccountDays = 730
)

// Life returns after how many days unused the account of user, or one of his logins, ends.
func (s *Service) Life(ctx context.Context, user ids.User) (accountDays, loginDays int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		const get = `SELECT account_days, login_days FROM account_life WHERE user_id = $1`
		return tx.QueryRow(ctx, get, user).Scan(&accountDays, &loginDays)
	})
	if errors.Is(err, db.ErrNotFound) {
		return s.opts.AccountDays, s.opts.LoginDays, nil
	}
	return accountDays, loginDays, err
}

// SetAccountDays sets after how many days unused the account ends. It fails with ErrDays.
// Spec: https://core.telegram.org/method/account.setAccountTTL
func (s *Service) SetAccountDays(ctx context.Context, user ids.User, days int) error {
	if days < minAccountDays || days > maxAccountDays {
		return ErrDays
	}
	const set = `INSERT INTO account_life (user_id, account_days, login_days) VALUES ($1, $2, $3)
		ON CONFLICT (user_id) DO UPDATE SET account_days = excluded.account_days`
	return s.exec(ctx, set, user, days, s.opts.LoginDays)
}

// SetLoginDays sets after how many days unused a login ends. It fails with ErrDays or ErrFresh.
// Spec: https://core.telegram.org/method/account.setAuthorizationTTL
func (s *Service) SetLoginDays(ctx context.Context, user ids.User, by ids.AuthKey, days int) error {
	if days < minDays || days > maxLoginDays {
		return ErrDays
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkSettled(ctx, tx, user, by); err != nil {
			return err
		}
		const set = `INSERT INTO account_life (user_id, account_days, login_days) VALUES ($1, $2, $3)
			ON CONFLICT (user_id) DO UPDATE SET login_days = excluded.login_days`
		_, err := tx.Exec(ctx, set, user, s.opts.AccountDays, days)
		return err
	})
}

func (s *Service) exec(ctx context.Context, sql string, args ...any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}
