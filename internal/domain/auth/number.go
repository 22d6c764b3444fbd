package auth

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// SendChangeCode begins a change of number: it sends a code to the new one.
// It fails with ErrPhone, ErrPhoneTaken, ErrFresh, ErrNotSent or *WaitError.
// Spec: https://core.telegram.org/method/account.sendChangePhoneCode
func (s *Service) SendChangeCode(ctx context.Context, user ids.User, by Caller, phone string) (Sent, error) {
	p, err := s.phone(phone)
	if err != nil {
		return Sent{}, err
	}
	var a attempt
	var sent Sent
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkSettled(ctx, tx, user, by.Key); err != nil {
			return err
		}
		owner, err := s.owner(ctx, tx, p)
		if err == nil && owner != 0 {
			err = ErrPhoneTaken
		}
		if err != nil {
			return err
		}
		a = attempt{phone: p, purpose: toChangePhone, key: by.Key, user: user}
		sent, err = s.begin(ctx, tx, &a)
		return err
	})
	if err != nil {
		return Sent{}, err
	}
	return s.deliver(ctx, a, sent)
}

// ChangePhone gives user the number to which a code went.
// It fails with ErrPhone, ErrCodeHashEmpty, ErrCodeEmpty, ErrCodeExpired, ErrCodeInvalid or ErrPhoneTaken.
// Spec: https://core.telegram.org/method/account.changePhone
func (s *Service) ChangePhone(ctx context.Context, user ids.User, in Answer) error {
	return s.answer(ctx, user, in, toChangePhone, func(tx *db.Tx, phone users.Phone) error {
		err := s.users.ChangePhone(ctx, tx, user, phone)
		if errors.Is(err, users.ErrPhoneTaken) {
			err = ErrPhoneTaken
		}
		return err
	})
}

// answer checks a code that user asked for and then runs fn, in one transaction.
func (s *Service) answer(ctx context.Context, user ids.User, in Answer, p purpose, fn func(*db.Tx, users.Phone) error) error {
	asked, err := s.check(in, p)
	if err != nil {
		return err
	}
	var outcome error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		var a attempt
		a, outcome, err = s.checkCode(ctx, tx, asked, in.Code)
		if err == nil && outcome == nil && a.user != user {
			outcome = ErrCodeExpired
		}
		if err != nil || outcome != nil {
			return err
		}
		if err := dropAttempt(ctx, tx, a); err != nil {
			return err
		}
		return fn(tx, a.phone)
	})
	return errors.Join(err, outcome)
}
