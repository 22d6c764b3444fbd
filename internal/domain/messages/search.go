package messages

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Bounds of a search.
const (
	maxWords = 16
	maxTail  = 20_000 // messages looked through because they are not indexed yet
)

// A Filter says what kind of messages a search is after.
type Filter int

// The filters.
const (
	FilterAll     Filter = iota
	FilterLinks          // with an address in their text
	FilterPinned         // pinned ones
	FilterNothing        // something that no message has, as of now
)

// A Query is a search among the messages of a person. A search has the words of Words, in any order and as beginnings of
// words; without words it has all messages.
// Spec: https://core.telegram.org/method/messages.search
type Query struct {
	By       ids.User
	Peer     ids.Peer // 0: all chats in the own log
	Words    string
	From     ids.Peer    // 0: anybody
	Thread   ids.Message // 0: all
	Saved    ids.Peer    // among saved messages: those from this chat
	Filter   Filter
	Folder   *int      // only chats in this folder
	MinDate  time.Time // zero: any
	MaxDate  time.Time
	NotPeers bool // only groups or only channels were asked for
	Window   Window
}

// Search returns a page of what q finds, the newest first.
func (s *Service) Search(ctx context.Context, q Query) (page Page, err error) {
	if q.Filter == FilterNothing || q.NotPeers {
		return Page{Whole: true}, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		l, err := s.found(ctx, tx, q)
		if err != nil {
			return err
		}
		anchor := q.Window.OffsetID
		if anchor <= 0 {
			anchor = math.MaxInt32
		}
		if page.Total, page.Above, err = l.count(ctx, tx, anchor); err != nil {
			return err
		}
		page.Messages, err = l.window(ctx, tx, q.Window)
		page.Whole = len(page.Messages) >= page.Total
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("search of user %d: %w", q.By, err)
	}
	return page, nil
}

// Count returns how many messages q finds.
func (s *Service) Count(ctx context.Context, q Query) (n int, err error) {
	q.Window = Window{}
	page, err := s.Search(ctx, q)
	return page.Total, err
}

// found is the list of what q finds.
func (s *Service) found(ctx context.Context, tx *db.Tx, q Query) (list, error) {
	l := list{owner: Box(q.By, q.Peer), peer: q.Peer}
	l.and(q.From != 0, ` AND from_id = $%d`, int64(q.From))
	l.and(q.Thread != 0, ` AND thread = $%d`, int64(q.Thread))
	l.and(q.Saved != 0, ` AND saved = $%d`, int64(q.Saved))
	l.and(!q.MinDate.IsZero(), ` AND date >= $%d`, q.MinDate)
	l.and(!q.MaxDate.IsZero(), ` AND date <= $%d`, q.MaxDate)
	l.and(q.Filter == FilterLinks, ` AND (flags & $%d) <> 0`, int64(HasLink))
	l.and(q.Filter == FilterPinned, ` AND (flags & $%d) <> 0`, int64(Pinned))
	if q.Filter == FilterPinned {
		l.where += ` AND id IN (SELECT id FROM pinned_message WHERE owner = $1)`
	}
	if q.Folder != nil {
		l.and(true, ` AND peer IN (SELECT peer FROM dialog WHERE owner = $1 AND folder = $%d)`, *q.Folder)
	}
	words := tokens(q.Words)
	if len(words) == 0 {
		if strings.TrimSpace(q.Words) != "" {
			l.where += ` AND 1 = 0` // asked for something without letters or digits
		}
		return l, nil
	}
	if tx.Engine() == db.Postgres {
		l.wordsPostgres(words)
		return l, nil
	}
	return l, s.index.words(ctx, tx, &l, words)
}

// and adds a condition whose placeholder is written $%d.
func (l *list) and(wanted bool, cond string, arg any) {
	if wanted {
		l.where += fmt.Sprintf(cond, first+len(l.args))
		l.args = append(l.args, arg)
	}
}

// wordsPostgres adds the condition that the index message_text serves. The owner is a word that no text can have.
func (l *list) wordsPostgres(words []string) {
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = "'" + w + "':*"
	}
	n := first + len(l.args)
	l.where += fmt.Sprintf(` AND text <> '' AND message_words(owner, text) @@
		(CAST(CAST($%d AS TEXT) AS tsquery) && to_tsquery('simple', $%d))`, n, n+1)
	l.args = append(l.args, fmt.Sprintf("'@%d'", l.owner), strings.Join(terms, " & "))
}

// words adds the condition that message_words serves, and those of the messages that it does not hold yet.
func (x *index) words(ctx context.Context, tx *db.Tx, l *list, words []string) error {
	tail, err := x.tail(ctx, tx, l.owner, words)
	if err != nil {
		return err
	}
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = `"` + w + `" *`
	}
	base := rowBase(l.owner)
	n := first + len(l.args)
	l.where += fmt.Sprintf(` AND (id IN (SELECT rowid - $%[2]d FROM message_words
		WHERE message_words MATCH $%[1]d AND rowid > $%[2]d AND rowid < $%[3]d
		AND rowid - $%[2]d NOT IN (SELECT id FROM search_stale WHERE owner = $1))
		OR id IN (SELECT value FROM json_each($%[4]d)))`, n, n+1, n+2, n+3)
	l.args = append(l.args, strings.Join(terms, " AND "), base, base+rowsPerOwner, tail)
	return nil
}

// tail returns, as JSON, the ids of those messages that have words and are not in the index as they are.
func (x *index) tail(ctx context.Context, tx *db.Tx, owner ids.Peer, words []string) (string, error) {
	const rest = `SELECT id, text FROM message WHERE owner = $1 AND text <> '' AND
		(id > COALESCE((SELECT id FROM search_mark WHERE owner = $1), 0)
		OR id IN (SELECT id FROM search_stale WHERE owner = $1)) ORDER BY id DESC LIMIT $2`
	rows, err := tx.Query(ctx, rest, int64(owner), maxTail)
	if err != nil {
		return "", err
	}
	found := []int64{}
	for rows.Next() {
		var id int64
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			return "", err
		}
		if hasWords(body, words) {
			found = append(found, id)
		}
	}
	b, err := json.Marshal(found)
	return string(b), err
}

// hasWords reports whether each of words begins a word of body.
func hasWords(body string, words []string) bool {
	all := split(body)
	for _, w := range words {
		hit := false
		for _, t := range all {
			hit = hit || strings.HasPrefix(t, w)
		}
		if !hit {
			return false
		}
	}
	return true
}

// tokens are the words to be searched for.
func tokens(s string) []string {
	all := split(s)
	return all[:min(len(all), maxWords)]
}

// split cuts s into words, in lower case, where the indexes of both engines do.
func split(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}
