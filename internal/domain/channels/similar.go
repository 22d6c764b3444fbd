package channels

import (
	"context"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
)

const (
	sampled       = 200 // members of a channel whose other channels are looked at
	sampledOwn    = 10  // channels of somebody to which similar ones are looked for
	maxSimilar    = 100
	keptSimilar   = 1 << 12
	similarTTL    = time.Hour
	similarShares = 2 // how many members at least
)

// similar remembers which channels share members with which, the most first.
type similar struct {
	lists *lru.Cache[ids.Channel, similarList]
}

type similarList struct {
	channels []ids.Channel
	until    time.Time
}

func newSimilar() *similar {
	lists, _ := lru.New[ids.Channel, similarList](keptSimilar) // fails only for a size below 1
	return &similar{lists}
}

// Similar returns public channels that share members with ch, those that share the most first, without those that user
// is in; with ch 0, channels similar to his own. It looks at some members only, and at most once in an hour.
//
// It fails as See does, and with ErrMegagroup for a supergroup.
// Spec: https://core.telegram.org/api/recommend
func (s *Service) Similar(ctx context.Context, user ids.User, ch ids.Channel) ([]Channel, error) {
	from := []ids.Channel{ch}
	if ch == 0 {
		joined, err := s.Joined(ctx, user)
		if err != nil {
			return nil, err
		}
		from = joined[:min(len(joined), sampledOwn)]
	} else if v, err := s.See(ctx, user, ch); err != nil {
		return nil, err
	} else if v.Megagroup() {
		return nil, ErrMegagroup
	}
	var all []ids.Channel
	for _, c := range from {
		like, err := s.like(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, other := range like {
			if !slices.Contains(all, other) {
				all = append(all, other)
			}
		}
	}
	return s.unknownTo(ctx, user, all)
}

// unknownTo returns those of all that user is not in, and that are public still.
func (s *Service) unknownTo(ctx context.Context, user ids.User, all []ids.Channel) ([]Channel, error) {
	joined, err := s.Joined(ctx, user)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c ids.Channel) bool { return slices.Contains(joined, c) })
	found, err := s.Get(ctx, all[:min(len(all), maxSimilar)]...)
	return slices.DeleteFunc(found, func(c Channel) bool { return c.Deleted() || !c.Public() }), err
}

// like returns the public broadcast channels that share members with ch.
func (s *Service) like(ctx context.Context, ch ids.Channel) ([]ids.Channel, error) {
	if known, ok := s.similar.lists.Get(ch); ok && time.Now().Before(known.until) {
		return slices.Clone(known.channels), nil
	}
	shared, err := s.shared(ctx, ch)
	if err != nil {
		return nil, wrap(err, "similar to", ch)
	}
	var want []ids.Channel
	for c, n := range shared {
		if c != ch && n >= similarShares {
			want = append(want, c)
		}
	}
	slices.SortFunc(want, func(a, b ids.Channel) int {
		if shared[a] != shared[b] {
			return shared[b] - shared[a]
		}
		return int(b - a)
	})
	found, err := s.Get(ctx, want[:min(len(want), 5*maxSimilar)]...)
	if err != nil {
		return nil, err
	}
	var list []ids.Channel
	for _, c := range found {
		if c.Broadcast && c.Public() && !c.Deleted() && len(list) < maxSimilar {
			list = append(list, c.ID)
		}
	}
	s.similar.lists.Add(ch, similarList{list, time.Now().Add(similarTTL)})
	return slices.Clone(list), nil
}

// shared counts, for each channel, how many of the newest members of ch are in it.
func (s *Service) shared(ctx context.Context, ch ids.Channel) (map[ids.Channel]int, error) {
	const find = ` FROM channel_member WHERE channel = $1 AND status = 1 ORDER BY joined_at DESC, member DESC LIMIT $2`
	counts := make(map[ids.Channel]int)
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		clear(counts)
		members, err := queryMembers(ctx, tx, find, ch, sampled)
		if err != nil || len(members) == 0 {
			return err
		}
		args := []any{groups.In, ids.Channel(0).Peer()}
		for _, m := range members {
			args = append(args, m.User)
		}
		sql := `SELECT peer FROM membership WHERE status = $1 AND peer < $2 AND user_id IN (` + db.List(3, len(members)) + `)`
		return tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var p ids.Peer
			err := rows.Scan(&p)
			counts[p.Channel()]++
			return err
		})
	})
	return counts, err
}
