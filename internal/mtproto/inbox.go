package mtproto

import (
	"slices"
	"sort"
	"time"
)

// What became of a received message.
type entryKind uint8

const (
	service   entryKind = iota + 1 // needs no answer, or was answered at once
	container                      // held others
	running                        // a request that is being served
	answered                       // a request whose answer was queued
	lost                           // a request whose answer was sent and is not kept
)

// An entry is a received message.
type entry struct {
	id     MessageID
	kind   entryKind
	failed bool // the answer is an error
}

// An inbox remembers the messages received lately, sorted by id.
type inbox struct {
	list []entry
	// floor is the highest id that was forgotten: at or below it nobody knows any more.
	floor MessageID
	// refused is the id up to which messages may have come to an earlier session.
	refused MessageID
}

const (
	maxRemembered = 4096                    // messages; the oldest are forgotten first
	memory        = maxAge + 60*time.Second // how long a message is remembered
)

func (b *inbox) search(id MessageID) int {
	n := len(b.list)
	if n == 0 || b.list[n-1].id < id { // nearly always
		return n
	}
	return sort.Search(n, func(i int) bool { return b.list[i].id >= id })
}

func (b *inbox) find(id MessageID) (entry, bool) {
	if i := b.search(id); i < len(b.list) && b.list[i].id == id {
		return b.list[i], true
	}
	return entry{}, false
}

// add remembers id, unless it is remembered already.
func (b *inbox) add(now time.Time, id MessageID, kind entryKind) {
	i := b.search(id)
	if i < len(b.list) && b.list[i].id == id {
		return
	}
	b.list = slices.Insert(b.list, i, entry{id: id, kind: kind})
	b.prune(now)
}

// set changes what is known about id, if it is remembered.
func (b *inbox) set(id MessageID, kind entryKind, failed bool) {
	if i := b.search(id); i < len(b.list) && b.list[i].id == id {
		b.list[i].kind, b.list[i].failed = kind, failed
	}
}

// forgotten says whether id may have come before and been forgotten.
func (b *inbox) forgotten(id MessageID) bool { return id <= max(b.floor, b.refused) }

// highest is the highest id that came.
func (b *inbox) highest() MessageID {
	highest := max(b.floor, b.refused)
	if n := len(b.list); n > 0 {
		highest = max(highest, b.list[n-1].id)
	}
	return highest
}

// prune forgets what is too old to come again, but no request that is being served.
func (b *inbox) prune(now time.Time) {
	oldest := idAt(now.Add(-memory))
	n := 0
	for n < len(b.list) && (b.list[n].id < oldest && b.list[n].kind != running || len(b.list)-n > maxRemembered) {
		n++
	}
	if n == 0 {
		return
	}
	b.floor = max(b.floor, b.list[n-1].id)
	b.list = slices.Delete(b.list, 0, n)
	if cap(b.list) > 64 && len(b.list) < cap(b.list)/4 { // a burst is over: give its memory back
		b.list = slices.Clip(slices.Clone(b.list))
	}
}

// Flags of a message's state.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages
const (
	stateUnknown     = 1
	stateNotReceived = 2
	stateFuture      = 3
	stateReceived    = 4
	stateNoAck       = 16
	stateProcessing  = 32
	stateAnswered    = 64
)

// state is the byte of msgs_state_info for id.
func (b *inbox) state(id MessageID, now time.Time) byte {
	e, ok := b.find(id)
	switch {
	case !ok && id > idAt(now.Add(maxAhead)):
		return stateFuture
	case !ok && (len(b.list) == 0 || id < b.list[0].id):
		return stateUnknown
	case !ok, e.kind == lost:
		return stateNotReceived // the client sends it anew, under another id
	case e.kind == running:
		return stateReceived | stateProcessing
	case e.kind == answered:
		return stateReceived | stateProcessing | stateAnswered
	}
	return stateReceived | stateNoAck
}

// Status is what is known about a request on which another depends.
type Status uint8

// The states of a request.
const (
	Unknown Status = iota // never seen
	Running
	Done   // answered, or so long ago that it must have been
	Failed // answered with an error
)

// Status tells what became of the request id.
func (s *Session) Status(id MessageID) Status {
	e, ok := s.in.find(id)
	switch {
	case !ok && id <= s.in.floor:
		return Done
	case !ok:
		return Unknown
	case e.kind == running:
		return Running
	case e.failed:
		return Failed
	}
	return Done
}
