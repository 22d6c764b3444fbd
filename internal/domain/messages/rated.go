package messages

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	ratedMessages = 1000 // of the own log that count
	ratedPosts    = 50   // of each supergroup that count
	ratedChannels = 50   // with the newest messages that are looked at
	// ratingDecay is the time in which a message comes to count for e times less.
	// Spec: https://core.telegram.org/api/top-rating
	ratingDecay = 14 * 24 * time.Hour
)

// A Rating says how much somebody writes in a chat, and how much of a broadcast channel he reads.
type Rating struct {
	Peer      ids.Peer
	Broadcast bool
	Score     float64
}

// Rated returns in which chats user writes most, the first first. It is found out from the last messages: nothing is kept
// for it.
func (s *Service) Rated(ctx context.Context, user ids.User) (list []Rating, err error) {
	places, err := s.places(ctx, GlobalQuery{By: user})
	if err != nil {
		return nil, err
	}
	scores := make(map[ids.Peer]float64)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		until, err := unrated(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := rateLog(ctx, tx, user, until, scores); err != nil {
			return err
		}
		return s.rateChannels(ctx, tx, user, places[1:], until, scores)
	})
	if err != nil {
		return nil, fmt.Errorf("rate the chats of user %d: %w", user, err)
	}
	for p, score := range scores {
		r := Rating{Peer: p, Score: score}
		r.Broadcast = slices.ContainsFunc(places, func(x place) bool { return x.owner == p && x.broadcast })
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Rating) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Peer, a.Peer)) })
	return list, nil
}

// worth is what a message counts that was written at a time.
func worth(at time.Time) float64 { return math.Exp(-float64(time.Since(at)) / float64(ratingDecay)) }

// unrated is until when what user wrote in which chats does not count.
func unrated(ctx context.Context, tx *db.Tx, user ids.User) (map[ids.Peer]time.Time, error) {
	until := make(map[ids.Peer]time.Time)
	err := tx.Each(ctx, `SELECT peer, until FROM unrated WHERE owner = $1`, []any{int64(user)}, func(rows *db.Rows) error {
		var p ids.Peer
		var at time.Time
		err := rows.Scan(&p, &at)
		until[p] = at
		return err
	})
	return until, err
}

// rateLog adds what user wrote in chats of his own log.
func rateLog(ctx context.Context, tx *db.Tx, user ids.User, until map[ids.Peer]time.Time, scores map[ids.Peer]float64) error {
	const last = `SELECT peer, from_id, date FROM message WHERE owner = $1 AND id > 0 ORDER BY id DESC LIMIT $2`
	return tx.Each(ctx, last, []any{int64(user), ratedMessages}, func(rows *db.Rows) error {
		var p, from ids.Peer
		var at time.Time
		err := rows.Scan(&p, &from, &at)
		if err == nil && from == user.Peer() && p != user.Peer() && at.After(until[p]) {
			scores[p] += worth(at)
		}
		return err
	})
}

// rateChannels adds what user wrote in supergroups, and what he has read of the last posts of broadcast channels.
func (s *Service) rateChannels(
	ctx context.Context, tx *db.Tx, user ids.User, places []place, until map[ids.Peer]time.Time, scores map[ids.Peer]float64,
) error {
	owners := make([]ids.Peer, len(places))
	for i, p := range places {
		owners[i] = p.owner
	}
	heads, err := s.log.Heads(ctx, tx, owners...)
	if err != nil {
		return err
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Compare(heads[b.owner].TopDate.Unix(), heads[a.owner].TopDate.Unix())
	})
	places = places[:min(len(places), ratedChannels)]
	for _, p := range places {
		if !heads[p.owner].TopDate.After(until[p.owner]) {
			continue
		}
		rate := rateGroup
		if p.broadcast {
			rate = rateBroadcast
		}
		score, err := rate(ctx, tx, user, p.owner, until[p.owner])
		if err != nil {
			return err
		}
		if score > 0 {
			scores[p.owner] = score
		}
	}
	return nil
}

func rateGroup(ctx context.Context, tx *db.Tx, user ids.User, group ids.Peer, until time.Time) (score float64, err error) {
	const mine = `SELECT date FROM message WHERE owner = $1 AND peer = $2 AND peer < -1000000000000 AND from_id = $3
		ORDER BY id DESC LIMIT $4`
	err = tx.Each(ctx, mine, []any{int64(group), int64(group), int64(user), ratedPosts}, func(rows *db.Rows) error {
		var at time.Time
		err := rows.Scan(&at)
		if err == nil && at.After(until) {
			score += worth(at)
		}
		return err
	})
	return score, err
}

func rateBroadcast(ctx context.Context, tx *db.Tx, user ids.User, channel ids.Peer, until time.Time) (score float64, err error) {
	const read = `SELECT date FROM message WHERE owner = $1 AND id > 0
		AND id <= COALESCE((SELECT read_inbox FROM dialog WHERE owner = $2 AND peer = $1), 0) ORDER BY id DESC LIMIT $3`
	err = tx.Each(ctx, read, []any{int64(channel), int64(user), ratedPosts}, func(rows *db.Rows) error {
		var at time.Time
		err := rows.Scan(&at)
		if err == nil && at.After(until) {
			score += worth(at)
		}
		return err
	})
	return score, err
}

// Unrate makes what user wrote in a chat so far count no more.
func (s *Service) Unrate(ctx context.Context, user ids.User, peer ids.Peer) error {
	const set = `INSERT INTO unrated (owner, peer, until) VALUES ($1, $2, $3) ON CONFLICT (owner, peer) DO UPDATE SET until = excluded.until`
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, set, int64(user), int64(peer), now())
		return err
	})
	if err != nil {
		return fmt.Errorf("unrate a chat of user %d: %w", user, err)
	}
	return nil
}
