package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/auth/srp"
	"hermod/internal/domain/ids"
)

// Errors of passwords.
var (
	// ErrPassword means a wrong password, or none where there is one.
	ErrPassword = errors.New("wrong password")
	// ErrSRPID means a question that was not asked, or answered already.
	ErrSRPID = errors.New("unknown password challenge")
	// ErrPasswordChanged means that the password was changed while a proof of it was checked.
	ErrPasswordChanged = errors.New("password has changed")
	// ErrNoPassword means an account without a password.
	ErrNoPassword = errors.New("no password is set")
	// ErrSettings means password settings that cannot be meant.
	ErrSettings = errors.New("bad password settings")
	// ErrSalt means that the salt does not begin with the one we gave.
	ErrSalt = errors.New("bad password salt")
	// ErrNotPending means a key that waits for no password.
	ErrNotPending = errors.New("no password is waited for")
)

const (
	challengeLife = 15 * time.Minute
	maxChallenges = 8 // open at a time
	clientSalt    = 32
	maxSalt       = 128
	maxHint       = 255
)

// A Challenge is the question to which a Proof is the answer.
type Challenge struct {
	ID     int64
	Public []byte // B
	Salts  Salts
}

// Salts are mixed into a password.
type Salts struct{ Salt1, Salt2 []byte }

// A Proof shows that somebody knows the password, without telling it.
type Proof struct {
	ID    int64 // of the challenge
	A, M1 []byte
}

// PasswordState is what a client needs to know to set, change or enter a password.
type PasswordState struct {
	Set          bool
	Challenge    Challenge // when Set
	Hint         string
	HasRecovery  bool
	NewSalts     Salts     // for a new password; the client adds random bytes to Salt1
	Unconfirmed  string    // pattern of a recovery e-mail that waits for its code
	ResetAt      time.Time // when the asked-for reset becomes possible
	LoginPattern string    // of the login e-mail
	Prime        []byte
	G            int
}

// password is a row.
type password struct {
	srp.Account
	hint           string
	email          string
	setAt          time.Time
	resetAt        time.Time
	resetRefusedAt time.Time
}

// readPassword fails with ErrNoPassword.
func readPassword(ctx context.Context, tx *db.Tx, user ids.User) (p password, err error) {
	const get = `SELECT verifier, salt1, salt2, hint, email, set_at, reset_at, reset_refused_at FROM password WHERE user_id = $1`
	err = tx.QueryRow(ctx, get, user).Scan(&p.Verifier, &p.Salt1, &p.Salt2, &p.hint, &p.email, &p.setAt, &p.resetAt,
		&p.resetRefusedAt)
	if errors.Is(err, db.ErrNotFound) {
		return password{}, ErrNoPassword
	}
	if err != nil {
		return password{}, fmt.Errorf("read password: %w", err)
	}
	return p, nil
}

func hasPassword(ctx context.Context, tx *db.Tx, user ids.User) (bool, error) {
	_, err := readPassword(ctx, tx, user)
	if errors.Is(err, ErrNoPassword) {
		return false, nil
	}
	return err == nil, err
}

// HolderOf returns the user of a key, signed in or with the password missing. It fails with ErrNotPending.
func (s *Service) HolderOf(ctx context.Context, key ids.AuthKey) (ids.User, error) {
	r, err := s.load(ctx, key)
	if errors.Is(err, ErrUnknownKey) || err == nil && r.user == 0 {
		return 0, ErrNotPending
	}
	if err != nil {
		return 0, err
	}
	return r.user, nil
}

// Password returns the state of user's password, with a new challenge if there is one.
// Spec: https://core.telegram.org/method/account.getPassword
func (s *Service) Password(ctx context.Context, user ids.User) (PasswordState, error) {
	var p password
	st := PasswordState{Prime: s.group.Prime(), G: srp.G, NewSalts: s.newSalts(user)}
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = readPassword(ctx, tx, user)
		if err != nil && !errors.Is(err, ErrNoPassword) {
			return err
		}
		st.Set = err == nil
		return s.readPatterns(ctx, tx, user, &st)
	})
	if err != nil || !st.Set {
		return st, err
	}
	st.Hint, st.HasRecovery, st.ResetAt = p.hint, p.email != "", p.resetAt
	st.Challenge, err = s.challenge(ctx, user, p)
	return st, err
}

func (s *Service) readPatterns(ctx context.Context, tx *db.Tx, user ids.User, st *PasswordState) error {
	draft, err := readDraft(ctx, tx, user)
	if err != nil && !errors.Is(err, ErrEmailExpired) {
		return err
	}
	st.Unconfirmed, st.LoginPattern = "", ""
	if err == nil {
		st.Unconfirmed = emailPattern(draft.email)
	}
	mail, err := s.loginEmail(ctx, tx, user)
	if err == nil && mail.address != "" {
		st.LoginPattern = emailPattern(mail.address)
	}
	return err
}

// newSalts are the salts for user's next password. The client adds random bytes of its own, so they need not
// be new each time; that they are always the same saves remembering what was given out.
func (s *Service) newSalts(user ids.User) Salts {
	return Salts{Salt1: s.mac("salt1", num(int64(user)))[:8], Salt2: s.mac("salt2", num(int64(user)))[:16]}
}

// challenge asks a new question, and forgets the oldest of too many. The arithmetic takes some milliseconds, so it is
// done outside of any transaction, here and in withProof.
func (s *Service) challenge(ctx context.Context, user ids.User, p password) (Challenge, error) {
	ch, err := s.group.NewChallenge(p.Verifier)
	if err != nil {
		return Challenge{}, err
	}
	id, err := randomID()
	if err != nil {
		return Challenge{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		const trim = `DELETE FROM password_challenge WHERE user_id = $1 AND id NOT IN (SELECT id FROM password_challenge
			WHERE user_id = $2 ORDER BY expires_at DESC LIMIT $3)`
		if _, err := tx.Exec(ctx, trim, user, user, maxChallenges-1); err != nil {
			return err
		}
		const insert = `INSERT INTO password_challenge (user_id, id, secret, expires_at) VALUES ($1, $2, $3, $4)`
		_, err := tx.Exec(ctx, insert, user, id, ch.Secret, s.now().Add(challengeLife))
		return err
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("keep challenge: %w", err)
	}
	return Challenge{ID: id, Public: ch.Public, Salts: Salts{p.Salt1, p.Salt2}}, nil
}

// withProof runs fn in a transaction, if proof shows that who asks knows the password of user. A challenge is good for
// one proof, right or wrong.
//
// It fails with ErrNoPassword, ErrPassword, ErrSRPID, ErrPasswordChanged, and with *WaitError after too many wrong proofs.
func (s *Service) withProof(ctx context.Context, user ids.User, proof Proof, fn func(tx *db.Tx) error) error {
	p, secret, err := s.takeChallenge(ctx, user, proof)
	if err != nil {
		return err
	}
	if s.group.Check(p.Account, secret, proof.A, proof.M1) != nil {
		return ErrPassword
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := readPassword(ctx, tx, user)
		if errors.Is(err, ErrNoPassword) || err == nil && !bytes.Equal(now.Verifier, p.Verifier) {
			return ErrPasswordChanged
		}
		if err != nil {
			return err
		}
		if err := forgive(ctx, tx, passwordGateName(user)); err != nil {
			return err
		}
		return fn(tx)
	})
}

// takeChallenge counts an attempt, and takes the challenge that it answers. It fails as withProof does.
func (s *Service) takeChallenge(ctx context.Context, user ids.User, proof Proof) (p password, secret []byte, err error) {
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		outcome = nil
		if p, err = readPassword(ctx, tx, user); err != nil {
			return err
		}
		if proof.ID == 0 {
			return ErrPassword // none was tried
		}
		if err := passwordGate.take(ctx, tx, passwordGateName(user), s.now()); err != nil {
			return err
		}
		const take = `DELETE FROM password_challenge WHERE user_id = $1 AND id = $2 AND expires_at > $3 RETURNING secret`
		err = tx.QueryRow(ctx, take, user, proof.ID, s.now()).Scan(&secret)
		if errors.Is(err, db.ErrNotFound) {
			outcome, err = ErrSRPID, nil // the attempt counts
		}
		return err
	})
	return p, secret, errors.Join(err, outcome)
}

func passwordGateName(user ids.User) string { return "password:" + strconv.FormatInt(int64(user), 10) }

// CheckPassword completes a sign-in that waits for the password.
// It fails with ErrNotPending, ErrNoPassword, ErrSRPID, ErrPassword or *WaitError.
// Spec: https://core.telegram.org/method/auth.checkPassword
func (s *Service) CheckPassword(ctx context.Context, by Caller, proof Proof) (Login, error) {
	user, err := s.HolderOf(ctx, by.Key)
	if err != nil {
		return Login{}, err
	}
	var l Login
	err = s.withProof(ctx, user, proof, func(tx *db.Tx) error {
		r, err := readKey(ctx, tx, by.Key)
		if errors.Is(err, ErrUnknownKey) || err == nil && r.user != user {
			return ErrNotPending // it was ended meanwhile
		}
		if err != nil {
			return err
		}
		l, err = s.authorize(ctx, tx, entry{user: user, by: by})
		return err
	})
	return l, err
}

// RecoveryEmail returns the recovery e-mail of user, "" if there is none, to somebody who knows the password.
// It fails with ErrNoPassword, ErrSRPID, ErrPassword or *WaitError.
// Spec: https://core.telegram.org/method/account.getPasswordSettings
func (s *Service) RecoveryEmail(ctx context.Context, user ids.User, proof Proof) (email string, err error) {
	err = s.withProof(ctx, user, proof, func(tx *db.Tx) error {
		p, err := readPassword(ctx, tx, user)
		email = p.email
		return err
	})
	return email, err
}
