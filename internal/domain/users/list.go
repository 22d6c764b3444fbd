package users

import (
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// List returns a page of all accounts that were not deleted, in the order of their ids, for whoever runs the server.
// limit is at most MaxBatch.
func (s *Service) List(ctx context.Context, after ids.User, limit int) (page []User, err error) {
	const list = `SELECT id FROM user_account WHERE id > $1 AND deleted_at = 0 ORDER BY id LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var want []ids.User
		err := tx.Each(ctx, list, []any{after, min(limit, MaxBatch)}, func(rows *db.Rows) error {
			var u ids.User
			err := rows.Scan(&u)
			want = append(want, u)
			return err
		})
		if err != nil {
			return err
		}
		page, err = readUsers(ctx, tx, want)
		return err
	})
	slices.SortFunc(page, func(a, b User) int { return int(a.ID - b.ID) })
	return page, wrap(err, "list users")
}
