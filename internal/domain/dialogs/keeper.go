package dialogs

import (
	"context"
	"sync"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

const (
	maxArrivals = 1 << 14 // that wait for the keeper; what does not fit is looked at with the next message
	cachedFull  = 1 << 16 // owners of whom it is known what is in their archive
	forEver     = 1<<31 - 1
	knownFor    = 5 * time.Minute // another process may have filled the archive
)

// A Keeper keeps the archive: chats in which somebody writes leave it, unless they are muted, and those of strangers are
// put there at once for who wants that. It works behind the messages, which do not wait for it.
// Spec: https://core.telegram.org/api/folders#archived-chats
type Keeper struct {
	dialogs *Service
	users   *users.Service
	queue   chan Arrival

	mu       sync.Mutex
	archived map[ids.User]map[ids.Peer]bool // what is in the archive; dropped as a whole when it grows too large
}

// NewKeeper makes the keeper of the archives in s. Until it runs, arrivals wait, a bounded number of them.
func NewKeeper(s *Service, u *users.Service) *Keeper {
	k := &Keeper{dialogs: s, users: u, queue: make(chan Arrival, maxArrivals), archived: make(map[ids.User]map[ids.Peer]bool)}
	s.arrived, s.moved = k.add, k.forget
	return k
}

// add takes an arrival without waiting.
func (k *Keeper) add(a Arrival) {
	if !a.Unread || a.Peer == a.Owner.Peer() {
		return
	}
	select {
	case k.queue <- a:
	default:
	}
}

func (k *Keeper) forget(owner ids.User) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.archived, owner)
}

func (k *Keeper) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.archived)
}

// Run works until ctx ends. What fails for one chat is tried again with its next message.
func (k *Keeper) Run(ctx context.Context) error {
	old := time.NewTicker(knownFor)
	defer old.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-old.C:
			k.forgetAll()
		case a := <-k.queue:
			_ = k.keep(ctx, a)
		}
	}
}

func (k *Keeper) keep(ctx context.Context, a Arrival) error {
	if archived, err := k.inArchive(ctx, a.Owner, a.Peer); err != nil || archived {
		return k.wake(ctx, a, err)
	}
	if a.Peer.User() == 0 || a.Peer.User() == ids.Service {
		return nil
	}
	return k.putAway(ctx, a)
}

// inArchive tells whether the chat is in the archive, mostly from memory.
func (k *Keeper) inArchive(ctx context.Context, owner ids.User, peer ids.Peer) (bool, error) {
	k.mu.Lock()
	known, ok := k.archived[owner]
	k.mu.Unlock()
	if ok {
		return known[peer], nil
	}
	known = make(map[ids.Peer]bool)
	const list = `SELECT peer FROM dialog WHERE owner = $1 AND folder = 1 LIMIT $2`
	err := k.dialogs.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, list, []any{int64(owner), maxDialogs}, func(rows *db.Rows) error {
			var p ids.Peer
			err := rows.Scan(&p)
			known[p] = true
			return err
		})
	})
	if err != nil {
		return false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.archived) >= cachedFull {
		clear(k.archived)
	}
	k.archived[owner] = known
	return known[peer], nil
}

// wake takes a chat out of the archive, unless it is muted or its owner wants it to stay.
func (k *Keeper) wake(ctx context.Context, a Arrival, err error) error {
	if err != nil {
		return err
	}
	me, err := k.users.One(ctx, a.Owner)
	if err != nil || me.Settings.Privacy.KeepArchived {
		return err
	}
	muted, err := read(ctx, k.dialogs, func(tx *db.Tx) (map[ids.Peer]bool, error) {
		return k.dialogs.muted(ctx, tx, a.Owner, []ids.Peer{a.Peer})
	})
	if err != nil || muted[a.Peer] {
		return err
	}
	return k.dialogs.rouse(ctx, a)
}

// putAway archives and mutes the new chat of a stranger, for who wants that.
func (k *Keeper) putAway(ctx context.Context, a Arrival) error {
	me, err := k.users.One(ctx, a.Owner)
	if err != nil || !me.Settings.Privacy.ArchiveAndMute {
		return err
	}
	rel, err := k.users.Relation(ctx, a.Owner, a.Peer.User())
	if err != nil || rel.Mine.Contact {
		return err
	}
	d, err := k.dialogs.GetNow(ctx, a.Owner, a.Peer)
	if err != nil || d.Messages != d.Unread || d.ReadInbox > 0 { // they have talked before
		return err
	}
	if _, err := k.dialogs.Move(ctx, a.Owner, []ids.Peer{a.Peer}, Archive); err != nil {
		return err
	}
	until := int32(forEver)
	return k.dialogs.SetNotify(ctx, a.Owner, Target{Scope: ScopePeer, Peer: a.Peer}, Notify{MuteUntil: &until})
}
