package groups

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Status says whether somebody is in a group or channel. It is stored.
type Status int

// The states.
const (
	Never  Status = iota // nothing is kept of him
	In                   // he is in it
	Left                 // he went
	Kicked               // he was removed, and in channels: may not come back
)

// A Role is what somebody is in a group or channel. It is stored.
type Role int

// The roles.
const (
	Plain Role = iota
	AdminRole
	Owner
)

// A Belonging is a group or channel of a person.
type Belonging struct {
	Peer   ids.Peer
	Status Status
	Role   Role
	Since  time.Time // when Status or Role last changed
}

// SubjectMember is the subject on the bus of people who come and go: Key is the user, Value a Membership or a
// channels.Membership.
const SubjectMember = "member"

// Membership is the value on the bus when somebody came into a basic group, or went.
type Membership struct {
	User   ids.User
	Chat   ids.Chat
	Joined bool
}

const (
	// maxBelongings bounds how many groups and channels of one person are looked at.
	maxBelongings = 5000
	// listSalt keeps the cache keys of lists apart from those of accounts.
	listSalt = 0x5bd1e995
)

func listKey(u ids.User) int64 { return int64(u) ^ listSalt }

// Belongings returns the groups and channels where user is or was, by ascending peer. The slice is shared: do not change it.
func (s *Service) Belongings(ctx context.Context, user ids.User) (list []Belonging, err error) {
	list, stamp, ok := s.lists.Get(user)
	if ok {
		return list, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = readBelongings(ctx, tx, user)
		return err
	})
	if err == nil {
		s.lists.Put(user, stamp, list)
	}
	return list, err
}

func readBelongings(ctx context.Context, tx *db.Tx, user ids.User) (list []Belonging, err error) {
	const find = `SELECT peer, status, role, changed_at FROM membership WHERE user_id = $1 ORDER BY peer LIMIT $2`
	err = tx.Each(ctx, find, []any{user, maxBelongings}, func(rows *db.Rows) error {
		var b Belonging
		err := rows.Scan(&b.Peer, &b.Status, &b.Role, &b.Since)
		list = append(list, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("groups of user %d: %w", user, err)
	}
	return list, nil
}

// Peers returns the groups and channels that user is in, by ascending peer: channels, the newest first, then groups.
func (s *Service) Peers(ctx context.Context, user ids.User) ([]ids.Peer, error) {
	all, err := s.Belongings(ctx, user)
	var in []ids.Peer
	for _, b := range all {
		if b.Status == In {
			in = append(in, b.Peer)
		}
	}
	return in, err
}

// InWhich returns in which of peers user is. It is answered from memory, mostly.
func (s *Service) InWhich(ctx context.Context, user ids.User, peers ...ids.Peer) ([]ids.Peer, error) {
	all, err := s.Belongings(ctx, user)
	if err != nil {
		return nil, err
	}
	in := make(map[ids.Peer]bool, len(all))
	for _, b := range all {
		in[b.Peer] = b.Status == In
	}
	var found []ids.Peer
	for _, p := range peers {
		if in[p] {
			found = append(found, p)
		}
	}
	return found, nil
}

// Common returns the groups and supergroups that both users are in, channels first. Callers drop broadcasts.
func (s *Service) Common(ctx context.Context, a, b ids.User) ([]ids.Peer, error) {
	theirs, err := s.Peers(ctx, b)
	if err != nil {
		return nil, err
	}
	return s.InWhich(ctx, a, theirs...)
}

// Belong notes that user is in peer, or is no more, and drops what is remembered. Packages groups and channels call it in
// the transactions that change their own tables, for users in ascending order.
func (s *Service) Belong(ctx context.Context, tx *db.Tx, user ids.User, peer ids.Peer, status Status, role Role) error {
	const set = `INSERT INTO membership (user_id, peer, status, role, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id, peer) DO UPDATE SET status = excluded.status, role = excluded.role,
		changed_at = excluded.changed_at`
	if err := tx.Queue(ctx, set, user, peer, status, role, time.Now()); err != nil {
		return fmt.Errorf("note where user %d is: %w", user, err)
	}
	s.TouchList(tx, user)
	return nil
}

// TouchList drops what is remembered of where user is, once tx has committed.
func (s *Service) TouchList(tx *db.Tx, user ids.User) { s.drop(tx, listKey(user)) }

func (s *Service) drop(tx *db.Tx, key int64) {
	tx.OnCommit(func() { s.bus.Publish(bus.Message{Subject: "user", Key: key}) })
}

// touch drops what is remembered of a group.
func (s *Service) touch(tx *db.Tx, chat ids.Chat) { s.drop(tx, int64(chat.Peer())) }

// came says that user came into chat or went.
func (s *Service) came(tx *db.Tx, user ids.User, chat ids.Chat, joined bool) {
	m := Membership{User: user, Chat: chat, Joined: joined}
	tx.OnCommit(func() { s.bus.Publish(bus.Message{Subject: SubjectMember, Key: int64(user), Value: m}) })
}

// In tells whether user is in peer, a group or channel.
func (s *Service) In(ctx context.Context, user ids.User, peer ids.Peer) (bool, error) {
	in, err := s.InWhich(ctx, user, peer)
	return len(in) > 0, err
}

func isNotFound(err error) bool { return errors.Is(err, db.ErrNotFound) }

// BelongingsTx is Belongings as a transaction sees it.
func (s *Service) BelongingsTx(ctx context.Context, tx *db.Tx, user ids.User) ([]Belonging, error) {
	return readBelongings(ctx, tx, user)
}
