package auth

import (
	"context"
	"crypto/hmac"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

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
