package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
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
	// held are those over HTTP by the client's nonce: each message may come on another connection.
	mu   sync.Mutex
	held map[[16]byte]*heldExchange
}

// A heldExchange is one over HTTP.
type heldExchange struct {
	busy  atomic.Bool
	state *handshake.Exchange
	until time.Time
}

const (
	maxHeldExchanges = 2048
	heldExchangeLife = time.Minute
)

func newExchanges(server *handshake.Server, workers, maxWaiting int) *exchanges {
	return &exchanges{
		server:  server,
		workers: make(chan struct{}, workers),
		max:     int64(maxWaiting),
		held:    make(map[[16]byte]*heldExchange),
	}
}

// hold returns the exchange over HTTP that nonce names, a new one if there is none. It fails with errBusy.
func (e *exchanges) hold(nonce [16]byte, now time.Time) (*heldExchange, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h := e.held[nonce]; h != nil && now.Before(h.until) {
		return h, nil
	}
	if len(e.held) >= maxHeldExchanges {
		return nil, errBusy
	}
	h := &heldExchange{state: e.server.Begin(), until: now.Add(heldExchangeLife)}
	e.held[nonce] = h
	return h, nil
}

// forgetOld drops the exchanges over HTTP that took too long.
func (e *exchanges) forgetOld(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	maps.DeleteFunc(e.held, func(_ [16]byte, h *heldExchange) bool { return now.After(h.until) })
}

// step takes one message of an exchange. If that costs much it waits for a worker, or fails with errBusy.
func (e *exchanges) step(ctx context.Context, x *handshake.Exchange, body []byte) (answer []byte, made *handshake.Result, err error) {
	if !handshake.Heavy(body) {
		return x.Handle(time.Now(), body)
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
	answer, err := c.g.exchangeStep(ctx, c.exchange, body)
	if err != nil {
		return err
	}
	return c.t.Send(answer)
}

// exchangeStep takes one message of an exchange and returns the packet that answers it. A key that was made is stored
// by then.
func (g *Gateway) exchangeStep(ctx context.Context, x *handshake.Exchange, body []byte) ([]byte, error) {
	answer, made, err := g.exchange.step(ctx, x, body)
	if err != nil {
		return nil, fmt.Errorf("key exchange: %w", err)
	}
	if made != nil {
		if err := g.welcome(ctx, *made); err != nil {
			return nil, err
		}
	}
	return sealPlain(answer, time.Now()), nil
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
