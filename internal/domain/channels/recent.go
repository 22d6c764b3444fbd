package channels

import (
	"context"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// recent is the list of all members, the newest first.
func (s *Service) recent(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery) (Page, error) {
	page := Page{Count: v.Members}
	if q.Limit == 0 || q.Offset >= v.Members+MaxPage {
		return page, nil
	}
	who, err := s.recentIDs(ctx, tx, v.ID, q)
	if err != nil || len(who) == 0 {
		return page, err
	}
	if page.Members, err = readMembers(ctx, tx, v.ID, who); err != nil {
		return page, err
	}
	slices.SortFunc(page.Members, func(a, b Member) int { return slices.Index(who, a.Peer) - slices.Index(who, b.Peer) })
	return page, nil
}

// recentIDs reads the page from the index alone.
func (s *Service) recentIDs(ctx context.Context, tx *db.Tx, ch ids.Channel, q MemberQuery) (who []ids.Peer, err error) {
	sql, args := pageFar, []any{ch, q.Limit, q.Offset}
	if at, ok := s.cursors.get(ch, q.Offset); ok {
		sql, args = pageNext, []any{ch, q.Limit, at.joined, at.member}
	}
	var last cursor
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		err := rows.Scan(&last.joined, &last.member)
		who = append(who, last.member)
		return err
	})
	if err == nil && len(who) > 0 {
		s.cursors.put(ch, q.Offset+len(who), last)
	}
	return who, err
}

// clocks is by how much the clocks of two nodes may differ.
const clocks = 5 * time.Minute

// findLate has the channel, a time and a message.
const findLate = `SELECT member FROM channel_member WHERE channel = $1 AND status = 1 AND joined_at >= $2 AND available >= $3
	ORDER BY joined_at DESC, member DESC LIMIT $4`

// Newcomers returns members of a channel from whom a message of a certain date is hidden, since they came later: the newest
// members first, at most limit. Where the history is open to all there are none.
func (s *Service) Newcomers(ctx context.Context, ch ids.Channel, id ids.Message, date time.Time, limit int) (list []ids.User, err error) {
	c, err := s.One(ctx, ch)
	if err != nil || !c.HiddenHistory || c.Broadcast {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, findLate, []any{ch, date.Add(-clocks), id, limit}, func(rows *db.Rows) error {
			var u ids.User
			err := rows.Scan(&u)
			list = append(list, u)
			return err
		})
	})
	return list, wrap(err, "newcomers of", ch)
}

// cursors remember where pages of lists of members ended, so that who reads on does not count from the beginning. A cursor
// that was forgotten, or is a little off since somebody joined, does no harm: pages by number are as inexact.
type cursors struct{ at *lru.Cache[cursorKey, cursor] }

type cursorKey struct {
	channel ids.Channel
	offset  int
}

type cursor struct {
	joined int64
	member ids.Peer
	until  time.Time
}

const (
	// keptCursors is how many ends of pages are remembered.
	keptCursors = 1 << 12
	// cursorTTL is how long.
	cursorTTL = 10 * time.Minute
	// countable is up to which offset rows are rather counted.
	countable = 1000
)

func newCursors() *cursors {
	at, _ := lru.New[cursorKey, cursor](keptCursors) // fails only for a size below 1
	return &cursors{at}
}

func (c *cursors) get(ch ids.Channel, offset int) (cursor, bool) {
	if offset < countable {
		return cursor{}, false
	}
	at, ok := c.at.Get(cursorKey{ch, offset})
	return at, ok && time.Now().Before(at.until)
}

func (c *cursors) put(ch ids.Channel, offset int, last cursor) {
	if offset >= countable {
		last.until = time.Now().Add(cursorTTL)
		c.at.Add(cursorKey{ch, offset}, last)
	}
}
