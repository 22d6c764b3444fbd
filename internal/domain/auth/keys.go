package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Errors of keys.
var (
	// ErrUnknownKey means a key that does not exist, or a temporary one that has expired.
	ErrUnknownKey = errors.New("unknown authorization key")
	// ErrKeyExists means that another key has the same id.
	ErrKeyExists = errors.New("authorization key exists")
)

const (
	// newKeyLife is how long a permanent key is kept by which nobody has said which layer it speaks.
	newKeyLife = 24 * time.Hour
	// unusedKeyLife is how long a permanent key is kept by which nobody is signed in.
	unusedKeyLife = 30 * 24 * time.Hour
)

// maxClientText bounds what a client says about itself, per text in bytes.
const maxClientText = 128

// A Key is an authorization key.
// Spec: https://core.telegram.org/mtproto/description#authorization-key
type Key struct {
	ID        int64
	Secret    [256]byte
	Temporary bool
	ExpiresAt time.Time // of a temporary key
	DC        int32     // as the client called us in the key exchange
	Salt      int64
}

// A Client is the program at the other end, as initConnection describes it.
type Client struct {
	APIID                                           int32
	Device, System, App, SystemLang, LangPack, Lang string
}

// clean makes the texts fit to be stored: valid, without zero bytes, not too long.
func (c Client) clean() Client {
	for _, text := range []*string{&c.Device, &c.System, &c.App, &c.SystemLang, &c.LangPack, &c.Lang} {
		*text = cleanText(*text, maxClientText)
	}
	return c
}

func cleanText(text string, limit int) string {
	if len(text) > limit {
		text = text[:limit]
	}
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// A record is a row of auth_key. It is shared: only used changes.
type record struct {
	Key
	perm    ids.AuthKey // what a temporary key is bound to
	user    ids.User
	bot     bool
	pending bool
	layer   int
	client  Client
	readAt  time.Time    // when it came from the database
	used    atomic.Int64 // unix seconds at which a call by this key was last noted
}

// freshFor is how long a record is believed, should the message fail that says it has changed.
const freshFor = 20 * time.Second

func (r *record) stale(now time.Time) bool { return now.Sub(r.readAt) > freshFor }

// Who is what is known about a key.
type Who struct {
	User            ids.User // 0: not signed in
	Bot             bool
	PasswordPending bool        // the code was right, the password is missing
	PermKey         ids.AuthKey // what a temporary key is bound to, 0 if nothing; a permanent key itself
	Layer           int         // 0: never announced
	Client          Client
}

// Key returns the key with this id. It fails with ErrUnknownKey.
func (s *Service) Key(ctx context.Context, id int64) (Key, error) {
	r, err := s.load(ctx, ids.AuthKey(id))
	if err != nil {
		return Key{}, err
	}
	return r.Key, nil
}

// load returns the record of id, from memory if it can. It fails with ErrUnknownKey.
func (s *Service) load(ctx context.Context, id ids.AuthKey) (*record, error) {
	r, stamp, ok := s.keys.get(id)
	if old := r; !ok || r.stale(s.nowFunc()) {
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			r, err = readKey(ctx, tx, id)
			return err
		})
		if err != nil {
			return nil, err
		}
		r.readAt = s.nowFunc()
		if old != nil && old.user == r.user {
			r.used.Store(old.used.Load())
		}
		s.keys.put(id, r, stamp)
	}
	if r.Temporary && !s.nowFunc().Before(r.ExpiresAt) {
		return nil, ErrUnknownKey
	}
	return r, nil
}

// claim holds a key back, until tx ends, from whoever else wants to change who stands behind it. It reports whether
// user, or nobody if that is 0, is signed in by it, with nothing missing.
func claim(ctx context.Context, tx *db.Tx, id ids.AuthKey, user ids.User) (bool, error) {
	const touch = `UPDATE auth_key SET pending = pending WHERE id = $1 AND user_id = $2 AND pending = 0 AND temporary = 0`
	rows, err := tx.Exec(ctx, touch, id, user)
	if err != nil {
		return false, fmt.Errorf("claim key: %w", err)
	}
	return rows > 0, nil
}

func readKey(ctx context.Context, tx *db.Tx, id ids.AuthKey) (*record, error) {
	const get = `SELECT secret, temporary, perm_id, dc, salt, sweep_at, user_id, bot, pending, layer,
		api_id, device, system, app, system_lang, lang_pack, lang FROM auth_key WHERE id = $1`
	r := &record{Key: Key{ID: int64(id)}}
	c := &r.client
	var sweepAt time.Time
	err := tx.QueryRow(ctx, get, id).Scan(&r.Secret, &r.Temporary, &r.perm, &r.DC, &r.Salt, &sweepAt, &r.user, &r.bot,
		&r.pending, &r.layer, &c.APIID, &c.Device, &c.System, &c.App, &c.SystemLang, &c.LangPack, &c.Lang)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrUnknownKey
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if r.Temporary {
		r.ExpiresAt = sweepAt
	}
	return r, nil
}

// Create keeps a key that was just agreed on. It fails with ErrKeyExists.
func (s *Service) Create(ctx context.Context, k Key) error {
	sweepAt := k.ExpiresAt
	if !k.Temporary {
		sweepAt = s.now().Add(newKeyLife)
	}
	_, stamp, _ := s.keys.get(ids.AuthKey(k.ID))
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		const insert = `INSERT INTO auth_key (id, secret, temporary, dc, salt, sweep_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO NOTHING`
		rows, err := tx.Exec(ctx, insert, k.ID, k.Secret[:], k.Temporary, k.DC, k.Salt, sweepAt)
		if err == nil && rows == 0 {
			err = ErrKeyExists
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("create key: %w", err)
	}
	s.keys.put(ids.AuthKey(k.ID), &record{Key: k, readAt: s.nowFunc()}, stamp)
	return nil
}

// Destroy ends a key: its login, the temporary keys bound to it, and itself. It fails with ErrUnknownKey.
// Spec: https://core.telegram.org/mtproto/service_messages#destroying-an-auth-key
func (s *Service) Destroy(ctx context.Context, id int64) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		key := ids.AuthKey(id)
		r, err := readKey(ctx, tx, key)
		if err != nil {
			return err
		}
		if r.user != 0 {
			if err := s.end(ctx, tx, r.user, key); err != nil {
				return err
			}
		}
		s.changed(tx, key)
		if err := s.dropTemporary(ctx, tx, key, nil); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM auth_key WHERE id = $1`, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

// changed tells everybody, once tx has committed, that keys are not what they were. A permanent key stands for the
// temporary ones that are bound to it.
func (s *Service) changed(tx *db.Tx, keys ...ids.AuthKey) {
	tx.OnCommit(func() {
		for _, k := range keys {
			s.keys.drop(k)
			s.bus.Publish(bus.Message{Subject: SubjectKey, Key: int64(k)})
		}
	})
}

// Who returns what is known about a key, permanent or temporary: nothing, if there is no such key. It is
// asked on every call, and answers from memory.
func (s *Service) Who(ctx context.Context, key ids.AuthKey) (Who, error) {
	r, err := s.load(ctx, key)
	if errors.Is(err, ErrUnknownKey) {
		return Who{}, nil
	}
	if err != nil {
		return Who{}, err
	}
	if !r.Temporary {
		return s.who(r), nil
	}
	if r.perm == 0 {
		return Who{Layer: r.layer, Client: r.client}, nil
	}
	perm, err := s.load(ctx, r.perm)
	if errors.Is(err, ErrUnknownKey) {
		return Who{Layer: r.layer, Client: r.client}, nil
	}
	if err != nil {
		return Who{}, err
	}
	w := s.who(perm)
	if w.Layer == 0 { // announced before the binding
		w.Layer, w.Client = r.layer, r.client
	}
	return w, nil
}

// who describes a permanent key, and notes that it is in use.
func (s *Service) who(r *record) Who {
	w := Who{PermKey: ids.AuthKey(r.ID), Layer: r.layer, Client: r.client, PasswordPending: r.pending}
	if r.user == 0 || r.pending {
		return w
	}
	w.User, w.Bot = r.user, r.bot
	s.noteUse(r)
	return w
}

// Announce keeps the layer and the client that were announced by a key with its permanent key, from where
// they outlive the connection. It does nothing when they are known, or the key is not.
func (s *Service) Announce(ctx context.Context, key ids.AuthKey, layer int, c Client) error {
	r, err := s.load(ctx, key)
	if err == nil && r.Temporary && r.perm != 0 {
		r, err = s.load(ctx, r.perm)
	}
	if errors.Is(err, ErrUnknownKey) {
		return nil
	}
	if err != nil {
		return err
	}
	c = c.clean()
	if r.layer == layer && r.client == c {
		return nil
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.announce(ctx, tx, r, layer, c) })
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	return nil
}

func (s *Service) announce(ctx context.Context, tx *db.Tx, r *record, layer int, c Client) error {
	const set = `UPDATE auth_key SET layer = $2, api_id = $3, device = $4, system = $5, app = $6, system_lang = $7,
		lang_pack = $8, lang = $9, sweep_at = CASE WHEN temporary = 1 THEN sweep_at WHEN user_id = 0 THEN $10 ELSE 0 END
		WHERE id = $1`
	_, err := tx.Exec(ctx, set, r.ID, layer, c.APIID, c.Device, c.System, c.App, c.SystemLang, c.LangPack, c.Lang,
		s.now().Add(unusedKeyLife))
	if err != nil {
		return err
	}
	s.changed(tx, ids.AuthKey(r.ID))
	if r.user == 0 || r.client == c {
		return nil
	}
	const setLogin = `UPDATE login SET api_id = $3, device = $4, system = $5, app = $6, lang_pack = $7
		WHERE user_id = $1 AND key_id = $2`
	_, err = tx.Exec(ctx, setLogin, r.user, r.ID, c.APIID, c.Device, c.System, c.App, c.LangPack)
	return err
}
