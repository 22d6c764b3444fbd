package push

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const maxEndpoint = 2048 // bytes

// A token is what browsers register with: a PushSubscription as JSON.
// Spec: https://core.telegram.org/api/push-updates#subscribing-to-notifications
type token struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// parseToken fails with ErrToken for what is no subscription, or one at an address that is not asked.
func (s *Service) parseToken(text string) (token, error) {
	var t token
	if len(text) > 2*maxEndpoint || json.Unmarshal([]byte(text), &t) != nil || len(t.Endpoint) > maxEndpoint {
		return t, ErrToken
	}
	if !hasBytes(t.Keys.P256dh, 65) || !hasBytes(t.Keys.Auth, 16) {
		return t, ErrToken
	}
	u, err := url.Parse(t.Endpoint)
	if err != nil || s.o.Caller == nil || s.checkEndpoint(u) != nil {
		return t, ErrToken
	}
	return t, nil
}

// checkEndpoint refuses what could be asked to make this server knock at doors of its own network: only public machines,
// only TLS, unless the operator trusts a host.
func (s *Service) checkEndpoint(u *url.URL) error {
	if u.Scheme != "https" && (s.o.Trusted == nil || !s.o.Trusted(u.Host)) {
		return ErrToken
	}
	return s.o.Caller.Check(u)
}

func hasBytes(text string, n int) bool {
	b, err := base64.RawURLEncoding.DecodeString(trimPadding(text))
	return err == nil && len(b) == n
}

func trimPadding(text string) string {
	for len(text) > 0 && text[len(text)-1] == '=' {
		text = text[:len(text)-1]
	}
	return text
}

// Register says where the device of a key is pushed to. It fails with ErrToken.
// Spec: https://core.telegram.org/method/account.registerDevice
func (s *Service) Register(ctx context.Context, user ids.User, key ids.AuthKey, text string) error {
	t, err := s.parseToken(text)
	if err != nil {
		return err
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		const put = `INSERT INTO push_device (key_id, user_id, endpoint, p256dh, auth, made_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (key_id) DO UPDATE SET user_id = excluded.user_id, endpoint = excluded.endpoint,
				p256dh = excluded.p256dh, auth = excluded.auth, made_at = excluded.made_at`
		_, err := tx.Exec(ctx, put, key, user, t.Endpoint, trimPadding(t.Keys.P256dh), trimPadding(t.Keys.Auth), time.Now().Unix())
		return err
	})
	if err != nil {
		return wrap("register a device", err)
	}
	return s.recount(ctx, user)
}

// Unregister stops pushing to the device of a key.
// Spec: https://core.telegram.org/method/account.unregisterDevice
func (s *Service) Unregister(ctx context.Context, user ids.User, key ids.AuthKey) error {
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error { return Ended(ctx, tx, key) })
	if err != nil {
		return wrap("unregister a device", err)
	}
	return s.recount(ctx, user)
}

// Ended forgets the device of a key by which nobody is signed in any more. A Service learns of it when it looks.
func Ended(ctx context.Context, tx *db.Tx, key ids.AuthKey) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_device WHERE key_id = $1`, key)
	return wrap("forget a device", err)
}

// Forget forgets all devices of an account that is being deleted.
func Forget(ctx context.Context, tx *db.Tx, user ids.User) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_device WHERE user_id = $1`, user)
	return wrap("forget an account", err)
}

// drop forgets a device whose push service does not know it any more, unless it has registered anew since.
func (s *Service) drop(ctx context.Context, d device) error {
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM push_device WHERE key_id = $1 AND endpoint = $2`, d.key, d.endpoint)
		return err
	})
	if err != nil {
		return wrap("drop a device", err)
	}
	return s.recount(ctx, d.user)
}

// A device is a row of push_device.
type device struct {
	key                    ids.AuthKey
	user                   ids.User
	endpoint, p256dh, auth string
}

// devices are those of user; with a key only that one.
func (s *Service) devices(ctx context.Context, user ids.User, key ids.AuthKey) (all []device, err error) {
	const (
		columns = `SELECT key_id, user_id, endpoint, p256dh, auth FROM push_device WHERE user_id = $1 `
		ofUser  = columns + `ORDER BY made_at DESC LIMIT $2`
		ofKey   = columns + `AND key_id = $2`
	)
	list, args := ofUser, []any{user, maxDevices}
	if key != 0 {
		list, args = ofKey, []any{user, key}
	}
	err = s.o.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(ctx, list, args, func(rows *db.Rows) error {
			var d device
			err := rows.Scan(&d.key, &d.user, &d.endpoint, &d.p256dh, &d.auth)
			all = append(all, d)
			return err
		})
	})
	return all, wrap(fmt.Sprintf("devices of user %d", user), err)
}

const maxUsers = 1_000_000 // whose devices are known in memory

func (s *Service) loadUsers(ctx context.Context) error {
	const list = `SELECT user_id, COUNT(*) FROM push_device GROUP BY user_id LIMIT $1`
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, list, []any{maxUsers}, func(rows *db.Rows) error {
			var user ids.User
			var n int
			err := rows.Scan(&user, &n)
			s.users[user] = n
			return err
		})
	})
	return wrap("devices", err)
}

func (s *Service) recount(ctx context.Context, user ids.User) error {
	var n int
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM push_device WHERE user_id = $1`, user).Scan(&n)
	})
	if err != nil {
		return wrap("count devices", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[user] = n; n == 0 {
		delete(s.users, user)
	}
	return nil
}

// members are those in a channel who have a device to push to.
func (s *Service) members(ctx context.Context, ch ids.Peer) (all []ids.User, err error) {
	const list = `SELECT DISTINCT d.user_id FROM push_device d JOIN membership m ON m.user_id = d.user_id
		WHERE m.peer = $1 AND m.status = 1 LIMIT $2` // 1: groups.In
	err = s.o.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(ctx, list, []any{ch, maxRecipients}, func(rows *db.Rows) error {
			var u ids.User
			err := rows.Scan(&u)
			all = append(all, u)
			return err
		})
	})
	return all, wrap("members to push to", err)
}

const maxRecipients = 20_000 // of one post
