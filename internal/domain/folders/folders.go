// Package folders keeps the views of the dialog list that people make, and the links by which they share them.
//
// It owns the tables dialog_filter, folder_link and folder_joined. What a folder says is carried for the client; of a
// shared one the chats in its links are known, and nothing else.
// Spec: https://core.telegram.org/api/folders
package folders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means a number of no folder, or one that cannot be.
	ErrNone = errors.New("no such folder")
	// ErrTooMany means that no more folders can be kept.
	ErrTooMany = errors.New("too many folders")
	// ErrTooLong means a folder that is larger than what is kept.
	ErrTooLong = errors.New("folder too large")
	// ErrNotShared means that the folder has no links, and came by none.
	ErrNotShared = errors.New("folder is not shared")
	// ErrLink means a link that does not lead to a folder, or does no more.
	ErrLink = errors.New("no such folder link")
	// ErrLinksTooMany means that a folder can have no more links.
	ErrLinksTooMany = errors.New("too many links of a folder")
	// ErrSharedTooMany means that no more shared folders can be had.
	ErrSharedTooMany = errors.New("too many shared folders")
	// ErrPeers means a link to no chats, or to too many.
	ErrPeers = errors.New("no chats, or too many, in a folder link")
	// ErrTitle means a title of a link that is too long.
	ErrTitle = errors.New("title of a folder link too long")
)

// Numbers that a folder may have. 0 and 1 stand for the list itself and the archive.
const (
	First = 2
	Last  = 255
)

// Bounds.
const (
	Max       = 100 // folders of one person
	MaxPeers  = 200 // chats that a folder names, of each kind of naming
	MaxShared = 20  // shared folders of one person, his own and those of others
	maxLinks  = 100 // of one folder
	maxData   = 16 << 10
	maxTitle  = 128 // bytes of the title of a link
)

// A Service answers for folders. Safe for concurrent use.
type Service struct {
	db       *db.DB
	log      *updates.Log
	groups   *groups.Service
	channels *channels.Service
	now      func() time.Time
}

// New makes the service.
func New(d *db.DB, log *updates.Log, g *groups.Service, c *channels.Service) *Service {
	return &Service{db: d, log: log, groups: g, channels: c, now: time.Now}
}

// A Folder is a view of the dialog list that a person made, or has from a link. The server only carries it.
type Folder struct {
	ID   int32
	Data []byte // TL bytes of a DialogFilter
}

// Set makes or changes the folder with f's number, or removes it, with its links, when f has no data.
// It fails with ErrNone, ErrTooLong or ErrTooMany.
func (s *Service) Set(ctx context.Context, owner ids.User, f Folder) error {
	if len(f.Data) > maxData {
		return ErrTooLong
	}
	if f.ID < First || f.ID > Last {
		return ErrNone
	}
	return s.write(ctx, owner, "set folder", func(tx *db.Tx) error { return s.set(ctx, tx, owner, f) })
}

// write runs a change of owner's folders, alone among such changes.
func (s *Service) write(ctx context.Context, owner ids.User, what string, fn func(*db.Tx) error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.log.Lock(ctx, tx, owner.Peer()); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		return fmt.Errorf("%s of user %d: %w", what, owner, err)
	}
	return nil
}

func (s *Service) set(ctx context.Context, tx *db.Tx, owner ids.User, f Folder) error {
	if f.Data == nil {
		return s.remove(ctx, tx, owner, f.ID)
	}
	all, err := list(ctx, tx, owner)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(all, func(o Folder) bool { return o.ID == f.ID })
	if !known && len(all) >= Max {
		return ErrTooMany
	}
	const set = `INSERT INTO dialog_filter (owner, id, position, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, id) DO UPDATE SET data = excluded.data`
	if _, err := tx.Exec(ctx, set, owner, f.ID, Last+len(all), f.Data); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilter{ID: f.ID})
}

func (s *Service) remove(ctx context.Context, tx *db.Tx, owner ids.User, id int32) error {
	for _, sql := range []string{
		`DELETE FROM dialog_filter WHERE owner = $1 AND id = $2`,
		`DELETE FROM folder_link WHERE owner = $1 AND folder = $2`,
		`DELETE FROM folder_joined WHERE owner = $1 AND folder = $2`,
	} {
		if _, err := tx.Exec(ctx, sql, owner, id); err != nil {
			return err
		}
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilter{ID: id})
}

// Order puts the folders in the order of numbers. Numbers of no folder are passed over, folders not named come last.
func (s *Service) Order(ctx context.Context, owner ids.User, order []int32) error {
	return s.write(ctx, owner, "order folders", func(tx *db.Tx) error {
		all, err := list(ctx, tx, owner)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, func(a, b Folder) int { return place(order, a.ID) - place(order, b.ID) })
		const set = `UPDATE dialog_filter SET position = $1 WHERE owner = $2 AND id = $3`
		for i, f := range all {
			if _, err := tx.Exec(ctx, set, i, owner, f.ID); err != nil {
				return err
			}
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilterOrder{})
	})
}

func place(order []int32, id int32) int {
	if i := slices.Index(order, id); i >= 0 {
		return i
	}
	return len(order)
}

// List returns owner's folders in their order.
func (s *Service) List(ctx context.Context, owner ids.User) (all []Folder, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = list(ctx, tx, owner)
		return err
	})
	return all, wrap(err, "folders", owner)
}

// One returns a folder of owner. It fails with ErrNone.
func (s *Service) One(ctx context.Context, owner ids.User, id int32) (f Folder, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		f, err = one(ctx, tx, owner, id)
		return err
	})
	return f, wrap(err, "folder", owner)
}

func one(ctx context.Context, tx *db.Tx, owner ids.User, id int32) (Folder, error) {
	f := Folder{ID: id}
	err := tx.QueryRow(ctx, `SELECT data FROM dialog_filter WHERE owner = $1 AND id = $2`, owner, id).Scan(&f.Data)
	if errors.Is(err, db.ErrNotFound) {
		err = ErrNone
	}
	return f, err
}

func list(ctx context.Context, tx *db.Tx, owner ids.User) (all []Folder, err error) {
	const list = `SELECT id, data FROM dialog_filter WHERE owner = $1 ORDER BY position, id LIMIT $2`
	err = tx.Each(ctx, list, []any{owner, Last}, func(rows *db.Rows) error {
		var f Folder
		err := rows.Scan(&f.ID, &f.Data)
		all = append(all, f)
		return err
	})
	return all, err
}

func wrap(err error, what string, owner ids.User) error {
	if err != nil {
		return fmt.Errorf("%s of user %d: %w", what, owner, err)
	}
	return nil
}
