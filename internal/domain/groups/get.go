package groups

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Get returns the groups of want that there are, deleted and migrated ones too.
func (s *Service) Get(ctx context.Context, want ...ids.Chat) ([]Group, error) {
	all, err := s.States(ctx, want...)
	found := make([]Group, len(all))
	for i, st := range all {
		found[i] = st.Group
	}
	return found, err
}

// States returns the groups of want that there are, with their members, in the order of want.
func (s *Service) States(ctx context.Context, want ...ids.Chat) ([]State, error) {
	found := make([]State, 0, len(want))
	for _, chat := range want {
		st, err := s.State(ctx, chat)
		if err == ErrNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, st)
	}
	return found, nil
}

// One returns a group; ErrNotFound if there is none.
func (s *Service) One(ctx context.Context, chat ids.Chat) (Group, error) {
	st, err := s.State(ctx, chat)
	return st.Group, err
}

// State returns a group with its members, mostly from memory. It fails with ErrNotFound itself, not wrapped.
func (s *Service) State(ctx context.Context, chat ids.Chat) (State, error) {
	st, stamp, ok := s.states.Get(chat)
	if ok {
		return st, nil
	}
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		st, err = readState(ctx, tx, chat)
		return err
	})
	if err != nil {
		return State{}, err
	}
	s.states.Put(chat, stamp, st)
	return st, nil
}

func readState(ctx context.Context, tx *db.Tx, chat ids.Chat) (State, error) {
	found, err := readStates(ctx, tx, []ids.Chat{chat})
	if err != nil {
		return State{}, err
	}
	if len(found) == 0 {
		return State{}, ErrNotFound
	}
	return found[0], nil
}

// stateTx is State inside a transaction, which may have changed the group.
func (s *Service) stateTx(ctx context.Context, tx *db.Tx, chat ids.Chat) (State, error) {
	st, stamp, ok := s.states.Get(chat)
	if ok {
		return st, nil
	}
	st, err := readState(ctx, tx, chat)
	if err == nil {
		tx.OnCommit(func() { s.states.Put(chat, stamp, st) })
	}
	return st, err
}

// Members returns the members of a group by ascending id. With tx it sees what the transaction has changed; tx may be nil.
func (s *Service) Members(ctx context.Context, tx *db.Tx, chat ids.Chat) ([]Member, error) {
	if tx == nil {
		st, err := s.State(ctx, chat)
		return st.List, err
	}
	st, err := readState(ctx, tx, chat)
	return st.List, err
}

// NextNumber takes the number of the next message in the group, by which the copies of its members know each other. It
// locks the group until tx ends. It fails with ErrNotFound.
func (s *Service) NextNumber(ctx context.Context, tx *db.Tx, chat ids.Chat) (ids.Message, error) {
	turn, err := s.next(ctx, tx, chat)
	return turn.Number, err
}

// A Turn is the place of a new message in a group, and who gets a copy.
type Turn struct {
	Number  ids.Message
	Members []Member // by ascending id; shared, do not change
	version int32
}

// Next is NextNumber and Members at once: it costs one statement where the members are remembered.
func (s *Service) Next(ctx context.Context, tx *db.Tx, chat ids.Chat) (Turn, error) {
	st, _, ok := s.states.Get(chat)
	turn, err := s.next(ctx, tx, chat)
	if err != nil {
		return Turn{}, err
	}
	// The version tells whether what is remembered is still right, now that the row is locked.
	if turn.Members = st.List; !ok || st.Version != turn.version {
		turn.Members, err = s.Members(ctx, tx, chat)
	}
	return turn, err
}

func (s *Service) next(ctx context.Context, tx *db.Tx, chat ids.Chat) (turn Turn, err error) {
	const next = `UPDATE basic_group SET number = number + 1 WHERE id = $1 RETURNING number, version`
	err = tx.QueryRow(ctx, next, chat).Scan(&turn.Number, &turn.version)
	if isNotFound(err) {
		return Turn{}, ErrNotFound
	}
	if err != nil {
		return Turn{}, fmt.Errorf("next number of group %d: %w", chat, err)
	}
	return turn, nil
}

// A Sight is a group as somebody in it sees it.
type Sight struct {
	State
	Me Member
}

// May tells whether the viewer may do something that members can be forbidden: who is an admin may do everything but
// what only a creator may.
func (v Sight) May(thing rights.Banned) bool {
	return v.Me.Admin || !v.Defaults.Full().Any(thing)
}

// See returns a group as viewer, a member, sees it. It fails with ErrNotFound, with rights.ErrNotParticipant if he is not
// in it, or with ErrMigrated.
func (s *Service) See(ctx context.Context, viewer ids.User, chat ids.Chat) (Sight, error) {
	st, err := s.State(ctx, chat)
	if err != nil {
		return Sight{}, err
	}
	return seen(st, viewer)
}

func seen(st State, viewer ids.User) (Sight, error) {
	if st.MigratedTo != 0 {
		return Sight{State: st}, ErrMigrated
	}
	me, in := st.Member(viewer)
	if !in || st.Deleted() {
		return Sight{State: st}, rights.ErrNotParticipant
	}
	return Sight{State: st, Me: me}, nil
}

// Knows tells whether viewer is or was in chat: he may then name it.
func (s *Service) Knows(ctx context.Context, viewer ids.User, chat ids.Chat) (bool, error) {
	b, err := s.Belonging(ctx, viewer, chat.Peer())
	return b.Status != Never, err
}

// Belonging returns how user stands to peer, a group or channel.
func (s *Service) Belonging(ctx context.Context, user ids.User, peer ids.Peer) (Belonging, error) {
	all, err := s.Belongings(ctx, user)
	for _, b := range all {
		if b.Peer == peer {
			return b, err
		}
	}
	return Belonging{Peer: peer}, err
}

// CheckMaySend tells whether user may send a message that needs content to be allowed. It fails as See does, and with the
// errors of rights.Banned.Check. What is remembered is used: lock the group by Next.
func (s *Service) CheckMaySend(
	ctx context.Context, tx *db.Tx, chat ids.Chat, user ids.User, content rights.Content,
) (Sight, error) {
	v, err := s.sight(ctx, tx, chat, user)
	if err != nil || v.Me.Admin {
		return v, err
	}
	return v, v.Defaults.Check(content)
}

// CheckMay tells whether user may do a thing that members can be forbidden. It fails as See does, and with
// rights.ErrAdminRequired.
func (s *Service) CheckMay(
	ctx context.Context, tx *db.Tx, chat ids.Chat, user ids.User, thing rights.Banned,
) (Sight, error) {
	v, err := s.sight(ctx, tx, chat, user)
	if err == nil && !v.May(thing) {
		err = rights.ErrAdminRequired
	}
	return v, err
}

func (s *Service) sight(ctx context.Context, tx *db.Tx, chat ids.Chat, user ids.User) (Sight, error) {
	if tx == nil {
		return s.See(ctx, user, chat)
	}
	st, err := s.stateTx(ctx, tx, chat)
	if err != nil {
		return Sight{}, err
	}
	return seen(st, user)
}

func now() time.Time { return time.Now().Truncate(time.Second) }
