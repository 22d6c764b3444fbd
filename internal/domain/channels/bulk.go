package channels

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
)

// MaxMade is how many members one call of MakeMembers takes.
const MaxMade = 5000

// MakeMembers makes accounts members of a channel, thousands in one transaction, without asking anybody and without telling:
// for whoever runs the server, for imports and for measurements. Those who are in it already stay as they are. It returns
// how many came in. It fails with ErrNotFound or groups.ErrTooMany.
func (s *Service) MakeMembers(ctx context.Context, ch ids.Channel, who []ids.User) (made int, err error) {
	if len(who) > MaxMade {
		return 0, groups.ErrTooMany
	}
	who = slices.Clone(who)
	slices.Sort(who)
	who = slices.Compact(who)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		made, err = s.makeMembers(ctx, tx, ch, who)
		return err
	})
	return made, wrap(err, "make members of", ch)
}

func (s *Service) makeMembers(ctx context.Context, tx *db.Tx, ch ids.Channel, who []ids.User) (int, error) {
	c, err := s.lock(ctx, tx, ch)
	if err != nil {
		return 0, err
	}
	top, err := s.top(ctx, tx, ch)
	if err != nil {
		return 0, err
	}
	fresh, err := newcomers(ctx, tx, ch, who)
	if err != nil {
		return 0, err
	}
	if c.Megagroup() && c.Members+len(fresh) > MaxMembers {
		return 0, groups.ErrTooMany
	}
	members := make([]Member, len(fresh))
	for i, u := range fresh {
		members[i] = Member{
			Channel: ch, Peer: u.Peer(), User: u, Status: groups.In, Inviter: c.Creator, JoinedAt: now(),
		}
		if c.HiddenHistory {
			members[i].Available = top
		}
	}
	if err := s.insertMembers(ctx, tx, ch, members); err != nil {
		return 0, err
	}
	if err := s.settleMany(ctx, tx, ch, members, top); err != nil {
		return 0, err
	}
	c.Members += len(members)
	return len(members), s.save(ctx, tx, c, false)
}

// newcomers returns those of who of whom nothing is kept in a channel.
func newcomers(ctx context.Context, tx *db.Tx, ch ids.Channel, who []ids.User) (fresh []ids.User, err error) {
	const get = `SELECT status FROM channel_member WHERE channel = $1 AND member = $2`
	for part := range slices.Chunk(who, maxBatch) {
		keys := make([][]any, len(part))
		for i, u := range part {
			keys[i] = []any{ch, u}
		}
		rows, err := tx.QueryRows(ctx, get, keys...)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			var status groups.Status
			if err := row.Scan(&status); errors.Is(err, db.ErrNotFound) {
				fresh = append(fresh, part[i])
			} else if err != nil {
				return nil, err
			}
		}
	}
	return fresh, nil
}

// insertMembers writes the rows of new members, and the words by which they are found.
func (s *Service) insertMembers(ctx context.Context, tx *db.Tx, ch ids.Channel, members []Member) error {
	const width = 20
	for part := range slices.Chunk(members, maxBatch) {
		who := make([]ids.User, len(part))
		for i, m := range part {
			who[i] = m.User
		}
		found, err := s.users.GetTx(ctx, tx, who...)
		if err != nil {
			return err
		}
		bots := make(map[ids.User]bool)
		named := make([]namedMember, len(found))
		for i, u := range found {
			bots[u.ID], named[i] = u.Bot, namedMember{u.ID, memberWords(u)}
		}
		args := make([]any, 0, width*len(part))
		for _, m := range part {
			m.Bot = bots[m.User]
			args = append(append(args, m.values()...), 0)
			s.touchMember(tx, ch, m.Peer)
		}
		insert := `INSERT INTO channel_member (` + memberColumns + `, last_post) VALUES ` + values(len(part), width)
		if _, err := tx.Exec(ctx, insert, args...); err != nil {
			return fmt.Errorf("members of channel %d: %w", ch, err)
		}
		if err := insertWords(ctx, tx, ch, named); err != nil {
			return err
		}
	}
	return nil
}

// settleMany is settle for many, without telling them.
func (s *Service) settleMany(ctx context.Context, tx *db.Tx, ch ids.Channel, members []Member, read ids.Message) error {
	for part := range slices.Chunk(members, maxBatch) {
		var belong []any
		for _, m := range part {
			belong = append(belong, m.User, ch.Peer(), groups.In, groups.Plain, m.JoinedAt)
			s.groups.TouchList(tx, m.User)
			s.came(tx, m, true)
		}
		const set = ` ON CONFLICT (user_id, peer) DO UPDATE SET status = excluded.status, role = excluded.role,
			changed_at = excluded.changed_at`
		_, err := tx.Exec(ctx, `INSERT INTO membership (user_id, peer, status, role, changed_at) VALUES `+
			values(len(part), 5)+set, belong...)
		if err != nil {
			return fmt.Errorf("membership of channel %d: %w", ch, err)
		}
		for _, m := range part {
			if err := s.dialogs.Joined(ctx, tx, m.User, ch.Peer(), read, m.JoinedAt); err != nil {
				return err
			}
		}
	}
	return nil
}
