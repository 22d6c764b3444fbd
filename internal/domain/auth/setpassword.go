package auth

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"

	"hermod/internal/db"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/auth/srp"
	"hermod/internal/domain/ids"
)

// An UnconfirmedError means that the new settings wait for a code that went to the recovery e-mail.
type UnconfirmedError struct{ Length int } // of the code

// Error implements error.
func (e *UnconfirmedError) Error() string {
	return "e-mail unconfirmed, code of " + strconv.Itoa(e.Length) + " digits sent"
}

// NewPassword is what is to become of a password.
type NewPassword struct {
	Change   bool   // set, or remove when Verifier is empty
	Verifier []byte // G^x mod Prime
	Salts    Salts
	G        int
	Prime    []byte
	Hint     string

	ChangeEmail bool
	Email       string // for recovery; "" removes it
}

// check fails with ErrSettings, ErrSalt or ErrEmail.
func (s *Service) checkNew(user ids.User, n *NewPassword) (err error) {
	if !n.Change && !n.ChangeEmail {
		return ErrSettings
	}
	n.Hint = cleanText(n.Hint, maxHint)
	if n.ChangeEmail && n.Email != "" {
		if n.Email, err = parseEmail(n.Email); err != nil {
			return err
		}
	}
	if !n.Change || len(n.Verifier) == 0 {
		return nil
	}
	ours := s.newSalts(user)
	salt1 := n.Salts.Salt1
	if len(salt1) < len(ours.Salt1)+clientSalt || len(salt1) > maxSalt ||
		subtle.ConstantTimeCompare(salt1[:len(ours.Salt1)], ours.Salt1) != 1 ||
		subtle.ConstantTimeCompare(n.Salts.Salt2, ours.Salt2) != 1 {
		return ErrSalt
	}
	if n.Verifier, err = s.group.CheckVerifier(n.Verifier); err != nil || n.G != srp.G || !bytes.Equal(n.Prime, s.group.Prime()) {
		return ErrSettings
	}
	return nil
}

// UpdatePassword sets, changes or removes the password of user or its recovery e-mail. proof is not looked at
// while there is no password.
//
// It fails with ErrSettings, ErrSalt, ErrEmail, ErrNoEmail, ErrSRPID, ErrPassword, *WaitError, and with
// *UnconfirmedError when all went well and the e-mail is to be confirmed before anything changes.
// Spec: https://core.telegram.org/method/account.updatePasswordSettings
func (s *Service) UpdatePassword(ctx context.Context, user ids.User, proof Proof, n NewPassword) error {
	if err := s.checkNew(user, &n); err != nil {
		return err
	}
	var m *sender.Message
	apply := func(tx *db.Tx) (err error) {
		m, err = s.applyOrDraft(ctx, tx, user, n)
		return err
	}
	err := s.withProof(ctx, user, proof, apply)
	if errors.Is(err, ErrNoPassword) {
		err = s.withoutPassword(ctx, user, apply)
	}
	if err != nil {
		return err
	}
	return s.sendUnconfirmed(ctx, m)
}

// withoutPassword runs fn in a transaction in which user has no password. It fails with ErrPassword when he has one.
func (s *Service) withoutPassword(ctx context.Context, user ids.User, fn func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		has, err := hasPassword(ctx, tx, user)
		if err == nil && has {
			err = ErrPassword
		}
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// sendUnconfirmed sends the code that a draft waits for, if there is one, and says so by *UnconfirmedError.
func (s *Service) sendUnconfirmed(ctx context.Context, m *sender.Message) error {
	if m == nil {
		return nil
	}
	sent, err := s.sendEmail(ctx, *m)
	if err != nil {
		return err
	}
	return &UnconfirmedError{Length: sent.Length}
}

// applyOrDraft applies n, or keeps it until the e-mail in it is confirmed and returns the message that asks so.
func (s *Service) applyOrDraft(ctx context.Context, tx *db.Tx, user ids.User, n NewPassword) (*sender.Message, error) {
	removes := n.Change && len(n.Verifier) == 0
	if removes || !n.ChangeEmail || n.Email == "" {
		if err := dropDraft(ctx, tx, user); err != nil {
			return nil, err
		}
		return nil, s.apply(ctx, tx, user, n)
	}
	if err := writeDraft(ctx, tx, user, n); err != nil {
		return nil, err
	}
	m, err := s.newEmailCode(ctx, tx, confirmScope(user), n.Email)
	return &m, err
}

// apply changes the password, and ends what was begun under the old one. It fails with ErrNoPassword when only an
// e-mail is to be set and there is no password.
func (s *Service) apply(ctx context.Context, tx *db.Tx, user ids.User, n NewPassword) error {
	if n.Change && len(n.Verifier) == 0 {
		return s.removePassword(ctx, tx, user)
	}
	if n.Change {
		if err := s.forgetOld(ctx, tx, user); err != nil {
			return err
		}
		const set = `INSERT INTO password (user_id, verifier, salt1, salt2, hint, email, set_at) VALUES ($1, $2, $3, $4, $5, '', $6)
			ON CONFLICT (user_id) DO UPDATE SET verifier = excluded.verifier, salt1 = excluded.salt1, salt2 = excluded.salt2,
			hint = excluded.hint, set_at = excluded.set_at, reset_at = 0`
		if _, err := tx.Exec(ctx, set, user, n.Verifier, n.Salts.Salt1, n.Salts.Salt2, n.Hint, s.now()); err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		if err := dropChallenges(ctx, tx, user); err != nil {
			return err
		}
	}
	if !n.ChangeEmail {
		return nil
	}
	rows, err := tx.Exec(ctx, `UPDATE password SET email = $2 WHERE user_id = $1`, user, n.Email)
	if err == nil && rows == 0 {
		err = ErrNoPassword
	}
	return err
}

// forgetOld ends what was begun, or left behind, under the password that is being replaced.
func (s *Service) forgetOld(ctx context.Context, tx *db.Tx, user ids.User) error {
	if err := dropDraft(ctx, tx, user); err != nil {
		return err
	}
	return forgetTokens(ctx, tx, user)
}

// removePassword also ends the sign-ins that wait for it: they begin again, and no password stops them.
func (s *Service) removePassword(ctx context.Context, tx *db.Tx, user ids.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM password WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("remove password: %w", err)
	}
	if err := s.forgetOld(ctx, tx, user); err != nil {
		return err
	}
	if err := dropEmailCode(ctx, tx, recoverScope(user)); err != nil {
		return err
	}
	if err := dropChallenges(ctx, tx, user); err != nil {
		return err
	}
	const waiting = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND pending = 1 LIMIT $2`
	return s.endEach(ctx, tx, user, waiting, user, maxLogins)
}

func dropChallenges(ctx context.Context, tx *db.Tx, user ids.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM password_challenge WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("drop challenges: %w", err)
	}
	return nil
}
