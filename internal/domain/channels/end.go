package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Delete ends a channel for all. Only its owner may; it fails with rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/channels.deleteChannel
func (s *Service) Delete(ctx context.Context, by ids.User, ch ids.Channel) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.lockSight(ctx, tx, by, ch)
		if err != nil {
			return err
		}
		if !v.Me.Creator {
			return rights.ErrAdminRequired
		}
		res.Channel, err = s.delete(ctx, tx, v.Channel)
		return err
	})
	return res, wrap(err, "delete", ch)
}

const (
	// toldOfEnd is how many members are told of the end of a channel in their logs, which devices that are not here read.
	toldOfEnd = 500
	// evicted is how many of the others one transaction takes out of it.
	evicted = 1000
	// evictEvery is how often ended channels are looked for. One that ended here is found at once.
	evictEvery = 10 * time.Minute
)

func (s *Service) delete(ctx context.Context, tx *db.Tx, c Channel) (Channel, error) {
	for _, n := range c.Usernames {
		if err := s.users.ReleaseUsername(ctx, tx, n.Name, c.ID.Peer()); err != nil {
			return c, err
		}
	}
	if c.Linked != 0 {
		other, err := s.lock(ctx, tx, c.Linked)
		if err != nil {
			return c, err
		}
		other.Linked = 0
		if err := s.save(ctx, tx, other, true); err != nil {
			return c, err
		}
	}
	if err := s.photos.Swap(ctx, tx, c.ID.Peer(), c.Photo, users.Portrait{}); err != nil {
		return c, err
	}
	c.Usernames, c.Linked, c.DeletedAt, c.Photo = nil, 0, now(), users.Portrait{}
	if err := s.publish(ctx, tx, &c); err != nil {
		return c, err
	}
	if err := s.save(ctx, tx, c, true); err != nil {
		return c, err
	}
	if s.ending != nil {
		if err := s.ending(ctx, tx, c.ID); err != nil {
			return c, err
		}
	}
	return c, s.sendAway(ctx, tx, c.ID)
}

// sendAway takes the first members out of a channel that has ended, and tells them. Of a large channel the others follow
// piece by piece, so that nobody has to wait: Run sees to that.
func (s *Service) sendAway(ctx context.Context, tx *db.Tx, ch ids.Channel) error {
	members, err := s.removeSome(ctx, tx, ch, toldOfEnd)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := s.log.Note(ctx, tx, m.User.Peer(), updates.ChannelChanged{Channel: ch}); err != nil {
			return err
		}
	}
	if len(members) < toldOfEnd {
		return nil
	}
	tx.OnCommit(func() {
		select {
		case s.ended <- struct{}{}:
		default: // Run knows
		}
	})
	_, err = tx.Exec(ctx, `INSERT INTO channel_end (channel) VALUES ($1) ON CONFLICT (channel) DO NOTHING`, ch)
	return err
}

// Run takes the members of large channels out of them that have ended, until ctx ends. What cannot be done is logged, and
// tried again.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(evictEvery)
	defer tick.Stop()
	for {
		if err := s.Evict(ctx); err != nil && ctx.Err() == nil {
			log.Warn("members of ended channels stay", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
		case <-tick.C:
		}
	}
}

// Evict takes all who are left out of channels that have ended.
func (s *Service) Evict(ctx context.Context) error {
	var list []ids.Channel
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, `SELECT channel FROM channel_end ORDER BY channel LIMIT $1`, []any{maxBatch}, func(rows *db.Rows) error {
			var ch ids.Channel
			err := rows.Scan(&ch)
			list = append(list, ch)
			return err
		})
	})
	for _, ch := range list {
		err = errors.Join(err, wrap(s.evict(ctx, ch), "leave", ch))
	}
	return err
}

func (s *Service) evict(ctx context.Context, ch ids.Channel) error {
	for {
		var gone []Member
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			if gone, err = s.removeSome(ctx, tx, ch, evicted); err != nil || len(gone) == evicted {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM channel_end WHERE channel = $1`, ch)
			return err
		})
		if err != nil || len(gone) < evicted {
			return err
		}
	}
}

// removeSome takes up to limit members out of a channel, in ascending order, without counting them.
func (s *Service) removeSome(ctx context.Context, tx *db.Tx, ch ids.Channel, limit int) (gone []Member, err error) {
	const find = `SELECT ` + memberColumns + ` FROM channel_member WHERE channel = $1 AND status = 1
		ORDER BY joined_at, member LIMIT $2`
	err = tx.Each(ctx, find, []any{ch, limit}, func(rows *db.Rows) error {
		m, err := scanMember(rows)
		gone = append(gone, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(gone, func(a, b Member) int { return int(a.User - b.User) })
	for part := range slices.Chunk(gone, maxBatch) {
		if err := s.removeBatch(ctx, tx, ch, part); err != nil {
			return nil, fmt.Errorf("members of channel %d: %w", ch, err)
		}
	}
	return gone, nil
}

func (s *Service) removeBatch(ctx context.Context, tx *db.Tx, ch ids.Channel, part []Member) error {
	// One by one, for the reason that readMembers has.
	const leave = `UPDATE channel_member SET status = 2, admin = 0 WHERE channel = $1 AND member = $2`
	owners := []any{ch.Peer()}
	for _, m := range part {
		if err := tx.Queue(ctx, leave, ch, m.User); err != nil {
			return err
		}
		owners = append(owners, m.User)
		s.touchMember(tx, ch, m.Peer)
		s.groups.TouchList(tx, m.User)
		s.came(tx, m, false)
	}
	list := ` (` + db.List(2, len(part)) + `)`
	for _, sql := range []string{
		`UPDATE membership SET status = 3, role = 0 WHERE peer = $1 AND user_id IN` + list,
		`DELETE FROM dialog WHERE peer = $1 AND owner IN` + list,
	} {
		if _, err := tx.Exec(ctx, sql, slices.Clone(owners)...); err != nil {
			return err
		}
	}
	return nil
}
