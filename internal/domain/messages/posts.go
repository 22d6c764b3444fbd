package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

// firstPost is the message with which a channel begins. It cannot be deleted.
const firstPost ids.Message = 1

// deletePosts deletes messages of a channel, which is locked: everybody what he wrote himself, admins everything.
// Spec: https://core.telegram.org/method/channels.deleteMessages
func (s *Service) deletePosts(
	ctx context.Context, tx *db.Tx, by ids.User, channel ids.Peer, rows []*Message,
) (Moved, error) {
	if s.channels == nil {
		return Moved{}, ErrPeer
	}
	v, err := s.channels.SeeTx(ctx, tx, by, channel.Channel())
	if err != nil {
		return Moved{}, err
	}
	rows = slices.DeleteFunc(rows, func(m *Message) bool { return m.ID == firstPost || m.ID <= v.Me.Available })
	for _, m := range rows {
		if !mayDelete(v, by, m) {
			return Moved{}, ErrDelete
		}
	}
	for _, m := range rows {
		if err := s.record(ctx, tx, by, channels.LogDelete, m, nil); err != nil {
			return Moved{}, err
		}
	}
	return s.removePosts(ctx, tx, channel, rows)
}

func mayDelete(v channels.Sight, by ids.User, m *Message) bool {
	switch {
	case v.Can(rights.AdminDeleteMessages):
		return true
	case m.Writer() != by:
		return false
	}
	return !v.Broadcast || v.Can(rights.AdminPostMessages)
}

// removePosts deletes rows of a channel, which is locked, and logs it.
func (s *Service) removePosts(ctx context.Context, tx *db.Tx, channel ids.Peer, rows []*Message) (moved Moved, err error) {
	if len(rows) == 0 {
		return s.unmoved(ctx, tx, channel)
	}
	if err := s.eraseAll(ctx, tx, channel, rows); err != nil {
		return Moved{}, err
	}
	if err := uncount(ctx, tx, channel, rows); err != nil {
		return Moved{}, err
	}
	if err := s.mendHead(ctx, tx, channel, rows); err != nil {
		return Moved{}, err
	}
	gone := make([]ids.Message, len(rows))
	for i, m := range rows {
		gone[i] = m.ID
	}
	slices.Sort(gone)
	for part := range slices.Chunk(gone, MaxBatch) {
		if moved.PTS, err = s.log.Append(ctx, tx, channel, updates.DeleteMessages{IDs: part}); err != nil {
			return Moved{}, err
		}
	}
	moved.Count = int32(len(gone))
	return moved, nil
}

// uncount takes rows that are gone out of the counters of their stretches.
func uncount(ctx context.Context, tx *db.Tx, channel ids.Peer, rows []*Message) error {
	type stretch struct{ thread, bucket ids.Message }
	gone := make(map[stretch]int)
	for _, m := range rows {
		gone[stretch{0, m.ID / bucketSize}]++
		if m.Thread != 0 {
			gone[stretch{m.Thread, m.ID / bucketSize}]++
		}
	}
	const set = `UPDATE message_bucket SET n = n - $1 WHERE owner = $2 AND thread = $3 AND bucket = $4`
	for at := range maps.Keys(gone) {
		if err := tx.Queue(ctx, set, gone[at], int64(channel), int64(at.thread), int64(at.bucket)); err != nil {
			return fmt.Errorf("count messages of %d: %w", channel, err)
		}
	}
	return nil
}

// mendHead finds a new top message when the old one is gone.
func (s *Service) mendHead(ctx context.Context, tx *db.Tx, channel ids.Peer, gone []*Message) error {
	heads, err := s.log.Heads(ctx, tx, channel)
	if err != nil {
		return err
	}
	h := heads[channel]
	h.Messages = max(h.Messages-len(gone), 0)
	if slices.ContainsFunc(gone, func(m *Message) bool { return m.ID == h.Top }) {
		const top = `SELECT id, date FROM message WHERE owner = $1 AND peer = $1 AND id > 0 ORDER BY id DESC LIMIT 1`
		rows, err := tx.Query(ctx, top, int64(channel))
		if err != nil {
			return err
		}
		h.Top, h.TopDate = 0, time.Time{}
		if rows.Next() {
			if err := rows.Scan(&h.Top, &h.TopDate); err != nil {
				return err
			}
		}
	}
	return s.log.SetHead(ctx, tx, h)
}
