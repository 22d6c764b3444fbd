package dialogs

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Options are a person's choices about his list as a whole.
type Options struct {
	FilterTags bool // show the names of filters beside dialogs
	HistoryTTL int  // seconds after which messages of new chats go; 0: never
}

// Options returns owner's choices.
func (s *Service) Options(ctx context.Context, owner ids.User) (o Options, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err = options(ctx, tx, owner)
		return err
	})
	return o, wrap("options", owner, err)
}

func options(ctx context.Context, tx *db.Tx, owner ids.User) (o Options, err error) {
	const get = `SELECT filter_tags, history_ttl FROM dialog_option WHERE owner = $1`
	err = tx.QueryRow(ctx, get, int64(owner)).Scan(&o.FilterTags, &o.HistoryTTL)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return o, err
}

// SetOptions lets edit change owner's choices. What clients load with the filters is told to them.
func (s *Service) SetOptions(ctx context.Context, owner ids.User, edit func(*Options)) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		o, err := options(ctx, tx, owner)
		if err != nil {
			return err
		}
		tags := o.FilterTags
		edit(&o)
		const set = `INSERT INTO dialog_option (owner, filter_tags, history_ttl) VALUES ($1, $2, $3)
			ON CONFLICT (owner) DO UPDATE SET filter_tags = excluded.filter_tags, history_ttl = excluded.history_ttl`
		_, err = tx.Exec(ctx, set, int64(owner), o.FilterTags, o.HistoryTTL)
		if err != nil || o.FilterTags == tags {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilters{})
	})
	return wrap("set options", owner, err)
}
