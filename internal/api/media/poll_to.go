package media

import (
	"hash/crc32"
	"slices"
	"strconv"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/polls"
	"hermod/internal/tl/tg"
)

func (s *showing) poll(ref *media.PollRef) tg.MessageMediaClass {
	if ref.ID == 0 {
		return s.pollDraft(ref.Draft)
	}
	seen, ok := s.polls[ref.ID]
	if !ok {
		return &tg.MessageMediaUnsupported{}
	}
	poll, results, about := s.Poll(seen, s.now)
	s.about = append(s.about, about...)
	return &tg.MessageMediaPoll{Poll: poll, Results: results}
}

// pollDraft shows a poll that waits to be sent at some time.
func (s *showing) pollDraft(d *media.PollDraft) tg.MessageMediaClass {
	if d == nil {
		return &tg.MessageMediaUnsupported{}
	}
	seen := polls.Seen{Poll: &polls.Poll{ID: 1, PollDraft: *d}}
	seen.Counts = make([]int, len(d.Answers))
	poll, results, _ := s.Poll(seen, s.now)
	return &tg.MessageMediaPoll{Poll: poll, Results: results}
}

// Poll shows a poll and its results as somebody sees them at a time. Results for nobody in particular are min: clients
// keep what they know of their own vote.
// Spec: https://core.telegram.org/constructor/pollResults
func (c *Codec) Poll(p polls.Seen, now time.Time) (*tg.Poll, *tg.PollResults, []ids.Peer) {
	poll := c.pollTo(p, now)
	results := &tg.PollResults{Min: p.Viewer == 0, TotalVoters: new(int32(p.Voters))}
	var about []ids.Peer
	for _, a := range p.Answers {
		if a.By != 0 {
			about = append(about, a.By)
		}
	}
	open := p.Open(now)
	if p.Viewer == 0 || p.ShowsResults(now) {
		c.count(results, p, open)
	}
	if p.Public && !(p.Hidden && open) {
		for _, voter := range p.Recent {
			results.RecentVoters = append(results.RecentVoters, view.Peer(voter))
			about = append(about, voter)
		}
	}
	if p.Solution != nil && (!open || len(p.Chosen) > 0) {
		results.Solution, results.SolutionEntities = new(p.Solution.String), entities(c, p.Solution.Entities)
	}
	return poll, results, about
}

func (c *Codec) pollTo(p polls.Seen, now time.Time) *tg.Poll {
	t := &tg.Poll{
		ID: p.ID, Closed: !p.Open(now), PublicVoters: p.Public, MultipleChoice: p.Multiple, Quiz: p.Quiz,
		OpenAnswers: p.PollDraft.Open, RevotingDisabled: p.Final, ShuffleAnswers: p.Shuffle,
		HideResultsUntilClose: p.Hidden, SubscribersOnly: p.Members, Creator: p.Viewer != 0 && p.Viewer == p.Author,
		Question: c.Text(p.Question), Answers: []tg.PollAnswerClass{}, Hash: Hash(p),
	}
	for _, a := range p.Answers {
		t.Answers = append(t.Answers, c.Answer(a))
	}
	if p.Period > 0 && !p.Closes.IsZero() {
		t.ClosePeriod = new(int32(p.Period))
	}
	if !p.Closes.IsZero() {
		t.CloseDate = new(int32(p.Closes.Unix()))
		if t.ClosePeriod == nil { // clients take the two only together
			t.ClosePeriod = new(int32(max(p.Closes.Sub(p.Made)/time.Second, 1)))
		}
	}
	return t
}

// Answer shows an answer of a poll.
func (c *Codec) Answer(a media.PollAnswer) *tg.PollAnswer {
	t := &tg.PollAnswer{Text: c.Text(a.Text), Option: a.Option}
	if a.By != 0 {
		t.AddedBy, t.Date = view.Peer(a.By), new(int32(a.Date))
	}
	return t
}

// count adds the votes. The right answers of a quiz are shown to who has answered, and to all when it is closed.
func (c *Codec) count(t *tg.PollResults, p polls.Seen, open bool) {
	hidden := p.Hidden && open
	for i, a := range p.Answers {
		v := &tg.PollAnswerVoters{
			Option: a.Option, Chosen: p.Viewer != 0 && slices.ContainsFunc(p.Chosen, func(o []byte) bool { return slices.Equal(o, a.Option) }),
			Correct: p.IsCorrect(i) && (!open || len(p.Chosen) > 0), Voters: new(int32(0)),
		}
		if !hidden && i < len(p.Counts) {
			v.Voters = new(int32(p.Counts[i]))
		}
		t.Results = append(t.Results, v)
	}
}

// Hash changes when what a poll asks changes, not when somebody votes.
func Hash(p polls.Seen) int64 {
	return int64(crc32.ChecksumIEEE([]byte(strconv.FormatInt(p.ID, 10)+" "+strconv.FormatInt(p.Version, 10)))) + 1
}
