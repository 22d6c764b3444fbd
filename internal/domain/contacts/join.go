package contacts

import (
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

const (
	// maxWaiting is how many of those who wait for a number learn that it has come.
	maxWaiting = 1000
	// waitingAtOnce is how many of them one transaction serves: each is an owner of his own.
	waitingAtOnce = 50
)

// Joined makes user, who has just signed up with phone, a contact of those who have the number, and returns
// who of them wants to be told. Call it after the sign-up is committed; it is safe to repeat.
func (s *Service) Joined(ctx context.Context, user ids.User, phone users.Phone) (tell []ids.User, err error) {
	var waiting []ids.User
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		waiting = nil
		return scanUsers(ctx, tx, &waiting, `SELECT owner FROM awaited_phone WHERE phone = $1 ORDER BY owner LIMIT $2`, phone, maxWaiting)
	})
	if err != nil {
		return nil, wrap(err, "who waits for a number")
	}
	waiting = slices.DeleteFunc(waiting, func(owner ids.User) bool { return owner == user })
	for chunk := range slices.Chunk(waiting, waitingAtOnce) {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.join(ctx, tx, chunk, user, phone) }); err != nil {
			return nil, wrap(err, "make a contact of someone new")
		}
	}
	owners, err := s.users.Get(ctx, waiting...)
	for _, u := range owners {
		if !u.Settings.SilentSignUps && !u.Deleted() {
			tell = append(tell, u.ID)
		}
	}
	return tell, err
}

func (s *Service) join(ctx context.Context, tx *db.Tx, owners []ids.User, user ids.User, phone users.Phone) error {
	for _, owner := range owners {
		if err := s.joinOne(ctx, tx, owner, user, phone); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) joinOne(ctx context.Context, tx *db.Tx, owner, user ids.User, phone users.Phone) error {
	e := entry{user: user, phone: phone}
	const take = `DELETE FROM saved_phone WHERE owner = $1 AND phone = $2 RETURNING first_name, last_name`
	if err := tx.QueryRow(ctx, take, owner, phone).Scan(&e.first, &e.last); isNotFound(err) {
		return nil // deleted in the meantime, or served before
	} else if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM awaited_phone WHERE phone = $1 AND owner = $2`, phone, owner); err != nil {
		return err
	}
	if err := s.put(ctx, tx, owner, []entry{e}); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.ContactsReset{})
}
