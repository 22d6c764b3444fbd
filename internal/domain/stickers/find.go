package stickers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Get returns a set with its stickers as viewer has it; a viewer of 0 has none. It fails with ErrSet.
func (s *Service) Get(ctx context.Context, viewer ids.User, set int64) (Full, error) {
	return read(ctx, s, func(tx *db.Tx) (Full, error) { return readFull(ctx, tx, viewer, set) })
}

// Sets returns sets without their stickers, as viewer has them, without those that are not there.
func (s *Service) Sets(ctx context.Context, viewer ids.User, sets ...int64) ([]Set, error) {
	return read(ctx, s, func(tx *db.Tx) ([]Set, error) { return readSets(ctx, tx, viewer, sets) })
}

// ByName returns the set with a short name. It fails with ErrSet.
func (s *Service) ByName(ctx context.Context, name string) (int64, error) {
	if !nameShape(name) {
		return 0, ErrSet
	}
	return read(ctx, s, func(tx *db.Tx) (id int64, err error) {
		err = tx.QueryRow(ctx, `SELECT set_id FROM sticker_set_name WHERE name = $1`, strings.ToLower(name)).Scan(&id)
		if errors.Is(err, db.ErrNotFound) {
			err = ErrSet
		}
		return id, err
	})
}

// Created returns a page of the sets that somebody made, the newest first, and how many there are.
// Spec: https://core.telegram.org/method/messages.getMyStickers
func (s *Service) Created(ctx context.Context, u ids.User, before int64, limit int) (page []Set, total int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		const of = `SELECT id FROM sticker_set WHERE creator = $1 ORDER BY id DESC LIMIT $2`
		all, err := db.Column[int64](ctx, tx, of, int64(u), maxCreated)
		if err != nil {
			return err
		}
		total = len(all)
		page, err = readSets(ctx, tx, u, pageOf(all, before, limit))
		return err
	})
	return page, total, err
}

// pageOf is the part of a list that comes after an offset.
func pageOf(all []int64, after int64, limit int) []int64 {
	if at := slices.Index(all, after); after != 0 {
		all = all[at+1:]
	}
	return all[:min(len(all), min(max(limit, 0), MaxPage))]
}

// Search finds sets by the beginnings of all words of a query in their titles and short names.
// Spec: https://core.telegram.org/method/messages.searchStickerSets
func (s *Service) Search(ctx context.Context, viewer ids.User, kind Kind, query string) ([]Set, error) {
	words := users.Words(query)
	words = words[:min(len(words), maxWords)]
	if len(words) == 0 {
		return nil, nil
	}
	return read(ctx, s, func(tx *db.Tx) ([]Set, error) {
		var found []int64
		for i, w := range words {
			const find = `SELECT DISTINCT set_id FROM sticker_set_word WHERE kind = $1 AND word >= $2 AND word < $3 ORDER BY set_id LIMIT $4`
			some, err := db.Column[int64](ctx, tx, find, int(kind), []byte(w), append([]byte(w), 0xff), maxMatches)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				found = some
				continue
			}
			found = slices.DeleteFunc(found, func(id int64) bool { return !slices.Contains(some, id) })
		}
		return readSets(ctx, tx, viewer, found[:min(len(found), maxSets)])
	})
}

const (
	maxWords   = 5    // of a query
	maxMatches = 1000 // of one word
	maxSets    = 50   // found
)

// ByEmoji returns the stickers for an emoji from the sets that viewer has, in the order of his list.
// Spec: https://core.telegram.org/method/messages.getStickers
func (s *Service) ByEmoji(ctx context.Context, viewer ids.User, kind Kind, emoji string) ([]int64, error) {
	const find = `SELECT t.file FROM sticker_installed AS i JOIN sticker_tag AS t ON t.set_id = i.set_id AND t.tag = $3
		WHERE i.owner = $1 AND i.kind = $2 AND i.archived = 0 ORDER BY i.place DESC, t.file LIMIT $4`
	return read(ctx, s, func(tx *db.Tx) ([]int64, error) {
		return db.Column[int64](ctx, tx, find, int64(viewer), int(kind), []byte(bare(emoji)), maxFound)
	})
}

// Find returns stickers of any set, by emoji or by the beginnings of keywords: first those of the sets that viewer has.
// Spec: https://core.telegram.org/method/messages.searchStickers
func (s *Service) Find(ctx context.Context, viewer ids.User, kind Kind, emoji, query string) ([]int64, error) {
	wanted, err := splitEmoji(emoji)
	if err != nil {
		wanted = nil
	}
	var all []int64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		for _, e := range wanted {
			found, err := tagged(ctx, tx, viewer, kind, []byte(bare(e)), append([]byte(bare(e)), 0))
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		words := users.Words(query)
		for _, w := range words[:min(len(words), maxWords)] {
			found, err := tagged(ctx, tx, viewer, kind, []byte(w), append([]byte(w), 0xff))
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		return nil
	})
	return unique(all, maxFound), err
}

// tagged finds stickers whose tags are from one on and below another.
func tagged(ctx context.Context, tx *db.Tx, viewer ids.User, kind Kind, from, below []byte) ([]int64, error) {
	const find = `SELECT t.file FROM sticker_tag AS t LEFT JOIN sticker_installed AS i ON i.owner = $1 AND i.set_id = t.set_id
		WHERE t.kind = $2 AND t.tag >= $3 AND t.tag < $4 ORDER BY COALESCE(i.place, 0) DESC, t.set_id, t.file LIMIT $5`
	return db.Column[int64](ctx, tx, find, int64(viewer), int(kind), from, below, maxFound)
}

// unique is a list without repetitions, and no longer than a limit.
func unique(list []int64, limit int) []int64 {
	seen := make(map[int64]bool, len(list))
	var out []int64
	for _, v := range list {
		if !seen[v] && len(out) < limit {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// CustomEmoji returns those of some files that are custom emoji, in a set or once in one. Whatever else calls itself so is none.
// Spec: https://core.telegram.org/api/custom-emoji
func (s *Service) CustomEmoji(ctx context.Context, wanted ...int64) (map[int64]files.File, error) {
	found, err := s.files.Get(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	emoji := make(map[int64]files.File, len(found))
	var doubtful []int64
	for id, f := range found {
		switch {
		case f.Class() != files.CustomEmoji:
		case f.Set != 0:
			emoji[id] = f
		default:
			doubtful = append(doubtful, id)
		}
	}
	if len(doubtful) == 0 {
		return emoji, nil
	}
	kept, err := read(ctx, s, func(tx *db.Tx) ([]int64, error) {
		sql := `SELECT file FROM sticker_kept WHERE owner = 0 AND list = $1 AND file IN (` + db.List(2, len(doubtful)) + `)`
		return db.Column[int64](ctx, tx, sql, append([]any{int(left)}, db.Args(doubtful)...)...)
	})
	for _, id := range kept {
		emoji[id] = found[id]
	}
	return emoji, err
}

// Said returns what is said about stickers in their sets; those that are in none are left out.
func (s *Service) Said(ctx context.Context, of []int64) (map[int64]Sticker, error) {
	said := make(map[int64]Sticker, len(of))
	if len(of) == 0 {
		return said, nil
	}
	return said, s.db.Read(ctx, func(tx *db.Tx) error {
		sql := `SELECT file, body FROM sticker WHERE file IN (` + db.List(1, len(of)) + `)`
		return tx.Each(ctx, sql, db.Args(of), func(rows *db.Rows) error {
			var file int64
			var body string
			if err := rows.Scan(&file, &body); err != nil {
				return err
			}
			st, err := decodeSticker(file, body)
			said[file] = st
			return err
		})
	})
}
