package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// An attempt is a row of phone_code.
type attempt struct {
	phone   users.Phone
	hash    string
	purpose purpose
	key     ids.AuthKey
	user    ids.User // who asked, when signed in
	kind    Kind
	rest    []Kind
	email   string
	sentAt  time.Time

	code   string   // only while it is on its way
	owner  ids.User // whose devices an App code goes to
	target string   // e-mail address of an Email code

	noEmail bool // the client does not know codes by e-mail
}

// begin counts the attempt, chooses the ways, makes the code and keeps the attempt.
func (s *Service) begin(ctx context.Context, tx *db.Tx, a *attempt) (Sent, error) {
	if err := s.countSend(ctx, tx, a.phone); err != nil {
		return Sent{}, err
	}
	id, err := randomBytes(12)
	if err != nil {
		return Sent{}, err
	}
	a.hash, a.sentAt = hex.EncodeToString(id), s.now()
	var sent Sent
	if err := s.chooseWays(ctx, tx, a, &sent); err != nil {
		return Sent{}, err
	}
	if err := s.newCode(a); err != nil {
		return Sent{}, err
	}
	const insert = `INSERT INTO phone_code (phone, hash, purpose, key_id, user_id, kind, rest, code, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err = tx.Exec(ctx, insert, a.phone, a.hash, a.purpose, a.key, a.user, a.kind, joinKinds(a.rest), s.codeMAC(*a, a.code),
		a.sentAt, a.sentAt.Add(codeLife))
	if err != nil {
		return Sent{}, fmt.Errorf("keep code: %w", err)
	}
	a.describe(&sent)
	return sent, nil
}

// newCode makes the code of an attempt.
func (s *Service) newCode(a *attempt) (err error) {
	if isTestNumber(a.phone) {
		a.code = testCode(a.phone, s.opts.CodeLength)
		return nil
	}
	a.code, err = randomDigits(s.opts.CodeLength)
	return err
}

// randomDigits returns n digits, all equally likely.
func randomDigits(n int) (string, error) {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return fmt.Sprintf("%0*d", n, v), nil
}

// codeMAC is what is kept of a code.
func (s *Service) codeMAC(a attempt, code string) []byte {
	return s.mac("code", []byte(a.phone), []byte(a.hash), []byte(code))
}

// describe fills in what the client is told.
func (a attempt) describe(sent *Sent) {
	sent.Hash, sent.Kind, sent.Length = a.hash, a.kind, len(a.code)
	if len(a.rest) > 0 && a.kind != SetUpEmail {
		sent.Next, sent.Timeout = a.rest[0], codeWait
	}
	if a.kind == App {
		sent.Notices = []Notice{{User: a.owner, Text: codeText(a.code)}}
	}
}

// readAttempt returns an attempt under way. It fails with ErrCodeExpired.
func (s *Service) readAttempt(ctx context.Context, tx *db.Tx, phone users.Phone, hash string, key ids.AuthKey) (attempt, error) {
	const get = `SELECT purpose, user_id, kind, rest, email, sent_at FROM phone_code
		WHERE phone = $1 AND hash = $2 AND key_id = $3 AND expires_at > $4 AND verified = 0`
	a := attempt{phone: phone, hash: hash, key: key}
	var rest string
	err := tx.QueryRow(ctx, get, phone, hash, key, s.now()).Scan(&a.purpose, &a.user, &a.kind, &rest, &a.email, &a.sentAt)
	if errors.Is(err, db.ErrNotFound) {
		return attempt{}, ErrCodeExpired
	}
	if err != nil {
		return attempt{}, fmt.Errorf("read attempt: %w", err)
	}
	a.rest = splitKinds(rest)
	return a, nil
}

// restart gives an attempt a new code, for its kind.
func (s *Service) restart(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) error {
	a.sentAt = s.now()
	if err := s.newCode(a); err != nil {
		return err
	}
	const update = `UPDATE phone_code SET kind = $3, rest = $4, code = $5, email = $6, tries = 0, sent_at = $7,
		expires_at = $8 WHERE phone = $1 AND hash = $2`
	_, err := tx.Exec(ctx, update, a.phone, a.hash, a.kind, joinKinds(a.rest), s.codeMAC(*a, a.code), a.email, a.sentAt,
		a.sentAt.Add(codeLife))
	if err != nil {
		return fmt.Errorf("keep code: %w", err)
	}
	a.describe(sent)
	return nil
}

// staysInside tells whether no sender has to take the code out of the house.
func (a attempt) staysInside() bool {
	return a.kind == App || a.kind == SetUpEmail || isTestNumber(a.phone)
}

// checkCode compares a code with the one of an attempt. Every call counts as a try.
//
// outcome is ErrCodeExpired or ErrCodeInvalid when the code is of no use; the transaction must commit all the
// same, since it has counted.
func (s *Service) checkCode(ctx context.Context, tx *db.Tx, a attempt, code string) (found attempt, outcome, err error) {
	const try = `UPDATE phone_code SET tries = tries + 1 WHERE phone = $1 AND hash = $2 AND key_id = $3 AND purpose = $4
		AND expires_at > $5 RETURNING code, tries, user_id, kind, email`
	var want []byte
	var tries int
	err = tx.QueryRow(ctx, try, a.phone, a.hash, a.key, a.purpose, s.now()).Scan(&want, &tries, &a.user, &a.kind, &a.email)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return a, ErrCodeExpired, nil
	case err != nil:
		return a, nil, fmt.Errorf("try code: %w", err)
	case tries > maxTries:
		return a, ErrCodeExpired, nil
	case a.kind == SetUpEmail:
		return a, ErrCodeInvalid, nil // nobody has been sent it
	case hmac.Equal(want, s.codeMAC(a, s.shortened(a.phone, code))):
		return a, nil, nil
	case isTestNumber(a.phone):
		return a, ErrCodeInvalid, nil
	}
	return a, ErrCodeInvalid, guessGate.fine(ctx, tx, sendGateName(a.phone), s.now())
}

// shortened accepts the codes of test numbers in both lengths in use, five digits and six.
func (s *Service) shortened(phone users.Phone, code string) string {
	if isTestNumber(phone) && (code == testCode(phone, 5) || code == testCode(phone, 6)) {
		return testCode(phone, s.opts.CodeLength)
	}
	return code
}

// dropAttempt ends an attempt whose code was used.
func dropAttempt(ctx context.Context, tx *db.Tx, a attempt) error {
	if _, err := tx.Exec(ctx, `DELETE FROM phone_code WHERE phone = $1 AND hash = $2`, a.phone, a.hash); err != nil {
		return fmt.Errorf("drop code: %w", err)
	}
	return nil
}
