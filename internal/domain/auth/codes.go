package auth

import (
	"context"
	"errors"
	"fmt"
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

func (s *Service) countSend(ctx context.Context, tx *db.Tx, phone users.Phone) error {
	if isTestNumber(phone) {
		return testSendGate.take(ctx, tx, sendGateName(phone), s.now())
	}
	return sendGate.take(ctx, tx, sendGateName(phone), s.now())
}

func sendGateName(phone users.Phone) string { return "code:" + string(phone) }

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
		if err := s.spend(a.kind); err != nil {
			return Sent{}, err
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

// spend takes a message or a call to a telephone from the budget of all. It fails with *WaitError when that is spent.
func (s *Service) spend(k Kind) error {
	if s.budget == nil || k != SMS && k != Call || s.budget.AllowN(s.nowFunc(), 1) {
		return nil
	}
	return &WaitError{Wait: max(time.Hour/time.Duration(s.opts.CodesPerHour), time.Minute)}
}
