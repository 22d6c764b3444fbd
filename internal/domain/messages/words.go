package messages

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	// near is how many messages next to where a search begins are read through before the index is asked. Words that are
	// common enough to fill a page from there never make the index gather all of their messages.
	near = 300
	// common is from how many of those near that have a word on the index is not asked for it: the few messages that other
	// words lead to are read through instead.
	common = near / 20
	// far is up to how many messages are read through, when it seems from those near that these will fill the page.
	far = 2400
	// maxHits is how many messages the index gathers, and fewHits how many of those are looked at.
	maxHits = 20_000
	fewHits = 500
	// maxTail is how many messages are read through because the index does not hold them yet.
	maxTail = 20_000
)

// terms are what a text is searched for.
type terms struct {
	words    []string // each begins a word of the text
	hashtags []string // each is in the text, with its #
}

// rarest are the words that the index is asked for, given how many of the messages near have each: those that few have, or
// else the one that the fewest have.
func (t terms) rarest(seen []int) (rare []string) {
	least := 0
	for i, w := range t.words {
		if seen[i] < common {
			rare = append(rare, w)
		}
		if seen[i] < seen[least] || seen[i] == seen[least] && len(w) > len(t.words[least]) {
			least = i
		}
	}
	if len(rare) == 0 {
		return []string{t.words[least]}
	}
	return rare
}

// count adds 1 for each of the words that body has.
func (t terms) count(body string, seen []int) {
	lower := strings.ToLower(body)
	for i, w := range t.words {
		if hasWord(lower, w) {
			seen[i]++
		}
	}
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
	seen := make([]int, len(t.words))
	read, err := l.readThrough(ctx, tx, t, &p, &c, seen)
	if err != nil || read < near {
		c.total, c.exact = len(c.ids), true
		return c, err
	}
	for len(c.ids) > 0 && len(c.ids) < need && need*read/len(c.ids) <= far && read < far {
		n, err := l.readThrough(ctx, tx, t, &p, &c, seen)
		if read += n; err != nil || n < near {
			c.total, c.exact = len(c.ids), true
			return c, err
		}
	}
	if len(c.ids) >= max(need, 1) {
		return c, l.guess(ctx, tx, &c, read)
	}
	hits, all, err := s.index.hits(ctx, tx, l.owner, t, t.rarest(seen), p)
	if err != nil {
		return c, err
	}
	return c, l.among(ctx, tx, t, hits, all, need, &c)
}

// readThrough looks at the nearest messages of a span, which it shortens by them, and returns how many it has read. In seen
// it counts how many have each of the words.
func (l list) readThrough(ctx context.Context, tx *db.Tx, t terms, p *span, c *catch, seen []int) (read int, err error) {
	clause, args, n := l.from()
	sql := `SELECT id, text` + clause + fmt.Sprintf(` AND id > $%d AND id < $%d `, n, n+1) + p.order() + fmt.Sprintf(` LIMIT $%d`, n+2)
	err = tx.Each(ctx, sql, append(args, int64(p.low), int64(p.high), near), func(rows *db.Rows) error {
		var id ids.Message
		var body string
		err := rows.Scan(&id, &body)
		if read++; err == nil && t.in(body) {
			c.ids = append(c.ids, id)
		}
		t.count(body, seen)
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
	const ofLog = `SELECT COALESCE((SELECT MAX(id) FROM message WHERE owner = $1), 0) -
		COALESCE((SELECT MIN(id) FROM message WHERE owner = $1 AND id > 0), 0) + 1`
	const ofChat = `SELECT COALESCE(MAX(messages), 0) FROM dialog WHERE owner = $1 AND peer = $2`
	row := tx.QueryRow(ctx, ofLog, int64(l.owner))
	if l.peer != 0 && l.peer.Channel() == 0 {
		row = tx.QueryRow(ctx, ofChat, int64(l.owner), int64(l.peer))
	}
	err := row.Scan(&all)
	c.total = max(len(c.ids)+1, len(c.ids)*all/read)
	return err
}

// among adds those of hits that are in the list and have what is searched for, in their order, until the need is filled. all
// is how many hits there are; where not all were looked at, the total is guessed from those that were.
func (l list) among(ctx context.Context, tx *db.Tx, t terms, hits []ids.Message, all, need int, c *catch) error {
	before, looked := len(c.ids), 0
	for part := range slices.Chunk(hits, MaxBatch) {
		keep, err := l.having(ctx, tx, t, part)
		if err != nil {
			return err
		}
		for _, id := range part {
			if keep[id] {
				c.ids = append(c.ids, id)
			}
		}
		if looked += len(part); len(c.ids) >= need && looked >= 2*MaxBatch {
			break
		}
	}
	c.total, c.exact = len(c.ids), looked == all
	if !c.exact && looked > 0 {
		c.total = before + max((len(c.ids)-before)*all/looked, len(c.ids)-before+1)
	}
	return nil
}

// having tells which of some messages are in the list and have what is searched for.
func (l list) having(ctx context.Context, tx *db.Tx, t terms, some []ids.Message) (map[ids.Message]bool, error) {
	clause, args, n := l.from()
	for _, id := range some {
		args = append(args, int64(id))
	}
	keep := make(map[ids.Message]bool, len(some))
	sql := `SELECT id, text` + clause + ` AND id IN (` + db.List(n, len(some)) + `)`
	err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var id ids.Message
		var body string
		err := rows.Scan(&id, &body)
		keep[id] = t.in(body)
		return err
	})
	return keep, err
}

// hits returns the messages of owner within a span that have words, in its order, at most fewHits of them, and how many
// there are, as far as they are counted.
func (x *index) hits(
	ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, words []string, p span,
) (list []ids.Message, all int, err error) {
	if tx.Engine() == db.Postgres {
		return hitsPostgres(ctx, tx, owner, words, p)
	}
	return hitsSQLite(ctx, tx, owner, t, words, p)
}

// hitsPostgres asks the index message_term. What is found is gathered before it is sorted: that is how the engine is kept
// from reading through all messages of the owner from the newest on.
func hitsPostgres(ctx context.Context, tx *db.Tx, owner ids.Peer, words []string, p span) (list []ids.Message, all int, err error) {
	find := `WITH hit AS MATERIALIZED (SELECT owner, id FROM message
		WHERE text <> '' AND message_terms(owner, text) @@ CAST($1 AS tsquery) LIMIT $2)
		SELECT id, COUNT(*) OVER () FROM hit WHERE owner = $3 AND id > $4 AND id < $5 ` + p.order() + ` LIMIT $6`
	of := make([]string, len(words))
	for i, w := range words {
		of[i] = fmt.Sprintf("'%d/%s':*", owner, w)
	}
	args := []any{strings.Join(of, " & "), maxHits, int64(owner), int64(p.low), int64(p.high), fewHits}
	err = tx.Each(ctx, find, args, func(rows *db.Rows) error {
		var id ids.Message
		err := rows.Scan(&id, &all)
		list = append(list, id)
		return err
	})
	return list, all, err
}

// hitsSQLite asks message_words, and looks through those messages that it does not hold yet, or not as they are.
func hitsSQLite(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, words []string, p span) (list []ids.Message, all int, err error) {
	const where = ` FROM message_words WHERE message_words MATCH $1 AND rowid > $2 AND rowid < $3 `
	order := `ORDER BY rowid DESC LIMIT $4`
	if p.up {
		order = `ORDER BY rowid LIMIT $4`
	}
	base := rowBase(owner)
	of := make([]string, len(words))
	for i, w := range words {
		of[i] = `"` + termKey(owner) + w + `" *`
	}
	args := []any{strings.Join(of, " AND "), base + int64(p.low), base + int64(p.high)}
	err = tx.Each(ctx, `SELECT rowid`+where+order, append(slices.Clone(args), fewHits), func(rows *db.Rows) error {
		var row int64
		err := rows.Scan(&row)
		list = append(list, ids.Message(row-base))
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	all = len(list)
	if all == fewHits {
		all = guessAll(list, p)
	}
	more := all - len(list)
	list, err = withUnindexed(ctx, tx, owner, t, p, list)
	return list, len(list) + more, err
}

// guessAll says how many hits there are in a span, from the first of them: to count them would cost as much as to find them.
func guessAll(list []ids.Message, p span) int {
	if p.up { // how far it goes up is not known
		return len(list) + 1
	}
	looked, whole := int(p.high-list[len(list)-1]), int(p.high-p.low)
	return max(len(list)+1, len(list)*(whole/max(looked, 1)))
}

// withUnindexed takes out of list what has changed since it was indexed, and puts in what is not in the index as it is.
func withUnindexed(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, p span, list []ids.Message) ([]ids.Message, error) {
	stale, late, err := unindexed(ctx, tx, owner, t, p)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(id ids.Message) bool { return stale[id] })
	if len(late) == 0 {
		return list, nil
	}
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
	const fresh = `SELECT id, text FROM message WHERE owner = $1 AND id > $2 AND id < $3 ORDER BY id DESC LIMIT $4`
	var mark ids.Message
	const indexed = `SELECT COALESCE(MAX(id), 0) FROM search_mark WHERE owner = $1`
	if err := tx.QueryRow(ctx, indexed, int64(owner)).Scan(&mark); err != nil {
		return nil, nil, err
	}
	stale = make(map[ids.Message]bool)
	look := func(rows *db.Rows, changed bool) error {
		var id ids.Message
		var body string
		err := rows.Scan(&id, &body)
		if changed {
			stale[id] = true
		}
		if err == nil && body != "" && t.in(body) {
			found = append(found, id)
		}
		return err
	}
	args := []any{int64(owner), int64(p.low), int64(p.high), maxTail}
	err = tx.Each(ctx, changed, args, func(rows *db.Rows) error { return look(rows, true) })
	if err != nil {
		return nil, nil, err
	}
	args = []any{int64(owner), int64(max(p.low, mark)), int64(p.high), maxTail}
	err = tx.Each(ctx, fresh, args, func(rows *db.Rows) error { return look(rows, false) })
	return stale, found, err
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
	lower := strings.ToLower(body)
	return !slices.ContainsFunc(words, func(w string) bool { return !hasWord(lower, w) })
}

// hasWord reports whether a word of a text in lower case begins with word.
func hasWord(lower, word string) bool {
	for at := 0; ; at++ {
		i := strings.Index(lower[at:], word)
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(lower[:at])
		if at == 0 || !unicode.IsLetter(before) && !unicode.IsNumber(before) {
			return true
		}
	}
}

// split cuts s into words, in lower case, where the indexes of both engines do.
func split(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}
