package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Errors of logins.
var (
	// ErrPasswordNeeded means that the code was right and the account has a password: the login is pending
	// until CheckPassword.
	ErrPasswordNeeded = errors.New("password needed")
	// ErrHash means that no login of the user has this hash.
	ErrHash = errors.New("no such login")
	// ErrFresh means that the login is too new to end others.
	ErrFresh = errors.New("login too new for that")
	// ErrDays means a number of days outside of what is allowed.
	ErrDays = errors.New("days out of range")
)

// maxLogins bounds a page of a user's logins.
const maxLogins = 500

// Bounds of logins. Beyond them the one that was not used for the longest time ends.
const (
	maxDevices = 200 // of a user
	maxParts   = 64  // of a login
)

// useInterval is how exactly the last use of a login is known.
const useInterval = 5 * time.Minute

// A Login is a key that is signed in to a user.
type Login struct {
	User        ids.User
	Key         ids.AuthKey
	Hash        int64 // its public name
	Current     bool  // set by Logins: it is the one that asks
	Pending     bool  // the password is missing
	Unconfirmed bool  // nobody has said yet that it is theirs
	NoSecret    bool  // takes no secret chats
	NoCalls     bool
	Client      Client // APIID, Device, System, App and LangPack
	Address     string
	CreatedAt   time.Time
	ActiveAt    time.Time

	Notices []Notice // set by what signs in: to be sent to the user's devices
}

// entry is what authorize is asked for.
type entry struct {
	user    ids.User
	bot     bool
	pending bool        // the password is missing
	parent  ids.AuthKey // the login that this one is a part of
	by      Caller
	new     bool // the account is new: it has no other logins
}

// authorize signs a key in. It fails with ErrUnknownKey.
func (s *Service) authorize(ctx context.Context, tx *db.Tx, e entry) (Login, error) {
	r, err := s.load(ctx, e.by.Key)
	if err != nil {
		return Login{}, err
	}
	if r.user != 0 && r.user != e.user {
		if err := s.end(ctx, tx, r.user, e.by.Key); err != nil {
			return Login{}, err
		}
	}
	const sign = `UPDATE auth_key SET user_id = $2, bot = $3, pending = $4, sweep_at = 0 WHERE id = $1 AND temporary = 0`
	rows, err := tx.Exec(ctx, sign, e.by.Key, e.user, e.bot, e.pending)
	if err == nil && rows == 0 {
		err = ErrUnknownKey
	}
	if err != nil {
		return Login{}, fmt.Errorf("sign key in: %w", err)
	}
	s.changed(tx, e.by.Key)
	l := Login{User: e.user, Key: e.by.Key, Pending: e.pending, Client: r.client, Address: cleanText(e.by.Addr, maxClientText)}
	l.CreatedAt, l.ActiveAt = s.now(), s.now()
	if l.Hash, err = randomID(); err != nil {
		return Login{}, err
	}
	if err := s.announceLogin(ctx, tx, e, &l); err != nil {
		return Login{}, err
	}
	return l, insertLogin(ctx, tx, l, e.parent)
}

// announceLogin tells the user's other devices of a new login, if there are any. One that is not complete, or a
// part of another, is not news; nor is a bot's.
func (s *Service) announceLogin(ctx context.Context, tx *db.Tx, e entry, l *Login) error {
	if e.new || e.pending || e.parent != 0 {
		return nil
	}
	others, err := countLogins(ctx, tx, e.user, e.by.Key)
	if err != nil || others == 0 {
		return err
	}
	if others >= maxDevices {
		if err := s.endOldest(ctx, tx, e.user, e.by.Key, 0); err != nil {
			return err
		}
	}
	if e.bot {
		return nil
	}
	l.Unconfirmed = true
	l.Notices = []Notice{{User: e.user, Text: loginText(*l)}}
	return s.log.Note(ctx, tx, e.user.Peer(), updates.NewAuthorization{Hash: l.Hash})
}

// countLogins counts the devices of a user, except one.
func countLogins(ctx context.Context, tx *db.Tx, user ids.User, except ids.AuthKey) (n int, err error) {
	const count = `SELECT COUNT(*) FROM login WHERE user_id = $1 AND key_id <> $2 AND pending = 0 AND parent_id = 0`
	if err := tx.QueryRow(ctx, count, user, except).Scan(&n); err != nil {
		return 0, fmt.Errorf("count logins: %w", err)
	}
	return n, nil
}

// endOldest ends the login of user that was not used for the longest time: of his devices, except one, or of the parts
// of a login.
func (s *Service) endOldest(ctx context.Context, tx *db.Tx, user ids.User, except, parent ids.AuthKey) error {
	const oldest = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND parent_id = $2 AND key_id <> $3
		ORDER BY active_at LIMIT 1`
	l, err := oneLogin(readLogins(ctx, tx, oldest, user, parent, except))
	if errors.Is(err, ErrHash) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.end(ctx, tx, user, l.Key)
}

func insertLogin(ctx context.Context, tx *db.Tx, l Login, parent ids.AuthKey) error {
	const insert = `INSERT INTO login (user_id, key_id, hash, parent_id, pending, unconfirmed, api_id, device, system, app,
		lang_pack, address, created_at, active_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (user_id, key_id) DO UPDATE SET hash = excluded.hash, parent_id = excluded.parent_id,
		pending = excluded.pending, unconfirmed = excluded.unconfirmed, address = excluded.address,
		created_at = excluded.created_at, active_at = excluded.active_at`
	c := l.Client
	_, err := tx.Exec(ctx, insert, l.User, l.Key, l.Hash, parent, l.Pending, l.Unconfirmed, c.APIID, c.Device, c.System,
		c.App, c.LangPack, l.Address, l.CreatedAt, l.ActiveAt)
	if err != nil {
		return fmt.Errorf("insert login: %w", err)
	}
	return nil
}

// end signs out a key of user, with all that was carried over from it. The keys stay: clients are told that
// they are signed out, rather than that their key is unknown, which some do not survive (client-needs 9.3).
//
// The key itself goes first: that waits for an Import by it which is under way, and stops the next.
func (s *Service) end(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) error {
	if err := s.release(ctx, tx, user, key); err != nil {
		return err
	}
	const remove = `DELETE FROM login WHERE user_id = $1 AND (key_id = $2 OR parent_id = $3) RETURNING key_id`
	rows, err := tx.Query(ctx, remove, user, key, key)
	if err != nil {
		return fmt.Errorf("end login: %w", err)
	}
	for rows.Next() {
		var k ids.AuthKey
		if err := rows.Scan(&k); err != nil {
			return err
		}
		if k == key {
			continue
		}
		if err := s.release(ctx, tx, user, k); err != nil {
			return err
		}
	}
	return rows.Err()
}

// release takes user off a key.
func (s *Service) release(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) error {
	const release = `UPDATE auth_key SET user_id = 0, bot = 0, pending = 0, sweep_at = $3 WHERE id = $1 AND user_id = $2`
	if _, err := tx.Exec(ctx, release, key, user, s.now().Add(unusedKeyLife)); err != nil {
		return fmt.Errorf("sign key out: %w", err)
	}
	if s.opts.Ended != nil {
		if err := s.opts.Ended(ctx, tx, user, key); err != nil {
			return fmt.Errorf("forget a device: %w", err)
		}
	}
	s.changed(tx, key)
	return s.recordEnd(ctx, tx, key)
}

// Logins lists the logins of a user, the last used first, without those that are a part of another. Current is set on
// that of the key by which the user asks, or of which that key is a part.
func (s *Service) Logins(ctx context.Context, user ids.User, by ids.AuthKey) ([]Login, error) {
	var all []Login
	var whole ids.AuthKey
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if whole, err = rootOf(ctx, tx, user, by); err != nil {
			return err
		}
		const list = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND parent_id = 0 ORDER BY active_at DESC LIMIT $2`
		all, err = readLogins(ctx, tx, list, user, maxLogins)
		return err
	})
	for i := range all {
		all[i].Current = all[i].Key == whole
	}
	return all, err
}

// FindLogin returns the login of user with this hash. It fails with ErrHash.
func (s *Service) FindLogin(ctx context.Context, user ids.User, hash int64) (Login, error) {
	var l Login
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = findLogin(ctx, tx, user, hash)
		return err
	})
	return l, err
}

func findLogin(ctx context.Context, tx *db.Tx, user ids.User, hash int64) (Login, error) {
	const find = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND parent_id = 0 AND hash = $2 LIMIT 1`
	return oneLogin(readLogins(ctx, tx, find, user, hash))
}

// loginOf returns the login of a key. It fails with ErrHash when there is none.
func loginOf(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) (Login, error) {
	const find = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND key_id = $2`
	return oneLogin(readLogins(ctx, tx, find, user, key))
}

func oneLogin(found []Login, err error) (Login, error) {
	if err != nil {
		return Login{}, err
	}
	if len(found) == 0 {
		return Login{}, ErrHash
	}
	return found[0], nil
}

const loginColumns = `user_id, key_id, hash, pending, unconfirmed, no_secret, no_calls, api_id, device, system, app,
	lang_pack, address, created_at, active_at`

func readLogins(ctx context.Context, tx *db.Tx, sql string, args ...any) ([]Login, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read logins: %w", err)
	}
	var all []Login
	for rows.Next() {
		var l Login
		c := &l.Client
		err := rows.Scan(&l.User, &l.Key, &l.Hash, &l.Pending, &l.Unconfirmed, &l.NoSecret, &l.NoCalls, &c.APIID, &c.Device,
			&c.System, &c.App, &c.LangPack, &l.Address, &l.CreatedAt, &l.ActiveAt)
		if err != nil {
			return nil, fmt.Errorf("read logins: %w", err)
		}
		all = append(all, l)
	}
	return all, rows.Err()
}

// End signs another device of user out. It fails with ErrHash or ErrFresh.
// Spec: https://core.telegram.org/method/account.resetAuthorization
func (s *Service) End(ctx context.Context, user ids.User, by ids.AuthKey, hash int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkSettled(ctx, tx, user, by); err != nil {
			return err
		}
		l, err := findLogin(ctx, tx, user, hash)
		if err != nil {
			return err
		}
		if err := forgetTokens(ctx, tx, user); err != nil { // one may be of that device
			return err
		}
		return s.end(ctx, tx, user, l.Key)
	})
}

// EndOthers signs all devices of user out except the one that asks. It fails with ErrFresh.
// Spec: https://core.telegram.org/method/auth.resetAuthorizations
func (s *Service) EndOthers(ctx context.Context, user ids.User, by ids.AuthKey) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkSettled(ctx, tx, user, by); err != nil {
			return err
		}
		if err := forgetTokens(ctx, tx, user); err != nil {
			return err
		}
		return s.endAll(ctx, tx, user, by)
	})
}

// endAll ends all logins of user, listed or not, except the one that a key belongs to; 0 for no exception.
func (s *Service) endAll(ctx context.Context, tx *db.Tx, user ids.User, except ids.AuthKey) error {
	root, err := rootOf(ctx, tx, user, except)
	if err != nil {
		return err
	}
	const list = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND key_id <> $2
		AND (parent_id = 0 OR parent_id <> $3) LIMIT $4`
	return s.endEach(ctx, tx, user, list, user, root, root, maxLogins)
}

// endEach ends the logins of user that a query finds, until it finds none.
func (s *Service) endEach(ctx context.Context, tx *db.Tx, user ids.User, query string, args ...any) error {
	for {
		found, err := readLogins(ctx, tx, query, slices.Clone(args)...)
		if err != nil || len(found) == 0 {
			return err
		}
		for _, l := range found {
			if err := s.end(ctx, tx, user, l.Key); err != nil {
				return err
			}
		}
	}
}

// rootOf returns the key of the login that a key of user is a part of, or the key itself.
func rootOf(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) (ids.AuthKey, error) {
	var parent ids.AuthKey
	err := tx.QueryRow(ctx, `SELECT parent_id FROM login WHERE user_id = $1 AND key_id = $2`, user, key).Scan(&parent)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return 0, fmt.Errorf("read login: %w", err)
	}
	if parent != 0 {
		return parent, nil
	}
	return key, nil
}

// checkSettled fails with ErrFresh while a login is so new that it may be a thief's.
func (s *Service) checkSettled(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) error {
	if s.opts.FreshFor == 0 {
		return nil
	}
	l, err := loginOf(ctx, tx, user, key)
	if err != nil {
		return err
	}
	if s.now().Sub(l.CreatedAt) < s.opts.FreshFor {
		return ErrFresh
	}
	return nil
}

// LoginSettings are what a user can set on one of his logins; nil leaves as it is.
type LoginSettings struct {
	Confirmed         bool
	NoSecret, NoCalls *bool
}

// ChangeLogin sets what a login may do; hash 0 is the one that asks. It fails with ErrHash.
// Spec: https://core.telegram.org/method/account.changeAuthorizationSettings
func (s *Service) ChangeLogin(ctx context.Context, user ids.User, by ids.AuthKey, hash int64, set LoginSettings) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		l, err := findOrOwn(ctx, tx, user, by, hash)
		if err != nil {
			return err
		}
		set.apply(&l)
		const update = `UPDATE login SET unconfirmed = $3, no_secret = $4, no_calls = $5 WHERE user_id = $1 AND key_id = $2`
		if _, err := tx.Exec(ctx, update, user, l.Key, l.Unconfirmed, l.NoSecret, l.NoCalls); err != nil {
			return fmt.Errorf("change login: %w", err)
		}
		if !set.Confirmed {
			return nil
		}
		return s.log.Note(ctx, tx, user.Peer(), updates.NewAuthorization{Hash: l.Hash})
	})
}

// findOrOwn is findLogin, and for hash 0 the login of the key.
func findOrOwn(ctx context.Context, tx *db.Tx, user ids.User, by ids.AuthKey, hash int64) (Login, error) {
	if hash == 0 {
		return loginOf(ctx, tx, user, by)
	}
	return findLogin(ctx, tx, user, hash)
}

func (set LoginSettings) apply(l *Login) {
	l.Unconfirmed = l.Unconfirmed && !set.Confirmed
	if set.NoSecret != nil {
		l.NoSecret = *set.NoSecret
	}
	if set.NoCalls != nil {
		l.NoCalls = *set.NoCalls
	}
}
