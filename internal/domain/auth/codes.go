package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Errors of codes.
var (
	// ErrPhone means that a text cannot be a telephone number.
	ErrPhone = errors.New("not a phone number")
	// ErrAPIID means a client without an api_id.
	ErrAPIID = errors.New("no api_id")
	// ErrCodeEmpty means that the code is missing.
	ErrCodeEmpty = errors.New("code missing")
	// ErrCodeHashEmpty means that the name of the attempt is missing.
	ErrCodeHashEmpty = errors.New("code hash missing")
	// ErrCodeInvalid means a wrong code.
	ErrCodeInvalid = errors.New("wrong code")
	// ErrCodeExpired means an attempt that is over, was never, or is another key's.
	ErrCodeExpired = errors.New("code expired")
	// ErrNoWay means that there is no other way to send the code.
	ErrNoWay = errors.New("no way left to send the code")
	// ErrNotSent means that the code could not be sent.
	ErrNotSent = errors.New("code could not be sent")
	// ErrNoPending means that nobody is waiting for a code to that number.
	ErrNoPending = errors.New("no code was asked for")
)

// A Kind is a way for a code to reach somebody.
type Kind string

// The kinds.
const (
	App        Kind = "app"   // the user's other devices
	SMS        Kind = "sms"   // a text message
	Call       Kind = "call"  // a voice call
	Email      Kind = "email" // the login e-mail
	SetUpEmail Kind = "setup" // none yet: a login e-mail has to be given first
)

// Bounds of codes.
const (
	codeLife  = 10 * time.Minute // and as long again to type a name after it
	codeWait  = time.Minute      // before another way may be asked for
	maxTries  = 5                // of one code
	sendLimit = 25 * time.Second // for all of the sending
)

// A purpose keeps codes of different use apart.
type purpose int

const (
	toSignIn purpose = 1 + iota
	toChangePhone
	toConfirmPhone
)

// A CodeRequest asks for a code to sign in with.
type CodeRequest struct {
	By           Caller
	Phone        string // as typed
	APIID        int32
	FutureTokens [][]byte // kept by the client from earlier log-outs
	NoEmail      bool     // the client is too old for codes by e-mail
}

// Sent says how a code went out.
type Sent struct {
	Hash    string // names the attempt
	Kind    Kind
	Length  int
	Next    Kind          // how it can go out next, "" if no way is left
	Timeout time.Duration // until that may be asked for

	EmailPattern string        // of Email
	EmailReset   time.Duration // how long it takes to do without it
	ResetDate    time.Time     // when it will be done without, if that was asked for

	Notices []Notice // to be sent to the user's devices: the code itself, when Kind is App
	Login   *Login   // signed in at once, by a future token: there is no code
}

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

// SendCode begins a sign-in: it sends a code to a number, first to the devices of its owner.
//
// It fails with ErrPhone, ErrAPIID, ErrNotSent or *WaitError, and with ErrPasswordNeeded when a future token was
// right and the password is missing.
// Spec: https://core.telegram.org/method/auth.sendCode
func (s *Service) SendCode(ctx context.Context, req CodeRequest) (Sent, error) {
	if req.APIID == 0 {
		return Sent{}, ErrAPIID
	}
	phone, err := s.phone(req.Phone)
	if err != nil {
		return Sent{}, err
	}
	var a attempt
	var sent Sent
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		a, sent, outcome = attempt{}, Sent{}, nil
		owner, err := s.owner(ctx, tx, phone)
		if err != nil {
			return err
		}
		if login, err := s.returnByToken(ctx, tx, owner, req); login != nil || err != nil {
			sent.Login = login
			if login != nil && login.Pending {
				outcome = ErrPasswordNeeded
			}
			return err
		}
		a = attempt{phone: phone, purpose: toSignIn, key: req.By.Key, owner: owner, noEmail: req.NoEmail}
		sent, err = s.begin(ctx, tx, &a)
		return err
	})
	if err != nil || outcome != nil || sent.Login != nil {
		return sent, errors.Join(err, outcome)
	}
	return s.deliver(ctx, a, sent)
}

// phone reads a number as a client sends it. It fails with ErrPhone.
func (s *Service) phone(in string) (users.Phone, error) {
	phone, err := users.ParsePhone("+"+strings.TrimLeft(strings.TrimSpace(in), "+"), "")
	if err != nil || isTestNumber(phone) && !s.opts.TestNumbers {
		return "", ErrPhone
	}
	return phone, nil
}

// isTestNumber knows Telegram's numbers for tests.
// Spec: https://core.telegram.org/api/auth#test-accounts
func isTestNumber(p users.Phone) bool { return len(p) == 10 && strings.HasPrefix(string(p), "99966") }

// testCode is the code of a test number: the digit after its prefix, repeated.
func testCode(p users.Phone, length int) string { return strings.Repeat(string(p[5]), length) }

// owner returns who has a number, or 0.
func (s *Service) owner(ctx context.Context, tx *db.Tx, phone users.Phone) (ids.User, error) {
	user, err := s.users.ByPhoneTx(ctx, tx, phone)
	if errors.Is(err, users.ErrNotFound) {
		return 0, nil
	}
	return user, err
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

func (s *Service) countSend(ctx context.Context, tx *db.Tx, phone users.Phone) error {
	if isTestNumber(phone) {
		return testSendGate.take(ctx, tx, sendGateName(phone), s.now())
	}
	return sendGate.take(ctx, tx, sendGateName(phone), s.now())
}

func sendGateName(phone users.Phone) string { return "code:" + string(phone) }

// chooseWays sets how the code goes out, and how it can go out after that.
func (s *Service) chooseWays(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) error {
	if isTestNumber(a.phone) {
		a.kind = SMS // nothing leaves the house: the code is known
		return nil
	}
	var ways []Kind
	if a.purpose == toSignIn && a.owner != 0 {
		own, err := s.ownWays(ctx, tx, a, sent)
		if err != nil {
			return err
		}
		ways = own
	}
	if a.purpose == toSignIn && len(ways) == 0 && !a.noEmail && s.mustSetUpEmail(a.owner) {
		ways = []Kind{SetUpEmail}
	}
	for _, k := range []Kind{SMS, Call} {
		if s.opts.Senders[k] != nil {
			ways = append(ways, k)
		}
	}
	if len(ways) == 0 && a.owner != 0 {
		ways = []Kind{SMS} // nothing is sent; whoever runs the server can tell the code (IssueCode)
	}
	if len(ways) == 0 {
		return ErrNotSent
	}
	a.kind, a.rest = ways[0], ways[1:]
	return nil
}

// mustSetUpEmail tells whether somebody without a login e-mail is asked for one: it is wanted, or it is the
// only way for a code to leave the house. An account that exists is not opened by an e-mail that is set up on
// the way: a code to the number has to follow.
func (s *Service) mustSetUpEmail(owner ids.User) bool {
	if s.opts.Senders[Email] == nil {
		return false
	}
	if s.opts.Senders[SMS] != nil || s.opts.Senders[Call] != nil {
		return s.opts.EmailRequired
	}
	return owner == 0
}

// ownWays are the ways to somebody who has an account already.
func (s *Service) ownWays(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) (ways []Kind, err error) {
	devices, err := countLogins(ctx, tx, a.owner, 0)
	if err != nil {
		return nil, err
	}
	if devices > 0 {
		ways = append(ways, App)
	}
	if s.opts.Senders[Email] == nil || a.noEmail {
		return ways, nil
	}
	mail, err := s.loginEmail(ctx, tx, a.owner)
	if err != nil || mail.address == "" {
		return ways, err
	}
	a.target, sent.EmailPattern = mail.address, emailPattern(mail.address)
	sent.EmailReset, sent.ResetDate = emailResetWait, mail.resetAt
	return append(ways, Email), nil
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

func joinKinds(kinds []Kind) string {
	var parts []string
	for _, k := range kinds {
		parts = append(parts, string(k))
	}
	return strings.Join(parts, ",")
}

func splitKinds(text string) (kinds []Kind) {
	for part := range strings.SplitSeq(text, ",") {
		if part != "" {
			kinds = append(kinds, Kind(part))
		}
	}
	return kinds
}

// ResendCode sends a new code by the next way. It fails with ErrPhone, ErrCodeHashEmpty, ErrCodeExpired, ErrNoWay,
// ErrNotSent, and *WaitError before its time.
// Spec: https://core.telegram.org/method/auth.resendCode
func (s *Service) ResendCode(ctx context.Context, by Caller, phone, hash string) (Sent, error) {
	p, err := s.phone(phone)
	if err != nil {
		return Sent{}, err
	}
	if hash == "" {
		return Sent{}, ErrCodeHashEmpty
	}
	var a attempt
	var sent Sent
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		sent = Sent{}
		if a, err = s.readAttempt(ctx, tx, p, hash, by.Key); err != nil {
			return err
		}
		if len(a.rest) == 0 || a.kind == SetUpEmail {
			return ErrNoWay
		}
		if wait := a.sentAt.Add(codeWait).Sub(s.now()); wait > 0 {
			return &WaitError{Wait: wait}
		}
		if err := s.countSend(ctx, tx, p); err != nil {
			return err
		}
		return s.next(ctx, tx, &a, &sent)
	})
	if err != nil {
		return Sent{}, err
	}
	return s.deliver(ctx, a, sent)
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

// next moves an attempt to the first of the ways that are left.
func (s *Service) next(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) (err error) {
	a.kind, a.rest = a.rest[0], a.rest[1:]
	if a.kind == Email {
		if a.owner, err = s.owner(ctx, tx, a.phone); err != nil {
			return err
		}
		if err := s.addressEmail(ctx, tx, a, sent); err != nil {
			return err
		}
	}
	return s.restart(ctx, tx, a, sent)
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

// CancelCode ends an attempt. It fails with ErrPhone, and with ErrCodeExpired when there is none.
// Spec: https://core.telegram.org/method/auth.cancelCode
func (s *Service) CancelCode(ctx context.Context, by Caller, phone, hash string) error {
	p, err := s.phone(phone)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		const remove = `DELETE FROM phone_code WHERE phone = $1 AND hash = $2 AND key_id = $3`
		rows, err := tx.Exec(ctx, remove, p, hash, by.Key)
		if err == nil && rows == 0 {
			err = ErrCodeExpired
		}
		return err
	})
}

// deliver takes a code out of the house, if that is its way. When its sender fails, the other ways are tried
// in their order.
func (s *Service) deliver(ctx context.Context, a attempt, sent Sent) (Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	for {
		if a.staysInside() || s.opts.Senders[a.kind] == nil {
			return sent, nil
		}
		err := s.opts.Senders[a.kind].Send(ctx, message(a.kind, a.phone, a.target, a.code))
		if err == nil {
			return sent, nil
		}
		if len(a.rest) == 0 || ctx.Err() != nil {
			return Sent{}, fmt.Errorf("%w: %w", ErrNotSent, err)
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error {
			sent = Sent{}
			return s.next(ctx, tx, &a, &sent)
		}); err != nil {
			return Sent{}, err
		}
	}
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

// IssueCode replaces the codes that clients wait for at a number by a new one, and returns it: for whoever runs
// the server to tell somebody whom no code reaches. It fails with ErrPhone or ErrNoPending.
func (s *Service) IssueCode(ctx context.Context, phone string) (string, error) {
	p, err := s.phone(phone)
	if err != nil {
		return "", err
	}
	a := attempt{phone: p}
	if err := s.newCode(&a); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		const list = `SELECT hash FROM phone_code WHERE phone = $1 AND expires_at > $2 AND verified = 0 LIMIT 100`
		rows, err := tx.Query(ctx, list, p, s.now())
		if err != nil {
			return err
		}
		n := 0
		for ; rows.Next(); n++ {
			if err := rows.Scan(&a.hash); err != nil {
				return err
			}
			const update = `UPDATE phone_code SET code = $3, tries = 0 WHERE phone = $1 AND hash = $2`
			if _, err := tx.Exec(ctx, update, p, a.hash, s.codeMAC(a, a.code)); err != nil {
				return err
			}
		}
		if n == 0 {
			return ErrNoPending
		}
		return rows.Err()
	})
	if err != nil {
		return "", fmt.Errorf("issue code: %w", err)
	}
	return a.code, nil
}

// InvalidateCodes ends the attempts at the user's number whose code is among codes: somebody has seen them, for
// the user forwarded the message that held one.
// Spec: https://core.telegram.org/method/account.invalidateSignInCodes
func (s *Service) InvalidateCodes(ctx context.Context, user ids.User, codes []string) error {
	u, err := s.users.One(ctx, user)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT hash, code FROM phone_code WHERE phone = $1 LIMIT 100`, u.Phone)
		if err != nil {
			return err
		}
		for rows.Next() {
			a := attempt{phone: u.Phone}
			var want []byte
			if err := rows.Scan(&a.hash, &want); err != nil {
				return err
			}
			if !s.isAmong(a, want, codes) {
				continue
			}
			if err := dropAttempt(ctx, tx, a); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func (s *Service) isAmong(a attempt, want []byte, codes []string) bool {
	for _, code := range codes[:min(len(codes), 20)] {
		if hmac.Equal(want, s.codeMAC(a, code)) {
			return true
		}
	}
	return false
}
