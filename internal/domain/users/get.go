package users

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Get returns the accounts of want in that order, deleted ones too, unknown ones left out.
func (s *Service) Get(ctx context.Context, want ...ids.User) ([]User, error) {
	return s.get(want, func(missing []ids.User) (found []User, err error) {
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			found, err = readUsers(ctx, tx, missing)
			return err
		})
		return found, err
	}, func(keep func()) { keep() })
}

// GetTx is Get inside a transaction: it sees what the transaction has written, where that is not in memory yet.
func (s *Service) GetTx(ctx context.Context, tx *db.Tx, want ...ids.User) ([]User, error) {
	return s.get(want, func(missing []ids.User) ([]User, error) {
		return readUsers(ctx, tx, missing)
	}, tx.OnCommit)
}

// One returns the account of user; ErrNotFound if there is none.
func (s *Service) One(ctx context.Context, user ids.User) (User, error) {
	found, err := s.Get(ctx, user)
	if err != nil {
		return User{}, err
	}
	if len(found) == 0 {
		return User{}, ErrNotFound
	}
	return found[0], nil
}

// get takes what it can from memory and the rest from load; when runs what puts that into memory.
func (s *Service) get(want []ids.User, load func([]ids.User) ([]User, error), when func(func())) ([]User, error) {
	found := make([]User, 0, len(want))
	var missing []ids.User
	stamps := map[ids.User]cache.Stamp(nil)
	for _, id := range want {
		u, stamp, ok := s.users.Get(id)
		if ok {
			found = append(found, u)
			continue
		}
		if stamps == nil {
			stamps = make(map[ids.User]cache.Stamp)
		}
		if _, seen := stamps[id]; !seen {
			missing, stamps[id] = append(missing, id), stamp
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	loaded, err := load(missing)
	if err != nil {
		return nil, err
	}
	when(func() {
		for _, u := range loaded {
			s.users.Put(u.ID, stamps[u.ID], u)
		}
	})
	return inOrder(want, append(found, loaded...)), nil
}

// inOrder sorts found as want names them.
func inOrder(want []ids.User, found []User) []User {
	byID := make(map[ids.User]User, len(found))
	for _, u := range found {
		byID[u.ID] = u
	}
	sorted := make([]User, 0, len(want))
	for _, id := range want {
		if u, ok := byID[id]; ok {
			sorted = append(sorted, u)
		}
	}
	return sorted
}

// ByPhone returns who has a number, whatever his privacy says; ErrNotFound if nobody has.
func (s *Service) ByPhone(ctx context.Context, phone Phone) (ids.User, error) {
	var id ids.User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		id, err = s.ByPhoneTx(ctx, tx, phone)
		return err
	})
	return id, err
}

// ByPhoneTx is ByPhone inside a transaction.
func (s *Service) ByPhoneTx(ctx context.Context, tx *db.Tx, phone Phone) (ids.User, error) {
	var id ids.User
	err := tx.QueryRow(ctx, `SELECT user_id FROM phone WHERE phone = $1`, phone).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return 0, ErrNotFound
	}
	return id, wrap(err, "look up a number")
}

// ByPhones returns who has which of phones. At most MaxBatch are looked up.
func (s *Service) ByPhones(ctx context.Context, tx *db.Tx, phones []Phone) (map[Phone]ids.User, error) {
	found := make(map[Phone]ids.User)
	for chunk := range chunks(phones) {
		list, args := inList(1, chunk)
		err := tx.Each(ctx, `SELECT phone, user_id FROM phone WHERE phone IN `+list, args, func(rows *db.Rows) error {
			var phone Phone
			var id ids.User
			err := rows.Scan(&phone, &id)
			found[phone] = id
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look up numbers: %w", err)
		}
	}
	return found, nil
}

// ByUsername returns the peer that has a name, in any case, with or without "@"; ErrNotFound if none has,
// ErrUsername if none can.
func (s *Service) ByUsername(ctx context.Context, name string) (ids.Peer, error) {
	name = strings.TrimPrefix(name, "@")
	if !usernameShape(name, 1) {
		return 0, ErrUsername
	}
	var peer ids.Peer
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		var active bool
		if peer, active, err = usernameOwner(ctx, tx, name); err == nil && !active {
			err = ErrNotFound
		}
		return err
	})
	return peer, err
}

// ByUsernamePrefix returns up to limit peers whose names begin with prefix, in alphabetical order.
func (s *Service) ByUsernamePrefix(ctx context.Context, prefix string, limit int) ([]ids.Peer, error) {
	prefix = strings.ToLower(strings.TrimPrefix(prefix, "@"))
	if !usernameShape(prefix, 1) {
		return nil, nil
	}
	const find = `SELECT peer FROM username WHERE name >= $1 AND name < $2 AND active = 1 ORDER BY name LIMIT $3`
	var found []ids.Peer
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		found = nil
		return tx.Each(ctx, find, []any{prefix, prefix + "\x7f", min(limit, MaxBatch)}, func(rows *db.Rows) error {
			var p ids.Peer
			err := rows.Scan(&p)
			found = append(found, p)
			return err
		})
	})
	return found, wrap(err, "look up names")
}
