package messages

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	// near is how many messages next to where a search begins are read through before the index is asked. Words that are
	// common enough to fill a page from there never make the index gather all of their messages.
	near = 1000
	// maxHits is how many messages are taken from the index.
	maxHits = 20_000
	// maxTail is how many messages are read through because the index does not hold them yet.
	maxTail = 20_000
)

// terms are what a text is searched for.
type terms struct {
	words    []string // each begins a word of the text
	hashtags []string // each is in the text, with its #
}

// termsOf reads what a person typed.
func termsOf(s string) terms {
	var t terms
	all := split(s)
	t.words = all[:min(len(all), maxWords)]
	for _, field := range strings.Fields(strings.ToLower(s)) {
		if strings.HasPrefix(field, "#") && len(t.hashtags) < maxWords {
			t.hashtags = append(t.hashtags, field)
		}
	}
	return t
}

// in reports whether body has what is searched for.
func (t terms) in(body string) bool {
	return hasWords(body, t.words) && !slices.ContainsFunc(t.hashtags, func(tag string) bool {
		return !strings.Contains(strings.ToLower(body), tag)
	})
}

// A catch is the messages that a search has found on one side of its anchor, from there on.
type catch struct {
	ids   []ids.Message
	total int // how many there are, as far as it is known
	exact bool
}

// searchWords fills page with what q finds in l.
func (s *Service) searchWords(ctx context.Context, tx *db.Tx, l list, q Query, page *Page) error {
	t := termsOf(q.Words)
	if len(t.words) == 0 { // asked for something without letters or digits
		page.Whole = true
		return nil
	}
	w := q.Window
	w.Limit = min(max(w.Limit, 0), MaxPage)
	if w.MaxID <= 0 {
		w.MaxID = math.MaxInt32
	}
	anchor := ids.Message(math.MaxInt32)
	if w.OffsetID > 0 {
		anchor = w.OffsetID
	}
	older, err := s.catch(ctx, tx, l, t, span{low: w.MinID, high: min(anchor, w.MaxID)}, max(w.AddOffset, 0)+w.Limit)
	if err != nil {
		return err
	}
	newer := catch{exact: true}
	if anchor < w.MaxID && w.OffsetID > 0 {
		up := span{low: max(anchor-1, w.MinID), high: w.MaxID, up: true}
		if newer, err = s.catch(ctx, tx, l, t, up, max(-w.AddOffset, 0)); err != nil {
			return err
		}
	}
	page.Total, page.Above, page.Inexact = newer.total+older.total, newer.total, !newer.exact || !older.exact
	return l.show(ctx, tx, chosen(newer.ids, older.ids, w), page)
}

// chosen are the places of a window among what was found on both sides of its anchor.
func chosen(newer, older []ids.Message, w Window) []ids.Message {
	above := max(-w.AddOffset, 0)
	var list []ids.Message
	for i := min(above, len(newer)) - 1; i >= max(above-w.Limit, 0); i-- {
		list = append(list, newer[i])
	}
	if rest := w.Limit - above; rest > 0 {
		skip := min(max(w.AddOffset, 0), len(older))
		list = append(list, older[skip:min(skip+rest, len(older))]...)
	}
	return list
}

// show fills page with messages, in the order of list.
func (l list) show(ctx context.Context, tx *db.Tx, list []ids.Message, page *Page) error {
	found, err := byID(ctx, tx, l.owner, list)
	for _, id := range list {
		if m := found[id]; m != nil {
			page.Messages = append(page.Messages, m)
		}
	}
	page.Total = max(page.Total, page.Above+len(page.Messages))
	page.Whole = len(page.Messages) >= page.Total
	return err
}

// A span is a stretch of a log, without its ends, gone through downwards or upwards.
type span struct {
	low, high ids.Message
	up        bool
}

func (p span) order() string {
	if p.up {
		return `ORDER BY id`
	}
	return `ORDER BY id DESC`
}

// catch looks for t in the messages of l within a span: first in those nearest to where it begins, then, when these have
// not filled the need, in the index.
func (s *Service) catch(ctx context.Context, tx *db.Tx, l list, t terms, p span, need int) (c catch, err error) {
	if p.low+1 >= p.high {
		return catch{exact: true}, nil
	}
	read, err := l.readThrough(ctx, tx, t, &p, &c)
	if err != nil || read < near {
		c.total, c.exact = len(c.ids), true
		return c, err
	}
	if len(c.ids) >= max(need, 1) {
		return c, l.guess(ctx, tx, &c, read)
	}
	hits, whole, err := s.index.hits(ctx, tx, l.owner, t, p)
	if err != nil {
		return c, err
	}
	if hits, whole, err = l.among(ctx, tx, t, hits, whole); err != nil {
		return c, err
	}
	c.ids = append(c.ids, hits...)
	c.total, c.exact = len(c.ids), whole
	return c, nil
}

// readThrough looks at the nearest messages of a span, which it shortens by them, and returns how many it has read.
func (l list) readThrough(ctx context.Context, tx *db.Tx, t terms, p *span, c *catch) (read int, err error) {
	clause, args, n := l.from()
	sql := `SELECT id, text` + clause + fmt.Sprintf(` AND id > $%d AND id < $%d `, n, n+1) + p.order() + fmt.Sprintf(` LIMIT $%d`, n+2)
	err = tx.Each(ctx, sql, append(args, int64(p.low), int64(p.high), near), func(rows *db.Rows) error {
		var id ids.Message
		var body string
		err := rows.Scan(&id, &body)
		if read++; err == nil && t.in(body) {
			c.ids = append(c.ids, id)
		}
		if p.up {
			p.low = id
		} else {
			p.high = id
		}
		return err
	})
	return read, err
}

// guess says how many messages have the words, from how many of those read have: the index would have to gather them all.
func (l list) guess(ctx context.Context, tx *db.Tx, c *catch, read int) error {
	var all int
	const ofLog = `SELECT COALESCE(MAX(id), 0) - COALESCE(MIN(id), 0) + 1 FROM message WHERE owner = $1 AND id > 0`
	const ofChat = `SELECT COALESCE(MAX(messages), 0) FROM dialog WHERE owner = $1 AND peer = $2`
	row := tx.QueryRow(ctx, ofLog, int64(l.owner))
	if l.peer != 0 && l.peer.Channel() == 0 {
		row = tx.QueryRow(ctx, ofChat, int64(l.owner), int64(l.peer))
	}
	err := row.Scan(&all)
	c.total = max(len(c.ids)+1, len(c.ids)*all/read)
	return err
}

// among returns those of hits that are in the list and have what is searched for, in their order.
func (l list) among(ctx context.Context, tx *db.Tx, t terms, hits []ids.Message, whole bool) ([]ids.Message, bool, error) {
	if l.where == "" && l.peer == l.owner && len(t.hashtags) == 0 {
		return hits, whole, nil
	}
	if len(hits) > maxCounted {
		hits, whole = hits[:maxCounted], false
	}
	keep := make(map[ids.Message]bool, len(hits))
	for part := range slices.Chunk(hits, 2*MaxBatch) {
		clause, args, n := l.from()
		for _, id := range part {
			args = append(args, int64(id))
		}
		sql := `SELECT id, text` + clause + ` AND id IN (` + db.List(n, len(part)) + `)`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var id ids.Message
			var body string
			err := rows.Scan(&id, &body)
			keep[id] = t.in(body)
			return err
		})
		if err != nil {
			return nil, false, err
		}
	}
	return slices.DeleteFunc(hits, func(id ids.Message) bool { return !keep[id] }), whole, nil
}

// hits returns the messages of owner within a span that have the words, in its order, and whether these are all.
func (x *index) hits(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, p span) (list []ids.Message, whole bool, err error) {
	if tx.Engine() == db.Postgres {
		list, err = hitsPostgres(ctx, tx, owner, t, p)
	} else {
		list, err = hitsSQLite(ctx, tx, owner, t, p)
	}
	return list, len(list) < maxHits, err
}

// hitsPostgres asks the index message_term. What is found is gathered before it is sorted: that is how the engine is kept
// from reading through all messages of the owner from the newest on.
func hitsPostgres(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, p span) ([]ids.Message, error) {
	find := `WITH hit AS MATERIALIZED (SELECT owner, id FROM message
		WHERE text <> '' AND message_terms(owner, text) @@ CAST($1 AS tsquery) LIMIT $2)
		SELECT id FROM hit WHERE owner = $3 AND id > $4 AND id < $5 ` + p.order()
	words := make([]string, len(t.words))
	for i, w := range t.words {
		words[i] = fmt.Sprintf("'%d/%s':*", owner, w)
	}
	return hitIDs(ctx, tx, find, strings.Join(words, " & "), maxHits, int64(owner), int64(p.low), int64(p.high))
}

func hitIDs(ctx context.Context, tx *db.Tx, sql string, args ...any) (list []ids.Message, err error) {
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var id ids.Message
		err := rows.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}

// hitsSQLite asks message_words, and looks through those messages that it does not hold yet, or not as they are.
func hitsSQLite(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, p span) ([]ids.Message, error) {
	find := `SELECT rowid - $1 AS id FROM message_words WHERE message_words MATCH $2 AND rowid > $3 AND rowid < $4 `
	order := `ORDER BY rowid DESC LIMIT $5`
	if p.up {
		order = `ORDER BY rowid LIMIT $5`
	}
	base := rowBase(owner)
	words := make([]string, len(t.words))
	for i, w := range t.words {
		words[i] = `"` + termKey(owner) + w + `" *`
	}
	list, err := hitIDs(ctx, tx, find+order, base, strings.Join(words, " AND "), base+int64(p.low), base+int64(p.high), maxHits)
	if err != nil {
		return nil, err
	}
	stale, late, err := unindexed(ctx, tx, owner, t, p)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(id ids.Message) bool { return stale[id] })
	list = append(list, late...)
	slices.Sort(list)
	list = slices.Compact(list)
	if !p.up {
		slices.Reverse(list)
	}
	return list, nil
}

// unindexed returns the messages in a span that changed since they were indexed, and, of those and of what is not indexed
// yet, the ones that have the words.
func unindexed(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, p span) (stale map[ids.Message]bool, found []ids.Message, err error) {
	const changed = `SELECT s.id, COALESCE(m.text, '') FROM search_stale s
		LEFT JOIN message m ON m.owner = s.owner AND m.id = s.id WHERE s.owner = $1 AND s.id > $2 AND s.id < $3 LIMIT $4`
	const fresh = `SELECT id, text FROM message WHERE owner = $1 AND id > $2 AND id < $3
		AND id > COALESCE((SELECT id FROM search_mark WHERE owner = $1), 0) ORDER BY id DESC LIMIT $4`
	stale = make(map[ids.Message]bool)
	for i, sql := range []string{changed, fresh} {
		err := tx.Each(ctx, sql, []any{int64(owner), int64(p.low), int64(p.high), maxTail}, func(rows *db.Rows) error {
			var id ids.Message
			var body string
			err := rows.Scan(&id, &body)
			if i == 0 {
				stale[id] = true
			}
			if err == nil && body != "" && t.in(body) {
				found = append(found, id)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return stale, found, nil
}

// termKey is what stands before each word of owner's messages in message_words: letters and digits, always as many.
func termKey(owner ids.Peer) string {
	if c := owner.Channel(); c != 0 {
		return fmt.Sprintf("c%010x", int64(c))
	}
	return fmt.Sprintf("u%010x", int64(owner))
}

// keyed are the words of body as message_words holds them.
func keyed(owner ids.Peer, body string) string {
	words := split(body)
	slices.Sort(words)
	words = slices.Compact(words)
	key := termKey(owner)
	for i, w := range words {
		words[i] = key + w
	}
	return strings.Join(words, " ")
}

// hasWords reports whether each of words begins a word of body.
func hasWords(body string, words []string) bool {
	all := split(body)
	for _, w := range words {
		if !slices.ContainsFunc(all, func(t string) bool { return strings.HasPrefix(t, w) }) {
			return false
		}
	}
	return true
}

// split cuts s into words, in lower case, where the indexes of both engines do.
func split(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}
