package users

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Bounds of the directory of public titles.
const (
	maxTitleWords = 16 // of one title that lead to it
	maxWord       = 64 // bytes of a word that count
	maxPublic     = 100
)

// Words cuts text into words, in lower case and without accents, as names and titles are searched.
func Words(text string) []string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(text))
	return strings.Fields(folded)
}

// SetPublicTitle makes peer, a public group or channel, findable by the words of title; "" takes it out of the
// directory. Call it whenever its title changes, or whether it has a username.
func (s *Service) SetPublicTitle(ctx context.Context, tx *db.Tx, peer ids.Peer, title string) error {
	var old string
	err := tx.QueryRow(ctx, `SELECT title FROM public_title WHERE peer = $1`, peer).Scan(&old)
	if err != nil && !isNotFound(err) {
		return wrap(err, "public title")
	}
	if old == title {
		return nil
	}
	for _, w := range titleWords(old) {
		if _, err := tx.Exec(ctx, `DELETE FROM public_word WHERE word = $1 AND peer = $2`, w, peer); err != nil {
			return wrap(err, "public title")
		}
	}
	if title == "" {
		_, err := tx.Exec(ctx, `DELETE FROM public_title WHERE peer = $1`, peer)
		return wrap(err, "public title")
	}
	return wrap(insertTitle(ctx, tx, peer, title), "public title")
}

func insertTitle(ctx context.Context, tx *db.Tx, peer ids.Peer, title string) error {
	const set = `INSERT INTO public_title (peer, title) VALUES ($1, $2) ON CONFLICT (peer) DO UPDATE SET title = excluded.title`
	if _, err := tx.Exec(ctx, set, peer, title); err != nil {
		return err
	}
	for _, w := range titleWords(title) {
		const add = `INSERT INTO public_word (word, peer) VALUES ($1, $2) ON CONFLICT (word, peer) DO NOTHING`
		if _, err := tx.Exec(ctx, add, w, peer); err != nil {
			return err
		}
	}
	return nil
}

// titleWords are the words by which a title is found.
func titleWords(title string) [][]byte {
	words := Words(title)
	slices.Sort(words)
	words = slices.Compact(words)
	list := make([][]byte, 0, len(words))
	for _, w := range words[:min(len(words), maxTitleWords)] {
		list = append(list, []byte(w[:min(len(w), maxWord)]))
	}
	return list
}

// FindPublic returns up to limit public groups and channels in whose title, for each word of query, a word begins with
// it. Of very many it returns some, in no particular order.
func (s *Service) FindPublic(ctx context.Context, query string, limit int) (found []ids.Peer, err error) {
	words := titleWords(query)
	if len(words) == 0 {
		return nil, nil
	}
	longest := slices.MaxFunc(words, func(a, b []byte) int { return len(a) - len(b) })
	const find = `SELECT DISTINCT t.peer, t.title FROM public_word w JOIN public_title t ON t.peer = w.peer
		WHERE w.word >= $1 AND w.word < $2 LIMIT $3`
	args := []any{longest, append(slices.Clone(longest), 0xff), maxPublic}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found = nil
		return tx.Each(ctx, find, args, func(rows *db.Rows) error {
			var p ids.Peer
			var title string
			err := rows.Scan(&p, &title)
			if err == nil && len(found) < limit && begins(titleWords(title), words) {
				found = append(found, p)
			}
			return err
		})
	})
	return found, wrap(err, "search titles")
}

// Begins tells whether, for each word of query, a word of title begins with it.
func Begins(title, query string) bool {
	words := titleWords(query)
	return len(words) > 0 && begins(titleWords(title), words)
}

// begins tells whether each of query is the beginning of one of words.
func begins(words, query [][]byte) bool {
	for _, q := range query {
		if !slices.ContainsFunc(words, func(w []byte) bool { return strings.HasPrefix(string(w), string(q)) }) {
			return false
		}
	}
	return true
}
