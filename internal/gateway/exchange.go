package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl"
)

var (
	errBusy  = errors.New("gateway: too many key exchanges at once")
	errPlain = errors.New("gateway: malformed plain message")
)

// exchanges runs key exchanges on a bounded set of workers: the arithmetic of newcomers must not slow down those
// who are in.
type exchanges struct {
	server  *handshake.Server
	workers chan struct{} // holds a token per exchange that computes
	waiting atomic.Int64
	max     int64 // that may wait for a token

	mu sync.Mutex
	// held are those over HTTP by the client's nonce: each message may come on another connection.
	held   map[[16]byte]*heldExchange
	heldBy map[netip.Prefix]int
	// heavy says when a network has paid for the steps that it had computed, as in the limits of calls.
	heavy map[netip.Prefix]time.Time
}

// A heldExchange is one over HTTP.
type heldExchange struct {
	busy  atomic.Bool
	state *handshake.Exchange
	from  netip.Prefix
	until time.Time
}

const (
	maxHeldExchanges  = 2048
	maxHeldPerNetwork = 32
	heldExchangeLife  = time.Minute

	heavyBurst = 200                    // steps that a network may have computed at once; an exchange has two
	heavyEvery = 100 * time.Millisecond // and one step per so long after that
	maxHeavy   = 1 << 16                // networks remembered
)

func newExchanges(server *handshake.Server, l *Limits) *exchanges {
	return &exchanges{
		server:  server,
		workers: make(chan struct{}, l.Workers),
		max:     int64(l.Exchanges),
		held:    make(map[[16]byte]*heldExchange),
		heldBy:  make(map[netip.Prefix]int),
		heavy:   make(map[netip.Prefix]time.Time),
	}
}

// hold returns the exchange over HTTP that nonce names. A new one begins only if body may begin one. It fails with
// errBusy or errPlain.
func (e *exchanges) hold(nonce [16]byte, from netip.Prefix, body []byte, now time.Time) (*heldExchange, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h := e.held[nonce]; h != nil && now.Before(h.until) {
		return h, nil
	}
	if handshake.Heavy(body) {
		return nil, errPlain
	}
	h := &heldExchange{state: e.server.Begin(), from: from}
	return h, e.keepLocked(nonce, h, now)
}

// keepLocked remembers h, if there is room for it.
func (e *exchanges) keepLocked(nonce [16]byte, h *heldExchange, now time.Time) error {
	if h.from.IsValid() && e.heldBy[h.from] >= maxHeldPerNetwork || len(e.held) >= maxHeldExchanges {
		e.forgetOldLocked(now)
	}
	if h.from.IsValid() && e.heldBy[h.from] >= maxHeldPerNetwork || len(e.held) >= maxHeldExchanges {
		return errBusy
	}
	e.dropLocked(nonce)
	h.until = now.Add(heldExchangeLife)
	e.held[nonce] = h
	e.heldBy[h.from]++
	return nil
}

// drop forgets an exchange over HTTP that has ended.
func (e *exchanges) drop(nonce [16]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropLocked(nonce)
}

func (e *exchanges) dropLocked(nonce [16]byte) {
	h := e.held[nonce]
	if h == nil {
		return
	}
	delete(e.held, nonce)
	if e.heldBy[h.from]--; e.heldBy[h.from] <= 0 {
		delete(e.heldBy, h.from)
	}
}

// forgetOld drops the exchanges over HTTP that took too long, and the networks that have paid.
func (e *exchanges) forgetOld(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forgetOldLocked(now)
	maps.DeleteFunc(e.heavy, func(_ netip.Prefix, paid time.Time) bool { return now.After(paid) })
}

func (e *exchanges) forgetOldLocked(now time.Time) {
	for nonce, h := range e.held {
		if now.After(h.until) {
			e.dropLocked(nonce)
		}
	}
}

// mayCompute counts a heavy step for a network, and says whether it may be computed.
func (e *exchanges) mayCompute(from netip.Prefix, now time.Time) bool {
	if !from.IsValid() {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	paid := e.heavy[from]
	if paid.Before(now) {
		paid = now
	}
	paid = paid.Add(heavyEvery)
	if paid.Sub(now) > heavyBurst*heavyEvery || len(e.heavy) >= maxHeavy {
		return false
	}
	e.heavy[from] = paid
	return true
}

// step takes one message of an exchange. If that costs much it waits for a worker, or fails with errBusy.
func (e *exchanges) step(ctx context.Context, x *handshake.Exchange, body []byte, from netip.Prefix) (answer []byte, made *handshake.Result, err error) {
	if !handshake.Heavy(body) {
		return x.Handle(time.Now(), body)
	}
	if !e.mayCompute(from, time.Now()) {
		return nil, nil, errBusy
	}
	defer e.waiting.Add(-1)
	if e.waiting.Add(1) > e.max {
		return nil, nil, errBusy
	}
	select {
	case e.workers <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	defer func() { <-e.workers }()
	return x.Handle(time.Now(), body)
}

// plain takes a message that is not encrypted: a step of a key exchange.
// Spec: https://core.telegram.org/mtproto/description#unencrypted-message
func (c *conn) plain(ctx context.Context, packet []byte) error {
	body, err := openPlain(packet)
	if err != nil {
		return err
	}
	if c.exchange == nil {
		c.exchange = c.g.exchange.server.Begin()
	}
	answer, _, err := c.g.exchangeStep(ctx, c.exchange, body, network(c.addr))
	if err != nil {
		return err
	}
	return c.t.Send(answer)
}

// exchangeStep takes one message of an exchange and returns the packet that answers it, and whether the key is made. It is
// stored by then.
func (g *Gateway) exchangeStep(ctx context.Context, x *handshake.Exchange, body []byte, from netip.Prefix) (packet []byte, done bool, err error) {
	answer, made, err := g.exchange.step(ctx, x, body, from)
	if err != nil {
		return nil, false, fmt.Errorf("key exchange: %w", err)
	}
	if made != nil {
		if err := g.welcome(ctx, *made); err != nil {
			return nil, false, err
		}
	}
	return sealPlain(answer, time.Now()), made != nil, nil
}

// welcome stores a new key.
func (g *Gateway) welcome(ctx context.Context, made handshake.Result) error {
	stored := Key{
		ID: made.Key.ID, Secret: made.Key.Secret, Salt: made.Salt,
		Temporary: made.Temporary(), ExpiresAt: made.ExpiresAt, DC: int32(made.DC),
	}
	if err := g.o.Keys.Create(ctx, stored); err != nil {
		return fmt.Errorf("store a new key: %w", err)
	}
	g.metrics.exchanged.Inc()
	_, err := g.remember(ctx, stored, time.Now())
	return err
}

const plainHead = 20 // key id 0, message id, length

func openPlain(packet []byte) ([]byte, error) {
	r := tl.NewReader(packet)
	r.Int64()
	r.Int64() // the message id; replays are harmless, as nonces are fresh
	n := int(r.Int32())
	body := r.Raw(n)
	if r.Err() != nil || n < 4 || r.Len() > maxPlainRest {
		return nil, errPlain
	}
	return body, nil
}

// maxPlainRest is how many bytes may follow a plain message: padded intermediate does not cut its padding exactly.
const maxPlainRest = 16

func sealPlain(body []byte, now time.Time) []byte {
	b := make([]byte, 0, plainHead+len(body))
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(plainID(now)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

// plainID is the id of an unencrypted answer.
func plainID(now time.Time) int64 { return now.Unix()<<32 | int64(now.Nanosecond())&^3 | 1 }
