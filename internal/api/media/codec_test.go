package media

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// bold stands for the real conversion of entities.
func bold(in []text.Entity) []tg.MessageEntityClass {
	var out []tg.MessageEntityClass
	for _, e := range in {
		out = append(out, &tg.MessageEntityBold{Offset: int32(e.Offset), Length: int32(e.Length)})
	}
	return out
}

func newCodec() *Codec {
	return New(Options{
		Text: func(_ context.Context, _ *rpc.Call, s string, in []tg.MessageEntityClass) (text.Text, error) {
			t := text.Text{String: s}
			for _, e := range in {
				if e, ok := e.(*tg.MessageEntityBold); ok {
					t.Entities = append(t.Entities, text.Entity{Kind: text.Bold, Offset: int(e.Offset), Length: int(e.Length)})
				}
			}
			return t, nil
		},
		Entities: bold,
		ResolvePhone: func(_ context.Context, _ ids.User, typed string) (ids.User, error) {
			if typed == "+4790000001" {
				return 1_000_001, nil
			}
			return 0, users.ErrNotFound
		},
		Polls: func(_ context.Context, viewer ids.User, want []int64) (map[int64]polls.Seen, error) {
			found := make(map[int64]polls.Seen)
			for _, id := range want {
				d := media.PollDraft{Question: text.Text{String: "?"}, Quiz: true, Correct: []int{1}, Answers: []media.PollAnswer{
					{Text: text.Text{String: "no"}, Option: []byte("a")}, {Text: text.Text{String: "yes"}, Option: []byte("b")},
				}}
				found[id] = polls.Seen{Poll: &polls.Poll{ID: id, PollDraft: d, Tally: polls.Tally{Counts: []int{1, 2}, Voters: 3}}, Viewer: viewer}
			}
			return found, nil
		},
	})
}

var here = &tg.InputGeoPoint{Lat: 59.9, Long: 10.7, AccuracyRadius: new(int32(20))}

func plain(s string) *tg.TextWithEntities { return &tg.TextWithEntities{Text: s} }

func pollOf(answers ...string) *tg.InputMediaPoll {
	p := &tg.Poll{Question: plain("What?")}
	for _, a := range answers {
		p.Answers = append(p.Answers, &tg.PollAnswer{Text: plain(a), Option: []byte(a)})
	}
	return &tg.InputMediaPoll{Poll: p}
}

func quiz(correct ...int32) *tg.InputMediaPoll {
	in := pollOf("a", "b", "c")
	in.Poll.Quiz, in.CorrectAnswers = true, correct
	return in
}

func todoOf(tasks ...*tg.TodoItem) *tg.InputMediaTodo {
	return &tg.InputMediaTodo{Todo: &tg.TodoList{Title: plain("Shopping"), List: tasks}}
}

func TestFrom(t *testing.T) {
	live := func(period, heading, near int32) *tg.InputMediaGeoLive {
		return &tg.InputMediaGeoLive{GeoPoint: here, Period: &period, Heading: &heading, ProximityNotificationRadius: &near}
	}
	twice := pollOf("a", "b")
	twice.Poll.Answers[1].(*tg.PollAnswer).Option = []byte("a")
	several := quiz(0, 2)
	several.Poll.MultipleChoice = true
	soon := pollOf("a", "b")
	soon.Poll.ClosePeriod = new(int32(2))
	wordy := quiz(1)
	wordy.Solution = new(strings.Repeat("x", 201))
	broken := quiz(1)
	broken.Solution = new("a\nb\nc\nd")
	tests := map[string]struct {
		in   tg.InputMediaClass
		kind media.Kind
		err  error
	}{
		"nothing":             {in: nil, err: media.ErrEmpty},
		"empty":               {in: &tg.InputMediaEmpty{}, err: media.ErrEmpty},
		"file":                {in: &tg.InputMediaPhotoExternal{URL: "https://example.org/a.png"}, err: media.ErrInvalid},
		"place":               {in: &tg.InputMediaGeoPoint{GeoPoint: here}, kind: media.Geo},
		"no place":            {in: &tg.InputMediaGeoPoint{GeoPoint: &tg.InputGeoPointEmpty{}}, err: media.ErrGeo},
		"off the globe":       {in: &tg.InputMediaGeoPoint{GeoPoint: &tg.InputGeoPoint{Lat: 91}}, err: media.ErrGeo},
		"live":                {in: live(900, 90, 500), kind: media.LiveGeo},
		"live for ever":       {in: live(0x7fffffff, 0, 0), kind: media.LiveGeo},
		"live too short":      {in: live(59, 0, 0), err: media.ErrPeriod},
		"live too long":       {in: live(86401, 0, 0), err: media.ErrPeriod},
		"live without period": {in: &tg.InputMediaGeoLive{GeoPoint: here}, err: media.ErrPeriod},
		"live that stopped":   {in: &tg.InputMediaGeoLive{GeoPoint: here, Stopped: true}, err: media.ErrInvalid},
		"heading":             {in: live(900, 361, 0), err: media.ErrInvalid},
		"proximity":           {in: live(900, 0, 100_001), err: media.ErrInvalid},
		"venue":               {in: &tg.InputMediaVenue{GeoPoint: here, Title: "Café", Address: "Street 1"}, kind: media.Venue},
		"venue with a novel":  {in: &tg.InputMediaVenue{GeoPoint: here, Title: strings.Repeat("x", 300)}, err: media.ErrTooLong},
		"contact":             {in: &tg.InputMediaContact{PhoneNumber: "+4790000001", FirstName: "Anna"}, kind: media.Contact},
		"contact of nobody":   {in: &tg.InputMediaContact{PhoneNumber: "+4790000009", FirstName: "Bo"}, kind: media.Contact},
		"contact no name":     {in: &tg.InputMediaContact{PhoneNumber: "+4790000001"}, err: media.ErrInvalid},
		"dice":                {in: &tg.InputMediaDice{Emoticon: "🎲"}, kind: media.Dice},
		"dice as a picture":   {in: &tg.InputMediaDice{Emoticon: "⚽️"}, kind: media.Dice},
		"no dice":             {in: &tg.InputMediaDice{Emoticon: "🐟"}, err: media.ErrDice},
		"staked dice":         {in: &tg.InputMediaStakeDice{}, err: media.ErrInvalid},
		"poll":                {in: pollOf("a", "b"), kind: media.Poll},
		"poll of one":         {in: pollOf("a"), err: media.ErrAnswers},
		"poll of many":        {in: pollOf(strings.Split("abcdefghijklm", "")...), err: media.ErrAnswers},
		"empty answer":        {in: pollOf("a", " "), err: media.ErrAnswer},
		"long answer":         {in: pollOf("a", strings.Repeat("x", 101)), err: media.ErrAnswer},
		"same option twice":   {in: twice, err: media.ErrOption},
		"closes too soon":     {in: soon, err: media.ErrCloseDate},
		"no question":         {in: &tg.InputMediaPoll{Poll: &tg.Poll{Answers: pollOf("a", "b").Poll.Answers}}, err: media.ErrQuestion},
		"no poll":             {in: &tg.InputMediaPoll{}, err: media.ErrPoll},
		"quiz":                {in: quiz(1), kind: media.Poll},
		"quiz of several":     {in: several, kind: media.Poll},
		"quiz without answer": {in: quiz(), err: media.ErrNoCorrect},
		"quiz with two":       {in: quiz(0, 1), err: media.ErrManyCorrect},
		"quiz with a ghost":   {in: quiz(3), err: media.ErrCorrect},
		"long solution":       {in: wordy, err: media.ErrTooLong},
		"solution of 4 lines": {in: broken, err: media.ErrTooLong},
		"to-do list":          {in: todoOf(&tg.TodoItem{ID: 1, Title: plain("milk")}), kind: media.Todo},
		"to do nothing":       {in: todoOf(), err: media.ErrTodoEmpty},
		"same task twice":     {in: todoOf(&tg.TodoItem{ID: 1, Title: plain("milk")}, &tg.TodoItem{ID: 1, Title: plain("beer")}), err: media.ErrTodoTask},
		"long task":           {in: todoOf(&tg.TodoItem{ID: 1, Title: plain(strings.Repeat("x", 65))}), err: media.ErrTodoTask},
	}
	c := newCodec()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := c.From(t.Context(), &rpc.Call{User: 1}, tt.in)
			if !errors.Is(err, tt.err) || err == nil && m.Kind != tt.kind {
				t.Fatalf("got %+v, %v; want kind %d, %v", m, err, tt.kind, tt.err)
			}
			if err == nil {
				showsInEveryLayer(t, c, m)
			}
		})
	}
}

// showsInEveryLayer fails if m is not shown, or cannot be written for some client.
func showsInEveryLayer(t *testing.T, c *Codec, m *media.Media) {
	t.Helper()
	if m.Poll != nil {
		m = m.Clone()
		m.Poll.ID, m.Poll.Draft = 5, nil
	}
	for _, viewer := range []ids.User{0, 1} {
		list := []*messages.Message{{ID: 1}, {ID: 2}}
		list[0].Media = m
		shown, _, err := c.Media(t.Context(), viewer, list)
		if err != nil || len(shown) != 1 || shown[list[0]] == nil {
			t.Fatalf("shown as %v, %v", shown, err)
		}
		for _, layer := range tg.Layers() {
			if len(tl.Encode(&tg.Message{ID: 1, PeerID: &tg.PeerUser{UserID: 2}, Media: shown[list[0]]}, layer)) == 0 {
				t.Errorf("kind %d has no form in layer %d", m.Kind, layer)
			}
		}
	}
}

func TestContactNamesWhoMayBeFound(t *testing.T) {
	c := newCodec()
	for phone, want := range map[string]ids.User{"+4790000001": 1_000_001, "+4790000009": 0} {
		m, err := c.From(t.Context(), &rpc.Call{User: 1}, &tg.InputMediaContact{PhoneNumber: phone, FirstName: "Anna"})
		if err != nil || m.Contact.User != want {
			t.Errorf("%s is user %v, %v; want %d", phone, m, err, want)
		}
	}
}

func TestPollResultsAreForWhoHasVoted(t *testing.T) {
	c := newCodec()
	all, _ := c.o.Polls(t.Context(), 7, []int64{5})
	p := all[5]
	if _, r, _ := c.Poll(p, p.Closes); r.Results != nil || *r.TotalVoters != 3 {
		t.Errorf("before voting: %+v", r)
	}
	p.Chosen = [][]byte{[]byte("a")}
	_, r, _ := c.Poll(p, p.Closes)
	if len(r.Results) != 2 || !r.Results[0].Chosen || r.Results[0].Correct || !r.Results[1].Correct || *r.Results[1].Voters != 2 {
		t.Errorf("after voting: %+v", r)
	}
	p.Viewer, p.Chosen = 0, nil
	if _, r, _ := c.Poll(p, p.Closes); !r.Min || len(r.Results) != 2 || r.Results[1].Correct {
		t.Errorf("for all: %+v", r)
	}
}

func FuzzFrom(f *testing.F) {
	for _, m := range []tg.InputMediaClass{
		&tg.InputMediaGeoPoint{GeoPoint: here}, &tg.InputMediaGeoLive{GeoPoint: here, Period: new(int32(900))},
		&tg.InputMediaVenue{GeoPoint: here, Title: "Café"}, &tg.InputMediaDice{Emoticon: "🎲"}, pollOf("a", "b"), quiz(1),
		&tg.InputMediaContact{PhoneNumber: "+4790000001", FirstName: "Anna"}, todoOf(&tg.TodoItem{ID: 1, Title: plain("milk")}),
	} {
		req := &tg.MessagesSendMedia{Peer: &tg.InputPeerSelf{}, Media: m, RandomID: 1}
		f.Add(tl.Encode(req, tg.Newest))
	}
	c := newCodec()
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := tg.DecodeRequest(tl.NewReader(b))
		if err != nil {
			return
		}
		in, ok := req.(*tg.MessagesSendMedia)
		if !ok {
			return
		}
		m, err := c.From(t.Context(), &rpc.Call{User: 1}, in.Media)
		if err != nil {
			return
		}
		// What is accepted is stored and shown to everybody, so it must survive both.
		if again := m.Clone(); !again.Equal(m) || again.Clean() != nil {
			t.Errorf("%+v does not survive being stored", m)
		}
		showsInEveryLayer(t, c, m)
	})
}
