package polls

import (
	"errors"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/media"
	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	domain "hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/places"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/todos"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// world is the handlers over a world with people in it.
type world struct {
	*apitest.World
	*Handlers
	codec *media.Codec
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		p := polls.New(in.DB, in.Log, in.Messages, in.Stands)
		w.codec = media.New(media.Options{
			Text: w.Render.Text, Entities: render.Entities, ResolvePhone: in.Contacts.ResolvePhone, Polls: p.See,
		})
		w.Render.SetMedia(w.codec.Media)
		w.Handlers = New(Options{
			Polls: p, Todos: todos.New(in.DB, in.Messages, in.Stands), Places: places.New(in.DB, in.Messages, in.Stands),
			Messages: in.Messages, View: w.View, Render: w.Render, Codec: w.codec,
		})
		fn(t, w)
	})
}

func call(u ids.User) *rpc.Call { return &rpc.Call{User: u, Layer: tg.Newest} }

// input names a peer as viewer does.
func (w *world) input(viewer ids.User, p ids.Peer) tg.InputPeerClass { return w.Peer(viewer, p) }

// attach sends what a client attaches.
func (w *world) attach(from ids.User, to ids.Peer, in tg.InputMediaClass) *messages.Message {
	w.T.Helper()
	m, err := w.codec.From(w.T.Context(), call(from), in)
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Send(from, to, "", m)
}

// shows is the media of the newest message as viewer sees it.
func (w *world) shows(viewer ids.User, peer ids.Peer) tg.MessageMediaClass {
	w.T.Helper()
	m, _, err := w.Render.Message(w.T.Context(), viewer, w.Last(viewer, peer))
	if err != nil {
		w.T.Fatal(err)
	}
	return m.(*tg.Message).Media
}

// must unwraps an answer and checks that it can be written in old layers and the newest.
func must[O tl.Object](t testing.TB) func(O, error) O { return apitest.MustFrom[O](t, 181) }

// of finds the one update of a kind in an answer.
func of[U tg.UpdateClass](t testing.TB, answer *tg.Updates) (found U) {
	t.Helper()
	for _, u := range answer.Updates {
		if u, ok := u.(U); ok {
			return u
		}
	}
	t.Fatalf("no %T in %v", found, answer.Updates)
	return found
}

func plain(s string) *tg.TextWithEntities { return &tg.TextWithEntities{Text: s} }

func newPoll(change func(p *tg.InputMediaPoll)) *tg.InputMediaPoll {
	in := &tg.InputMediaPoll{Poll: &tg.Poll{Question: plain("What?"), Answers: []tg.PollAnswerClass{
		&tg.PollAnswer{Text: plain("this"), Option: []byte("a")}, &tg.InputPollAnswer{Text: plain("that")},
	}}}
	if change != nil {
		change(in)
	}
	return in
}

func TestVoting(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			w.attach(anna, peers[0], newPoll(func(in *tg.InputMediaPoll) {
				in.Poll.Quiz, in.CorrectAnswers, in.Solution = true, []int32{1}, new("because")
			}))
			at := int32(w.Last(bo, peers[1]).ID)
			before := w.shows(bo, peers[1]).(*tg.MessageMediaPoll)
			if before.Results.Results != nil || before.Results.Solution != nil || before.Poll.ID == 0 || before.Poll.Creator {
				t.Errorf("%s: before he votes bo sees %+v of %+v", name, before.Results, before.Poll)
			}
			option := before.Poll.Answers[1].(*tg.PollAnswer).Option
			answer := must[*tg.Updates](t)(w.sendVote(t.Context(), call(bo), &tg.MessagesSendVote{Peer: w.input(bo, peers[1]), MsgID: at, Options: [][]byte{option}}))
			r := of[*tg.UpdateMessagePoll](t, answer).Results
			if r.Min || len(r.Results) != 2 || !r.Results[1].Chosen || !r.Results[1].Correct || r.Solution == nil || *r.TotalVoters != 1 {
				t.Errorf("%s: bo is answered %+v", name, r)
			}
			if peers[1].Channel() != 0 {
				if edit := of[*tg.UpdateEditChannelMessage](t, answer); edit.Pts != w.Position(peers[1]) {
					t.Errorf("%s: edit at %d, the log is at %d", name, edit.Pts, w.Position(peers[1]))
				}
			}
			if _, err := w.sendVote(t.Context(), call(bo), &tg.MessagesSendVote{Peer: w.input(bo, peers[1]), MsgID: at, Options: [][]byte{[]byte("a")}}); !errors.Is(err, polls.ErrFinal) {
				t.Errorf("%s: bo votes again: %v", name, err)
			}
			mine := must[*tg.Updates](t)(w.getPollResults(t.Context(), call(anna), &tg.MessagesGetPollResults{Peer: w.input(anna, peers[0]), MsgID: int32(w.Last(anna, peers[0]).ID)}))
			if u := of[*tg.UpdateMessagePoll](t, mine); u.Results.Results != nil || *u.Results.TotalVoters != 1 || !u.Poll.Creator {
				t.Errorf("%s: anna, who has not voted, sees %+v", name, u.Results)
			}
		}
	})
}

func TestVotesAreTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		m := w.attach(anna, bo.Peer(), newPoll(nil))
		ev := updates.MessagePoll{Peer: bo.Peer(), ID: m.ID, Poll: m.Media.Poll.ID}
		u, about, err := w.Render.Entry(t.Context(), anna, updates.Entry{Owner: anna.Peer(), Event: ev})
		if err != nil || len(about) == 0 {
			t.Fatal(err, about)
		}
		if p := u.(*tg.UpdateMessagePoll); p.PollID != ev.Poll || p.Results.Min || p.Poll == nil {
			t.Errorf("anna is told %+v", p)
		}
	})
}

func TestPublicPoll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(3)
		super := w.Channel(false, all...)
		m := w.attach(all[0], super, newPoll(func(in *tg.InputMediaPoll) {
			in.Poll.PublicVoters, in.Poll.MultipleChoice, in.Poll.OpenAnswers = true, true, true
		}))
		added := must[*tg.Updates](t)(w.addPollAnswer(t.Context(), call(all[1]), &tg.MessagesAddPollAnswer{
			Peer: w.input(all[1], super), MsgID: int32(m.ID), Answer: &tg.InputPollAnswer{Text: plain("neither")},
		}))
		answers := of[*tg.UpdateMessagePoll](t, added).Poll.Answers
		if len(answers) != 3 || answers[2].(*tg.PollAnswer).AddedBy == nil {
			t.Fatalf("answers are %+v", answers)
		}
		option := answers[2].(*tg.PollAnswer).Option
		for _, u := range all {
			must[*tg.Updates](t)(w.sendVote(t.Context(), call(u), &tg.MessagesSendVote{
				Peer: w.input(u, super), MsgID: int32(m.ID), Options: [][]byte{[]byte("a"), option},
			}))
		}
		ask := &tg.MessagesGetPollVotes{Peer: w.input(all[0], super), ID: int32(m.ID), Limit: 2}
		list := must[*tg.MessagesVotesList](t)(w.getPollVotes(t.Context(), call(all[0]), ask))
		if list.Count != 3 || len(list.Votes) != 2 || len(list.Users) != 2 || list.NextOffset == nil {
			t.Errorf("votes: %+v", list)
		}
		if v, ok := list.Votes[0].(*tg.MessagePeerVoteMultiple); !ok || len(v.Options) != 2 {
			t.Errorf("a vote: %+v", list.Votes[0])
		}
		ask.Option, ask.Offset = option, list.NextOffset
		if list = must[*tg.MessagesVotesList](t)(w.getPollVotes(t.Context(), call(all[0]), ask)); list.Count != 3 {
			t.Errorf("votes for one option: %+v", list)
		}
		shown := w.shows(all[0], super).(*tg.MessageMediaPoll)
		if len(shown.Results.RecentVoters) != 3 {
			t.Errorf("recent voters: %v", shown.Results.RecentVoters)
		}
		gone := must[*tg.Updates](t)(w.deletePollAnswer(t.Context(), call(all[0]), &tg.MessagesDeletePollAnswer{
			Peer: w.input(all[0], super), MsgID: int32(m.ID), Option: option,
		}))
		if answers := of[*tg.UpdateMessagePoll](t, gone).Poll.Answers; len(answers) != 2 {
			t.Errorf("answers are %+v", answers)
		}
	})
}

// edit is messages.editMessage as package chats passes it on.
func (w *world) edit(by ids.User, peer ids.Peer, id ids.Message, in tg.InputMediaClass) (*tg.Updates, error) {
	answer, handled, err := w.EditMedia(w.T.Context(), call(by), peer, &tg.MessagesEditMessage{Peer: w.input(by, peer), ID: int32(id), Media: in})
	if !handled {
		w.T.Helper()
		w.T.Fatalf("%T is not handled", in)
	}
	return answer, err
}

func TestEditMedia(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			poll := w.attach(anna, peers[0], newPoll(nil))
			if _, err := w.edit(bo, peers[1], w.Last(bo, peers[1]).ID, newPoll(func(in *tg.InputMediaPoll) { in.Poll.Closed = true })); !errors.Is(err, messages.ErrAuthor) {
				t.Errorf("%s: bo closes the poll: %v", name, err)
			}
			if _, err := w.edit(anna, peers[0], poll.ID, newPoll(nil)); !errors.Is(err, domain.ErrPoll) {
				t.Errorf("%s: the poll is edited: %v", name, err)
			}
			answer := must[*tg.Updates](t)(w.edit(anna, peers[0], poll.ID, newPoll(func(in *tg.InputMediaPoll) { in.Poll.Closed = true })))
			if u := of[*tg.UpdateMessagePoll](t, answer); !u.Poll.Closed || u.Results.Results == nil {
				t.Errorf("%s: closed as %+v", name, u.Poll)
			}
			if shown := w.shows(bo, peers[1]).(*tg.MessageMediaPoll); !shown.Poll.Closed {
				t.Errorf("%s: bo sees an open poll", name)
			}
			at := &tg.InputGeoPoint{Lat: 50, Long: 10}
			live := w.attach(anna, peers[0], &tg.InputMediaGeoLive{GeoPoint: at, Period: new(int32(900))})
			at.Lat = 51
			must[*tg.Updates](t)(w.edit(anna, peers[0], live.ID, &tg.InputMediaGeoLive{GeoPoint: at, Heading: new(int32(90))}))
			if got := w.shows(bo, peers[1]).(*tg.MessageMediaGeoLive); got.Geo.(*tg.GeoPoint).Lat != 51 || *got.Heading != 90 || got.Period != 900 {
				t.Errorf("%s: bo sees %+v", name, got)
			}
			recent := must[tg.MessagesMessagesClass](t)(w.getRecentLocations(t.Context(), call(bo), &tg.MessagesGetRecentLocations{Peer: w.input(bo, peers[1]), Limit: 5}))
			if page, ok := recent.(*tg.MessagesMessages); ok && len(page.Messages) != 1 {
				t.Errorf("%s: recent are %v", name, page.Messages)
			}
			must[*tg.Updates](t)(w.edit(anna, peers[0], live.ID, &tg.InputMediaGeoLive{Stopped: true, GeoPoint: &tg.InputGeoPointEmpty{}}))
		}
		if _, handled, err := w.EditMedia(t.Context(), call(anna), bo.Peer(), &tg.MessagesEditMessage{ID: 1}); handled || err != nil {
			t.Error("an edit without media was handled")
		}
	})
}

func TestTodoLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		list := func(names ...string) *tg.InputMediaTodo {
			l := &tg.TodoList{Title: plain("Shopping"), OthersCanAppend: true, OthersCanComplete: true}
			for i, s := range names {
				l.List = append(l.List, &tg.TodoItem{ID: int32(i + 1), Title: plain(s)})
			}
			return &tg.InputMediaTodo{Todo: l}
		}
		for name, peers := range w.Chats(anna, bo) {
			if name == "channel" {
				continue
			}
			m := w.attach(anna, peers[0], list("milk", "beer"))
			at := int32(w.Last(bo, peers[1]).ID)
			done := must[*tg.Updates](t)(w.toggleTodoCompleted(t.Context(), call(bo), &tg.MessagesToggleTodoCompleted{
				Peer: w.input(bo, peers[1]), MsgID: at, Completed: []int32{1},
			}))
			if len(done.Updates) != 2 {
				t.Errorf("%s: bo is answered %v", name, done.Updates)
			}
			must[*tg.Updates](t)(w.appendTodoList(t.Context(), call(bo), &tg.MessagesAppendTodoList{
				Peer: w.input(bo, peers[1]), MsgID: at, List: []*tg.TodoItem{{ID: 3, Title: plain("nuts")}},
			}))
			answer := must[*tg.Updates](t)(w.edit(anna, peers[0], m.ID, list("oat milk", "beer", "nuts")))
			found, err := w.Messages.Get(t.Context(), anna, peers[0], []ids.Message{m.ID})
			if err != nil || len(answer.Updates) != 1 {
				t.Fatal(err, answer)
			}
			l := found[m.ID].Media.Todo
			if len(l.Tasks) != 3 || l.Tasks[0].Text.String != "oat milk" || l.Tasks[0].By != bo.Peer() || l.Tasks[1].Done != 0 {
				t.Errorf("%s: the list is %+v", name, l.Tasks)
			}
		}
	})
}

func TestButtonsWithNobodyBehind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		keyboard := &tg.ReplyInlineMarkup{Rows: []*tg.KeyboardInlineButtonRow{{Buttons: []*tg.KeyboardInlineButton{
			{Text: "Press", Type: &tg.InlineButtonTypeCallback{Data: []byte("x")}},
		}}}}
		sent, err := w.Messages.Send(t.Context(), messages.SendRequest{
			From: anna, To: bo.Peer(), RandomID: 1, Media: must1(domain.ThrowDice("🎲")), Markup: render.Markup(keyboard),
		})
		if err != nil {
			t.Fatal(err)
		}
		ask := &tg.MessagesGetBotCallbackAnswer{Peer: w.input(bo, anna.Peer()), MsgID: int32(sent.Message.Twin), Data: []byte("x")}
		if _, err := w.getBotCallbackAnswer(t.Context(), call(bo), ask); !errors.Is(err, errNoBot) {
			t.Errorf("a button: %v", err)
		}
		ask.Data = []byte("y")
		if _, err := w.getBotCallbackAnswer(t.Context(), call(bo), ask); !errors.Is(err, errData) {
			t.Errorf("no button: %v", err)
		}
		ask.MsgID = 9999
		if _, err := w.getBotCallbackAnswer(t.Context(), call(bo), ask); !errors.Is(err, messages.ErrNone) {
			t.Errorf("no message: %v", err)
		}
		m, _, err := w.Render.Message(t.Context(), bo, w.Last(bo, anna.Peer()))
		if err != nil || m.(*tg.Message).ReplyMarkup == nil {
			t.Errorf("bo sees no keyboard: %v", err)
		}
	})
}

func must1[T any](v T, _ error) T { return v }
