package files

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const namingFiles = `SELECT id FROM file WHERE id > $1 AND owner > 0 AND (blob = $2 OR body LIKE $3) ORDER BY id LIMIT 100`

// Naming lists the files of users that name a blob: as their content, a size or a moving picture. It looks at all files, for
// the seldom case that content has to go whoever has it.
func (s *Service) Naming(ctx context.Context, h Hash) (all []int64, err error) {
	var last int64
	for more := true; more; {
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			more = false
			return tx.Each(ctx, namingFiles, []any{last, h[:], `%"` + h.String() + `"%`}, func(rows *db.Rows) error {
				err := rows.Scan(&last)
				all, more = append(all, last), true
				return err
			})
		})
		if err != nil {
			return nil, fmt.Errorf("files of blob %s: %w", h, err)
		}
	}
	return all, nil
}

// A Holding is how much somebody has in files.
type Holding struct {
	Owner ids.User
	Usage
}

// Largest lists who has most in files, with the most first. It looks at everybody: for operators.
func (s *Service) Largest(ctx context.Context, limit int) (list []Holding, err error) {
	const get = `SELECT owner, bytes, files FROM file_usage WHERE files > 0 ORDER BY bytes DESC, owner LIMIT $1`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, get, []any{limit}, func(rows *db.Rows) error {
			var h Holding
			err := rows.Scan(&h.Owner, &h.Bytes, &h.Files)
			list = append(list, h)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list what users have in files: %w", err)
	}
	return list, nil
}
