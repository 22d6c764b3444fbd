package contacts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// rowsAtOnce is how many rows one INSERT writes.
const rowsAtOnce = 64

// scanUsers appends the ids that a query returns to list.
func scanUsers(ctx context.Context, tx *db.Tx, list *[]ids.User, sql string, args ...any) error {
	return tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var u ids.User
		err := rows.Scan(&u)
		*list = append(*list, u)
		return err
	})
}

// wrap says what was being done, unless nothing went wrong.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// values returns "($1, $2), ($3, $4), …" for rows of columns.
func values(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + db.List(1+i*columns, columns) + ")")
	}
	return b.String()
}

// An entry is a row of contact to be.
type entry struct {
	user        ids.User
	phone       users.Phone // "" leaves what is known
	first, last string
}

// put writes entries into the address book of owner and the other side of each. Those that are there already,
// just so, cost nothing. It fails with ErrTooMany.
func (s *Service) put(ctx context.Context, tx *db.Tx, owner ids.User, entries []entry) error {
	var have int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM contact WHERE owner = $1`, owner).Scan(&have); err != nil {
		return err
	}
	if have+len(entries) > MaxContacts {
		return ErrTooMany
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(a.user - b.user) }) // locks in one order
	for chunk := range slices.Chunk(entries, rowsAtOnce) {
		if err := insertContacts(ctx, tx, owner, chunk); err != nil {
			return err
		}
		if err := insertKnownBy(ctx, tx, owner, chunk); err != nil {
			return err
		}
	}
	s.users.Touch(tx, owner) // which drops what is known of the owner and anybody
	return nil
}

func insertContacts(ctx context.Context, tx *db.Tx, owner ids.User, entries []entry) error {
	now := time.Now().Unix()
	args := make([]any, 0, len(entries)*6)
	for _, e := range entries {
		args = append(args, owner, e.user, e.phone, e.first, e.last, now)
	}
	_, err := tx.Exec(ctx, `INSERT INTO contact (owner, user_id, phone, first_name, last_name, added_at) VALUES `+
		values(len(entries), 6)+` ON CONFLICT (owner, user_id) DO UPDATE SET first_name = excluded.first_name,
		last_name = excluded.last_name, phone = CASE WHEN excluded.phone = '' THEN contact.phone ELSE excluded.phone END`, args...)
	return err
}

func insertKnownBy(ctx context.Context, tx *db.Tx, owner ids.User, entries []entry) error {
	args := make([]any, 0, len(entries)*3)
	for _, e := range entries {
		args = append(args, e.user, owner, true)
	}
	_, err := tx.Exec(ctx, `INSERT INTO known_by (user_id, owner, contact) VALUES `+values(len(entries), 3)+
		` ON CONFLICT (user_id, owner) DO UPDATE SET contact = 1`, args...)
	return err
}

// remove takes users out of the address book of owner.
func (s *Service) remove(ctx context.Context, tx *db.Tx, owner ids.User, gone []ids.User) error {
	for chunk := range slices.Chunk(gone, rowsAtOnce) {
		args := []any{owner}
		for _, u := range chunk {
			args = append(args, u)
		}
		list := db.List(2, len(chunk))
		for _, sql := range []string{
			`DELETE FROM contact WHERE owner = $1 AND user_id IN (` + list + `)`,
			`UPDATE known_by SET contact = 0, close_friend = 0 WHERE owner = $1 AND user_id IN (` + list + `)`,
			`DELETE FROM known_by WHERE owner = $1 AND contact = 0 AND blocked = 0 AND user_id IN (` + list + `)`,
		} {
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
		}
	}
	s.users.Touch(tx, owner)
	if s.gone == nil {
		return nil
	}
	return s.gone(ctx, tx, owner, gone)
}
