// Package push tells browsers what comes while nobody looks, by the standard of Web Push: each message is encrypted to the
// browser and signed with the key of this installation, and goes to the push service that the browser has chosen.
//
// A push is a hint. It may get lost, and what is pushed stands in the logs anyway; so nothing waits for it, the queue is
// bounded, and a device whose service says that it is gone is forgotten. It hears of everything from the bus.
//
// It owns the table push_device. Package api/signin registers devices.
package push

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// ErrToken means a registration that names no place to push to.
var ErrToken = errors.New("push token is invalid")

// A Caller sends requests to push services. It refuses addresses that nobody should be able to make this server ask.
type Caller interface {
	Check(u *url.URL) error
	Do(req *http.Request) (*http.Response, error)
}

// Options are what pushes stand on.
type Options struct {
	DB       *db.DB
	Bus      bus.Bus
	Dialogs  *dialogs.Service
	Presence *users.Presence
	// Name is what viewer calls a person, or the title of a group or channel.
	Name func(ctx context.Context, viewer ids.User, peer ids.Peer) (string, error)
	// Question is what a poll asks, Emoji what a sticker stands for; "" where there is none any more.
	Question func(ctx context.Context, poll int64) (string, error)
	Emoji    func(ctx context.Context, file int64) (string, error)
	// Broadcast tells a channel from a supergroup.
	Broadcast func(ctx context.Context, ch ids.Channel) (bool, error)
	// Secret finds a secret chat as owner has it. It fails with secretchats.ErrChat.
	Secret func(ctx context.Context, owner ids.User, id int32) (secretchats.Chat, error)
	// Caller asks push services; nil: nothing is pushed.
	Caller Caller
	// Trusted are hosts whose services may be asked without TLS.
	Trusted func(host string) bool
	// Contact is an address (https or e-mail) by which push services reach whoever runs this server.
	Contact string
	Log     *slog.Logger
}

// A Service pushes. Make it with New; Run does the work.
type Service struct {
	o       Options
	private string // base64url
	public  string
	queue   chan task
	retries []time.Duration // waits before another try
	metrics *metrics

	mu     sync.Mutex
	users  map[ids.User]int                      // how many devices each has, so that most news need no look at the database
	pushed map[ids.User]map[ids.Peer]ids.Message // the newest message that was pushed and not read since
	held   map[ids.User]map[ids.Peer]heldMessage // what came while he was here
	cancel []func()
}

const (
	maxQueue   = 2048 // tasks; further ones are dropped
	workers    = 4
	maxPushed  = 10_000 // users of whom it is remembered what was pushed
	maxDevices = 20     // of one user
)

// New makes the service, which listens from now on. Its key is made of a secret of the installation, so it stays the same.
func New(ctx context.Context, o Options) (*Service, error) {
	secret, err := o.DB.Secret(ctx, "vapid")
	if err != nil {
		return nil, err
	}
	key, err := makeKey(secret[:])
	if err != nil {
		return nil, err
	}
	s := &Service{
		o: o, queue: make(chan task, maxQueue), metrics: newMetrics(),
		retries: []time.Duration{2 * time.Second, 15 * time.Second, 90 * time.Second},
		private: base64.RawURLEncoding.EncodeToString(key.Bytes()),
		public:  base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		users:   map[ids.User]int{}, pushed: map[ids.User]map[ids.Peer]ids.Message{},
		held: map[ids.User]map[ids.Peer]heldMessage{},
	}
	if err := s.loadUsers(ctx); err != nil {
		return nil, err
	}
	s.cancel = []func(){
		o.Bus.Subscribe(updates.Subject, s.heard), o.Bus.Subscribe(updates.SubjectDevice, s.heardDevice),
	}
	return s, nil
}

// makeKey makes a key of the curve P-256 of a secret. Nearly every number of 32 bytes is one.
func makeKey(secret []byte) (*ecdh.PrivateKey, error) {
	for range 8 {
		if key, err := ecdh.P256().NewPrivateKey(secret); err == nil {
			return key, nil
		}
		next := sha256.Sum256(secret)
		secret = next[:]
	}
	return nil, errors.New("no key for push messages can be made of the secret")
}

// PublicKey is by what browsers know the pushes of this installation, base64url; "" when nothing is pushed.
func (s *Service) PublicKey() string {
	if s.o.Caller == nil {
		return ""
	}
	return s.public
}

// Close stops listening.
func (s *Service) Close() {
	for _, cancel := range s.cancel {
		cancel()
	}
}

// Metrics are what is counted.
func (s *Service) Metrics() []prometheus.Collector { return s.metrics.all() }

// Run pushes until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { s.work(ctx) })
	}
	group.Go(func() { s.watch(ctx) })
	group.Wait()
	return ctx.Err()
}

func (s *Service) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-s.queue:
			if err := t.do(ctx, s); err != nil && ctx.Err() == nil {
				s.o.Log.WarnContext(ctx, "push", "error", err)
			}
		}
	}
}

// put queues a task. When there are too many it is dropped: whoever it was for finds everything when he looks.
func (s *Service) put(t task) {
	select {
	case s.queue <- t:
	default:
		s.metrics.dropped.Inc()
	}
}

// has reports whether user has a device to push to.
func (s *Service) has(user ids.User) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.users[user] > 0
}

// any reports whether anybody has one.
func (s *Service) any() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.users) > 0
}

// remember notes that a message was pushed.
func (s *Service) remember(user ids.User, peer ids.Peer, id ids.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pushed[user] == nil {
		if len(s.pushed) >= maxPushed {
			return // what was pushed to him is not closed when he reads it elsewhere
		}
		s.pushed[user] = map[ids.Peer]ids.Message{}
	}
	s.pushed[user][peer] = max(s.pushed[user][peer], id)
}

// forget reports whether something of peer up to id was pushed to user, and forgets it.
func (s *Service) forget(user ids.User, peer ids.Peer, id ids.Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.pushed[user][peer]
	if !ok {
		return false
	}
	if last <= id {
		delete(s.pushed[user], peer)
		if len(s.pushed[user]) == 0 {
			delete(s.pushed, user)
		}
	}
	return true
}

// pushedIn returns in which chat of user one of messages was the newest that was pushed.
func (s *Service) pushedIn(user ids.User, gone []ids.Message) (peer ids.Peer, id ids.Message, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, last := range s.pushed[user] {
		for _, m := range gone {
			if m == last {
				return p, m, true
			}
		}
	}
	return 0, 0, false
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("push: %s: %w", what, err)
	}
	return nil
}

// quiet reports whether m is nothing to tell of: one's own, or a word of the service in a group.
func quiet(m *messages.Message, owner ids.User) bool {
	return m.Flags.Has(messages.Out) || m.Flags.Has(messages.IsAction) || m.From.User() == owner || m.Author == owner ||
		m.Peer == owner.Peer()
}
