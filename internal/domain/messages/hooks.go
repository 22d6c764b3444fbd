package messages

import (
	"context"

	"hermod/internal/db"
)

// A Hook is something that packages to the right of this one keep beside messages, such as votes and counters. It runs in
// the transaction that writes the messages, and its error undoes that. rows are copies of one message or messages of one
// owner.
type Hook func(ctx context.Context, tx *db.Tx, rows []*Message) error

// hooks are filled before the first message is sent and never changed later.
type hooks struct {
	sending, sent, editing, edited, deleted []Hook
}

// OnSending registers what runs for new messages that have their ids but are not written yet. It may change their media.
func (s *Service) OnSending(fn Hook) { s.hooks.sending = append(s.hooks.sending, fn) }

// OnSent registers what runs for new messages once they are written.
func (s *Service) OnSent(fn Hook) { s.hooks.sent = append(s.hooks.sent, fn) }

// OnEditing registers what runs for messages that were edited and are not written yet. It may change their media.
func (s *Service) OnEditing(fn Hook) { s.hooks.editing = append(s.hooks.editing, fn) }

// OnEdited registers what runs for messages that were edited, once they are written.
func (s *Service) OnEdited(fn Hook) { s.hooks.edited = append(s.hooks.edited, fn) }

// OnDeleted registers what runs for messages that were deleted, with the rows as they were.
func (s *Service) OnDeleted(fn Hook) { s.hooks.deleted = append(s.hooks.deleted, fn) }

// hook runs all of list for rows.
func hook(ctx context.Context, tx *db.Tx, list []Hook, rows []*Message) error {
	if len(rows) == 0 {
		return nil
	}
	for _, fn := range list {
		if err := fn(ctx, tx, rows); err != nil {
			return err
		}
	}
	return nil
}
