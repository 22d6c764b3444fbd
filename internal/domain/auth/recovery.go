package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/ids"
)

// Errors of recovery and reset.
var (
	// ErrNoRecovery means a password without a recovery e-mail.
	ErrNoRecovery = errors.New("no recovery e-mail")
	// ErrNoReset means that no reset of the password was asked for.
	ErrNoReset = errors.New("no reset under way")
)

// resetWait is how long a password has to be missed before it can be reset, and how long after a refused reset
// the next may be asked for.
const resetWait = 7 * 24 * time.Hour

func confirmScope(user ids.User) string { return "confirm:" + strconv.FormatInt(int64(user), 10) }
func recoverScope(user ids.User) string { return "recover:" + strconv.FormatInt(int64(user), 10) }

// writeDraft keeps settings that wait for their e-mail to be confirmed.
func writeDraft(ctx context.Context, tx *db.Tx, user ids.User, n NewPassword) error {
	var verifier, salt1, salt2 []byte
	if n.Change {
		verifier, salt1, salt2 = n.Verifier, n.Salts.Salt1, n.Salts.Salt2
	}
	const keep = `INSERT INTO password_draft (user_id, verifier, salt1, salt2, hint, email) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (user_id) DO UPDATE SET verifier = excluded.verifier, salt1 = excluded.salt1, salt2 = excluded.salt2,
		hint = excluded.hint, email = excluded.email`
	if _, err := tx.Exec(ctx, keep, user, verifier, salt1, salt2, n.Hint, n.Email); err != nil {
		return fmt.Errorf("keep password draft: %w", err)
	}
	return nil
}

// draft is a row of password_draft.
type draft struct {
	NewPassword
	email string
}

// readDraft fails with ErrEmailExpired when nothing waits.
func readDraft(ctx context.Context, tx *db.Tx, user ids.User) (d draft, err error) {
	const get = `SELECT verifier, salt1, salt2, hint, email FROM password_draft WHERE user_id = $1`
	n := &d.NewPassword
	err = tx.QueryRow(ctx, get, user).Scan(&n.Verifier, &n.Salts.Salt1, &n.Salts.Salt2, &n.Hint, &n.Email)
	if errors.Is(err, db.ErrNotFound) {
		return draft{}, ErrEmailExpired
	}
	if err != nil {
		return draft{}, fmt.Errorf("read password draft: %w", err)
	}
	n.Change, n.ChangeEmail, d.email = n.Verifier != nil, true, n.Email
	return d, nil
}

func dropDraft(ctx context.Context, tx *db.Tx, user ids.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM password_draft WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("drop password draft: %w", err)
	}
	return dropEmailCode(ctx, tx, confirmScope(user))
}

// ConfirmEmail applies the settings that waited for a code. It fails with ErrEmailCode or ErrEmailExpired.
// Spec: https://core.telegram.org/method/account.confirmPasswordEmail
func (s *Service) ConfirmEmail(ctx context.Context, user ids.User, code string) error {
	var outcome error
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		var email string
		email, outcome, err = s.checkEmailCode(ctx, tx, confirmScope(user), code)
		if err != nil || outcome != nil {
			return err
		}
		d, err := readDraft(ctx, tx, user)
		if err == nil && d.email != email {
			err = ErrEmailExpired
		}
		if err != nil {
			return err
		}
		if err := dropDraft(ctx, tx, user); err != nil {
			return err
		}
		return s.apply(ctx, tx, user, d.NewPassword)
	})
	return errors.Join(err, outcome)
}

// ResendEmail sends another code for the settings that wait. It fails with ErrEmailExpired, ErrNoEmail, ErrNotSent or
// *WaitError.
// Spec: https://core.telegram.org/method/account.resendPasswordEmail
func (s *Service) ResendEmail(ctx context.Context, user ids.User) error {
	var m sender.Message
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := readDraft(ctx, tx, user)
		if err != nil {
			return err
		}
		m, err = s.newEmailCode(ctx, tx, confirmScope(user), d.email)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.sendEmail(ctx, m)
	return err
}

// CancelEmail forgets the settings that wait.
// Spec: https://core.telegram.org/method/account.cancelPasswordEmail
func (s *Service) CancelEmail(ctx context.Context, user ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return dropDraft(ctx, tx, user) })
}

// RequestRecovery sends a code to the recovery e-mail of user.
// It fails with ErrNoPassword, ErrNoRecovery, ErrNoEmail, ErrNotSent or *WaitError.
// Spec: https://core.telegram.org/method/auth.requestPasswordRecovery
func (s *Service) RequestRecovery(ctx context.Context, user ids.User) (EmailSent, error) {
	var m sender.Message
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := readPassword(ctx, tx, user)
		if err == nil && p.email == "" {
			err = ErrNoRecovery
		}
		if err != nil {
			return err
		}
		m, err = s.newEmailCode(ctx, tx, recoverScope(user), p.email)
		return err
	})
	if err != nil {
		return EmailSent{}, err
	}
	return s.sendEmail(ctx, m)
}

// CheckRecovery tells whether a recovery code is right, without using it up. It fails with ErrEmailCode or
// ErrEmailExpired.
// Spec: https://core.telegram.org/method/auth.checkRecoveryPassword
func (s *Service) CheckRecovery(ctx context.Context, user ids.User, code string) error {
	var outcome error
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		_, outcome, err = s.checkEmailCode(ctx, tx, recoverScope(user), code)
		return err
	})
	return errors.Join(err, outcome)
}

// Recover replaces the forgotten password by n, or removes it when n is nil, and signs the key in.
// It fails with ErrNotPending, ErrEmailCode, ErrEmailExpired, ErrSettings or ErrSalt.
// Spec: https://core.telegram.org/method/auth.recoverPassword
func (s *Service) Recover(ctx context.Context, by Caller, code string, n *NewPassword) (Login, error) {
	user, err := s.HolderOf(ctx, by.Key)
	if err != nil {
		return Login{}, err
	}
	set := NewPassword{Change: true}
	if n != nil {
		set = *n
		set.ChangeEmail = false // the e-mail has just proved its worth
		if err := s.checkNew(user, &set); err != nil {
			return Login{}, err
		}
	}
	var l Login
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		_, outcome, err = s.checkEmailCode(ctx, tx, recoverScope(user), code)
		if err != nil || outcome != nil {
			return err
		}
		l, err = s.recover(ctx, tx, user, by, set)
		return err
	})
	return l, errors.Join(err, outcome)
}

// recover applies set. Who was signed in already stays so, with the login as it was.
func (s *Service) recover(ctx context.Context, tx *db.Tx, user ids.User, by Caller, set NewPassword) (Login, error) {
	before, err := loginOf(ctx, tx, user, by.Key)
	if err != nil && !errors.Is(err, ErrHash) {
		return Login{}, err
	}
	if err := dropEmailCode(ctx, tx, recoverScope(user)); err != nil {
		return Login{}, err
	}
	if err := forgive(ctx, tx, passwordGateName(user)); err != nil {
		return Login{}, err
	}
	if err := s.apply(ctx, tx, user, set); err != nil {
		return Login{}, err
	}
	if err == nil && !before.Pending {
		return before, nil
	}
	return s.authorize(ctx, tx, entry{user: user, by: by})
}

// A Reset is the answer to ResetPassword. The zero Reset: it is done.
type Reset struct {
	Until time.Time // asked for; possible then
	Retry time.Time // refused lately; may be asked for then
}

// ResetPassword removes the password of somebody signed in who forgot it, a week after the first call.
// It fails with ErrNoPassword.
// Spec: https://core.telegram.org/method/account.resetPassword
func (s *Service) ResetPassword(ctx context.Context, user ids.User) (Reset, error) {
	var r Reset
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		r = Reset{}
		p, err := readPassword(ctx, tx, user)
		if err != nil {
			return err
		}
		now := s.now()
		switch again := p.resetRefusedAt.Add(resetWait); {
		case !p.resetAt.IsZero() && now.Before(p.resetAt):
			r.Until = p.resetAt
			return nil
		case !p.resetAt.IsZero():
			return s.removePassword(ctx, tx, user)
		case !p.resetRefusedAt.IsZero() && now.Before(again):
			r.Retry = again
			return nil
		}
		r.Until = now.Add(resetWait)
		_, err = tx.Exec(ctx, `UPDATE password SET reset_at = $2 WHERE user_id = $1`, user, r.Until)
		return err
	})
	return r, err
}

// DeclineReset stops a reset that was asked for. It fails with ErrNoReset.
// Spec: https://core.telegram.org/method/account.declinePasswordReset
func (s *Service) DeclineReset(ctx context.Context, user ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		const decline = `UPDATE password SET reset_at = 0, reset_refused_at = $2 WHERE user_id = $1 AND reset_at > 0`
		rows, err := tx.Exec(ctx, decline, user, s.now())
		if err == nil && rows == 0 {
			err = ErrNoReset
		}
		return err
	})
}
