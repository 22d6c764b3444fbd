package users

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	// onlineFor is how long a client counts as online after it has said so; it says so again in time.
	// Spec: https://core.telegram.org/method/account.updateStatus
	onlineFor = 5 * time.Minute
	// retell is how much longer someone must be online for those who know him to be told again.
	retell = time.Minute
	// flushEvery is how often the last time seen is written, for all who were here since. A crash loses as much.
	flushEvery = time.Minute
	// rememberedAbsent is how many people who are not here are kept in memory.
	rememberedAbsent = 1 << 17
)

// SubjectPresence is the bus subject by which nodes tell each other who is here: Key is the user, Data his
// Status as two int64.
const SubjectPresence = "presence"

// A Status is when someone was here, in seconds, which is how precise clients are told.
type Status struct {
	Until int64 // online until then; in the past or 0 for someone who is not
	Seen  int64 // when he last said that he is here, or that he goes; 0 for never
}

// Online tells whether the status is online at now.
func (s Status) Online(now time.Time) bool { return s.Until > now.Unix() }

// StatusChanged is the live value that says that User came or went, or shows it to others than before. Ask for
// what the receiver may know.
type StatusChanged struct{ User ids.User }

// Presence knows who is online, on any node, and when the others were last seen. It holds that in memory and
// writes it once a minute. Safe for concurrent use.
type Presence struct {
	db     *db.DB
	bus    bus.Bus
	cancel func()
	absent *lru.Cache[ids.User, Status] // read from the database, or gone long ago
	watch  watchers

	mu       sync.Mutex
	here     map[ids.User]Status // who said something lately
	dirty    map[ids.User]int64  // last seen, to be written
	attached map[ids.User]int    // streams of updates on this node
	told     map[ids.User]Status // what those who know him were told last
}

func newPresence(d *db.DB, b bus.Bus) *Presence {
	absent, _ := lru.New[ids.User, Status](rememberedAbsent) // fails only for a size below 1
	p := &Presence{
		db: d, bus: b, absent: absent,
		here: map[ids.User]Status{}, dirty: map[ids.User]int64{}, attached: map[ids.User]int{}, told: map[ids.User]Status{},
	}
	p.cancel = b.Subscribe(SubjectPresence, p.heard)
	return p
}

func (p *Presence) close() { p.cancel() }

// Attach says that user takes updates on this node; call detach, once, when he no longer does. Changes of
// presence and profiles are sent to attached users only.
func (p *Presence) Attach(user ids.User) (detach func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attached[user]++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.attached[user]--; p.attached[user] <= 0 {
			delete(p.attached, user)
		}
	})
}

// Attached tells whether user takes updates on this node.
func (p *Presence) Attached(user ids.User) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.attached[user] > 0
}

// Set notes that user is here, or has gone. It tells whether others should hear of it: not when they know.
func (p *Presence) Set(user ids.User, online bool, now time.Time) (news bool) {
	s := Status{Seen: now.Unix()}
	if online {
		s.Until = now.Add(onlineFor).Unix()
	}
	p.mu.Lock()
	before := p.told[user]
	p.dirty[user] = s.Seen
	news = before.Online(now) != online || s.Until-before.Until >= int64(retell/time.Second)
	if news {
		p.told[user] = s
	}
	p.mu.Unlock()
	p.bus.Publish(bus.Message{Subject: SubjectPresence, Key: int64(user), Data: s.encode()})
	p.remember(user, s)
	return news
}

// heard takes what another node, or this one, has noted.
func (p *Presence) heard(m bus.Message) {
	if s, ok := decodeStatus(m.Data); ok {
		p.remember(ids.User(m.Key), s)
	}
}

func (p *Presence) remember(user ids.User, s Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, ok := p.here[user]; ok && old.Seen > s.Seen {
		return // late
	}
	p.here[user] = s
}

func (s Status) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(s.Until))
	return binary.LittleEndian.AppendUint64(b, uint64(s.Seen))
}

func decodeStatus(b []byte) (Status, bool) {
	if len(b) != 16 {
		return Status{}, false
	}
	return Status{
		Until: int64(binary.LittleEndian.Uint64(b)),
		Seen:  int64(binary.LittleEndian.Uint64(b[8:])),
	}, true
}

// Statuses returns when each of users was here, in their order. It mostly answers from memory.
func (p *Presence) Statuses(ctx context.Context, users []ids.User) ([]Status, error) {
	found := make([]Status, len(users))
	missing := p.fromMemory(users, found)
	if len(missing) == 0 {
		return found, nil
	}
	read, err := p.read(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, u := range users {
		if s, ok := read[u]; ok {
			found[i] = s
		}
	}
	return found, nil
}

// CountOnline returns how many of users are online at now; that is in memory.
func (p *Presence) CountOnline(users []ids.User, now time.Time) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range users {
		if p.here[u].Online(now) {
			n++
		}
	}
	return n
}

// fromMemory fills in what is known and returns those of whom nothing is.
func (p *Presence) fromMemory(users []ids.User, into []Status) (missing []ids.User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, u := range users {
		s, ok := p.here[u]
		if !ok {
			s, ok = p.absent.Get(u)
		}
		if !ok {
			missing = append(missing, u)
		}
		into[i] = s
	}
	return missing
}

func (p *Presence) read(ctx context.Context, users []ids.User) (map[ids.User]Status, error) {
	found := make(map[ids.User]Status, len(users))
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		for chunk := range chunks(users) {
			list, args := inList(1, chunk)
			err := tx.Each(ctx, `SELECT user_id, seen_at FROM last_seen WHERE user_id IN `+list, args, func(rows *db.Rows) error {
				var id ids.User
				var s Status
				err := rows.Scan(&id, &s.Seen)
				found[id] = s
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read last seen: %w", err)
	}
	for _, u := range users {
		p.absent.Add(u, found[u])
	}
	return found, nil
}

// Run writes, once a minute and when ctx ends, when people were last seen. It returns the error of that last
// time; those in between are only late.
func (p *Presence) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return p.flush(last)
		case now := <-tick.C:
			_ = p.flush(ctx) // what was not written stays for the next time
			p.forget(now)
		}
	}
}

// flush writes what is to be written, in pieces, each in its own transaction.
func (p *Presence) flush(ctx context.Context) error {
	for {
		batch := p.takeDirty(MaxBatch)
		if len(batch) == 0 {
			return nil
		}
		if err := p.db.Write(ctx, func(tx *db.Tx) error { return writeSeen(ctx, tx, batch) }); err != nil {
			p.putDirty(batch)
			return fmt.Errorf("write last seen: %w", err)
		}
	}
}

func writeSeen(ctx context.Context, tx *db.Tx, batch map[ids.User]int64) error {
	const write = `INSERT INTO last_seen (user_id, seen_at) VALUES ($1, $2)
		ON CONFLICT (user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE last_seen.seen_at < excluded.seen_at`
	for user, seen := range batch {
		if _, err := tx.Exec(ctx, write, user, seen); err != nil {
			return err
		}
	}
	return nil
}

func (p *Presence) takeDirty(n int) map[ids.User]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	batch := make(map[ids.User]int64, min(n, len(p.dirty)))
	for user, seen := range p.dirty {
		if len(batch) == n {
			break
		}
		batch[user] = seen
		delete(p.dirty, user)
	}
	return batch
}

func (p *Presence) putDirty(batch map[ids.User]int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for user, seen := range batch {
		p.dirty[user] = max(p.dirty[user], seen)
	}
}

// forget moves those who have not been here for long out of the map that is never cut short.
func (p *Presence) forget(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for user, s := range p.here {
		if s.Online(now) || now.Unix()-s.Seen < int64(2*onlineFor/time.Second) {
			continue
		}
		p.absent.Add(user, Status{Seen: s.Seen})
		delete(p.here, user)
		delete(p.told, user)
	}
}
