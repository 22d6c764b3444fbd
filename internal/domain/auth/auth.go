// Package auth decides who stands behind an authorization key: keys and their users, codes, sign-up and
// sign-in, passwords, QR tokens, the list of logins, bots' tokens, and the end of accounts.
//
// It owns the tables of migration 00010. A login is a key signed in to a user; it is pending while the
// password is missing. Whatever lets somebody in is random, kept only as a keyed MAC, bound to the key that
// asked for it, short-lived, and counted: wrong answers cost time (gate.go).
//
// Nothing here speaks TL. Messages to a user's own devices are returned as a Notice, for the caller to send.
// Handlers in api/signin call it, as do the gateway (keys) and the command line, each through server.
package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/auth/srp"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Subjects of this package on the bus; Key is an authorization key.
const (
	// SubjectKey says that the user, the layer or the client of a key has changed, or that the key is gone. Of a
	// permanent key it is also about the temporary keys that are bound to it; so is the next.
	SubjectKey = "key"
	// SubjectKeyLive carries a value to the sessions of a key whether it is signed in or not: a TokenAccepted.
	SubjectKeyLive = "key-live"
)

// Options are what whoever runs the server decides.
type Options struct {
	// Senders take codes out of the house, by kind: SMS, Call and Email. What is missing is not offered.
	Senders map[Kind]sender.Sender
	// CodeLength is the number of digits of a code, 5 by default.
	CodeLength int
	// CodesPerHour bounds the messages and calls that this process sends to telephones, whoever asks for them: each
	// costs money. 0: no bound.
	CodesPerHour int
	// EmailRequired asks everybody for a login e-mail. It needs a sender of that kind.
	EmailRequired bool
	// TestNumbers accepts the numbers 99966XYYYY with the code XXXXX.
	TestNumbers bool
	// FreshFor is how long a new login may not end the others. 0: it may at once.
	FreshFor time.Duration
	// Deleted is called in the transaction that deletes an account, for what other packages keep about it; may be nil.
	Deleted func(ctx context.Context, tx *db.Tx, user ids.User) error
	// Ended is called in the transaction that takes a user off a key, for what other packages keep about the device; may
	// be nil.
	Ended func(ctx context.Context, tx *db.Tx, user ids.User, key ids.AuthKey) error
	// AccountDays and LoginDays are the defaults after which an unused account or login ends: 548 and 183.
	AccountDays, LoginDays int
}

func (o Options) withDefaults() Options {
	if o.CodeLength == 0 {
		o.CodeLength = 5
	}
	if o.AccountDays == 0 {
		o.AccountDays = 548
	}
	if o.LoginDays == 0 {
		o.LoginDays = 183
	}
	return o
}

// A Service answers for keys and logins. Safe for concurrent use.
type Service struct {
	db      *db.DB
	bus     bus.Bus
	users   *users.Service
	log     *updates.Log
	opts    Options
	group   *srp.Group
	secret  [32]byte
	keys    *keyCache
	cancel  func()
	ends    ends
	budget  *rate.Limiter // of messages and calls; nil: no bound
	seenMu  sync.Mutex
	seen    map[loginKey]time.Time // logins used since the last flush
	nowFunc func() time.Time       // a test sets it
}

// A loginKey is the primary key of a login.
type loginKey struct {
	user ids.User
	key  ids.AuthKey
}

// New makes the service. Close ends its subscription; Run does its timed work.
func New(ctx context.Context, d *db.DB, b bus.Bus, people *users.Service, log *updates.Log, opts Options) (*Service, error) {
	secret, err := d.Secret(ctx, "auth")
	if err != nil {
		return nil, err
	}
	s := &Service{
		db: d, bus: b, users: people, log: log, opts: opts.withDefaults(), group: srp.NewGroup(), secret: secret,
		keys: newKeyCache(cachedKeys), seen: make(map[loginKey]time.Time), nowFunc: time.Now,
		ends: ends{known: make(map[end]bool)},
	}
	if n := opts.CodesPerHour; n > 0 {
		s.budget = rate.NewLimiter(rate.Every(time.Hour/time.Duration(n)), n)
	}
	s.cancel = b.Subscribe(SubjectKey, func(m bus.Message) { s.keys.drop(ids.AuthKey(m.Key)) })
	return s, nil
}

// Close stops listening to the bus.
func (s *Service) Close() { s.cancel() }

// now is the time in whole seconds, as the tables hold it.
func (s *Service) now() time.Time { return s.nowFunc().Truncate(time.Second) }

// A Caller is the key by which somebody asks, and from where.
type Caller struct {
	Key  ids.AuthKey // the permanent key
	Addr string      // network address, for the list of logins; may be empty
}

// A Notice is a message from the service account to a user's own devices, for the caller of this package to
// send after the operation that returned it.
type Notice struct {
	User ids.User
	Text string
}

// mac is a MAC of parts under our secret. The label keeps the purposes apart; lengths keep the parts apart.
func (s *Service) mac(label string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, s.secret[:])
	var n [4]byte
	for _, p := range append([][]byte{[]byte(label)}, parts...) {
		binary.LittleEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

// num is n as a part for mac.
func num(n int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }

// randomBytes returns n bytes that nobody can guess. It fails when the system has no randomness.
func randomBytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}

// randomID returns a number that is not 0.
func randomID() (int64, error) {
	for {
		b, err := randomBytes(8)
		if err != nil {
			return 0, err
		}
		if n := int64(binary.LittleEndian.Uint64(b)); n != 0 {
			return n, nil
		}
	}
}
