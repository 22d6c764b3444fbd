package messages

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
)

// Bounds of a search.
const (
	maxWords = 16
	// maxCounted is up to how many messages are counted; of more it is said that there are about so many.
	maxCounted = 5000
	// maxLooked is how many of the newest messages a search looks at where no index serves it: for a kind of messages in
	// all chats of a person, and for what mentions him.
	maxLooked = 50_000
)

// A Filter says what kind of messages a search is after.
type Filter int

// The filters.
const (
	FilterAll      Filter = iota
	FilterLinks           // with an address in their text
	FilterPinned          // pinned ones
	FilterMentions        // that mention the one who searches; in channels, those he has not seen
	FilterMedia           // with one of the kinds of media in Media
	FilterNothing         // something that no message has, as of now
)

// A Query is a search among the messages of a person, or in a channel. A search has the words of Words, in any order and as
// beginnings of words; words after a # are hashtags. Without words it has all messages.
// Spec: https://core.telegram.org/method/messages.search
type Query struct {
	By       ids.User
	Peer     ids.Peer // 0: all chats in the own log
	Words    string
	From     ids.Peer    // 0: anybody
	Thread   ids.Message // 0: all
	Saved    ids.Peer    // among saved messages: those from this chat
	Tags     []Reaction  // among saved messages: tagged with all of these reactions
	Filter   Filter
	Media    []media.Kind // of FilterMedia
	Folder   *int         // only chats in this folder
	MinDate  time.Time    // zero: any
	MaxDate  time.Time
	NotPeers bool // only groups or only channels were asked for
	Window   Window
}

// Search returns a page of what q finds, the newest first. It fails as channels.See does.
func (s *Service) Search(ctx context.Context, q Query) (page Page, err error) {
	if q.Filter == FilterNothing || q.NotPeers {
		return Page{Whole: true}, nil
	}
	hidden, err := s.hiddenFrom(ctx, q.By, q.Peer)
	if err != nil {
		return Page{}, err
	}
	q.Window.MinID = max(q.Window.MinID, hidden)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = s.search(ctx, tx, q)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("search of user %d: %w", q.By, err)
	}
	return page, nil
}

func (s *Service) search(ctx context.Context, tx *db.Tx, q Query) (page Page, err error) {
	l, err := listOf(ctx, tx, &q)
	if err != nil {
		return Page{}, err
	}
	if q.Peer.Channel() != 0 {
		st, err := s.log.State(ctx, tx, q.Peer)
		if err != nil {
			return Page{}, err
		}
		page.PTS = st.PTS
	}
	if strings.TrimSpace(q.Words) != "" {
		return page, s.searchWords(ctx, tx, l, q, &page)
	}
	anchor := int64(q.Window.OffsetID)
	if anchor <= 0 {
		anchor = math.MaxInt32
	}
	if page.Total, page.Above, err = l.counted(ctx, tx, q.Window, anchor); err != nil {
		return Page{}, err
	}
	page.Inexact = page.Total >= maxCounted
	page.Messages, err = l.window(ctx, tx, q.Window)
	page.Total = max(page.Total, page.Above+len(page.Messages))
	page.Whole = len(page.Messages) >= page.Total
	return page, err
}

// Count returns how many messages q finds, and whether that is exact: of very many it is not.
func (s *Service) Count(ctx context.Context, q Query) (n int, exact bool, err error) {
	q.Window = Window{}
	page, err := s.Search(ctx, q)
	return page.Total, !page.Inexact, err
}

// listOf is the list of what q finds, its words aside. Dates become bounds of ids, in q's window. What an index of the
// table message has as its condition is repeated word for word, so that both engines see that it serves.
func listOf(ctx context.Context, tx *db.Tx, q *Query) (list, error) {
	l := list{owner: Box(q.By, q.Peer), peer: q.Peer}
	if q.From != 0 {
		l.and(q.Peer.Channel() != 0, ` AND peer < -1000000000000`)
		l.and(true, ` AND from_id = $%d`, int64(q.From))
	}
	l.and(q.Thread != 0, ` AND thread = $%d AND thread > 0`, int64(q.Thread))
	l.and(q.Saved != 0, ` AND saved = $%d`, int64(q.Saved))
	l.tagged(q.Tags)
	l.filter(*q)
	if q.Folder != nil {
		l.and(true, ` AND peer IN (SELECT peer FROM dialog WHERE owner = $1 AND folder = $%d)`, *q.Folder)
	}
	if err := q.dates(ctx, tx, l.owner); err != nil {
		return l, err
	}
	return l, l.bound(ctx, tx, q)
}

// filter adds the condition of q's filter.
func (l *list) filter(q Query) {
	switch q.Filter {
	case FilterLinks:
		l.and(true, ` AND (flags & 1024) <> 0`) // HasLink
	case FilterPinned:
		l.and(true, ` AND (flags & $%d) <> 0`, int64(Pinned))
		l.and(true, ` AND id IN (SELECT id FROM pinned_message WHERE owner = $1)`)
	case FilterMentions:
		if q.Peer.Channel() != 0 {
			l.and(true, ` AND id IN (SELECT id FROM unread_mention WHERE owner = $1 AND user_id = $%d)`, int64(q.By))
		} else {
			l.and(true, ` AND (flags & $%d) <> 0`, int64(Mentioned))
		}
	case FilterMedia:
		kinds := make([]string, len(q.Media))
		for i, k := range q.Media {
			kinds[i] = fmt.Sprint(int(k))
		}
		l.and(true, ` AND media > 0 AND media IN (`+strings.Join(kinds, ", ")+`)`)
	}
}

// tagged adds the condition that saved messages have all of some tags.
func (l *list) tagged(tags []Reaction) {
	for _, t := range tags {
		l.and(true, ` AND id IN (SELECT id FROM tagged_message WHERE owner = $1 AND reaction = $%d)`, string(t))
	}
}

// dates turns q's dates into bounds of ids: both grow together in a log.
func (q *Query) dates(ctx context.Context, tx *db.Tx, owner ids.Peer) error {
	if !q.MinDate.IsZero() {
		first, err := firstSince(ctx, tx, owner, q.MinDate)
		if err != nil {
			return err
		}
		q.Window.MinID = max(q.Window.MinID, first-1)
	}
	if q.MaxDate.IsZero() {
		return nil
	}
	end, err := firstSince(ctx, tx, owner, q.MaxDate.Add(time.Second))
	if q.Window.MaxID <= 0 || end < q.Window.MaxID {
		q.Window.MaxID = end
	}
	return err
}

// bound makes a search that no index serves look at the newest messages only.
func (l *list) bound(ctx context.Context, tx *db.Tx, q *Query) error {
	everywhere := q.Peer == 0 && (q.Filter == FilterMedia || q.Filter == FilterLinks)
	if !everywhere && (q.Filter != FilterMentions || q.Peer.Channel() != 0) {
		return nil
	}
	var last int64
	const newest = `SELECT COALESCE(MAX(id), 0) FROM message WHERE owner = $1`
	if err := tx.QueryRow(ctx, newest, int64(l.owner)).Scan(&last); err != nil {
		return err
	}
	q.Window.MinID = max(q.Window.MinID, ids.Message(last-maxLooked))
	return nil
}

// and adds a condition whose placeholder is written $%d.
func (l *list) and(wanted bool, cond string, args ...any) {
	if !wanted {
		return
	}
	if len(args) > 0 {
		cond = fmt.Sprintf(cond, first+len(l.args))
	}
	l.where += cond
	l.args = append(l.args, args...)
}

// counted is the length of the list within a window's bounds, as far as it is counted, and how much of that is at or over
// an id.
func (l list) counted(ctx context.Context, tx *db.Tx, w Window, id int64) (total, above int, err error) {
	if w.MaxID <= 0 {
		w.MaxID = math.MaxInt32
	}
	clause, args, n := l.from()
	sql := fmt.Sprintf(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN id >= $%d THEN 1 ELSE 0 END), 0) FROM (SELECT id`, n) + clause +
		fmt.Sprintf(` AND id > $%d AND id < $%d ORDER BY id DESC LIMIT $%d) AS found`, n+1, n+2, n+3)
	err = tx.QueryRow(ctx, sql, append(args, id, int64(w.MinID), int64(w.MaxID), maxCounted)...).Scan(&total, &above)
	return total, above, err
}

// count is the length of the list, and how much of it is at or over an id.
func (l list) count(ctx context.Context, tx *db.Tx, id ids.Message) (total, above int, err error) {
	clause, args, n := l.from()
	sql := fmt.Sprintf(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN id >= $%d THEN 1 ELSE 0 END), 0)`, n) + clause
	err = tx.QueryRow(ctx, sql, append(args, int64(id))...).Scan(&total, &above)
	return total, above, err
}
