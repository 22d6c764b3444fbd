// Package contacts holds address books and block lists: whom people know, by which name and number, and whom
// they do not want to hear from.
//
// It owns the tables contact, blocked, known_by, saved_phone, awaited_phone, hidden_bar and report. known_by
// mirrors contact and blocked from the other side and is written in the same transaction, so that package users
// can tell by single keys who knows whom. Every change here touches its owner, which drops what is remembered of
// him and anybody.
package contacts

import (
	"context"
	"errors"
	"maps"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Bounds of an address book.
const (
	// MaxContacts is how many people one can have as contacts; what is beyond is not kept.
	MaxContacts = 10_000
	// MaxImport is how many entries of one import are looked at; the others shall be sent again.
	MaxImport = 2000
	// MaxBlocked is how many peers one can block.
	MaxBlocked = 10_000
	maxNote    = 128 // characters
	// maxCloseFriends bounds the statements of one change.
	maxCloseFriends = 1000
)

// Errors of this package that are the caller's.
var (
	// ErrSelf means that somebody wanted to add or block himself.
	ErrSelf = errors.New("that is yourself")
	// ErrNoName means a contact without a name.
	ErrNoName = errors.New("contact without a name")
	// ErrNotAsked means accepting someone who has not added one as a contact.
	ErrNotAsked = errors.New("no contact request")
	// ErrNote means a note that is too long.
	ErrNote = errors.New("note too long")
	// ErrTooMany means that a list is full.
	ErrTooMany = errors.New("too many")
	// ErrToken means a contact token that is malformed, forged or expired.
	ErrToken = errors.New("contact token not valid")
	// ErrNotContact means that the user is not in the address book.
	ErrNotContact = errors.New("not a contact")
)

// A Service keeps address books. Safe for concurrent use.
type Service struct {
	db    *db.DB
	users *users.Service
	log   *updates.Log
	key   [32]byte // of contact tokens
	gone  Removed  // who keeps something about contacts elsewhere; nil: nobody
}

// Removed hears, in the transaction, who is not a contact of owner any more.
type Removed func(ctx context.Context, tx *db.Tx, owner ids.User, gone []ids.User) error

// OnRemove makes gone hear of contacts that are removed. Call it before anything else.
func (s *Service) OnRemove(gone Removed) { s.gone = gone }

// New makes the service.
func New(ctx context.Context, d *db.DB, u *users.Service, log *updates.Log) (*Service, error) {
	key, err := d.Secret(ctx, "contact_token")
	if err != nil {
		return nil, err
	}
	return &Service{db: d, users: u, log: log, key: key}, nil
}

// A Contact is a person in somebody's address book.
type Contact struct {
	User   ids.User
	Mutual bool // has the owner in his own book
}

// List returns the contacts of owner by ascending id, and how many of his numbers belong to nobody yet.
func (s *Service) List(ctx context.Context, owner ids.User) (list []Contact, saved int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if list, err = readContacts(ctx, tx, owner); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM saved_phone WHERE owner = $1`, owner).Scan(&saved)
	})
	return list, saved, wrap(err, "list contacts")
}

func readContacts(ctx context.Context, tx *db.Tx, owner ids.User) ([]Contact, error) {
	var list []Contact
	const find = `SELECT c.user_id, COALESCE(k.contact, 0) FROM contact c
		LEFT JOIN known_by k ON k.user_id = $1 AND k.owner = c.user_id
		WHERE c.owner = $1 ORDER BY c.user_id LIMIT $2`
	err := tx.Each(ctx, find, []any{owner, MaxContacts}, func(rows *db.Rows) error {
		var c Contact
		err := rows.Scan(&c.User, &c.Mutual)
		list = append(list, c)
		return err
	})
	return list, err
}

// Hash is what clients send back to learn whether their list is still right: of the number of saved numbers
// and the ids in ascending order. 0 stands for no list.
// Spec: https://core.telegram.org/api/offsets#hash-generation
func Hash(list []Contact, saved int) int64 {
	hash := mix(0, uint64(saved))
	for _, c := range list {
		hash = mix(hash, uint64(c.User))
	}
	return int64(hash)
}

// HashOf is the hash of any list of numbers that is not empty, as Hash makes it.
func HashOf(list []int64) int64 {
	var hash uint64
	for _, n := range list {
		hash = mix(hash, uint64(n))
	}
	return int64(hash)
}

func mix(hash, n uint64) uint64 {
	hash ^= hash >> 21
	hash ^= hash << 35
	hash ^= hash >> 4
	return hash + n
}

// A Card is what is written about a person in an address book.
type Card struct {
	FirstName, LastName string
	Phone               string // as typed; "" if unknown
	Note                *string
	NoteEntities        []byte
}

func (c *Card) clean() error {
	c.FirstName, c.LastName = cutName(c.FirstName), cutName(c.LastName)
	if c.Note != nil && len([]rune(*c.Note)) > maxNote {
		return ErrNote
	}
	return nil
}

func cutName(name string) string {
	runes := []rune(users.CleanName(name))
	return string(runes[:min(len(runes), 64)])
}

// Add puts user into owner's address book, or changes what stands there. share lets user see owner's number.
// It fails with ErrSelf, ErrNoName, ErrNote, ErrTooMany, users.ErrNotFound or users.ErrDeleted.
func (s *Service) Add(ctx context.Context, owner, user ids.User, card Card, share bool) error {
	if owner == user {
		return ErrSelf
	}
	if err := card.clean(); err != nil {
		return err
	}
	if card.FirstName == "" {
		return ErrNoName
	}
	them, err := s.users.One(ctx, user)
	if err != nil {
		return err
	}
	if them.Deleted() {
		return users.ErrDeleted
	}
	e := entry{user: user, first: card.FirstName, last: card.LastName}
	if e.phone, err = s.knownPhone(ctx, owner, them, card.Phone); err != nil {
		return err
	}
	return wrap(s.db.Write(ctx, func(tx *db.Tx) error { return s.add(ctx, tx, owner, e, card, share) }), "add contact")
}

func (s *Service) add(ctx context.Context, tx *db.Tx, owner ids.User, e entry, card Card, share bool) error {
	if err := s.put(ctx, tx, owner, []entry{e}); err != nil {
		return err
	}
	if card.Note != nil {
		if err := setNote(ctx, tx, owner, e.user, *card.Note, card.NoteEntities); err != nil {
			return err
		}
	}
	if share {
		if err := s.users.LetSee(ctx, tx, owner, e.user, users.PhoneNumber); err != nil {
			return err
		}
	}
	s.users.TellOf(tx, e.user, owner) // may see his number now, and that both know each other
	return s.log.Note(ctx, tx, owner.Peer(), updates.PeerSettings{Peer: e.user.Peer()})
}

// knownPhone is the number of them, if owner typed it and might have found them by it.
func (s *Service) knownPhone(ctx context.Context, owner ids.User, them users.User, typed string) (users.Phone, error) {
	me, err := s.users.One(ctx, owner)
	if err != nil || typed == "" {
		return "", err
	}
	phone, err := users.ParsePhone(typed, me.Phone)
	if err != nil || phone != them.Phone {
		return "", nil // something else, which is of no use
	}
	allowed, err := s.users.Allowed(ctx, them.ID, owner, users.AddedByPhone)
	if !allowed {
		phone = ""
	}
	return phone, err
}

// Accept adds someone who has added owner, and lets him see owner's number.
// It fails with ErrNotAsked or as Add does.
func (s *Service) Accept(ctx context.Context, owner, user ids.User) error {
	rel, err := s.users.Relation(ctx, owner, user)
	if err != nil {
		return err
	}
	if !rel.Theirs.Contact {
		return ErrNotAsked
	}
	them, err := s.users.One(ctx, user)
	if err != nil {
		return err
	}
	return s.Add(ctx, owner, user, Card{FirstName: them.FirstName, LastName: them.LastName}, true)
}

// SetNote changes what owner has written down about a contact; entities are carried TL bytes.
// It fails with ErrNote or ErrNotContact.
func (s *Service) SetNote(ctx context.Context, owner, user ids.User, note string, entities []byte) error {
	if len([]rune(note)) > maxNote {
		return ErrNote
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := setNote(ctx, tx, owner, user, note, entities); err != nil {
			return err
		}
		s.users.Touch(tx, owner)
		return s.log.Note(ctx, tx, owner.Peer(), updates.UserChanged{User: user, What: string(users.ChangedProfile)})
	})
	return wrap(err, "note")
}

func setNote(ctx context.Context, tx *db.Tx, owner, user ids.User, note string, entities []byte) error {
	const set = `UPDATE contact SET note = $3, note_entities = $4 WHERE owner = $1 AND user_id = $2`
	rows, err := tx.Exec(ctx, set, owner, user, note, entities)
	if err == nil && rows == 0 {
		err = ErrNotContact
	}
	return err
}

// SetCloseFriends makes exactly those of friends who are contacts close friends. At most maxCloseFriends are looked at.
func (s *Service) SetCloseFriends(ctx context.Context, owner ids.User, friends []ids.User) error {
	wanted := make(map[ids.User]bool)
	for _, u := range friends[:min(len(friends), maxCloseFriends)] {
		wanted[u] = true
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := closeFriends(ctx, tx, owner)
		if err != nil {
			return err
		}
		if err := s.changeCloseFriends(ctx, tx, owner, before, wanted); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.ContactsReset{})
	})
	return wrap(err, "close friends")
}

// changeCloseFriends writes the difference between before and wanted.
func (s *Service) changeCloseFriends(
	ctx context.Context, tx *db.Tx, owner ids.User, before []ids.User, wanted map[ids.User]bool,
) error {
	change := maps.Clone(wanted)
	for _, u := range before {
		if change[u] {
			delete(change, u)
		} else {
			change[u] = false
		}
	}
	for _, u := range slices.Sorted(maps.Keys(change)) {
		if err := s.setCloseFriend(ctx, tx, owner, u, change[u]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) setCloseFriend(ctx context.Context, tx *db.Tx, owner, user ids.User, friend bool) error {
	const (
		mine   = `UPDATE contact SET close_friend = $3 WHERE owner = $1 AND user_id = $2`
		theirs = `UPDATE known_by SET close_friend = $3 WHERE owner = $1 AND user_id = $2 AND contact = 1`
	)
	for _, sql := range []string{mine, theirs} {
		if _, err := tx.Exec(ctx, sql, owner, user, friend); err != nil {
			return err
		}
	}
	s.users.Touch(tx, owner)
	return nil
}

func closeFriends(ctx context.Context, tx *db.Tx, owner ids.User) (list []ids.User, err error) {
	const find = `SELECT user_id FROM contact WHERE owner = $1 AND close_friend = 1`
	return list, scanUsers(ctx, tx, &list, find, owner)
}
