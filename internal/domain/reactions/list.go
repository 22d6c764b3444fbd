package reactions

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

const columns = `actor, place, reaction, date, big`

// The lists of who reacted to a message, each along an index of its own.
const (
	ownOf = `SELECT ` + columns + ` FROM reaction WHERE owner = $1 AND id = $2 AND actor = $3 ORDER BY place LIMIT $4`

	newestOf = `SELECT ` + columns + ` FROM reaction WHERE owner = $1 AND id = $2 AND reaction = $3
		ORDER BY date DESC, actor DESC LIMIT $4`

	pageOfAll = `SELECT ` + columns + ` FROM reaction WHERE owner = $1 AND id = $2 AND (date, actor, place) < ($3, $4, $5)
		ORDER BY date DESC, actor DESC, place DESC LIMIT $6`

	pageOfOne = `SELECT ` + columns + ` FROM reaction WHERE owner = $1 AND id = $2 AND reaction = $3 AND (date, actor) < ($4, $5)
		ORDER BY date DESC, actor DESC LIMIT $6`
)

// ofActor returns what actor reacted with, in his order.
func ofActor(ctx context.Context, tx *db.Tx, k key, actor ids.Peer) ([]messages.Reactor, error) {
	return reactors(ctx, tx, ownOf, int64(k.owner), int64(k.id), int64(actor), maxOwn)
}

// newest returns who gave a reaction last.
func newest(ctx context.Context, tx *db.Tx, k key, r messages.Reaction) ([]messages.Reactor, error) {
	return reactors(ctx, tx, newestOf, int64(k.owner), int64(k.id), string(r), maxShown)
}

func reactors(ctx context.Context, tx *db.Tx, sql string, args ...any) (all []messages.Reactor, err error) {
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var r messages.Reactor
		err := rows.Scan(&r.Actor, &r.Place, &r.Reaction, &r.Date, &r.Big)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read reactions: %w", err)
	}
	return all, nil
}

// A ListQuery asks who reacted to a message.
// Spec: https://core.telegram.org/method/messages.getMessageReactionsList
type ListQuery struct {
	Viewer   ids.User
	Peer     ids.Peer
	ID       ids.Message
	Reaction messages.Reaction // "": any
	Offset   string            // Next of the page before
	Limit    int
}

// A List is a page of who reacted to a message, the newest first.
type List struct {
	Count    int // of all pages
	Reactors []messages.Reactor
	Next     string // "": this is the last page
}

// List returns a page. It fails with ErrMessage, ErrAnonymous, ErrOffset, or as stand.Of does.
func (s *Service) List(ctx context.Context, q ListQuery) (List, error) {
	st, err := s.stands.Of(ctx, q.Viewer, q.Peer)
	if err != nil {
		return List{}, err
	}
	if st.Broadcast {
		return List{}, ErrAnonymous
	}
	m, err := s.target(ctx, q.Viewer, q.Peer, q.ID)
	if err != nil {
		return List{}, err
	}
	at, err := parseOffset(q.Offset)
	if err != nil {
		return List{}, err
	}
	l := List{Count: total(m.Reactions, q.Reaction)}
	if l.Count == 0 {
		return l, nil
	}
	limit := min(max(q.Limit, 1), MaxPage)
	l.Reactors, err = read(ctx, s, func(tx *db.Tx) ([]messages.Reactor, error) {
		return page(ctx, tx, keyOf(m), q.Reaction, at, limit+1)
	})
	if err != nil {
		return List{}, err
	}
	if len(l.Reactors) > limit {
		l.Reactors = l.Reactors[:limit]
		l.Next = offsetOf(l.Reactors[limit-1])
	}
	l.Count = max(l.Count, len(l.Reactors))
	return l, nil
}

func total(s *messages.ReactionSummary, of messages.Reaction) int {
	if of == "" {
		return s.Total()
	}
	if s != nil {
		for _, c := range s.Counts {
			if c.Reaction == of {
				return c.N
			}
		}
	}
	return 0
}

// An offset is the last row of a page.
type offset struct {
	date, actor, place int64
}

// first is before all rows.
var first = offset{date: 1 << 62}

func page(ctx context.Context, tx *db.Tx, k key, r messages.Reaction, after offset, limit int) ([]messages.Reactor, error) {
	if r == "" {
		return reactors(ctx, tx, pageOfAll, int64(k.owner), int64(k.id), after.date, after.actor, after.place, limit)
	}
	return reactors(ctx, tx, pageOfOne, int64(k.owner), int64(k.id), string(r), after.date, after.actor, limit)
}

func offsetOf(r messages.Reactor) string {
	return fmt.Sprintf("%d_%d_%d", r.Date, r.Actor, r.Place)
}

// parseOffset fails with ErrOffset.
func parseOffset(s string) (at offset, err error) {
	if s == "" {
		return first, nil
	}
	parts := strings.Split(s, "_")
	if len(parts) != 3 {
		return offset{}, ErrOffset
	}
	for i, to := range []*int64{&at.date, &at.actor, &at.place} {
		if *to, err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return offset{}, ErrOffset
		}
	}
	return at, nil
}

// A View is what somebody sees of the reactions to a message beside its summary.
type View struct {
	Chosen []messages.Reaction // his own, in his order
	Unread int64               // unix seconds of the first reaction to his message that he has not seen; 0: none
}

// Views returns what viewer sees of messages that have reactions: at most two queries for a page of one chat.
func (s *Service) Views(ctx context.Context, viewer ids.User, list []*messages.Message) (map[*messages.Message]View, error) {
	views := make(map[*messages.Message]View, len(list))
	if viewer == 0 {
		return views, nil
	}
	byKey := make(map[key]*messages.Message)
	var unread []*messages.Message
	for _, m := range list {
		if m.Reactions == nil {
			continue
		}
		if m.Peer.User() != 0 { // all there are stand in the message
			views[m] = View{Chosen: chosenBy(m.Reactions, viewer.Peer())}
		} else {
			byKey[keyOf(m)] = m
		}
		if m.IsOut(viewer) {
			unread = append(unread, m)
		}
	}
	if len(byKey) == 0 && len(unread) == 0 {
		return views, nil
	}
	actors := s.actors(ctx, viewer, byKey)
	return views, s.db.Read(ctx, func(tx *db.Tx) error {
		if err := addChosen(ctx, tx, actors, byKey, views); err != nil {
			return err
		}
		return addUnread(ctx, tx, viewer, unread, views)
	})
}

func chosenBy(s *messages.ReactionSummary, actor ids.Peer) []messages.Reaction {
	var own []messages.Reactor
	for _, r := range s.Recent {
		if r.Actor == actor {
			own = append(own, r)
		}
	}
	slices.SortFunc(own, func(a, b messages.Reactor) int { return a.Place - b.Place })
	chosen := make([]messages.Reaction, len(own))
	for i, r := range own {
		chosen[i] = r.Reaction
	}
	return chosen
}

// actors says in whose name viewer reacts in each chat.
func (s *Service) actors(ctx context.Context, viewer ids.User, byKey map[key]*messages.Message) map[ids.Peer]ids.Peer {
	all := make(map[ids.Peer]ids.Peer)
	for k := range byKey {
		if all[k.owner] != 0 {
			continue
		}
		all[k.owner] = viewer.Peer()
		if st, err := s.stands.Of(ctx, viewer, k.owner); err == nil {
			all[k.owner] = st.As
		}
	}
	return all
}

// addChosen looks up the viewer's own reactions in groups and channels, a statement for each of them.
func addChosen(
	ctx context.Context, tx *db.Tx, actors map[ids.Peer]ids.Peer, byKey map[key]*messages.Message, views map[*messages.Message]View,
) error {
	owners := make(map[ids.Peer][]any)
	for k := range byKey {
		owners[k.owner] = append(owners[k.owner], int64(k.id))
	}
	for owner, list := range owners {
		for part := range slices.Chunk(list, MaxPage) {
			args := append([]any{int64(owner), int64(actors[owner])}, part...)
			sql := `SELECT id, reaction FROM reaction WHERE owner = $1 AND actor = $2 AND id IN (` +
				db.List(3, len(part)) + `) ORDER BY id, place`
			err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
				var id ids.Message
				var r messages.Reaction
				err := rows.Scan(&id, &r)
				m := byKey[key{owner, id}]
				v := views[m]
				v.Chosen = append(v.Chosen, r)
				views[m] = v
				return err
			})
			if err != nil {
				return fmt.Errorf("own reactions: %w", err)
			}
		}
	}
	return nil
}
