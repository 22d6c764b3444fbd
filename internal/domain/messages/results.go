package messages

import (
	"context"
	"fmt"
	"math"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Day is what there is of a kind of messages on one day.
type Day struct {
	Date         time.Time // its beginning, in UTC
	MinID, MaxID ids.Message
	Count        int
}

// A Calendar says on which days there are messages of a kind, the last day first.
type Calendar struct {
	Days     []Day
	Messages []*Message // the last one of each day
	Count    int        // in all
	Exact    bool       // Count is
	Above    int        // newer than the offset
	MinID    ids.Message
	MinDate  time.Time
}

// Bounds of a calendar.
const (
	maxDays  = 100
	maxPlace = 100
)

// Calendar returns the days before the offset of q's window on which q finds something. q has no words.
// Spec: https://core.telegram.org/method/messages.getSearchResultsCalendar
func (s *Service) Calendar(ctx context.Context, q Query) (c Calendar, err error) {
	err = s.results(ctx, q, func(tx *db.Tx, l list, w Window) error {
		var tops []ids.Message
		if c, tops, err = l.calendar(ctx, tx, w); err != nil {
			return err
		}
		found, err := byID(ctx, tx, l.owner, tops)
		for _, id := range tops {
			if m := found[id]; m != nil {
				c.Messages = append(c.Messages, m)
			}
		}
		return err
	})
	return c, err
}

// results runs fn with the list of what q finds and with the window in which it lies.
func (s *Service) results(ctx context.Context, q Query, fn func(*db.Tx, list, Window) error) error {
	if q.Filter == FilterNothing {
		return nil
	}
	hidden, err := s.hiddenFrom(ctx, q.By, q.Peer)
	if err != nil {
		return err
	}
	q.Window.MinID = max(q.Window.MinID, hidden)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		l, err := listOf(ctx, tx, &q)
		if err != nil {
			return err
		}
		if q.Window.OffsetID <= 0 {
			q.Window.OffsetID = math.MaxInt32
		}
		if !q.Window.OffsetDate.IsZero() {
			end, err := firstSince(ctx, tx, l.owner, q.Window.OffsetDate)
			if err != nil {
				return err
			}
			q.Window.OffsetID = min(q.Window.OffsetID, end)
		}
		return fn(tx, l, q.Window)
	})
	if err != nil {
		return fmt.Errorf("search results of user %d: %w", q.By, err)
	}
	return nil
}

// calendar groups what is below the offset by days, as many as there is room for; the last one may be cut short.
func (l list) calendar(ctx context.Context, tx *db.Tx, w Window) (c Calendar, tops []ids.Message, err error) {
	if c.Count, c.Above, err = l.counted(ctx, tx, Window{MinID: w.MinID}, int64(w.OffsetID)); err != nil {
		return c, nil, err
	}
	c.Exact = c.Count < maxCounted
	clause, args, n := l.from()
	first := `SELECT id, date` + clause + fmt.Sprintf(` AND id > $%d ORDER BY id LIMIT 1`, n)
	err = tx.Each(ctx, first, append(args, int64(w.MinID)), func(rows *db.Rows) error { return rows.Scan(&c.MinID, &c.MinDate) })
	if err != nil {
		return c, nil, err
	}
	sql := `SELECT id, date` + clause + fmt.Sprintf(` AND id < $%d AND id > $%d ORDER BY id DESC LIMIT $%d`, n, n+1, n+2)
	err = tx.Each(ctx, sql, append(args, int64(w.OffsetID), int64(w.MinID), maxCounted), func(rows *db.Rows) error {
		var id ids.Message
		var at time.Time
		if err := rows.Scan(&id, &at); err != nil {
			return err
		}
		day := at.UTC().Truncate(24 * time.Hour)
		last := len(c.Days) - 1
		switch {
		case last >= 0 && c.Days[last].Date.Equal(day):
			c.Days[last].Count++
			c.Days[last].MinID = id
		case len(c.Days) < maxDays:
			c.Days, tops = append(c.Days, Day{Date: day, MinID: id, MaxID: id, Count: 1}), append(tops, id)
		}
		return nil
	})
	return c, tops, err
}

// A Place says how many messages of a kind are newer than one of them.
type Place struct {
	ID    ids.Message
	Date  time.Time
	Place int
}

// Positions returns the messages before the offset of q's window that q finds, with their places, and how many there are.
// q has no words.
// Spec: https://core.telegram.org/method/messages.getSearchResultsPositions
func (s *Service) Positions(ctx context.Context, q Query) (places []Place, count int, err error) {
	limit := min(max(q.Window.Limit, 1), maxPlace)
	err = s.results(ctx, q, func(tx *db.Tx, l list, w Window) error {
		var above int
		if count, above, err = l.counted(ctx, tx, Window{MinID: w.MinID}, int64(w.OffsetID)); err != nil {
			return err
		}
		clause, args, n := l.from()
		sql := `SELECT id, date` + clause + fmt.Sprintf(` AND id < $%d AND id > $%d ORDER BY id DESC LIMIT $%d`, n, n+1, n+2)
		return tx.Each(ctx, sql, append(args, int64(w.OffsetID), int64(w.MinID), limit), func(rows *db.Rows) error {
			p := Place{Place: above + len(places)}
			err := rows.Scan(&p.ID, &p.Date)
			places = append(places, p)
			return err
		})
	})
	return places, count, err
}
