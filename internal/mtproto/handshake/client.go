package handshake

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
)

// Padding is how a client encrypts for the holder of the RSA key.
type Padding uint8

// The paddings.
const (
	// RSAPad is today's.
	RSAPad Padding = iota
	// SHA1 is the older one, which Telethon and Pyrogram still use.
	SHA1
)

// ClientOptions say what a client asks for.
type ClientOptions struct {
	// Keys are the public keys that the client trusts. The first that the server holds is used.
	Keys []crypto.PublicKey
	// Group may be shared by all clients of a process.
	Group *crypto.Group
	// DC is the data centre as SplitDC reads it; with NoDC it is not sent.
	DC   int32
	NoDC bool
	// ExpiresIn asks for a temporary key; 0 for a permanent one.
	ExpiresIn time.Duration
	Padding   Padding
}

// A Client is the client's side of one exchange. One goroutine uses it.
//
// It serves our own tests and tools, and so knows one group only, the server's.
type Client struct {
	o ClientOptions
	nonces
	key     crypto.PublicKey
	step    func(now time.Time, body []byte) (next []byte, made *Result, err error)
	serverG []byte // the server's half
	result  Result
	shared  crypto.Key
	tries   int
}

// NewClient returns a new exchange and the body of its first message.
func NewClient(o ClientOptions) (c *Client, first []byte) {
	c = &Client{o: o}
	c.client = randomNonce()
	c.step = c.resPQ
	return c, tl.Encode(&mt.ReqPqMulti{Nonce: c.client}, 0)
}

// Handle takes the body of the server's answer and returns that of the next message, or the key when it is made.
//
// It fails with ErrProtocol, or with ErrRefused if the server gave up.
func (c *Client) Handle(now time.Time, body []byte) (next []byte, made *Result, err error) {
	return c.step(now, body)
}

// resPQ solves the challenge and encrypts for the server.
func (c *Client) resPQ(now time.Time, body []byte) ([]byte, *Result, error) {
	res, err := decode[*mt.ResPQ](body)
	if err != nil {
		return nil, nil, err
	}
	c.server = res.ServerNonce
	if !c.match(res.Nonce, res.ServerNonce) {
		return nil, nil, fmt.Errorf("resPQ: %w", ErrProtocol)
	}
	i := slices.IndexFunc(c.o.Keys, func(k crypto.PublicKey) bool {
		return slices.Contains(res.ServerPublicKeyFingerprints, k.Fingerprint())
	})
	if i < 0 {
		return nil, nil, fmt.Errorf("no key in common: %w", ErrRefused)
	}
	c.key = c.o.Keys[i]
	next, err := c.solve(res.Pq, now)
	c.step = c.dhParams
	return next, nil, err
}

func (c *Client) solve(pq []byte, now time.Time) ([]byte, error) {
	p, q := crypto.Factor(number(pq))
	if p == 0 {
		return nil, fmt.Errorf("challenge %x: %w", pq, ErrProtocol)
	}
	_, _ = rand.Read(c.fresh[:]) // never fails
	inner := innerData{
		pq: pq, p: bigEndian(p), q: bigEndian(q), nonce: c.client, server: c.server, fresh: c.fresh,
		hasDC: !c.o.NoDC, dc: c.o.DC, temporary: c.o.ExpiresIn > 0, expiresIn: int32(c.o.ExpiresIn / time.Second),
	}
	if inner.temporary {
		c.result.ExpiresAt = now.Add(c.o.ExpiresIn)
	}
	encrypt := c.key.Encrypt
	if c.o.Padding == SHA1 {
		encrypt = c.key.EncryptOld
	}
	sealed, err := encrypt(inner.encode())
	if err != nil {
		return nil, err
	}
	return tl.Encode(&mt.ReqDHParams{
		Nonce: c.client, ServerNonce: c.server, P: inner.p, Q: inner.q,
		PublicKeyFingerprint: c.key.Fingerprint(), EncryptedData: sealed[:],
	}, 0), nil
}

// bigEndian writes a number that fits in four bytes.
func bigEndian(n uint64) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// dhParams reads the server's half and answers with ours.
func (c *Client) dhParams(_ time.Time, body []byte) ([]byte, *Result, error) {
	params, err := decode[*mt.ServerDHParamsOk](body)
	if err != nil {
		return nil, nil, err
	}
	data, err := c.open(params.EncryptedAnswer, sizeOf)
	if err != nil {
		return nil, nil, err
	}
	inner, err := decode[*mt.ServerDHInnerData](data)
	if err != nil {
		return nil, nil, err
	}
	if !c.match(params.Nonce, params.ServerNonce) || !c.match(inner.Nonce, inner.ServerNonce) ||
		inner.G != crypto.G || !slices.Equal(inner.DhPrime, c.o.Group.Prime()) {
		return nil, nil, fmt.Errorf("server_DH_inner_data: %w", ErrProtocol)
	}
	c.serverG = inner.GA
	c.result.ServerTime = time.Unix(int64(inner.ServerTime), 0)
	c.step = c.generated
	next, err := c.half([8]byte{})
	return next, nil, err
}

// half draws a secret and tells the server our half of the exchange. aux is that of the key that did not serve,
// on a retry.
func (c *Client) half(aux [8]byte) ([]byte, error) {
	secret, public := c.o.Group.NewSecret()
	shared, err := c.o.Group.Shared(secret, c.serverG)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	c.shared = crypto.NewKey(shared)
	sealed := c.seal(tl.Encode(&mt.ClientDHInnerData{
		Nonce: c.client, ServerNonce: c.server, RetryID: int64(le.Uint64(aux[:])), GB: public[:],
	}, 0))
	return tl.Encode(&mt.SetClientDHParams{Nonce: c.client, ServerNonce: c.server, EncryptedData: sealed}, 0), nil
}

// generated hears how it went.
func (c *Client) generated(_ time.Time, body []byte) ([]byte, *Result, error) {
	answer, err := decode[mt.SetClientDHParamsAnswerClass](body)
	if err != nil {
		return nil, nil, err
	}
	aux := c.shared.AuxHash()
	switch a := answer.(type) {
	case *mt.DhGenOk:
		if c.match(a.Nonce, a.ServerNonce) && a.NewNonceHash1 == c.hash(1, aux) {
			return nil, c.finish(), nil
		}
	case *mt.DhGenRetry:
		if c.match(a.Nonce, a.ServerNonce) && a.NewNonceHash2 == c.hash(2, aux) && c.tries < 2*maxRetries {
			c.tries++
			next, err := c.half(aux)
			return next, nil, err
		}
	case *mt.DhGenFail:
		if c.match(a.Nonce, a.ServerNonce) && a.NewNonceHash3 == c.hash(3, aux) {
			return nil, nil, ErrRefused
		}
	}
	return nil, nil, fmt.Errorf("%s: %w", answer.TLName(), ErrProtocol)
}

func (c *Client) finish() *Result {
	r := c.result
	r.Key, r.Salt = c.shared, c.salt()
	r.DC, r.Test, r.Media = SplitDC(c.o.DC)
	return &r
}
