package users

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Tie is what one user keeps about another.
type Tie struct {
	Contact, CloseFriend, Blocked bool
	// Groups are, of the groups that the one's privacy rules name, those in which the other is.
	Groups []int64
}

// A Relation is how a viewer and a user stand to each other.
type Relation struct {
	Mine   Tie // what the viewer keeps about the user
	Theirs Tie // what the user keeps about the viewer
	Saved  SavedName
	// Personal is the photo that the viewer chose for a contact of his.
	Personal Portrait
}

// SavedName is how the viewer calls a contact, and the number he knows him by.
type SavedName struct {
	FirstName, LastName string
	Phone               Phone
	Note                string
	NoteEntities        []byte
}

// Mutual tells whether both have each other as contacts.
func (r Relation) Mutual() bool { return r.Mine.Contact && r.Theirs.Contact }

// reverse is the same seen by the user.
func (r Relation) reverse() Relation { return Relation{Mine: r.Theirs, Theirs: r.Mine} }

// Relation returns how viewer and user stand to each other.
func (s *Service) Relation(ctx context.Context, viewer, user ids.User) (Relation, error) {
	all, err := s.Relations(ctx, viewer, []ids.User{user})
	if err != nil {
		return Relation{}, err
	}
	return all[0], nil
}

// Relations returns how viewer stands to each of users, in their order.
func (s *Service) Relations(ctx context.Context, viewer ids.User, users []ids.User) ([]Relation, error) {
	found := make([]Relation, len(users))
	var missing []ids.User
	var places []int
	var stamps []cache.Stamp
	for i, u := range users {
		r, stamp, ok := s.relations.Get(cache.Pair[ids.User]{Viewer: viewer, User: u})
		if ok {
			found[i] = r
			continue
		}
		missing, places, stamps = append(missing, u), append(places, i), append(stamps, stamp)
	}
	if len(missing) == 0 {
		return found, nil
	}
	var read map[ids.User]Relation
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		read, err = readRelations(ctx, tx, viewer, missing)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("relations of user %d: %w", viewer, err)
	}
	if err := s.addGroups(ctx, viewer, missing, read); err != nil {
		return nil, fmt.Errorf("relations of user %d: %w", viewer, err)
	}
	for i, u := range missing {
		found[places[i]] = read[u]
		s.relations.Put(cache.Pair[ids.User]{Viewer: viewer, User: u}, stamps[i], read[u])
	}
	return found, nil
}

func readRelations(ctx context.Context, tx *db.Tx, viewer ids.User, users []ids.User) (map[ids.User]Relation, error) {
	found := make(map[ids.User]Relation, len(users))
	for chunk := range chunks(users) {
		for _, read := range []func(context.Context, *db.Tx, ids.User, []ids.User, map[ids.User]Relation) error{
			readContacts, readBlocked, readKnownBy,
		} {
			if err := read(ctx, tx, viewer, chunk, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func readContacts(ctx context.Context, tx *db.Tx, viewer ids.User, users []ids.User, into map[ids.User]Relation) error {
	list, args := inList(2, users)
	return tx.Each(ctx, `SELECT c.user_id, c.phone, c.first_name, c.last_name, c.note, c.note_entities, c.close_friend,
			COALESCE(p.photo, 0), p.thumb, COALESCE(p.video, 0)
		FROM contact c LEFT JOIN peer_photo p ON p.owner = c.owner AND p.kind = 3 AND p.subject = c.user_id
		WHERE c.owner = $1 AND c.user_id IN `+list, append([]any{viewer}, args...), func(rows *db.Rows) error {
		var id ids.User
		var n SavedName
		var friend bool
		var p Portrait
		err := rows.Scan(&id, &n.Phone, &n.FirstName, &n.LastName, &n.Note, &n.NoteEntities, &friend, &p.Photo, &p.Thumb, &p.Video)
		r := into[id]
		r.Saved, r.Mine.Contact, r.Mine.CloseFriend, r.Personal = n, true, friend, p
		into[id] = r
		return err
	})
}

func readBlocked(ctx context.Context, tx *db.Tx, viewer ids.User, users []ids.User, into map[ids.User]Relation) error {
	list, args := inList(2, users)
	return tx.Each(ctx, `SELECT peer FROM blocked WHERE owner = $1 AND stories = 0 AND peer IN `+list,
		append([]any{viewer}, args...), func(rows *db.Rows) error {
			var id ids.User
			err := rows.Scan(&id)
			r := into[id]
			r.Mine.Blocked = true
			into[id] = r
			return err
		})
}

func readKnownBy(ctx context.Context, tx *db.Tx, viewer ids.User, users []ids.User, into map[ids.User]Relation) error {
	list, args := inList(2, users)
	return tx.Each(ctx, `SELECT owner, contact, close_friend, blocked FROM known_by WHERE user_id = $1 AND owner IN `+list,
		append([]any{viewer}, args...), func(rows *db.Rows) error {
			var id ids.User
			var t Tie
			err := rows.Scan(&id, &t.Contact, &t.CloseFriend, &t.Blocked)
			r := into[id]
			r.Theirs = t
			into[id] = r
			return err
		})
}

// maxAudience bounds how many are told of a change in someone's profile or presence.
const maxAudience = 2000

// Audience returns who has user as a contact, at most some thousands.
func (s *Service) Audience(ctx context.Context, user ids.User) ([]ids.User, error) {
	var who []ids.User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		who, err = readAudience(ctx, tx, user)
		return err
	})
	return who, wrap(err, "audience")
}

func readAudience(ctx context.Context, tx *db.Tx, user ids.User) (who []ids.User, err error) {
	const find = `SELECT owner FROM known_by WHERE user_id = $1 AND contact = 1 LIMIT $2`
	err = tx.Each(ctx, find, []any{user, maxAudience}, func(rows *db.Rows) error {
		var id ids.User
		err := rows.Scan(&id)
		who = append(who, id)
		return err
	})
	return who, err
}

// near returns, in order, whom news of user concern: who has him as a contact, and whom partners returns; nil is nobody.
func (s *Service) near(ctx context.Context, user ids.User, partners Partners) ([]ids.User, error) {
	who, err := s.Audience(ctx, user)
	if err != nil {
		return nil, err
	}
	if partners != nil {
		talking, err := partners(ctx, user)
		if err != nil {
			return nil, err
		}
		who = append(who, talking[:min(len(talking), maxAudience)]...)
	}
	slices.Sort(who)
	return slices.DeleteFunc(slices.Compact(who), func(u ids.User) bool { return u == user }), nil
}

// CheckMayWrite tells whether from may send a message to to: nil, ErrNotFound, ErrDeleted, ErrBlocked or
// ErrYouBlocked. It mostly answers from memory, else by one statement.
func (s *Service) CheckMayWrite(ctx context.Context, tx *db.Tx, from, to ids.User) error {
	if from == to {
		return nil
	}
	pair := cache.Pair[ids.User]{Viewer: from, User: to}
	verdict, stamp, ok := s.mayWrite.Get(pair)
	if ok {
		return verdict
	}
	verdict, err := readMayWrite(ctx, tx, from, to)
	if err != nil {
		return wrap(err, "check who may write")
	}
	tx.OnCommit(func() { s.mayWrite.Put(pair, stamp, verdict) })
	return verdict
}

func readMayWrite(ctx context.Context, tx *db.Tx, from, to ids.User) (verdict, err error) {
	const read = `SELECT deleted_at,
			(SELECT count(*) FROM known_by WHERE user_id = $1 AND owner = $2 AND blocked = 1),
			(SELECT count(*) FROM known_by WHERE user_id = $2 AND owner = $1 AND blocked = 1)
		FROM user_account WHERE id = $2`
	var deleted int64
	var blockedMe, blocked int
	err = tx.QueryRow(ctx, read, from, to).Scan(&deleted, &blockedMe, &blocked)
	switch {
	case isNotFound(err):
		return ErrNotFound, nil
	case err != nil:
		return nil, err
	case deleted != 0:
		return ErrDeleted, nil
	case blocked != 0:
		return ErrYouBlocked, nil
	case blockedMe != 0:
		return ErrBlocked, nil
	}
	return nil, nil
}
