package rpc

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Scope says whose calls a limit counts together.
type Scope uint8

// The scopes.
const (
	PerKey      Scope = iota + 1 // the permanent key: one device
	PerUser                      // all devices of a user; calls of nobody are not counted
	PerAddress                   // an IPv4 address, or a /64 of IPv6
	PerStranger                  // as PerAddress, but only calls of nobody are counted
)

// A Limit is a token bucket for each subject of its scope: Burst calls at once, after that one per Every.
type Limit struct {
	// Methods are counted together; none means every method.
	Methods []string
	Per     Scope
	Burst   int
	Every   time.Duration
	// Instead means that calls of these methods are not counted by the limits of every method. It is for those of
	// which honest clients make many.
	Instead bool
}

// DefaultLimits are meant never to be met by people, only by programs that went wrong or wild.
func DefaultLimits() []Limit {
	login := []string{"auth.signIn", "auth.signUp", "auth.checkPassword", "auth.recoverPassword", "auth.importBotAuthorization"}
	codes := []string{"auth.sendCode", "auth.resendCode", "account.sendChangePhoneCode", "account.sendVerifyEmailCode",
		"account.sendVerifyPhoneCode", "account.sendConfirmPhoneCode", "auth.requestPasswordRecovery"}
	pieces := []string{"upload.saveFilePart", "upload.saveBigFilePart", "upload.getFile"}
	pictures := []string{"photos.uploadProfilePhoto", "photos.updateProfilePhoto", "photos.uploadContactProfilePhoto",
		"messages.editChatPhoto", "channels.editPhoto"}
	looks := []string{"account.uploadWallPaper", "account.saveWallPaper", "account.installWallPaper", "messages.setChatWallPaper",
		"account.uploadTheme", "account.createTheme", "account.updateTheme", "account.uploadRingtone"}
	return []Limit{
		{Methods: pieces, Per: PerKey, Burst: 6000, Every: time.Second / 500, Instead: true}, // the gateway paces packets, too
		{Per: PerKey, Burst: 3000, Every: time.Second / 100},
		{Per: PerUser, Burst: 6000, Every: time.Second / 200},
		{Per: PerStranger, Burst: 6000, Every: time.Second / 100},
		{Methods: []string{"account.getPassword"}, Per: PerKey, Burst: 20, Every: 3 * time.Second},
		{Methods: codes, Per: PerKey, Burst: 8, Every: 30 * time.Second},
		{Methods: codes, Per: PerAddress, Burst: 60, Every: 10 * time.Second},
		{Methods: login, Per: PerKey, Burst: 15, Every: 10 * time.Second},
		{Methods: login, Per: PerAddress, Burst: 200, Every: 2 * time.Second},
		{Methods: []string{"auth.exportLoginToken"}, Per: PerKey, Burst: 60, Every: 2 * time.Second},
		{Methods: []string{"messages.sendMessage", "messages.sendMedia", "messages.forwardMessages", "messages.sendMultiMedia",
			"messages.uploadMedia"}, Per: PerUser, Burst: 1000, Every: time.Second / 30},
		{Methods: pictures, Per: PerUser, Burst: 100, Every: 5 * time.Second}, // each is drawn in several sizes
		{Methods: looks, Per: PerUser, Burst: 100, Every: 5 * time.Second},    // what they make stays
		{Methods: []string{"stickers.createStickerSet"}, Per: PerUser, Burst: 30, Every: 10 * time.Second},
		{Methods: []string{"stickers.addStickerToSet", "stickers.replaceSticker", "stickers.setStickerSetThumb"},
			Per: PerUser, Burst: 300, Every: time.Second},
		{Methods: []string{"messages.sendEncrypted", "messages.sendEncryptedFile", "messages.sendEncryptedService",
			"messages.setEncryptedTyping"}, Per: PerKey, Burst: 1000, Every: time.Second / 30},
		{Methods: []string{"messages.requestEncryption"}, Per: PerUser, Burst: 30, Every: time.Minute},
		{Methods: []string{"messages.reportEncryptedSpam"}, Per: PerUser, Burst: 30, Every: 10 * time.Second},
		{Methods: []string{"contacts.importContacts"}, Per: PerUser, Burst: 30, Every: 10 * time.Second},
		{Methods: []string{"contacts.resolvePhone", "contacts.resolveUsername", "contacts.search", "account.checkUsername"},
			Per: PerUser, Burst: 200, Every: time.Second},
		{Methods: []string{"messages.search", "messages.searchGlobal", "messages.getSearchCounters",
			"messages.getSavedHistory", "messages.getSavedDialogs"}, Per: PerUser, Burst: 200, Every: time.Second / 4},
		{Methods: []string{"messages.getWebPage", "messages.getWebPagePreview", "upload.getWebFile"}, Per: PerUser, Burst: 100, Every: time.Second},
		{Methods: []string{"account.updateUsername", "account.updateProfile"}, Per: PerUser, Burst: 30, Every: 10 * time.Second},
		{Methods: []string{"account.getPassword"}, Per: PerKey, Burst: 30, Every: 3 * time.Second}, // milliseconds of arithmetic each
		{Methods: []string{"account.deleteAccount", "account.resetPassword", "account.changePhone"}, Per: PerUser, Burst: 10, Every: time.Minute},
	}
}

// A Limiter holds the buckets. A nil Limiter allows everything. It is safe for concurrent use.
type Limiter struct {
	every    []row
	byMethod map[string][]row
	exempt   []netip.Prefix
	now      func() time.Time
	shards   [16]shard
}

// row is a Limit prepared for counting; n tells it from the others.
type row struct {
	n      int
	per    Scope
	every  time.Duration
	window time.Duration // Burst times Every

	instead bool
}

// NewLimiter returns a limiter of table. Limits per address do not count the addresses in exempt, nor those of this
// machine: reverse proxies that do not tell whom they speak for.
func NewLimiter(table []Limit, exempt []netip.Prefix) *Limiter {
	l := &Limiter{byMethod: make(map[string][]row), exempt: exempt, now: time.Now}
	for i, t := range table {
		r := row{n: i, per: t.Per, every: t.Every, window: time.Duration(max(t.Burst, 1)) * t.Every, instead: t.Instead}
		if len(t.Methods) == 0 {
			l.every = append(l.every, r)
		}
		for _, m := range t.Methods {
			l.byMethod[m] = append(l.byMethod[m], r)
		}
	}
	return l
}

// AllowAny counts call by the limits of every method. It fails with the Flood that says how long to wait.
func (l *Limiter) AllowAny(call *Call) error {
	if l == nil {
		return nil
	}
	return l.allow(l.every, call)
}

// AllowMethod counts call by the limits of its method, as AllowAny does. Where they stand instead of those of every method,
// it takes back what AllowAny has counted.
func (l *Limiter) AllowMethod(call *Call) error {
	if l == nil {
		return nil
	}
	rows := l.byMethod[call.InvokedMethod]
	if slices.ContainsFunc(rows, func(r row) bool { return r.instead }) {
		for _, r := range l.every {
			if k, ok := l.subject(r, call); ok {
				l.shards[k.shard()].giveBack(k, r)
			}
		}
	}
	return l.allow(rows, call)
}

func (l *Limiter) allow(rows []row, call *Call) error {
	now := l.now()
	for _, r := range rows {
		if wait := l.take(r, call, now); wait > 0 {
			return Flood(int((wait + time.Second - 1) / time.Second))
		}
	}
	return nil
}

// take returns how long call has to wait for a token of r; 0 if it got one.
func (l *Limiter) take(r row, call *Call, now time.Time) time.Duration {
	k, ok := l.subject(r, call)
	if !ok {
		return 0
	}
	return l.shards[k.shard()].take(k, r, now.UnixNano())
}

// bucketKey names a bucket: a row and whom it counts.
type bucketKey struct {
	row    int
	hi, lo uint64
}

func (k bucketKey) shard() uint64 { return (k.hi ^ k.lo ^ k.lo>>32) * 0x9e3779b97f4a7c15 >> 60 }

// subject names whom r counts call for; false if nobody.
func (l *Limiter) subject(r row, call *Call) (bucketKey, bool) {
	switch r.per {
	case PerKey:
		return bucketKey{row: r.n, lo: uint64(call.Key)}, call.Key != 0
	case PerUser:
		return bucketKey{row: r.n, lo: uint64(call.User)}, call.User != 0
	case PerStranger:
		if call.User != 0 {
			return bucketKey{}, false
		}
	}
	return l.address(r, call.Addr.Unmap())
}

func (l *Limiter) address(r row, a netip.Addr) (bucketKey, bool) {
	if !a.IsValid() || a.IsLoopback() {
		return bucketKey{}, false
	}
	for _, p := range l.exempt {
		if p.Contains(a) {
			return bucketKey{}, false
		}
	}
	b := a.As16()
	k := bucketKey{row: r.n, hi: binary.BigEndian.Uint64(b[:8])}
	if a.Is4() {
		k.lo = binary.BigEndian.Uint64(b[8:])
	}
	return k, true
}

// maxBuckets bounds the buckets of one shard.
const maxBuckets = 1 << 14

// A shard keeps, for each bucket, the time at which it will be full again. A bucket that is full is not kept.
type shard struct {
	mu   sync.Mutex
	full map[bucketKey]int64 // unix nanoseconds
}

// take is the generic cell rate algorithm: one number per bucket.
func (s *shard) take(k bucketKey, r row, now int64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := max(s.full[k], now) + int64(r.every)
	if over := full - now - int64(r.window); over > 0 {
		return time.Duration(over)
	}
	if len(s.full) >= maxBuckets {
		s.sweepLocked(now)
	}
	if s.full == nil {
		s.full = make(map[bucketKey]int64)
	}
	s.full[k] = full
	return 0
}

// giveBack undoes a take.
func (s *shard) giveBack(k bucketKey, r row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if full, ok := s.full[k]; ok {
		s.full[k] = full - int64(r.every)
	}
}

// sweepLocked forgets the buckets that are full, and if that does not help, any others: better to allow too much
// than to grow without end.
func (s *shard) sweepLocked(now int64) {
	for k, full := range s.full {
		if full <= now {
			delete(s.full, k)
		}
	}
	for k := range s.full {
		if len(s.full) < maxBuckets*3/4 {
			return
		}
		delete(s.full, k)
	}
}
