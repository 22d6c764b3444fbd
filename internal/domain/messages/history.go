package messages

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// MaxPage is how many messages one answer holds at most: a hundred, and one more because Web K takes an answer that has
// fewer than it asked for as the end of the chat, and asks for 101.
const MaxPage = 101

// A Window selects a page of a list of messages that runs from the newest to the oldest.
//
// It begins AddOffset places behind the anchor, which is OffsetID, or else OffsetDate, or else the top; with a negative
// AddOffset it begins that many places above. The anchor itself is below the line: the first place behind it is the
// first message older than it. MinID and MaxID cut the list, and are not in it themselves.
//
// Spec: https://core.telegram.org/api/offsets
type Window struct {
	OffsetID     ids.Message
	OffsetDate   time.Time
	AddOffset    int
	Limit        int
	MinID, MaxID ids.Message
}

// A Page is a part of a list of messages, the newest first.
type Page struct {
	Messages []*Message
	Total    int   // in the whole list
	Whole    bool  // nothing is left out
	Above    int   // how many are newer than the anchor; only of searches
	PTS      int32 // of a channel: where its log stood; else 0
	Inexact  bool  // Total is about right
}

// History returns a page of the chat of viewer with peer. It fails as channels.See does.
// Spec: https://core.telegram.org/method/messages.getHistory
func (s *Service) History(ctx context.Context, viewer ids.User, peer ids.Peer, w Window) (page Page, err error) {
	hidden, err := s.hiddenFrom(ctx, viewer, peer)
	if err != nil {
		return Page{}, err
	}
	w.MinID = max(w.MinID, hidden)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err := s.dialogs.Get(ctx, tx, viewer, peer)
		if err != nil {
			return err
		}
		if page.Total, page.PTS = d.Messages, d.PTS; hidden > 0 {
			counts, err := s.Unread(ctx, tx, Mark{Channel: peer.Channel(), After: hidden})
			if err != nil {
				return err
			}
			page.Total = counts[0]
		}
		page.Messages, err = list{owner: Box(viewer, peer), peer: peer}.window(ctx, tx, w)
		page.Whole = len(page.Messages) >= page.Total
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("history for user %d: %w", viewer, err)
	}
	return page, nil
}

// hiddenFrom returns up to which message what is in a channel is hidden from viewer; 0 in all other chats. It fails as
// channels.See does.
func (s *Service) hiddenFrom(ctx context.Context, viewer ids.User, peer ids.Peer) (ids.Message, error) {
	ch := peer.Channel()
	if ch == 0 {
		return 0, nil
	}
	if s.channels == nil {
		return 0, ErrPeer
	}
	v, err := s.channels.See(ctx, viewer, ch)
	return v.Me.Available, err
}

// A list is the messages among which a window lies.
type list struct {
	owner ids.Peer
	peer  ids.Peer // 0: all
	where string   // further conditions, with placeholders from $first on
	args  []any
}

// first is the number of the first placeholder in where.
const first = 3

// from is the clause that selects the list, with its arguments; next is the number of the next placeholder.
func (l list) from() (clause string, args []any, next int) {
	args = append([]any{int64(l.owner), int64(l.peer)}, l.args...)
	clause = ` FROM message WHERE owner = $1 AND peer = $2` + l.where
	if l.peer == 0 {
		clause = ` FROM message WHERE owner = $1 AND id > 0 AND 0 = $2` + l.where
	}
	return clause, args, first + len(l.args)
}

// window returns the messages in w, newest first.
func (l list) window(ctx context.Context, tx *db.Tx, w Window) ([]*Message, error) {
	w.Limit = min(max(w.Limit, 0), MaxPage)
	if w.MaxID <= 0 {
		w.MaxID = math.MaxInt32
	}
	anchor, err := l.anchor(ctx, tx, w)
	if err != nil || w.Limit == 0 {
		return nil, err
	}
	var newer, older []*Message
	above := max(-w.AddOffset, 0)
	if above > 0 {
		// Of the places from -above to -above+limit-1, those over the line, counted upwards from it.
		skip, take := max(above-w.Limit, 0), min(above, w.Limit)
		if newer, err = l.above(ctx, tx, w, anchor, skip, take); err != nil {
			return nil, err
		}
		slices.Reverse(newer)
	}
	if rest := w.Limit - above; rest > 0 {
		older, err = l.below(ctx, tx, w, anchor, max(w.AddOffset, 0), rest)
	}
	return append(newer, older...), err
}

// anchor is the id below which the window's first place lies.
func (l list) anchor(ctx context.Context, tx *db.Tx, w Window) (int64, error) {
	anchor := int64(math.MaxInt32)
	if w.OffsetID > 0 {
		anchor = int64(w.OffsetID)
	}
	if w.OffsetDate.IsZero() {
		return anchor, nil
	}
	first, err := firstSince(ctx, tx, l.owner, w.OffsetDate)
	return min(anchor, int64(first)), err
}

// firstSince returns the id of the first message in a log that is not older than a date. Ids and dates of a log grow
// together, so it halves: no index by date is needed.
func firstSince(ctx context.Context, tx *db.Tx, owner ids.Peer, date time.Time) (ids.Message, error) {
	const next = `SELECT id, date FROM message WHERE owner = $1 AND id >= $2 ORDER BY id LIMIT 1`
	low, high := int64(1), int64(math.MaxInt32) // the one looked for is in [low, high]
	const last = `SELECT COALESCE(MAX(id), 0) FROM message WHERE owner = $1`
	if err := tx.QueryRow(ctx, last, int64(owner)).Scan(&high); err != nil {
		return 0, err
	}
	for high = max(high+1, 1); low < high; {
		middle := low + (high-low)/2
		var id int64
		var at time.Time
		if err := tx.QueryRow(ctx, next, int64(owner), middle).Scan(&id, &at); err != nil {
			return 0, err
		}
		if at.Before(date) {
			low = id + 1
		} else {
			high = middle
		}
	}
	return ids.Message(low), nil
}

func (l list) above(ctx context.Context, tx *db.Tx, w Window, anchor int64, skip, take int) ([]*Message, error) {
	return l.some(ctx, tx, `id >= $%d AND id > $%d AND id < $%d ORDER BY id`, w, anchor, skip, take)
}

func (l list) below(ctx context.Context, tx *db.Tx, w Window, anchor int64, skip, take int) ([]*Message, error) {
	return l.some(ctx, tx, `id < $%d AND id > $%d AND id < $%d ORDER BY id DESC`, w, anchor, skip, take)
}

// some returns the part of the list that bounds select, in their order. It asks an index for ids and the table for the rows
// with these: else SQLite reads the log along its primary key.
func (l list) some(
	ctx context.Context, tx *db.Tx, bounds string, w Window, anchor int64, skip, take int,
) ([]*Message, error) {
	clause, args, n := l.from()
	bounds = fmt.Sprintf(bounds, n, n+1, n+2)
	_, order, _ := strings.Cut(bounds, "ORDER BY")
	sql := `SELECT ` + columns + ` FROM message WHERE owner = $1 AND id IN (SELECT id` + clause + ` AND ` + bounds +
		fmt.Sprintf(` LIMIT $%d OFFSET $%d) ORDER BY`, n+3, n+4) + order
	return query(ctx, tx, sql, append(args, anchor, int64(w.MinID), int64(w.MaxID), take, skip)...)
}

// Get returns the messages with these ids, those that are there and that viewer may see: in a channel, or in his own log
// when peer is 0 or anything else. It fails with ErrTooMany, or as channels.See does.
func (s *Service) Get(
	ctx context.Context, viewer ids.User, peer ids.Peer, want []ids.Message,
) (found map[ids.Message]*Message, err error) {
	if len(want) > MaxBatch {
		return nil, ErrTooMany
	}
	hidden, err := s.hiddenFrom(ctx, viewer, peer)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err = byID(ctx, tx, Box(viewer, peer), want)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("messages for user %d: %w", viewer, err)
	}
	maps.DeleteFunc(found, func(id ids.Message, _ *Message) bool { return id <= hidden })
	return found, nil
}

// PinnedIn returns the last pinned message of a chat, 0 if there is none.
func (s *Service) PinnedIn(ctx context.Context, viewer ids.User, peer ids.Peer) (id ids.Message, err error) {
	const get = `SELECT COALESCE(MAX(id), 0) FROM pinned_message WHERE owner = $1 AND peer = $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, get, int64(Box(viewer, peer)), int64(peer)).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("pinned message for user %d: %w", viewer, err)
	}
	return id, nil
}

// HasDialog tells whether owner has a chat with peer.
func (s *Service) HasDialog(ctx context.Context, owner ids.User, peer ids.Peer) (bool, error) {
	return s.dialogs.HasDialog(ctx, owner, peer)
}

// Names tells whether a message that viewer sees in a chat names peer, as its author or in any other way.
func (s *Service) Names(ctx context.Context, viewer ids.User, chat ids.Peer, id ids.Message, peer ids.Peer) (bool, error) {
	found, err := s.Get(ctx, viewer, chat, []ids.Message{id})
	if err != nil {
		return false, err
	}
	m := found[id]
	return m != nil && m.Peer == chat && slices.Contains(m.Peers(), peer), nil
}
