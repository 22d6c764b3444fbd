// Package todos changes to-do lists that were sent: tasks are ticked off and added, by whom the list lets, and a service
// message tells of it. The list itself is part of its message.
package todos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means a message that is no to-do list, or one that was forwarded.
	ErrNone = errors.New("no to-do list")
	// ErrForbidden means something that the list lets nobody but its author do.
	ErrForbidden = errors.New("only the author of the list may")
	// ErrSame means tasks that are as they were.
	ErrSame = errors.New("tasks are as they were")
)

// A Service answers for to-do lists. Safe for concurrent use.
type Service struct {
	db       *db.DB
	messages *messages.Service
	stands   *stand.Stands
}

// New makes the service.
func New(d *db.DB, m *messages.Service, st *stand.Stands) *Service {
	return &Service{db: d, messages: m, stands: st}
}

// A Target is a to-do list where somebody sees it.
type Target struct {
	By   ids.User
	Peer ids.Peer
	ID   ids.Message
}

// A Done is a list that was changed, and the service message about it.
type Done struct {
	Change messages.Change
	Notice messages.Sent
}

// Toggle marks tasks as done, and others as not done. It fails with ErrNone, ErrForbidden, ErrSame, media.ErrTodoTask, or as
// stand.Of and messages.Send do.
// Spec: https://core.telegram.org/method/messages.toggleTodoCompleted
func (s *Service) Toggle(ctx context.Context, t Target, done, undone []int32) (Done, error) {
	if len(done)+len(undone) > media.MaxTasks {
		return Done{}, media.ErrTodoTask
	}
	a := actions.Action{Kind: actions.TodoCompleted}
	may := func(l *media.TodoList) bool { return l.MayComplete }
	return s.change(ctx, t, may, &a, func(l *media.TodoList, as ids.Peer) (err error) {
		if a.Completed, err = l.Set(done, as, time.Now().Unix()); err != nil {
			return err
		}
		if a.Incompleted, err = l.Set(undone, as, 0); err != nil {
			return err
		}
		if len(a.Completed)+len(a.Incompleted) == 0 {
			return ErrSame
		}
		return nil
	})
}

// Append adds tasks. It fails with ErrNone, ErrForbidden, media.ErrTodoEmpty, the errors of media.TodoList.Append, or as
// stand.Of and messages.Send do.
// Spec: https://core.telegram.org/method/messages.appendTodoList
func (s *Service) Append(ctx context.Context, t Target, tasks []media.Task) (Done, error) {
	if len(tasks) == 0 {
		return Done{}, media.ErrTodoEmpty
	}
	a := actions.Action{Kind: actions.TodoAppend}
	may := func(l *media.TodoList) bool { return l.MayAppend }
	return s.change(ctx, t, may, &a, func(l *media.TodoList, _ ids.Peer) error {
		had := len(l.Tasks)
		if err := l.Append(tasks); err != nil {
			return err
		}
		a.Items = nil
		for _, task := range l.Tasks[had:] {
			a.Items = append(a.Items, actions.Item{ID: task.ID, Text: task.Text})
		}
		return nil
	})
}

// change lets fn change the list of t, and tells of it by the service message a, which fn fills in.
func (s *Service) change(
	ctx context.Context, t Target, may func(*media.TodoList) bool, a *actions.Action, fn func(*media.TodoList, ids.Peer) error,
) (done Done, err error) {
	st, err := s.stands.Of(ctx, t.By, t.Peer)
	if err != nil {
		return Done{}, err
	}
	if !st.Member || st.Banned.Has(rights.SendMessages) || st.Broadcast && !st.MayPost() {
		return Done{}, rights.ErrWriteForbidden
	}
	if err := s.messages.CheckPartner(ctx, t.By, t.Peer); err != nil {
		return Done{}, err
	}
	found, err := s.messages.Get(ctx, t.By, t.Peer, []ids.Message{t.ID})
	if err == nil && found[t.ID] == nil { // nor is there one for who may not see it
		err = ErrNone
	}
	if err != nil {
		return Done{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done.Change, err = s.rewrite(ctx, tx, t, may, func(l *media.TodoList) error { return fn(l, st.As) })
		return err
	})
	if err != nil {
		return Done{}, fmt.Errorf("change to-do list %d: %w", t.ID, err)
	}
	done.Notice, err = s.messages.Send(ctx, messages.SendRequest{
		From: t.By, To: t.Peer, Action: a, Reply: &messages.ReplyTo{ID: t.ID},
	})
	return done, err
}

// rewrite puts the changed list into all copies, which share it.
func (s *Service) rewrite(
	ctx context.Context, tx *db.Tx, t Target, may func(*media.TodoList) bool, fn func(*media.TodoList) error,
) (messages.Change, error) {
	var next *media.Media
	change, err := s.messages.Retouch(ctx, tx, messages.Box(t.By, t.Peer), t.ID, func(m *messages.Message) error {
		if next == nil {
			if media.KindOf(m.Media) != media.Todo || m.Forward != nil {
				return ErrNone
			}
			list := m.Media.Clone()
			if m.Writer() != t.By && !may(list.Todo) {
				return ErrForbidden
			}
			if err := fn(list.Todo); err != nil {
				return err
			}
			next = list
		}
		m.Media = next
		return nil
	})
	if errors.Is(err, messages.ErrNone) || err == nil && change.Message.Peer != t.Peer {
		err = ErrNone
	}
	return change, err
}
