package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// ErrPasswordMissing means something that nobody may do without a password on his account.
var ErrPasswordMissing = errors.New("a password is needed for that")

// A FreshError says that a password or a login is so new that it may be a thief's, and for how long it still is.
type FreshError struct {
	Password bool // the password; else the login
	Wait     time.Duration
}

// Error implements error.
func (e *FreshError) Error() string { return "too new for that for " + e.Wait.String() }

// ProveOwner fails unless who calls by key is the owner of user's account beyond doubt: it has a password, which he knows,
// and neither the password nor his login is new.
//
// It fails with ErrPasswordMissing, *FreshError, ErrPassword, ErrSRPID, ErrPasswordChanged or *WaitError, in that order:
// clients call with an empty proof to learn whether a password would help.
// Spec: https://core.telegram.org/api/channel#transferring-ownership
func (s *Service) ProveOwner(ctx context.Context, user ids.User, key ids.AuthKey, proof Proof) error {
	err := s.db.Read(ctx, func(tx *db.Tx) error { return s.checkOwner(ctx, tx, user, key) })
	if err != nil {
		return err
	}
	err = s.withProof(ctx, user, proof, func(*db.Tx) error { return nil })
	if errors.Is(err, ErrNoPassword) {
		return ErrPasswordMissing // it was removed meanwhile
	}
	return err
}

func (s *Service) checkOwner(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) error {
	p, err := readPassword(ctx, tx, user)
	if errors.Is(err, ErrNoPassword) {
		return ErrPasswordMissing
	}
	if err != nil {
		return err
	}
	if wait := s.freshFor(p.setAt); wait > 0 {
		return &FreshError{Password: true, Wait: wait}
	}
	if s.opts.FreshFor == 0 {
		return nil
	}
	l, err := loginOf(ctx, tx, user, key)
	if err != nil {
		return fmt.Errorf("login of the owner: %w", err)
	}
	if wait := s.freshFor(l.CreatedAt); wait > 0 {
		return &FreshError{Wait: wait}
	}
	return nil
}

// freshFor is for how long what was made then still counts as new.
func (s *Service) freshFor(made time.Time) time.Duration { return s.opts.FreshFor - s.now().Sub(made) }
