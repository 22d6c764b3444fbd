// Package polls keeps polls and quizzes: what is asked, who voted for what, and when they close. A poll is shared by the
// messages that show it: the first one and those that were forwarded.
//
// It owns the tables poll, poll_vote and poll_place. A vote costs a row of the voter, the row of the poll, and one entry in
// the log of each place, which is one for a channel of any size. Callers are package api/polls and, for what a page of
// messages shows, api/media.
package polls

import (
	"bytes"
	"errors"
	"sync"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means a message that shows no poll.
	ErrNone = errors.New("no such poll")
	// ErrClosed means a poll that takes no votes any more.
	ErrClosed = errors.New("poll is closed")
	// ErrOption means an option that the poll does not have, or one twice.
	ErrOption = errors.New("no such option")
	// ErrTooMany means several options where one can be chosen.
	ErrTooMany = errors.New("too many options chosen")
	// ErrFinal means a second vote where the first one counts: in a quiz, and where voting again is forbidden.
	ErrFinal = errors.New("vote cannot be changed")
	// ErrAnonymous means a question for the voters of a poll that hides them, or whose results the asker may not see yet.
	ErrAnonymous = errors.New("voters are not shown")
	// ErrMembers means a poll for those who have been members for a day.
	ErrMembers = errors.New("only members may vote")
	// ErrPublic means a poll that shows its voters, in a channel that hides its members.
	ErrPublic = errors.New("public poll in a channel")
	// ErrMember means a poll for members where there are none.
	ErrMember = errors.New("poll for members in a private chat")
	// ErrAppend means an answer that cannot be added, or be taken away.
	ErrAppend = errors.New("answers cannot be changed")
)

// Bounds.
const (
	MaxPage = 100

	maxRecent = 3   // voters shown with a poll
	maxPlaces = 100 // messages that are told of a vote
)

// A Service answers for polls. Safe for concurrent use.
type Service struct {
	db       *db.DB
	log      *updates.Log
	messages *messages.Service
	stands   *stand.Stands
	wake     chan struct{} // there is something for Run to do

	mu    sync.Mutex
	dirty map[int64]struct{} // polls of which other places are to be told
}

// New makes the service, and has it told of the messages that show polls. Run must run.
func New(d *db.DB, log *updates.Log, m *messages.Service, st *stand.Stands) *Service {
	s := &Service{
		db: d, log: log, messages: m, stands: st, wake: make(chan struct{}, 1), dirty: make(map[int64]struct{}),
	}
	m.OnSending(s.sending)
	m.OnDeleted(s.forget)
	return s
}

// A Poll is a poll as it stands.
type Poll struct {
	ID     int64
	Author ids.User
	media.PollDraft
	Tally
	Made     time.Time
	IsClosed bool
	Closes   time.Time // zero: stays open
	Version  int64
}

// A Tally is what the votes add up to. Stored as JSON.
type Tally struct {
	Counts []int      `json:"n"` // by answer
	Voters int        `json:"v"`
	Recent []ids.Peer `json:"l,omitempty"` // the newest first; of public polls
}

// A Seen is a poll as somebody sees it.
type Seen struct {
	*Poll
	Viewer ids.User // 0: nobody in particular
	Chosen [][]byte // what he voted for
	Now    *Now     // after a change: the message it was changed in
}

// A Now is a message that shows a poll which has just changed, and where that stands in the log of its channel; PTS is 0
// elsewhere.
type Now struct {
	Message *messages.Message
	PTS     int32
}

// Open reports whether votes count at the given time.
func (p *Poll) Open(now time.Time) bool {
	return !p.IsClosed && (p.Closes.IsZero() || now.Before(p.Closes))
}

// answer is the place of the answer with an option, or -1.
func (p *Poll) answer(option []byte) int {
	for i, a := range p.Answers {
		if bytes.Equal(a.Option, option) {
			return i
		}
	}
	return -1
}

// IsCorrect tells whether the answer at a place is a right one.
func (p *Poll) IsCorrect(i int) bool {
	for _, c := range p.Correct {
		if c == i {
			return true
		}
	}
	return false
}

// ShowsResults tells whether the viewer may see how others voted: once he has voted, or the poll is closed.
func (s Seen) ShowsResults(now time.Time) bool {
	if !s.Open(now) {
		return true
	}
	return len(s.Chosen) > 0 && !s.Hidden
}
