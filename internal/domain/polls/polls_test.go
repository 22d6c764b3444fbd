package polls

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/domain/text"
)

// world adds the service to a world with people in it.
type world struct {
	*standtest.World
	*Service
}

func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		fn(t, world{w, New(w.DB, w.Log, w.Messages, w.Stands)})
	})
}

// draft is a poll with answers a, b and c.
func draft(change func(d *media.PollDraft)) *media.Media {
	d := &media.PollDraft{Question: text.Text{String: "What?"}}
	for _, a := range []string{"a", "b", "c"} {
		d.Answers = append(d.Answers, media.PollAnswer{Text: text.Text{String: a}, Option: []byte(a)})
	}
	if change != nil {
		change(d)
	}
	return &media.Media{Kind: media.Poll, Poll: &media.PollRef{Draft: d}}
}

func options(s string) (all [][]byte) {
	for _, r := range s {
		all = append(all, []byte(string(r)))
	}
	return all
}

func (w world) vote(who ids.User, peer ids.Peer, id ids.Message, chosen string) error {
	_, err := w.Vote(w.T.Context(), Ballot{Target{who, peer, id}, options(chosen)})
	return err
}

func (w world) mustVote(who ids.User, peer ids.Peer, id ids.Message, chosen string) {
	w.T.Helper()
	if err := w.vote(who, peer, id, chosen); err != nil {
		w.T.Fatal(err)
	}
}

// sees are the counts, the number of voters, and what viewer chose himself.
func (w world) sees(viewer ids.User, peer ids.Peer, id ids.Message) string {
	w.T.Helper()
	p, err := w.Results(w.T.Context(), Target{viewer, peer, id})
	if err != nil {
		w.T.Fatal(err)
	}
	return fmt.Sprintf("%v %d %s", p.Counts, p.Voters, p.Chosen)
}

func TestVotesInChatsOfAllKinds(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			mine := w.World.Send(anna, peers[0], "", draft(nil))
			theirs := w.Last(bo, peers[1])
			if mine.Media.Poll.ID == 0 || mine.Media.Poll.Draft != nil || theirs.Media.Poll.ID != mine.Media.Poll.ID {
				t.Fatalf("%s: sent as %+v, arrived as %+v", name, mine.Media.Poll, theirs.Media.Poll)
			}
			w.mustVote(bo, peers[1], theirs.ID, "b")
			w.mustVote(anna, peers[0], mine.ID, "a")
			w.mustVote(anna, peers[0], mine.ID, "b")
			if got := w.sees(bo, peers[1], theirs.ID); got != "[0 2 0] 2 [b]" {
				t.Errorf("%s: bo sees %s", name, got)
			}
			w.mustVote(bo, peers[1], theirs.ID, "")
			w.mustVote(bo, peers[1], theirs.ID, "") // taken back twice
			if got := w.sees(anna, peers[0], mine.ID); got != "[0 1 0] 1 [b]" {
				t.Errorf("%s: anna sees %s", name, got)
			}
		}
	})
}

func TestVotingRules(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		super := w.Channel(false, anna, bo)
		id := func(change func(d *media.PollDraft)) ids.Message {
			return w.World.Send(anna, super, "", draft(change)).ID
		}
		single := id(nil)
		several := id(func(d *media.PollDraft) { d.Multiple = true })
		quiz := id(func(d *media.PollDraft) { d.Quiz, d.Correct = true, []int{1} })
		final := id(func(d *media.PollDraft) { d.Final = true })
		members := id(func(d *media.PollDraft) { d.Members = true })
		closed := id(func(d *media.PollDraft) { d.Closed = true })
		plain := w.World.Send(anna, super, "no poll", nil).ID
		tests := []struct {
			name   string
			id     ids.Message
			chosen string
			want   error
		}{
			{"two of one", single, "ab", ErrTooMany},
			{"no such option", single, "x", ErrOption},
			{"two of several", several, "ca", nil},
			{"the same twice", several, "aa", ErrOption},
			{"quiz", quiz, "a", nil},
			{"quiz again", quiz, "b", ErrFinal},
			{"quiz taken back", quiz, "", ErrFinal},
			{"final", final, "a", nil},
			{"final again", final, "b", ErrFinal},
			{"not a member for a day", members, "a", ErrMembers},
			{"closed", closed, "a", ErrClosed},
			{"no poll", plain, "a", ErrNone},
			{"no message", 9999, "a", ErrNone},
		}
		for _, tt := range tests {
			if err := w.vote(bo, super, tt.id, tt.chosen); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		}
		if err := w.vote(cleo, super, single, "a"); err == nil {
			t.Error("somebody voted who is not there")
		}
	})
}

func TestPublicPollsAreNotForChannels(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		channel, group := w.Channel(true, anna, bo), w.Group(anna, bo)
		public := func() *media.Media { return draft(func(d *media.PollDraft) { d.Public = true }) }
		send := func(to ids.Peer, m *media.Media) error {
			_, err := w.World.Messages.Send(t.Context(), messages.SendRequest{From: anna, To: to, RandomID: rand.Int64(), Media: m})
			return err
		}
		if err := send(channel, public()); !errors.Is(err, ErrPublic) {
			t.Errorf("sent to a channel: %v", err)
		}
		if err := send(group, public()); err != nil {
			t.Errorf("sent to a group: %v", err)
		}
		_, err := w.World.Messages.Forward(t.Context(), messages.ForwardRequest{
			From: anna, Source: group, To: channel, IDs: []ids.Message{w.Last(anna, group).ID}, RandomIDs: []int64{rand.Int64()},
		})
		if !errors.Is(err, ErrPublic) {
			t.Errorf("forwarded to a channel: %v", err)
		}
		if err := send(bo.Peer(), draft(func(d *media.PollDraft) { d.Members = true })); !errors.Is(err, ErrMember) {
			t.Errorf("for members of a private chat: %v", err)
		}
	})
}

func TestForwardedPollsShareVotes(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		group := w.Group(anna, bo)
		m := w.World.Send(anna, group, "", draft(nil))
		sent, err := w.World.Messages.Forward(t.Context(), messages.ForwardRequest{
			From: anna, Source: group, To: cleo.Peer(), IDs: []ids.Message{m.ID}, RandomIDs: []int64{rand.Int64()},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.mustVote(cleo, anna.Peer(), sent[0].Message.Twin, "c")
		if got := w.sees(bo, group, w.Last(bo, group).ID); got != "[0 0 1] 1 []" {
			t.Errorf("bo sees %s", got)
		}
		if err := w.tellDirty(t.Context()); err != nil { // what Run does
			t.Fatal(err)
		}
		for who, owner := range map[string]ids.User{"anna": anna, "bo": bo, "cleo": cleo} {
			found := false
			for _, kind := range w.Events(owner.Peer(), w.Position(owner.Peer())) {
				found = found || kind == "message_poll"
			}
			if !found {
				t.Errorf("%s was not told", who)
			}
		}
		if _, err := w.Close(t.Context(), Target{cleo, anna.Peer(), sent[0].Message.Twin}); !errors.Is(err, messages.ErrAuthor) {
			t.Errorf("cleo closes it: %v", err)
		}
		if _, err := w.Close(t.Context(), Target{anna, cleo.Peer(), sent[0].Message.ID}); !errors.Is(err, messages.ErrAuthor) {
			t.Errorf("anna closes it where it is a copy: %v", err)
		}
		if _, err := w.Close(t.Context(), Target{anna, group, m.ID}); err != nil {
			t.Error(err)
		}
		if err := w.vote(cleo, anna.Peer(), sent[0].Message.Twin, "a"); !errors.Is(err, ErrClosed) {
			t.Errorf("a vote after it was closed: %v", err)
		}
	})
}

func TestPollsCloseInTime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		super := w.Channel(false, anna, bo)
		m := w.World.Send(anna, super, "", draft(func(d *media.PollDraft) { d.Period = 60 }))
		if next, err := w.closeDue(t.Context()); err != nil || time.Until(next) < 50*time.Second {
			t.Fatalf("the next one is due at %v, %v", next, err)
		}
		before := w.Position(super)
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE poll SET close_date = $1`, time.Now().Add(-time.Second))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.vote(bo, super, m.ID, "a"); !errors.Is(err, ErrClosed) {
			t.Errorf("a vote after its time: %v", err)
		}
		if next, err := w.closeDue(t.Context()); err != nil || !next.IsZero() {
			t.Errorf("the next one is due at %v, %v", next, err)
		}
		if err := w.tellDirty(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.Position(super) != before+1 {
			t.Error("nobody was told that it closed")
		}
		if p, err := w.Results(t.Context(), Target{bo, super, m.ID}); err != nil || !p.IsClosed {
			t.Errorf("it is %+v, %v", p, err)
		}
		_, err = w.World.Messages.Send(t.Context(), messages.SendRequest{
			From: anna, To: super, RandomID: 5, Media: draft(func(d *media.PollDraft) { d.CloseAt = time.Now().Add(-time.Hour).Unix() }),
		})
		if !errors.Is(err, media.ErrCloseDate) {
			t.Errorf("one that closes before it is sent: %v", err)
		}
	})
}

func TestVoters(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(7)
		super := w.Channel(false, all...)
		m := w.World.Send(all[0], super, "", draft(func(d *media.PollDraft) { d.Public, d.Multiple = true, true }))
		anonymous := w.World.Send(all[0], super, "", draft(nil))
		q := VotersQuery{Target: Target{all[1], super, m.ID}, Limit: 2}
		if _, err := w.Voters(t.Context(), q); !errors.Is(err, ErrAnonymous) {
			t.Errorf("before voting: %v", err)
		}
		for i, u := range all {
			w.mustVote(u, super, m.ID, []string{"a", "bc"}[i%2])
		}
		for option, want := range map[string]int{"": 7, "a": 4, "c": 3} {
			q.Offset, q.Option = "", nil
			if option != "" {
				q.Option = []byte(option)
			}
			seen := map[ids.Peer]int{}
			for {
				v, err := w.Voters(t.Context(), q)
				if err != nil || v.Count != want {
					t.Fatalf("%q: %d, %v; want %d", option, v.Count, err, want)
				}
				for _, vote := range v.Votes {
					seen[vote.Voter] = len(vote.Options)
				}
				if q.Offset = v.Next; v.Next == "" {
					break
				}
			}
			if len(seen) != want {
				t.Errorf("%q: pages hold %d, want %d", option, len(seen), want)
			}
			if option == "" && seen[all[1].Peer()] != 2 {
				t.Errorf("the second voted for %d", seen[all[1].Peer()])
			}
		}
		w.mustVote(all[1], super, anonymous.ID, "a")
		if _, err := w.Voters(t.Context(), VotersQuery{Target: Target{all[1], super, anonymous.ID}}); !errors.Is(err, ErrAnonymous) {
			t.Errorf("of an anonymous poll: %v", err)
		}
		p, err := w.Results(t.Context(), Target{all[1], super, m.ID})
		if err != nil || len(p.Recent) != maxRecent {
			t.Errorf("recent voters are %v, %v", p.Recent, err)
		}
	})
}

func TestOpenPolls(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		super := w.Channel(false, all...)
		m := w.World.Send(anna, super, "", draft(func(d *media.PollDraft) { d.Open = true }))
		shut := w.World.Send(anna, super, "", draft(nil))
		add := func(who ids.User, id ids.Message, s string) (media.PollAnswer, error) {
			_, a, err := w.Append(t.Context(), Target{who, super, id}, media.PollAnswer{Text: text.Text{String: s}})
			return a, err
		}
		if _, err := add(bo, shut.ID, "d"); !errors.Is(err, ErrAppend) {
			t.Errorf("where it is not allowed: %v", err)
		}
		if _, err := add(bo, m.ID, "a"); !errors.Is(err, media.ErrAnswer) {
			t.Errorf("one that is there: %v", err)
		}
		d, err := add(bo, m.ID, "d")
		if err != nil {
			t.Fatal(err)
		}
		w.mustVote(cleo, super, m.ID, string(d.Option))
		w.mustVote(anna, super, m.ID, "a")
		if _, _, err := w.Service.Delete(t.Context(), Target{cleo, super, m.ID}, d.Option); !errors.Is(err, ErrAppend) {
			t.Errorf("taken away by somebody: %v", err)
		}
		if _, _, err := w.Service.Delete(t.Context(), Target{anna, super, m.ID}, []byte("a")); !errors.Is(err, ErrAppend) {
			t.Errorf("one that was there from the start: %v", err)
		}
		if _, gone, err := w.Service.Delete(t.Context(), Target{anna, super, m.ID}, d.Option); err != nil || gone.Text.String != "d" {
			t.Errorf("taken away by the author: %v, %v", gone, err)
		}
		if got := w.sees(cleo, super, m.ID); got != "[1 0 0] 1 []" {
			t.Errorf("cleo sees %s", got)
		}
	})
}

// Who appears as the group is not named as a voter or as the author of an answer, and has one vote all the same.
func TestAnonymousVoters(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		super := w.Channel(false, all...)
		m := w.World.Send(anna, super, "", draft(func(d *media.PollDraft) { d.Public, d.Open = true, true }))
		w.mustVote(bo, super, m.ID, "a")
		w.mustVote(anna, super, m.ID, "a")
		_, err := w.Channels.Promote(t.Context(), channels.Promotion{
			By: anna, Channel: super.Channel(), User: anna, Rights: rights.AdminAnonymous | rights.AdminOther,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.mustVote(anna, super, m.ID, "b")
		w.mustVote(anna, super, m.ID, "a")
		if got := w.sees(anna, super, m.ID); got != "[2 0 0] 2 [a]" {
			t.Errorf("anna sees %s", got)
		}
		for _, option := range [][]byte{nil, []byte("a")} {
			v, err := w.Voters(t.Context(), VotersQuery{Target: Target{bo, super, m.ID}, Option: option, Limit: 9})
			if err != nil || len(v.Votes) != 1 || v.Votes[0].Voter != bo.Peer() {
				t.Errorf("of %q: got %+v, %v", option, v, err)
			}
		}
		p, err := w.Results(t.Context(), Target{bo, super, m.ID})
		if err != nil || len(p.Recent) != 1 || p.Recent[0] != bo.Peer() {
			t.Errorf("got %+v, %v", p.Recent, err)
		}
		_, d, err := w.Append(t.Context(), Target{anna, super, m.ID}, media.PollAnswer{Text: text.Text{String: "d"}})
		if err != nil || d.By != super || d.AddedBy() != anna {
			t.Errorf("got %+v, %v", d, err)
		}
	})
}

func TestHiddenResults(t *testing.T) {
	p := Seen{Poll: &Poll{PollDraft: media.PollDraft{Hidden: true}}, Chosen: options("a")}
	if p.ShowsResults(time.Now()) {
		t.Error("results are shown before it is closed")
	}
	p.IsClosed = true
	if !p.ShowsResults(time.Now()) {
		t.Error("results are not shown when it is closed")
	}
}
