package dialogs

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Numbers that a filter may have. 0 and 1 stand for the list itself and the archive.
const (
	minFilter = 2
	maxFilter = 255
)

// A Filter is a view of the dialog list that a person made. The server only carries it.
// Spec: https://core.telegram.org/api/folders
type Filter struct {
	ID   int32
	Data []byte // TL bytes of a DialogFilter
}

// SetFilter makes or changes the filter with f's number, or removes it when f has no data.
// It fails with ErrFilter, ErrTooLong or ErrFiltersTooMany.
func (s *Service) SetFilter(ctx context.Context, owner ids.User, f Filter) error {
	if len(f.Data) > maxFilterData {
		return ErrTooLong
	}
	if f.ID < minFilter || f.ID > maxFilter {
		return ErrFilter
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		if err := s.setFilter(ctx, tx, owner, f); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilter{ID: f.ID})
	})
	return wrap("set filter", owner, err)
}

func (s *Service) setFilter(ctx context.Context, tx *db.Tx, owner ids.User, f Filter) error {
	if f.Data == nil {
		_, err := tx.Exec(ctx, `DELETE FROM dialog_filter WHERE owner = $1 AND id = $2`, int64(owner), int64(f.ID))
		return err
	}
	all, err := filters(ctx, tx, owner)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(all, func(o Filter) bool { return o.ID == f.ID })
	if !known && len(all) >= MaxFilters {
		return ErrFiltersTooMany
	}
	const set = `INSERT INTO dialog_filter (owner, id, position, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, id) DO UPDATE SET data = excluded.data`
	_, err = tx.Exec(ctx, set, int64(owner), int64(f.ID), maxFilter+len(all), f.Data)
	return err
}

// OrderFilters puts the filters in the order of numbers. Numbers of no filter are passed over, filters not named come
// last.
func (s *Service) OrderFilters(ctx context.Context, owner ids.User, order []int32) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		all, err := filters(ctx, tx, owner)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, func(a, b Filter) int { return place(order, a.ID) - place(order, b.ID) })
		const set = `UPDATE dialog_filter SET position = $1 WHERE owner = $2 AND id = $3`
		for i, f := range all {
			if _, err := tx.Exec(ctx, set, i, int64(owner), int64(f.ID)); err != nil {
				return err
			}
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.DialogFilterOrder{})
	})
	return wrap("order filters", owner, err)
}

func place(order []int32, id int32) int {
	if i := slices.Index(order, id); i >= 0 {
		return i
	}
	return len(order)
}

// Filters returns owner's filters in their order.
func (s *Service) Filters(ctx context.Context, owner ids.User) (all []Filter, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = filters(ctx, tx, owner)
		return err
	})
	return all, wrap("filters", owner, err)
}

func filters(ctx context.Context, tx *db.Tx, owner ids.User) ([]Filter, error) {
	const list = `SELECT id, data FROM dialog_filter WHERE owner = $1 ORDER BY position, id LIMIT $2`
	rows, err := tx.Query(ctx, list, int64(owner), maxFilter)
	if err != nil {
		return nil, err
	}
	var all []Filter
	for rows.Next() {
		var f Filter
		if err := rows.Scan(&f.ID, &f.Data); err != nil {
			return nil, fmt.Errorf("read filter: %w", err)
		}
		all = append(all, f)
	}
	return all, nil
}
