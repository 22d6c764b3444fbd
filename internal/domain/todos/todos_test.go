package todos

import (
	"errors"
	"fmt"
	"testing"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/domain/text"
)

func list(change func(l *media.TodoList)) *media.Media {
	l := &media.TodoList{Title: text.Text{String: "Shopping"}, Tasks: tasks(1, "milk", "beer")}
	if change != nil {
		change(l)
	}
	return &media.Media{Kind: media.Todo, Todo: l}
}

func tasks(first int32, names ...string) (all []media.Task) {
	for i, s := range names {
		all = append(all, media.Task{ID: first + int32(i), Text: text.Text{String: s}})
	}
	return all
}

// shown are the tasks of a list, those that are done with a star.
func shown(t *testing.T, w *standtest.World, viewer ids.User, peer ids.Peer, id ids.Message) (s string) {
	t.Helper()
	found, err := w.Messages.Get(t.Context(), viewer, peer, []ids.Message{id})
	if err != nil || found[id] == nil {
		t.Fatalf("no list: %v", err)
	}
	for _, task := range found[id].Media.Todo.Tasks {
		s += task.Text.String
		if task.Done != 0 {
			s += fmt.Sprintf("*%d", task.By)
		}
		s += " "
	}
	return s
}

func TestTodoListsInChatsOfAllKinds(t *testing.T) {
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		s := New(w.DB, w.Messages, w.Stands)
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			if name == "channel" { // its members only read
				post := w.Send(anna, peers[0], "", list(func(l *media.TodoList) { l.MayComplete = true }))
				if _, err := s.Toggle(t.Context(), Target{bo, peers[1], post.ID}, []int32{1}, nil); !errors.Is(err, rights.ErrWriteForbidden) {
					t.Errorf("%s: bo ticks off: %v", name, err)
				}
				if _, err := s.Toggle(t.Context(), Target{anna, peers[0], post.ID}, []int32{1}, nil); err != nil {
					t.Errorf("%s: anna ticks off: %v", name, err)
				}
				continue
			}
			mine := w.Send(anna, peers[0], "", list(func(l *media.TodoList) { l.MayAppend, l.MayComplete = true, true }))
			theirs := w.Last(bo, peers[1])
			done, err := s.Toggle(t.Context(), Target{bo, peers[1], theirs.ID}, []int32{2}, []int32{1})
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("milk beer*%d ", bo)
			if got := shown(t, w, anna, peers[0], mine.ID); got != want || done.Change.PTS == 0 {
				t.Errorf("%s: anna sees %q at %d, want %q", name, got, done.Change.PTS, want)
			}
			notice := w.Last(anna, peers[0])
			if a := notice.Action; a == nil || a.Kind != actions.TodoCompleted || len(a.Completed) != 1 || len(a.Incompleted) != 0 ||
				notice.Reply == nil || notice.Reply.ID != mine.ID {
				t.Errorf("%s: anna is told %+v, answering %+v", name, notice.Action, notice.Reply)
			}
			if _, err := s.Toggle(t.Context(), Target{bo, peers[1], theirs.ID}, []int32{2}, nil); !errors.Is(err, ErrSame) {
				t.Errorf("%s: the same again: %v", name, err)
			}
			if _, err := s.Append(t.Context(), Target{bo, peers[1], theirs.ID}, tasks(3, "nuts")); err != nil {
				t.Fatal(err)
			}
			if got := shown(t, w, anna, peers[0], mine.ID); got != want+"nuts " {
				t.Errorf("%s: anna sees %q", name, got)
			}
			if a := w.Last(anna, peers[0]).Action; a == nil || a.Kind != actions.TodoAppend || len(a.Items) != 1 {
				t.Errorf("%s: anna is told %+v", name, a)
			}
		}
	})
}

func TestTodoRules(t *testing.T) {
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		s := New(w.DB, w.Messages, w.Stands)
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		super := w.Channel(false, anna, bo)
		own := w.Send(anna, super, "", list(nil)).ID
		plain := w.Send(anna, super, "no list", nil).ID
		toggle := func(who ids.User, id ids.Message, task int32) error {
			_, err := s.Toggle(t.Context(), Target{who, super, id}, []int32{task}, nil)
			return err
		}
		add := func(who ids.User, id ids.Message, all []media.Task) error {
			_, err := s.Append(t.Context(), Target{who, super, id}, all)
			return err
		}
		many := tasks(3, make([]string, media.MaxTasks)...)
		for i := range many {
			many[i].Text.String = "x"
		}
		for name, got := range map[string][2]error{
			"ticked off by another": {toggle(bo, own, 1), ErrForbidden},
			"added to by another":   {add(bo, own, tasks(3, "x")), ErrForbidden},
			"no such task":          {toggle(anna, own, 9), media.ErrTodoTask},
			"no list":               {toggle(anna, plain, 1), ErrNone},
			"no message":            {toggle(anna, 9999, 1), ErrNone},
			"a number that is used": {add(anna, own, tasks(1, "x")), media.ErrTodoTask},
			"nothing":               {add(anna, own, nil), media.ErrTodoEmpty},
			"too many":              {add(anna, own, many), media.ErrTodoTooMany},
			"by the author":         {toggle(anna, own, 1), nil},
		} {
			if !errors.Is(got[0], got[1]) {
				t.Errorf("%s: got %v, want %v", name, got[0], got[1])
			}
		}
		if toggle(cleo, own, 1) == nil {
			t.Error("somebody ticked off who is not there")
		}
		if got := shown(t, w, bo, super, own); got != fmt.Sprintf("milk*%d beer ", anna) {
			t.Errorf("bo sees %q", got)
		}
	})
}

func TestEditedListKeepsWhatIsDone(t *testing.T) {
	old := list(nil).Todo
	old.Tasks[0].By, old.Tasks[0].Done = 5, 77
	next := list(func(l *media.TodoList) { l.Tasks = tasks(1, "oat milk", "wine") }).Todo
	next.KeepDone(old)
	if next.Tasks[0].Done != 77 || next.Tasks[0].By != 5 || next.Tasks[1].Done != 0 {
		t.Errorf("got %+v", next.Tasks)
	}
}
