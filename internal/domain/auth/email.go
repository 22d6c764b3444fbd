package auth

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Errors of e-mail addresses and the codes sent to them.
var (
	// ErrEmail means that a text cannot be an e-mail address.
	ErrEmail = errors.New("not an e-mail address")
	// ErrNoEmail means that this server cannot send e-mail.
	ErrNoEmail = errors.New("no e-mail is sent here")
	// ErrEmailCode means a wrong code.
	ErrEmailCode = errors.New("wrong e-mail code")
	// ErrEmailExpired means that no code is waited for, or not any more.
	ErrEmailExpired = errors.New("e-mail code expired")
	// ErrResetPending means that doing without the login e-mail was asked for already.
	ErrResetPending = errors.New("reset of the login e-mail is pending")
)

// emailCodeLength is the number of digits of a code sent by e-mail.
const emailCodeLength = 6

const (
	emailCodeLife  = time.Hour
	emailResetWait = 7 * 24 * time.Hour // until a login e-mail that is out of reach can be done without
	maxEmail       = 254
)

// An EmailSent says where a code went.
type EmailSent struct {
	Pattern string // the address, mostly stars
	Length  int
}

// parseEmail reads an address. It fails with ErrEmail.
func parseEmail(in string) (string, error) {
	in = strings.TrimSpace(in)
	a, err := mail.ParseAddress(in)
	if err != nil || a.Name != "" || a.Address != in || len(in) > maxEmail || strings.ContainsAny(in, "\r\n\x00\"") {
		return "", ErrEmail
	}
	local, domain, _ := strings.Cut(in, "@")
	if local == "" || !strings.Contains(domain, ".") {
		return "", ErrEmail
	}
	return in, nil
}

// emailPattern shows the first and last letter and the domain.
func emailPattern(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	letters := []rune(local)
	if len(letters) < 3 {
		return "***@" + domain
	}
	return string(letters[:1]) + "***" + string(letters[len(letters)-1:]) + "@" + domain
}

func message(kind Kind, phone users.Phone, email, code string) sender.Message {
	m := sender.Message{Kind: string(kind), Phone: string(phone), Email: email, Code: code}
	m.Text = "Your Hermod code is " + code + ". Do not give it to anyone. If you did not ask for it, ignore this message."
	return m
}

// newEmailCode keeps a new code for scope, and returns what has to be sent once the transaction has committed.
// It fails with ErrNoEmail or *WaitError.
func (s *Service) newEmailCode(ctx context.Context, tx *db.Tx, scope, email string) (sender.Message, error) {
	if s.opts.Senders[Email] == nil {
		return sender.Message{}, ErrNoEmail
	}
	for _, name := range []string{emailGateName(scope), "address:" + strings.ToLower(email)} {
		if err := emailGate.take(ctx, tx, name, s.now()); err != nil {
			return sender.Message{}, err
		}
	}
	code, err := randomDigits(emailCodeLength)
	if err != nil {
		return sender.Message{}, err
	}
	const keep = `INSERT INTO email_code (scope, email, code, tries, expires_at) VALUES ($1, $2, $3, 0, $4)
		ON CONFLICT (scope) DO UPDATE SET email = excluded.email, code = excluded.code, tries = 0, expires_at = excluded.expires_at`
	if _, err := tx.Exec(ctx, keep, scope, email, s.emailMAC(scope, code), s.now().Add(emailCodeLife)); err != nil {
		return sender.Message{}, fmt.Errorf("keep e-mail code: %w", err)
	}
	return message(Email, "", email, code), nil
}

func emailGateName(scope string) string { return "email:" + scope }

func (s *Service) emailMAC(scope, code string) []byte {
	return s.mac("email", []byte(scope), []byte(code))
}

// sendEmail sends what newEmailCode returned. It fails with ErrNotSent.
func (s *Service) sendEmail(ctx context.Context, m sender.Message) (EmailSent, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	if err := s.opts.Senders[Email].Send(ctx, m); err != nil {
		return EmailSent{}, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	return EmailSent{Pattern: emailPattern(m.Email), Length: len(m.Code)}, nil
}

// checkEmailCode compares a code with the one kept for scope, and returns the address it went to. outcome is
// ErrEmailCode or ErrEmailExpired when it is of no use; the transaction must commit all the same. A right code
// stays until dropEmailCode.
func (s *Service) checkEmailCode(ctx context.Context, tx *db.Tx, scope, code string) (email string, outcome, err error) {
	const try = `UPDATE email_code SET tries = tries + 1 WHERE scope = $1 AND expires_at > $2 RETURNING email, code, tries`
	var want []byte
	var tries int
	err = tx.QueryRow(ctx, try, scope, s.now()).Scan(&email, &want, &tries)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return "", ErrEmailExpired, nil
	case err != nil:
		return "", nil, fmt.Errorf("try e-mail code: %w", err)
	case tries > maxTries:
		return "", ErrEmailExpired, nil
	case !hmac.Equal(want, s.emailMAC(scope, code)):
		return "", ErrEmailCode, emailGate.fine(ctx, tx, emailGateName(scope), s.now())
	}
	return email, nil, nil
}

func dropEmailCode(ctx context.Context, tx *db.Tx, scope string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM email_code WHERE scope = $1`, scope); err != nil {
		return fmt.Errorf("drop e-mail code: %w", err)
	}
	return nil
}

// loginMail is where codes for a user may go.
type loginMail struct {
	address string // "" if none
	resetAt time.Time
}

// loginEmail returns the login e-mail of user, unless the time to do without it has come.
func (s *Service) loginEmail(ctx context.Context, tx *db.Tx, user ids.User) (m loginMail, err error) {
	err = tx.QueryRow(ctx, `SELECT email, reset_at FROM login_email WHERE user_id = $1`, user).Scan(&m.address, &m.resetAt)
	if errors.Is(err, db.ErrNotFound) || err == nil && !m.resetAt.IsZero() && !s.now().Before(m.resetAt) {
		return loginMail{}, nil
	}
	if err != nil {
		return loginMail{}, fmt.Errorf("read login e-mail: %w", err)
	}
	return m, nil
}

func setLoginEmail(ctx context.Context, tx *db.Tx, user ids.User, email string) error {
	const set = `INSERT INTO login_email (user_id, email) VALUES ($1, $2)
		ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, reset_at = 0`
	if _, err := tx.Exec(ctx, set, user, email); err != nil {
		return fmt.Errorf("set login e-mail: %w", err)
	}
	return nil
}

// addressEmail sets where an Email code goes: the login e-mail of the account, or, before there is one, the
// address that was shown to be theirs on the way. It fails with ErrNoWay when there is neither.
func (s *Service) addressEmail(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) error {
	a.target = a.email
	if a.target == "" && a.owner != 0 {
		m, err := s.loginEmail(ctx, tx, a.owner)
		if err != nil {
			return err
		}
		a.target, sent.EmailReset, sent.ResetDate = m.address, emailResetWait, m.resetAt
	}
	if a.target == "" {
		return ErrNoWay
	}
	sent.EmailPattern = emailPattern(a.target)
	return nil
}
