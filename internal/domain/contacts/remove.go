package contacts

import (
	"cmp"
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

func compare(a, b users.Phone) int { return cmp.Compare(a, b) }

func placeholder(n int) string { return db.List(n, 1) }

// maxNamed is how many deleted contacts the other sessions are told one by one; beyond, they load the list.
const maxNamed = 20

// Delete takes users out of owner's address book. Those who are not in it do no harm.
func (s *Service) Delete(ctx context.Context, owner ids.User, gone []ids.User) error {
	gone = gone[:min(len(gone), MaxContacts)]
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.remove(ctx, tx, owner, gone); err != nil {
			return err
		}
		if len(gone) > maxNamed {
			return s.log.Note(ctx, tx, owner.Peer(), updates.ContactsReset{})
		}
		for _, u := range gone {
			if err := s.log.Note(ctx, tx, owner.Peer(), updates.PeerSettings{Peer: u.Peer()}); err != nil {
				return err
			}
			s.users.TellOf(tx, u, owner)
		}
		return nil
	})
	return wrap(err, "delete contacts")
}

// DeleteByPhones takes the people and the numbers that go by phones out of owner's address book. At most
// MaxImport are looked at.
func (s *Service) DeleteByPhones(ctx context.Context, owner ids.User, typed []string) error {
	me, err := s.users.One(ctx, owner)
	if err != nil {
		return err
	}
	var phones []users.Phone
	for _, t := range typed[:min(len(typed), MaxImport)] {
		if phone, err := users.ParsePhone(t, me.Phone); err == nil {
			phones = append(phones, phone)
		}
	}
	for chunk := range slices.Chunk(phones, importAtOnce) {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.deleteByPhones(ctx, tx, owner, chunk) }); err != nil {
			return wrap(err, "delete contacts by number")
		}
	}
	return nil
}

func (s *Service) deleteByPhones(ctx context.Context, tx *db.Tx, owner ids.User, phones []users.Phone) error {
	args := []any{owner}
	for _, p := range phones {
		args = append(args, p)
	}
	in := ` AND phone IN (` + db.List(2, len(phones)) + `)`
	var gone []ids.User
	if err := scanUsers(ctx, tx, &gone, `SELECT user_id FROM contact WHERE owner = $1`+in, args...); err != nil {
		return err
	}
	for _, sql := range []string{`DELETE FROM saved_phone WHERE owner = $1`, `DELETE FROM awaited_phone WHERE owner = $1`} {
		if _, err := tx.Exec(ctx, sql+in, args...); err != nil {
			return err
		}
	}
	if err := s.remove(ctx, tx, owner, gone); err != nil || len(gone) == 0 {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.ContactsReset{})
}

// Saved returns the numbers in owner's address book that belong to nobody here.
func (s *Service) Saved(ctx context.Context, owner ids.User) ([]Saved, error) {
	var list []Saved
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		const find = `SELECT phone, first_name, last_name, saved_at FROM saved_phone WHERE owner = $1 ORDER BY phone LIMIT $2`
		return tx.Each(ctx, find, []any{owner, MaxContacts}, func(rows *db.Rows) error {
			var n Saved
			err := rows.Scan(&n.Phone, &n.FirstName, &n.LastName, &n.SavedAt)
			list = append(list, n)
			return err
		})
	})
	return list, wrap(err, "saved numbers")
}

// ResetSaved forgets the numbers that belong to nobody here.
func (s *Service) ResetSaved(ctx context.Context, owner ids.User) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return forgetNumbers(ctx, tx, owner) })
	return wrap(err, "reset saved numbers")
}

func forgetNumbers(ctx context.Context, tx *db.Tx, owner ids.User) error {
	const (
		awaited = `DELETE FROM awaited_phone WHERE owner = $1 AND phone IN (SELECT phone FROM saved_phone WHERE owner = $1)`
		saved   = `DELETE FROM saved_phone WHERE owner = $1`
	)
	for _, sql := range []string{awaited, saved} {
		if _, err := tx.Exec(ctx, sql, owner); err != nil {
			return err
		}
	}
	return nil
}

// Forget empties the address book and the block list of an account that is being deleted.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, owner ids.User) error {
	var gone []ids.User
	if err := scanUsers(ctx, tx, &gone, `SELECT user_id FROM contact WHERE owner = $1`, owner); err != nil {
		return err
	}
	if err := s.remove(ctx, tx, owner, gone); err != nil {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM known_by WHERE owner = $1 AND user_id IN (SELECT peer FROM blocked WHERE owner = $1)`,
		`DELETE FROM blocked WHERE owner = $1`,
		`DELETE FROM hidden_bar WHERE owner = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, owner); err != nil {
			return wrap(err, "forget contacts")
		}
	}
	return forgetNumbers(ctx, tx, owner)
}
