package mtproto

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

const (
	saltPeriod   = 30 * time.Minute // a new salt begins as often
	saltLife     = 2 * saltPeriod   // and is good for as long, so that two overlap at any time
	saltEarly    = 5 * time.Minute  // the next salt is taken so long before it begins: clocks differ
	maxFuture    = 64               // salts told at once
	saltMACSize  = 16
	saltDomain   = "hermod salt"
	saltOfNobody = 0
)

// Salts makes the server salts of every key. A salt is a MAC of key and period under a secret that all nodes
// share, so nothing is stored and all agree. Safe for concurrent use.
// Spec: https://core.telegram.org/mtproto/description#server-salt
type Salts struct{ secret [32]byte }

// NewSalts makes salts from secret, which must be the same on all nodes.
func NewSalts(secret [32]byte) *Salts { return &Salts{secret: secret} }

// A FutureSalt is a salt and the time in which it is good.
type FutureSalt struct {
	Since, Until time.Time
	Salt         int64
}

// Current is the newest salt of key that is good at now.
func (s *Salts) Current(key int64, now time.Time) int64 { return s.of(key, periodOf(now)) }

// Future returns the salts of key from the present one on, n of them but at most 64, in order of time.
// Spec: https://core.telegram.org/mtproto/service_messages#request-for-several-future-salts
func (s *Salts) Future(key int64, now time.Time, n int) []FutureSalt {
	first := periodOf(now)
	list := make([]FutureSalt, max(1, min(n, maxFuture)))
	for i := range list {
		p := first + int64(i)
		since := time.Unix(0, p*int64(saltPeriod))
		list[i] = FutureSalt{Since: since, Until: since.Add(saltLife), Salt: s.of(key, p)}
	}
	return list
}

func (s *Salts) of(key, period int64) int64 {
	var in [saltMACSize]byte
	binary.LittleEndian.PutUint64(in[:8], uint64(key))
	binary.LittleEndian.PutUint64(in[8:], uint64(period))
	mac := hmac.New(sha256.New, s.secret[:])
	mac.Write([]byte(saltDomain))
	mac.Write(in[:])
	salt := int64(binary.LittleEndian.Uint64(mac.Sum(nil)))
	if salt == saltOfNobody { // clients that know no salt yet send 0
		return 1
	}
	return salt
}

func periodOf(t time.Time) int64 { return t.UnixNano() / int64(saltPeriod) }

// A saltWindow remembers which salts a session may use now, so that the usual message costs no MAC.
type saltWindow struct {
	period    int64
	now, prev int64
}

// good says whether a message of now may carry salt.
func (w *saltWindow) good(s *Salts, key, salt int64, now time.Time) bool {
	w.advance(s, key, now)
	if salt == w.now || salt == w.prev {
		return true
	}
	return periodOf(now.Add(saltEarly)) != w.period && salt == s.of(key, w.period+1)
}

// current is the salt for messages of now.
func (w *saltWindow) current(s *Salts, key int64, now time.Time) int64 {
	w.advance(s, key, now)
	return w.now
}

func (w *saltWindow) advance(s *Salts, key int64, now time.Time) {
	if p := periodOf(now); p != w.period {
		*w = saltWindow{period: p, now: s.of(key, p), prev: s.of(key, p-1)}
	}
}
