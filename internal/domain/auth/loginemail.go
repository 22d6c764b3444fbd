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

// ErrPurpose means an e-mail to be verified for something that does not fit the caller.
var ErrPurpose = errors.New("nothing to verify an e-mail for")

// An EmailPurpose is what an e-mail address is verified for. Exactly one of the fields is set.
// Spec: https://core.telegram.org/type/EmailVerifyPurpose
type EmailPurpose struct {
	SetUp  *SetUp   // during a sign-in
	Change ids.User // as the login e-mail of somebody signed in
	Other  ids.User // for anything else of his
}

// SetUp names the sign-in that waits for an e-mail.
type SetUp struct {
	By          Caller
	Phone, Hash string
}

// scope is where the code for a purpose is kept. It fails with ErrPurpose.
func (s *Service) scope(p EmailPurpose) (string, error) {
	switch {
	case p.SetUp != nil:
		phone, err := s.phone(p.SetUp.Phone)
		return "setup:" + string(phone) + ":" + p.SetUp.Hash, err
	case p.Change != 0:
		return "login:" + strconv.FormatInt(int64(p.Change), 10), nil
	case p.Other != 0:
		return "other:" + strconv.FormatInt(int64(p.Other), 10), nil
	}
	return "", ErrPurpose
}

// SendEmailCode sends a code to an address that is to be verified.
// It fails with ErrEmail, ErrNoEmail, ErrPurpose, ErrPhone, ErrCodeExpired, ErrNotSent or *WaitError.
// Spec: https://core.telegram.org/method/account.sendVerifyEmailCode
func (s *Service) SendEmailCode(ctx context.Context, p EmailPurpose, email string) (EmailSent, error) {
	email, err := parseEmail(email)
	if err != nil {
		return EmailSent{}, err
	}
	scope, err := s.scope(p)
	if err != nil {
		return EmailSent{}, err
	}
	var m sender.Message
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if p.SetUp != nil {
			if _, err := s.setUpAttempt(ctx, tx, *p.SetUp); err != nil {
				return err
			}
		}
		m, err = s.newEmailCode(ctx, tx, scope, email)
		return err
	})
	if err != nil {
		return EmailSent{}, err
	}
	return s.sendEmail(ctx, m)
}

// setUpAttempt returns the sign-in that waits for an e-mail. It fails with ErrCodeExpired.
func (s *Service) setUpAttempt(ctx context.Context, tx *db.Tx, u SetUp) (attempt, error) {
	phone, err := s.phone(u.Phone)
	if err != nil {
		return attempt{}, err
	}
	a, err := s.readAttempt(ctx, tx, phone, u.Hash, u.By.Key)
	if err == nil && a.kind != SetUpEmail {
		err = ErrCodeExpired
	}
	return a, err
}

// VerifyEmail shows that an address is the caller's. For a sign-in, the code to the number is sent then, and
// sent says how; the address becomes the login e-mail once the sign-in is complete.
// It fails with ErrEmailCode, ErrEmailExpired, and as SendEmailCode.
// Spec: https://core.telegram.org/method/account.verifyEmail
func (s *Service) VerifyEmail(ctx context.Context, p EmailPurpose, code string) (email string, sent *Sent, err error) {
	scope, err := s.scope(p)
	if err != nil {
		return "", nil, err
	}
	var a attempt
	var out Sent
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		a, out = attempt{}, Sent{}
		email, outcome, err = s.checkEmailCode(ctx, tx, scope, code)
		if err != nil || outcome != nil {
			return err
		}
		if err := dropEmailCode(ctx, tx, scope); err != nil {
			return err
		}
		if p.SetUp != nil {
			a, err = s.continueSetUp(ctx, tx, *p.SetUp, email, &out)
			return err
		}
		if p.Change != 0 {
			return setLoginEmail(ctx, tx, p.Change, email)
		}
		return nil
	})
	if err != nil || outcome != nil {
		return "", nil, errors.Join(err, outcome)
	}
	if p.SetUp == nil {
		return email, nil, nil
	}
	out, err = s.deliver(ctx, a, out)
	return email, &out, err
}

// continueSetUp goes on with a sign-in whose e-mail was verified: by the next way to the number, or, where no code
// can be sent to numbers, by a second code to the e-mail.
func (s *Service) continueSetUp(ctx context.Context, tx *db.Tx, u SetUp, email string, sent *Sent) (attempt, error) {
	a, err := s.setUpAttempt(ctx, tx, u)
	if err != nil {
		return attempt{}, err
	}
	a.email = email
	if len(a.rest) == 0 {
		a.rest = []Kind{Email}
	}
	return a, s.next(ctx, tx, &a, sent)
}

// ResetLoginEmail lets a sign-in go on without the login e-mail, which is out of the owner's reach: a week after
// the first call, by the next way to the number. Until then it fails with ErrResetPending, after the first
// call, which says when in sent.ResetDate.
// It also fails with ErrPhone, ErrCodeExpired, ErrNoWay, ErrNotSent or *WaitError.
// Spec: https://core.telegram.org/method/auth.resetLoginEmail
func (s *Service) ResetLoginEmail(ctx context.Context, by Caller, phone, hash string) (Sent, error) {
	p, err := s.phone(phone)
	if err != nil {
		return Sent{}, err
	}
	var a attempt
	var sent Sent
	var deliver bool
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		sent, deliver = Sent{}, false
		if a, err = s.readAttempt(ctx, tx, p, hash, by.Key); err != nil {
			return err
		}
		if a.owner, err = s.owner(ctx, tx, p); err != nil {
			return err
		}
		if a.kind != Email || a.owner == 0 {
			return ErrCodeExpired
		}
		mail, err := s.loginEmail(ctx, tx, a.owner)
		if err != nil {
			return err
		}
		if mail.address == "" { // its time has come
			deliver = true
			return s.withoutEmail(ctx, tx, &a, &sent)
		}
		if !mail.resetAt.IsZero() {
			return ErrResetPending
		}
		return s.askReset(ctx, tx, a, &sent, mail)
	})
	if err != nil || !deliver {
		return sent, err
	}
	return s.deliver(ctx, a, sent)
}

func (s *Service) withoutEmail(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) error {
	if len(a.rest) == 0 {
		return ErrNoWay
	}
	if _, err := tx.Exec(ctx, `DELETE FROM login_email WHERE user_id = $1`, a.owner); err != nil {
		return fmt.Errorf("remove login e-mail: %w", err)
	}
	return s.next(ctx, tx, a, sent)
}

func (s *Service) askReset(ctx context.Context, tx *db.Tx, a attempt, sent *Sent, mail loginMail) error {
	at := s.now().Add(emailResetWait)
	if _, err := tx.Exec(ctx, `UPDATE login_email SET reset_at = $2 WHERE user_id = $1`, a.owner, at); err != nil {
		return fmt.Errorf("ask for the reset of a login e-mail: %w", err)
	}
	a.describe(sent)
	sent.Length = s.opts.CodeLength
	sent.EmailPattern, sent.EmailReset, sent.ResetDate = emailPattern(mail.address), emailResetWait, at
	sent.Notices = []Notice{{User: a.owner, Text: "Somebody with access to your phone number asked to sign in without your login " +
		"e-mail. It will be possible on " + at.UTC().Format(time.RFC1123) + ". If this was not you, sign in and set your " +
		"login e-mail again."}}
	return nil
}
