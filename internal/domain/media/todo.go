package media

import (
	"errors"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// Errors of to-do lists that are the caller's.
var (
	// ErrTodoEmpty means a list without tasks or without a title.
	ErrTodoEmpty = errors.New("to-do list is empty")
	// ErrTodoTooMany means more than MaxTasks.
	ErrTodoTooMany = errors.New("to-do list has too many tasks")
	// ErrTodoTask means a task that is empty, too long, or whose number is not the only one.
	ErrTodoTask = errors.New("task of the to-do list is invalid")
)

// Bounds of to-do lists.
const (
	MaxTasks = 30

	maxTodoTitle = 32 // units
	maxTask      = 64
)

// A TodoList is things to do.
// Spec: https://core.telegram.org/api/todo
type TodoList struct {
	Title       text.Text `json:"t"`
	Tasks       []Task    `json:"l"`
	MayAppend   bool      `json:"a,omitempty"` // others
	MayComplete bool      `json:"c,omitempty"` // others
}

// A Task is one thing to do.
type Task struct {
	ID   int32     `json:"i"` // within the list, from 1
	Text text.Text `json:"t"`
	By   ids.Peer  `json:"b,omitempty"` // who has done it
	Done int64     `json:"d,omitempty"` // unix seconds, when; 0: not done
}

func (l *TodoList) clean() error {
	if l == nil || len(l.Tasks) == 0 {
		return ErrTodoEmpty
	}
	var err error
	if l.Title, err = cleanText(l.Title, maxTodoTitle, ErrTodoEmpty); err != nil {
		return err
	}
	tasks := l.Tasks
	l.Tasks = nil
	return l.Append(tasks)
}

// Append adds tasks that are to be done. It fails with ErrTodoTooMany, ErrTodoTask or text.ErrBounds, and then the list is
// as it was.
func (l *TodoList) Append(tasks []Task) error {
	if len(l.Tasks)+len(tasks) > MaxTasks {
		return ErrTodoTooMany
	}
	seen := make(map[int32]bool, len(l.Tasks))
	for _, t := range l.Tasks {
		seen[t.ID] = true
	}
	all := append([]Task(nil), l.Tasks...)
	for _, t := range tasks {
		body, err := cleanText(t.Text, maxTask, ErrTodoTask)
		if err != nil {
			return err
		}
		if t.ID <= 0 || seen[t.ID] {
			return ErrTodoTask
		}
		seen[t.ID] = true
		all = append(all, Task{ID: t.ID, Text: body, By: t.By, Done: t.Done})
	}
	l.Tasks = all
	return nil
}

// KeepDone marks as done what was done in old, of the tasks that read the same.
func (l *TodoList) KeepDone(old *TodoList) {
	for i := range l.Tasks {
		l.Tasks[i].By, l.Tasks[i].Done = 0, 0
		for _, t := range old.Tasks {
			if t.ID == l.Tasks[i].ID {
				l.Tasks[i].By, l.Tasks[i].Done = t.By, t.Done
			}
		}
	}
}

// Set marks tasks as done by somebody at unix seconds, or as not done when done is 0. It returns those that have changed,
// and fails with ErrTodoTask when there is no such task.
func (l *TodoList) Set(ids []int32, by ids.Peer, done int64) (changed []int32, err error) {
	for _, id := range ids {
		t := l.task(id)
		if t == nil {
			return nil, ErrTodoTask
		}
		if (t.Done != 0) == (done != 0) {
			continue
		}
		t.By, t.Done = by, done
		if done == 0 {
			t.By = 0
		}
		changed = append(changed, id)
	}
	return changed, nil
}

func (l *TodoList) task(id int32) *Task {
	for i := range l.Tasks {
		if l.Tasks[i].ID == id {
			return &l.Tasks[i]
		}
	}
	return nil
}
