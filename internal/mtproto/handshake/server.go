package handshake

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
)

// A Server makes keys with clients. It may be used from many goroutines.
type Server struct {
	key         *crypto.PrivateKey
	fingerprint int64
	group       *crypto.Group
	challenges  *crypto.Challenges
	taken       func(id int64) bool
}

// NewServer returns the server that holds key. It takes some milliseconds to prepare tables.
//
// taken says whether a key with this id exists already; nil means that none does. Ids are 64 bits of a hash, so
// it never happens by chance, but the protocol has an answer for it.
func NewServer(key *crypto.PrivateKey, taken func(id int64) bool) *Server {
	if taken == nil {
		taken = func(int64) bool { return false }
	}
	return &Server{
		key:         key,
		fingerprint: key.Fingerprint(),
		group:       crypto.NewGroup(),
		challenges:  crypto.NewChallenges(),
		taken:       taken,
	}
}

// Heavy says whether the answer to body takes milliseconds of arithmetic, as opposed to microseconds.
func Heavy(body []byte) bool {
	switch tl.NewReader(body).PeekID() {
	case idReqDHParams, idSetClientDHParams:
		return true
	}
	return false
}

// Constructor ids of the three requests of an exchange, and of the older form of the first.
const (
	idReqPQ             = 0x60469778
	idReqPQMulti        = 0xbe7e8ef1
	idReqDHParams       = 0xd712e4be
	idSetClientDHParams = 0xf5045f1f
)

// Bounds of an exchange.
const (
	maxAge       = 10 * time.Minute   // from req_pq to the end
	maxRetries   = 4                  // dh_gen_retry, then dh_gen_fail
	maxTemporary = 7 * 24 * time.Hour // clients ask for a day
	lastDC       = 5
	maxPadding   = 255 // random bytes behind a plain request: TDLib adds up to 255 within its length
)

// An Exchange is the server's side of one exchange. One goroutine uses it.
type Exchange struct {
	server *Server
	begun  time.Time
	last   [sha256.Size]byte // hash of the message answered last
	answer []byte            // to it; nil if there was none
	state  *exchangeState    // nil before req_pq and after the end
}

// exchangeState is what is known of an exchange on its way.
type exchangeState struct {
	nonces
	challenge crypto.Challenge
	inner     *innerData // nil before req_DH_params
	expiresAt time.Time
	secret    crypto.Secret
	retries   int
	aux       [8]byte // of the key that did not serve, before a retry
}

// Begin returns a new exchange.
func (s *Server) Begin() *Exchange { return &Exchange{server: s} }

// Handle takes the body of a message from the client and returns that of the answer. When the answer tells the
// client that the exchange has succeeded, made is the key; otherwise it is nil.
//
// It fails with ErrProtocol or ErrWrongDC.
func (x *Exchange) Handle(now time.Time, body []byte) (answer []byte, made *Result, err error) {
	sum := sha256.Sum256(body)
	if x.answer != nil && sum == x.last {
		return x.answer, nil, nil // sent again, because the answer did not come
	}
	if now.Sub(x.begun) > maxAge {
		x.state = nil
	}
	answer, made, err = x.handle(now, body)
	if err != nil {
		x.state, x.answer = nil, nil
		return nil, nil, err
	}
	x.last, x.answer = sum, answer
	if made != nil { // nothing is answered twice that the caller may yet fail to store
		x.state, x.answer = nil, nil
	}
	return answer, made, nil
}

func (x *Exchange) handle(now time.Time, body []byte) (answer []byte, made *Result, err error) {
	switch id := tl.NewReader(body).PeekID(); {
	case id == idReqPQ || id == idReqPQMulti:
		answer, err = x.reqPQ(now, body)
		return answer, nil, err
	case id == idReqDHParams && x.state != nil && x.state.inner == nil:
		answer, err = x.reqDHParams(now, body)
		return answer, nil, err
	case id == idSetClientDHParams && x.state != nil && x.state.inner != nil:
		return x.setClientDHParams(body)
	default:
		return nil, nil, fmt.Errorf("message %#x out of order: %w", id, ErrProtocol)
	}
}

// reqPQ begins: it answers with a challenge and our key.
// Spec: https://core.telegram.org/mtproto/auth_key#1-client-sends-query-to-server
func (x *Exchange) reqPQ(now time.Time, body []byte) ([]byte, error) {
	r := tl.NewReader(body)
	r.ID()
	nonce := r.Int128()
	if r.Err() != nil || r.Len() > maxPadding {
		return nil, fmt.Errorf("req_pq with %d bytes behind it: %w", r.Len(), ErrProtocol)
	}
	x.begun = now
	x.state = &exchangeState{
		nonces:    nonces{client: nonce, server: randomNonce()},
		challenge: x.server.challenges.Next(),
	}
	return tl.Encode(&mt.ResPQ{
		Nonce:                       nonce,
		ServerNonce:                 x.state.server,
		Pq:                          x.state.challenge.PQ(),
		ServerPublicKeyFingerprints: []int64{x.server.fingerprint},
	}, 0), nil
}

// reqDHParams checks the answer to the challenge and offers our half of the Diffie-Hellman exchange. It costs
// an RSA power and one in the group.
// Spec: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication
func (x *Exchange) reqDHParams(now time.Time, body []byte) ([]byte, error) {
	s := x.state
	req, err := decode[*mt.ReqDHParams](body)
	if err != nil {
		return nil, err
	}
	if !s.match(req.Nonce, req.ServerNonce) || !s.solves(req.P, req.Q) || req.PublicKeyFingerprint != x.server.fingerprint {
		return nil, fmt.Errorf("req_DH_params: %w", ErrProtocol)
	}
	inner, err := x.server.openInner(req.EncryptedData)
	if err != nil {
		return nil, err
	}
	if err := s.accept(inner, now); err != nil {
		return nil, err
	}
	return x.offer(now), nil
}

func (s *Server) openInner(sealed []byte) (*innerData, error) {
	data, err := s.key.Decrypt(sealed, sizeOfInner)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	inner, _, err := decodeInner(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return &inner, nil
}

// solves says whether p and q answer the challenge. Some clients send them with leading zeros.
func (s *exchangeState) solves(p, q []byte) bool {
	return number(p) == uint64(s.challenge.P) && number(q) == uint64(s.challenge.Q)
}

func number(b []byte) uint64 {
	n := new(big.Int).SetBytes(b[:min(len(b), crypto.BlockSize)])
	if !n.IsUint64() {
		return 0
	}
	return n.Uint64()
}

// accept checks what the client encrypted for us against what was said in clear.
func (s *exchangeState) accept(inner *innerData, now time.Time) error {
	pq := uint64(s.challenge.P) * uint64(s.challenge.Q)
	if !s.match(inner.nonce, inner.server) || !s.solves(inner.p, inner.q) || number(inner.pq) != pq {
		return fmt.Errorf("p_q_inner_data: %w", ErrProtocol)
	}
	if dc, _, _ := SplitDC(inner.dc); inner.hasDC && (dc < 0 || dc > lastDC) {
		return fmt.Errorf("data centre %d: %w", inner.dc, ErrWrongDC)
	}
	if inner.temporary {
		if inner.expiresIn <= 0 {
			return fmt.Errorf("expires in %d s: %w", inner.expiresIn, ErrProtocol)
		}
		s.expiresAt = now.Add(min(time.Duration(inner.expiresIn)*time.Second, maxTemporary))
	}
	s.inner, s.fresh = inner, inner.fresh
	return nil
}

// offer makes our half of the exchange.
func (x *Exchange) offer(now time.Time) []byte {
	s, group := x.state, x.server.group
	secret, public := group.NewSecret()
	s.secret = secret
	sealed := s.seal(tl.Encode(&mt.ServerDHInnerData{
		Nonce:       s.client,
		ServerNonce: s.server,
		G:           crypto.G,
		DhPrime:     group.Prime(),
		GA:          public[:],
		ServerTime:  int32(now.Unix()),
	}, 0))
	return tl.Encode(&mt.ServerDHParamsOk{Nonce: s.client, ServerNonce: s.server, EncryptedAnswer: sealed}, 0)
}

// setClientDHParams takes the client's half and makes the key. It costs a power in the group.
// Spec: https://core.telegram.org/mtproto/auth_key#6-client-responds-with
func (x *Exchange) setClientDHParams(body []byte) ([]byte, *Result, error) {
	s := x.state
	req, err := decode[*mt.SetClientDHParams](body)
	if err != nil {
		return nil, nil, err
	}
	if !s.match(req.Nonce, req.ServerNonce) {
		return nil, nil, fmt.Errorf("set_client_DH_params: %w", ErrProtocol)
	}
	half, err := s.openHalf(req.EncryptedData)
	if err != nil {
		return nil, nil, err
	}
	shared, err := x.server.group.Shared(s.secret, half.GB)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return x.finish(crypto.NewKey(shared))
}

func (s *exchangeState) openHalf(sealed []byte) (*mt.ClientDHInnerData, error) {
	data, err := s.open(sealed, sizeOf)
	if err != nil {
		return nil, err
	}
	half, err := decode[*mt.ClientDHInnerData](data)
	if err != nil {
		return nil, err
	}
	if !s.match(half.Nonce, half.ServerNonce) || uint64(half.RetryID) != le.Uint64(s.aux[:]) {
		return nil, fmt.Errorf("client_DH_inner_data: %w", ErrProtocol)
	}
	return half, nil
}

// finish tells the client in one of three ways how it went.
// Spec: https://core.telegram.org/mtproto/auth_key#9-server-responds-in-one-of-three-ways
func (x *Exchange) finish(key crypto.Key) ([]byte, *Result, error) {
	s, aux := x.state, key.AuxHash()
	switch taken := key.ID == 0 || x.server.taken(key.ID); {
	case taken && s.retries < maxRetries:
		s.retries++
		s.aux = aux
		return tl.Encode(&mt.DhGenRetry{Nonce: s.client, ServerNonce: s.server, NewNonceHash2: s.hash(2, aux)}, 0), nil, nil
	case taken:
		x.state = nil
		return tl.Encode(&mt.DhGenFail{Nonce: s.client, ServerNonce: s.server, NewNonceHash3: s.hash(3, aux)}, 0), nil, nil
	}
	made := &Result{Key: key, Salt: s.salt(), ExpiresAt: s.expiresAt}
	made.DC, made.Test, made.Media = SplitDC(s.inner.dc)
	return tl.Encode(&mt.DhGenOk{Nonce: s.client, ServerNonce: s.server, NewNonceHash1: s.hash(1, aux)}, 0), made, nil
}
