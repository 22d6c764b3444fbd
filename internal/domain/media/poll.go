package media

import (
	"errors"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// Errors of polls that are the caller's.
var (
	// ErrPoll means a poll that contradicts itself.
	ErrPoll = errors.New("poll is invalid")
	// ErrQuestion means a question that is missing or too long.
	ErrQuestion = errors.New("question of the poll is invalid")
	// ErrAnswers means too few or too many answers.
	ErrAnswers = errors.New("number of answers is invalid")
	// ErrAnswer means an answer without text, or one that is too long.
	ErrAnswer = errors.New("answer of the poll is invalid")
	// ErrOption means an option that is missing, too long or not the only one of its kind.
	ErrOption = errors.New("option of the poll is invalid")
	// ErrNoCorrect means a quiz without a right answer.
	ErrNoCorrect = errors.New("quiz without a right answer")
	// ErrManyCorrect means a quiz for one answer that has several right ones.
	ErrManyCorrect = errors.New("quiz with too many right answers")
	// ErrCorrect means a right answer that is not among the answers, or in a poll that is no quiz.
	ErrCorrect = errors.New("right answer is invalid")
	// ErrCloseDate means a poll that closes too soon or too late.
	ErrCloseDate = errors.New("close date is invalid")
)

// Bounds of polls.
const (
	MinAnswers = 2
	MaxAnswers = 12

	maxQuestion = 300 // units, see text.Units
	maxAnswer   = 100
	maxSolution = 200
	maxBreaks   = 2   // line breaks in a solution
	maxOption   = 100 // bytes
	minOpen     = 5 * time.Second
	maxOpen     = 2_628_000 * time.Second // a month
)

// A PollRef names a poll, which is kept by package polls and shared by the messages that were forwarded.
type PollRef struct {
	ID    int64      `json:"i,omitempty"`
	Draft *PollDraft `json:"d,omitempty"` // until it is sent
}

// A PollDraft is a poll as it is asked: what does not change by voting.
// Spec: https://core.telegram.org/api/poll
type PollDraft struct {
	Question text.Text    `json:"q"`
	Answers  []PollAnswer `json:"a"`
	Public   bool         `json:"p,omitempty"` // who votes is shown
	Multiple bool         `json:"m,omitempty"` // several answers at once
	Quiz     bool         `json:"z,omitempty"`
	Open     bool         `json:"o,omitempty"` // others may add answers
	Final    bool         `json:"f,omitempty"` // nobody can vote again
	Shuffle  bool         `json:"s,omitempty"` // answers are shown in any order
	Hidden   bool         `json:"h,omitempty"` // results are shown when it is closed
	Members  bool         `json:"b,omitempty"` // only those who are members for a day may vote
	Closed   bool         `json:"c,omitempty"` // from the start

	Correct  []int      `json:"r,omitempty"` // indexes of the right answers of a quiz
	Solution *text.Text `json:"x,omitempty"` // shown to who has answered

	Period  int   `json:"d,omitempty"` // seconds that it is open
	CloseAt int64 `json:"t,omitempty"` // unix seconds; 0: when somebody closes it
}

// A PollAnswer is what one can vote for.
type PollAnswer struct {
	Text   text.Text `json:"t"`
	Option []byte    `json:"o"`
	By     ids.Peer  `json:"b,omitempty"` // who is shown as having added it later
	Adder  ids.User  `json:"u,omitempty"` // who did; 0: By
	Date   int64     `json:"d,omitempty"` // unix seconds, when he did
}

// AddedBy is the user who added the answer later; 0 if nobody did.
func (a PollAnswer) AddedBy() ids.User {
	if a.Adder != 0 {
		return a.Adder
	}
	return a.By.User()
}

// clean is Clean of a poll. A poll that exists already is fine as it is.
func (p *PollRef) clean() error {
	switch {
	case p == nil:
		return ErrPoll
	case p.Draft == nil && p.ID == 0:
		return ErrPoll
	case p.Draft == nil:
		return nil
	}
	p.ID = 0
	return p.Draft.clean()
}

func (d *PollDraft) clean() error {
	var err error
	if d.Question, err = cleanText(d.Question, maxQuestion, ErrQuestion); err != nil {
		return err
	}
	if len(d.Answers) < MinAnswers && !(d.Open && len(d.Answers) == 1) || len(d.Answers) > MaxAnswers {
		return ErrAnswers
	}
	if err := d.cleanAnswers(); err != nil {
		return err
	}
	if err := d.cleanQuiz(); err != nil {
		return err
	}
	if d.Period != 0 && (d.Period < int(minOpen/time.Second) || d.Period > int(maxOpen/time.Second)) {
		return ErrCloseDate
	}
	return nil
}

// cleanAnswers checks the answers and gives an option to those that have none.
func (d *PollDraft) cleanAnswers() error {
	seen := make(map[string]bool, len(d.Answers))
	for i := range d.Answers {
		a := &d.Answers[i]
		var err error
		if *a, err = CleanAnswer(*a); err != nil {
			return err
		}
		if len(a.Option) == 0 {
			a.Option = NewOption(seen)
		}
		if seen[string(a.Option)] {
			return ErrOption
		}
		seen[string(a.Option)] = true
	}
	return nil
}

// CleanAnswer is Clean of an answer that is added. It fails with ErrAnswer, ErrOption or text.ErrBounds.
func CleanAnswer(a PollAnswer) (PollAnswer, error) {
	var err error
	if a.Text, err = cleanText(a.Text, maxAnswer, ErrAnswer); err != nil {
		return a, err
	}
	if len(a.Option) > maxOption {
		return a, ErrOption
	}
	return a, nil
}

// NewOption is an option that is not among those seen.
func NewOption(seen map[string]bool) []byte {
	for c := byte('0'); ; c++ {
		if !seen[string([]byte{c})] {
			return []byte{c}
		}
	}
}

func (d *PollDraft) cleanQuiz() error {
	if !d.Quiz {
		if len(d.Correct) > 0 {
			return ErrCorrect
		}
		d.Solution = nil
		return nil
	}
	switch {
	case d.Open, d.Members && d.Multiple && len(d.Correct) == 0:
		return ErrPoll
	case len(d.Correct) == 0:
		return ErrNoCorrect
	case len(d.Correct) > 1 && !d.Multiple:
		return ErrManyCorrect
	}
	seen := make(map[int]bool)
	for _, i := range d.Correct {
		if i < 0 || i >= len(d.Answers) || seen[i] {
			return ErrCorrect
		}
		seen[i] = true
	}
	return d.cleanSolution()
}

func (d *PollDraft) cleanSolution() error {
	if d.Solution == nil || d.Solution.String == "" {
		d.Solution = nil
		return nil
	}
	t, err := cleanText(*d.Solution, maxSolution, ErrTooLong)
	if err != nil {
		return err
	}
	breaks := 0
	for _, r := range t.String {
		if r == '\n' {
			breaks++
		}
	}
	if breaks > maxBreaks {
		return ErrTooLong
	}
	d.Solution = &t
	return nil
}

// Opens says when a poll that is sent at the given time closes, and fails with ErrCloseDate when that is too soon or too
// late. Zero: it stays open.
func (d *PollDraft) Opens(sent time.Time) (closes time.Time, err error) {
	switch {
	case d.Period > 0:
		return sent.Add(time.Duration(d.Period) * time.Second), nil
	case d.CloseAt == 0:
		return time.Time{}, nil
	}
	closes = time.Unix(d.CloseAt, 0)
	if in := closes.Sub(sent); in < 0 || in > maxOpen+time.Minute {
		return time.Time{}, ErrCloseDate
	}
	return closes, nil
}

// cleanText cleans t, which must have a text of at most the given units; else it fails with wrong.
func cleanText(t text.Text, most int, wrong error) (text.Text, error) {
	c, err := text.Clean(t)
	if err != nil {
		return text.Text{}, err
	}
	if c.String == "" || text.Units(c.String) > most {
		return text.Text{}, wrong
	}
	return c, nil
}
