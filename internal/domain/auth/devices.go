package auth

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Claim keeps user signed in by a key until tx ends, if he is; it reports that. Whoever takes the key from him waits.
func (s *Service) Claim(ctx context.Context, tx *db.Tx, key ids.AuthKey, user ids.User) (bool, error) {
	return claim(ctx, tx, key, user)
}

// SecretDevices returns the keys of the devices of user that take secret chats: logins that are complete, whose owner has
// not switched secret chats off for them, and that are not a part of another.
func (s *Service) SecretDevices(ctx context.Context, tx *db.Tx, user ids.User) (keys []ids.AuthKey, err error) {
	const list = `SELECT key_id FROM login WHERE user_id = $1 AND parent_id = 0 AND pending = 0 AND no_secret = 0
		ORDER BY active_at DESC LIMIT $2`
	err = tx.Each(ctx, list, []any{user, maxLogins}, func(rows *db.Rows) error {
		var k ids.AuthKey
		err := rows.Scan(&k)
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("devices of user %d: %w", user, err)
	}
	return keys, nil
}
