package scheduled

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
)

// hold makes sure that the files of an item stay as long as it waits. It fails as messages.Files.Use does.
func (s *Service) hold(ctx context.Context, tx *db.Tx, i *Item) error {
	list := i.Media.Files()
	if len(list) == 0 || s.files == nil {
		return nil
	}
	if err := s.files.Use(ctx, tx, list...); err != nil {
		return fmt.Errorf("use files: %w", err)
	}
	const put = `INSERT INTO scheduled_file (owner, peer, id, file) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, id, file) DO NOTHING`
	for _, file := range list {
		if _, err := tx.Exec(ctx, put, i.Owner, i.Peer, i.ID, file); err != nil {
			return fmt.Errorf("note files: %w", err)
		}
	}
	return nil
}

// letGo lets go of the files of an item that waits no more, or no more with these. Who sends it holds them first.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, i *Item) error {
	if s.files == nil {
		return nil
	}
	const get = `SELECT file FROM scheduled_file WHERE owner = $1 AND peer = $2 AND id = $3`
	const drop = `DELETE FROM scheduled_file WHERE owner = $1 AND peer = $2 AND id = $3`
	var list []int64
	err := tx.Each(ctx, get, []any{i.Owner, i.Peer, i.ID}, func(rows *db.Rows) error {
		var file int64
		err := rows.Scan(&file)
		list = append(list, file)
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, drop, i.Owner, i.Peer, i.ID); err != nil {
		return err
	}
	return s.files.Release(ctx, tx, time.Now(), list...)
}

// Held returns which of some files a scheduled message shows.
func (s *Service) Held(ctx context.Context, list []int64) ([]int64, error) {
	held, err := db.Among(ctx, s.db, list, `SELECT DISTINCT file FROM scheduled_file WHERE file IN (`)
	if err != nil {
		return nil, fmt.Errorf("who holds files: %w", err)
	}
	return held, nil
}
