package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// sendToGroup sends to a basic group: a row for each of its members.
func (s *Service) sendToGroup(ctx context.Context, tx *db.Tx, req SendRequest) (Sent, error) {
	m := req.message()
	var a *answered
	if req.Reply != nil && req.Reply.ID != 0 {
		var err error
		if a, err = answer(ctx, tx, m, *req.Reply, req.answered); err != nil {
			return Sent{}, err
		}
	}
	m.Mentions = req.mentions
	return Sent{Message: m}, s.fanOut(ctx, tx, m, a, nil)
}

// fanOut writes m, the row to be of its sender, into the logs of all members of its group and of others, and gives it a
// number in the group. The sender gets m itself.
func (s *Service) fanOut(ctx context.Context, tx *db.Tx, m *Message, a *answered, others []ids.User) error {
	turn, err := s.groups.Next(ctx, tx, m.Peer.Chat())
	if err != nil {
		return err
	}
	owners := together(turn.Members, others)
	if !slices.Contains(owners, m.From.User()) { // he was removed since it was asked whether he may
		return rights.ErrNotParticipant
	}
	if a != nil && a.here {
		if a.others, err = copiesOf(ctx, tx, owners, m.Peer, a.target.Twin); err != nil {
			return err
		}
	}
	named := named(m, a)
	m.Mentions, m.Twin = nil, turn.Number
	rows := make([]*Message, len(owners))
	for i, o := range owners {
		rows[i] = m
		if o.Peer() != m.From {
			c := *m
			c.RandomID, rows[i] = 0, &c
		}
		rows[i].Owner, rows[i].Reply = o.Peer(), a.at(o.Peer())
		rows[i].Flags = rows[i].Flags.with(Out, o.Peer() == m.From).
			with(Mentioned, o.Peer() != m.From && slices.Contains(named, o))
		rows[i].Flags = rows[i].Flags.with(MediaUnread, m.listens() || rows[i].Flags.Has(Mentioned))
	}
	if err := s.place(ctx, tx, rows, false); err != nil {
		return err
	}
	return noteMentions(ctx, tx, rows)
}

// together are members and others, ascending.
func together(members []groups.Member, others []ids.User) []ids.User {
	all := make([]ids.User, 0, len(members)+len(others))
	for _, m := range members {
		all = append(all, m.User)
	}
	all = append(all, others...)
	slices.Sort(all)
	return slices.Compact(all)
}

// copiesOf returns the ids that a message of a basic group has in the logs of owners, by its number in the group.
func copiesOf(
	ctx context.Context, tx *db.Tx, owners []ids.User, chat ids.Peer, number ids.Message,
) (map[ids.Peer]ids.Message, error) {
	found := make(map[ids.Peer]ids.Message, len(owners))
	if number == 0 {
		return found, nil
	}
	for rest := owners; len(rest) > 0; {
		n := db.Batch(len(rest))
		args := []any{int64(chat), int64(number)}
		for _, o := range rest[:n] {
			args = append(args, int64(o))
		}
		rest = rest[n:]
		err := tx.Each(ctx, findCopies[n], args, func(rows *db.Rows) error {
			var owner ids.Peer
			var id ids.Message
			err := rows.Scan(&owner, &id)
			found[owner] = id
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find copies of a message: %w", err)
		}
	}
	return found, nil
}

// findCopies is served by the index message_number, whose condition it has to repeat.
var findCopies = db.Batches(func(n int) string {
	return `SELECT owner, id FROM message WHERE owner IN (` + db.List(3, n) + `) AND peer = $1 AND twin = $2
		AND (peer + 0) < 0 AND twin > 0`
})

// groupCopies locks and returns the rows that the members of a basic group have of a message, and m's own, owners
// ascending.
func (s *Service) groupCopies(ctx context.Context, tx *db.Tx, m *Message) ([]*Message, error) {
	var members []groups.Member
	if s.groups != nil {
		var err error
		if members, err = s.groups.Members(ctx, tx, m.Peer.Chat()); err != nil {
			return nil, err
		}
	}
	where, err := copiesOf(ctx, tx, together(members, []ids.User{m.Owner.User()}), m.Peer, m.Twin)
	if err != nil {
		return nil, err
	}
	where[m.Owner] = m.ID
	owners := slices.Sorted(maps.Keys(where))
	if err := s.log.Lock(ctx, tx, owners...); err != nil {
		return nil, err
	}
	all := make([]*Message, 0, len(owners))
	for _, o := range owners {
		found, err := byID(ctx, tx, o, []ids.Message{where[o]})
		if err != nil {
			return nil, err
		}
		if c := found[where[o]]; c != nil {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, ErrNone
	}
	return all, nil
}
