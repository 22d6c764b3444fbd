package users

import (
	"sync"
	"time"

	"hermod/internal/domain/ids"
)

const (
	// watchFor is how long somebody counts as looking at another after he asked for him.
	watchFor = 10 * time.Minute
	// maxWatched bounds those of whom watchers are remembered, maxWatchers how many of each.
	maxWatched  = 1 << 15
	maxWatchers = 200
)

// watchers remembers who looks at whom: he has asked for him, or for his chat with him, lately. It is a hint, so that
// people hear of the comings and goings of those they have before their eyes without being in their contacts.
type watchers struct {
	mu     sync.Mutex
	byUser map[ids.User]map[ids.User]time.Time // when it ends
}

// Watch notes that viewer looks at user now.
func (p *Presence) Watch(viewer, user ids.User, now time.Time) {
	if viewer == user || user == 0 || user == ids.Service {
		return
	}
	w := &p.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	who := w.byUser[user]
	if who == nil {
		if len(w.byUser) >= maxWatched && !w.pruneLocked(now) {
			return
		}
		if w.byUser == nil {
			w.byUser = make(map[ids.User]map[ids.User]time.Time)
		}
		who = make(map[ids.User]time.Time)
		w.byUser[user] = who
	}
	if _, known := who[viewer]; known || len(who) < maxWatchers || dropEnded(who, now) {
		who[viewer] = now.Add(watchFor)
	}
}

// watching returns who looks at user now.
func (p *Presence) watching(user ids.User, now time.Time) []ids.User {
	w := &p.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	who := w.byUser[user]
	dropEnded(who, now)
	if len(who) == 0 {
		delete(w.byUser, user)
		return nil
	}
	list := make([]ids.User, 0, len(who))
	for viewer := range who {
		list = append(list, viewer)
	}
	return list
}

// pruneLocked forgets those at whom nobody looks any more, and reports whether there were any.
func (w *watchers) pruneLocked(now time.Time) bool {
	before := len(w.byUser)
	for user, who := range w.byUser {
		if dropEnded(who, now); len(who) == 0 {
			delete(w.byUser, user)
		}
	}
	return len(w.byUser) < before
}

// dropEnded reports whether there was something to drop.
func dropEnded(who map[ids.User]time.Time, now time.Time) bool {
	before := len(who)
	for viewer, end := range who {
		if now.After(end) {
			delete(who, viewer)
		}
	}
	return len(who) < before
}
