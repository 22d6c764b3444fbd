package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Errors of SignIn and SignUp.
var (
	// ErrSignUpRequired means that the code was right and nobody has the number yet.
	ErrSignUpRequired = errors.New("nobody has this number yet")
	// ErrPhoneTaken means that somebody has the number.
	ErrPhoneTaken = errors.New("phone number is taken")
)

const (
	futureTokenSize = 32
	futureTokenLife = 365 * 24 * time.Hour
	maxFutureTokens = 20 // looked at in one request

	keptFutureTokens = 5 // of a user
)

// An Answer is a code that somebody read on his telephone.
type Answer struct {
	By          Caller
	Phone, Hash string
	Code        string
	ByEmail     bool // the code was sent by e-mail
}

// check reads what can be read without the database.
func (s *Service) check(a Answer, p purpose) (attempt, error) {
	phone, err := s.phone(a.Phone)
	switch {
	case err != nil:
		return attempt{}, err
	case a.Hash == "":
		return attempt{}, ErrCodeHashEmpty
	case a.Code == "":
		return attempt{}, ErrCodeEmpty
	}
	return attempt{phone: phone, hash: a.Hash, purpose: p, key: a.By.Key}, nil
}

// SignIn completes a sign-in. It may be repeated after success.
//
// It fails with ErrPhone, ErrCodeHashEmpty, ErrCodeEmpty, ErrCodeExpired, ErrCodeInvalid; with ErrSignUpRequired
// when a name is to follow (SignUp), and with ErrPasswordNeeded when a password is (CheckPassword).
// Spec: https://core.telegram.org/method/auth.signIn
func (s *Service) SignIn(ctx context.Context, in Answer) (Login, error) {
	asked, err := s.check(in, toSignIn)
	if err != nil {
		return Login{}, err
	}
	var l Login
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		l, outcome = Login{}, nil
		a, wrong, err := s.checkCode(ctx, tx, asked, in.Code)
		if err != nil || wrong != nil {
			outcome = wrong
			return err
		}
		user, err := s.owner(ctx, tx, a.phone)
		if err != nil {
			return err
		}
		l, outcome, err = s.admit(ctx, tx, a, user, in)
		return err
	})
	if errors.Is(outcome, ErrCodeExpired) {
		return s.repeated(ctx, in.By, asked.phone, outcome)
	}
	return l, errors.Join(err, outcome)
}

// admit lets somebody in whose code was right.
func (s *Service) admit(ctx context.Context, tx *db.Tx, a attempt, user ids.User, in Answer) (l Login, outcome, err error) {
	if user == 0 {
		_, err := tx.Exec(ctx, `UPDATE phone_code SET verified = 1, expires_at = $3 WHERE phone = $1 AND hash = $2`,
			a.phone, a.hash, s.now().Add(codeLife))
		return Login{}, ErrSignUpRequired, err
	}
	if a.email != "" && a.kind == Email {
		return Login{}, ErrCodeExpired, nil // it was a stranger's e-mail when the code went there
	}
	if err := dropAttempt(ctx, tx, a); err != nil {
		return Login{}, nil, err
	}
	if a.email != "" {
		if err := setLoginEmail(ctx, tx, user, a.email); err != nil {
			return Login{}, nil, err
		}
	}
	return s.enter(ctx, tx, user, in.By)
}

// enter signs user in by a key, as far as that goes without the password.
func (s *Service) enter(ctx context.Context, tx *db.Tx, user ids.User, by Caller) (l Login, outcome, err error) {
	pending, err := hasPassword(ctx, tx, user)
	if err != nil {
		return Login{}, nil, err
	}
	l, err = s.authorize(ctx, tx, entry{user: user, pending: pending, by: by})
	if err == nil && pending {
		outcome = ErrPasswordNeeded
	}
	return l, outcome, err
}

// repeated serves a call whose first answer got lost: the attempt is over, and its key is signed in to the
// account with that number. Otherwise it returns the outcome.
func (s *Service) repeated(ctx context.Context, by Caller, phone users.Phone, outcome error) (Login, error) {
	var l Login
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		user, err := s.owner(ctx, tx, phone)
		if err != nil {
			return err
		}
		if user == 0 {
			return ErrHash
		}
		l, err = loginOf(ctx, tx, user, by.Key)
		return err
	})
	switch {
	case errors.Is(err, ErrHash):
		return Login{}, outcome
	case err == nil && l.Pending:
		return Login{}, ErrPasswordNeeded
	}
	return l, err
}

// NewPerson is the name of somebody who signs up.
type NewPerson struct {
	By          Caller
	Phone, Hash string
	First, Last string
}

// SignUp makes an account for a number whose code SignIn has seen, and signs it in. It may be repeated.
//
// It fails with ErrPhone, ErrCodeHashEmpty, ErrCodeExpired, ErrPhoneTaken, users.ErrFirstName, users.ErrLastName.
// Spec: https://core.telegram.org/method/auth.signUp
func (s *Service) SignUp(ctx context.Context, in NewPerson) (Login, error) {
	phone, err := s.phone(in.Phone)
	if err != nil {
		return Login{}, err
	}
	if in.Hash == "" {
		return Login{}, ErrCodeHashEmpty
	}
	var l Login
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		email, err := s.takeVerified(ctx, tx, phone, in.Hash, in.By.Key)
		if err != nil {
			return err
		}
		u, err := s.users.Create(ctx, tx, users.NewUser{Phone: phone, FirstName: in.First, LastName: in.Last})
		if errors.Is(err, users.ErrPhoneTaken) {
			return ErrPhoneTaken
		}
		if err != nil {
			return err
		}
		if email != "" {
			if err := setLoginEmail(ctx, tx, u.ID, email); err != nil {
				return err
			}
		}
		l, err = s.authorize(ctx, tx, entry{user: u.ID, by: in.By, new: true})
		return err
	})
	if errors.Is(err, ErrCodeExpired) {
		return s.repeated(ctx, in.By, phone, err)
	}
	return l, err
}

// takeVerified ends an attempt whose code was right, and returns the login e-mail that was set up on the way.
// It fails with ErrCodeExpired.
func (s *Service) takeVerified(ctx context.Context, tx *db.Tx, phone users.Phone, hash string, key ids.AuthKey) (email string, err error) {
	const take = `DELETE FROM phone_code WHERE phone = $1 AND hash = $2 AND key_id = $3 AND purpose = $4 AND verified = 1
		AND expires_at > $5 RETURNING email`
	err = tx.QueryRow(ctx, take, phone, hash, key, toSignIn, s.now()).Scan(&email)
	if errors.Is(err, db.ErrNotFound) {
		return "", ErrCodeExpired
	}
	if err != nil {
		return "", fmt.Errorf("take code: %w", err)
	}
	return email, nil
}

// CreateUser makes an account for a number, for whoever runs the server.
// It fails with ErrPhone, ErrPhoneTaken, users.ErrFirstName, users.ErrLastName.
func (s *Service) CreateUser(ctx context.Context, phone, first, last string) (users.User, error) {
	p, err := s.phone(phone)
	if err != nil {
		return users.User{}, err
	}
	var u users.User
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, err = s.users.Create(ctx, tx, users.NewUser{Phone: p, FirstName: first, LastName: last})
		return err
	})
	if errors.Is(err, users.ErrPhoneTaken) {
		err = ErrPhoneTaken
	}
	return u, err
}

// LogOut signs a key out, and returns a token with which the client can sign in again without a code. It is nil
// for a key by which nobody is signed in, and for bots.
// Spec: https://core.telegram.org/method/auth.logOut
func (s *Service) LogOut(ctx context.Context, key ids.AuthKey) (token []byte, err error) {
	r, err := s.load(ctx, key)
	if errors.Is(err, ErrUnknownKey) || err == nil && r.user == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		token = nil
		if err := s.end(ctx, tx, r.user, key); err != nil || r.bot || r.pending {
			return err
		}
		token, err = s.newFutureToken(ctx, tx, r.user)
		return err
	})
	return token, err
}

func (s *Service) newFutureToken(ctx context.Context, tx *db.Tx, user ids.User) ([]byte, error) {
	token, err := randomBytes(futureTokenSize)
	if err != nil {
		return nil, err
	}
	const trim = `DELETE FROM future_token WHERE user_id = $1 AND token NOT IN (SELECT token FROM future_token
		WHERE user_id = $2 ORDER BY expires_at DESC LIMIT $3)`
	if _, err := tx.Exec(ctx, trim, user, user, keptFutureTokens-1); err != nil {
		return nil, fmt.Errorf("trim future tokens: %w", err)
	}
	const insert = `INSERT INTO future_token (user_id, token, expires_at) VALUES ($1, $2, $3)`
	if _, err := tx.Exec(ctx, insert, user, s.mac("future", token), s.now().Add(futureTokenLife)); err != nil {
		return nil, fmt.Errorf("keep future token: %w", err)
	}
	return token, nil
}

// returnByToken signs in by a token that the client kept when it logged out. It returns nil when there is none.
// Spec: https://core.telegram.org/api/auth#future-auth-tokens
func (s *Service) returnByToken(ctx context.Context, tx *db.Tx, user ids.User, req CodeRequest) (*Login, error) {
	if user == 0 || len(req.FutureTokens) == 0 {
		return nil, nil
	}
	used, err := s.useFutureToken(ctx, tx, user, req.FutureTokens)
	if err != nil || !used {
		return nil, err
	}
	l, _, err := s.enter(ctx, tx, user, req.By)
	return &l, err
}

// useFutureToken takes the first token that is the user's.
func (s *Service) useFutureToken(ctx context.Context, tx *db.Tx, user ids.User, tokens [][]byte) (bool, error) {
	for _, t := range tokens[:min(len(tokens), maxFutureTokens)] {
		if len(t) != futureTokenSize {
			continue
		}
		const take = `DELETE FROM future_token WHERE user_id = $1 AND token = $2 AND expires_at > $3`
		rows, err := tx.Exec(ctx, take, user, s.mac("future", t), s.now())
		if err != nil || rows > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// forgetTokens ends what log-outs left behind, and all else that opens an account without a code.
func forgetTokens(ctx context.Context, tx *db.Tx, user ids.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM future_token WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("forget future tokens: %w", err)
	}
	return nil
}
