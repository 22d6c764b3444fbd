package stickers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

const setColumns = `s.id, s.creator, s.kind, s.title, s.name, s.text_color, s.thumb, s.thumb_at, s.thumb_emoji, s.count, s.hash, s.made_at`

type scanner interface{ Scan(dst ...any) error }

// scanSet reads setColumns and what follows them.
func scanSet(row scanner, more ...any) (s Set, err error) {
	err = row.Scan(append([]any{
		&s.ID, &s.Creator, &s.Kind, &s.Title, &s.Name, &s.TextColor, &s.Thumb, &s.ThumbAt, &s.ThumbEmoji, &s.Count, &s.Hash, &s.Made,
	}, more...)...)
	return s, err
}

// lock reads a set with its stickers, and keeps others from changing it until the transaction ends. It fails with ErrSet.
func lock(ctx context.Context, tx *db.Tx, id int64) (Full, error) {
	sql := `UPDATE sticker_set SET id = id WHERE id = $1 RETURNING ` + strings.ReplaceAll(setColumns, "s.", "")
	s, err := scanSet(tx.QueryRow(ctx, sql, id))
	if errors.Is(err, db.ErrNotFound) {
		return Full{}, ErrSet
	}
	if err != nil {
		return Full{}, fmt.Errorf("set %d: %w", id, err)
	}
	all, err := readStickers(ctx, tx, id)
	return Full{s, all}, err
}

// readFull reads a set as viewer has it. It fails with ErrSet.
func readFull(ctx context.Context, tx *db.Tx, viewer ids.User, id int64) (Full, error) {
	found, err := readSets(ctx, tx, viewer, []int64{id})
	if err != nil {
		return Full{}, err
	}
	if len(found) == 0 {
		return Full{}, ErrSet
	}
	all, err := readStickers(ctx, tx, id)
	return Full{found[0], all}, err
}

// readSets reads sets as viewer has them, in the order asked for, without those that are not there.
func readSets(ctx context.Context, tx *db.Tx, viewer ids.User, wanted []int64) ([]Set, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	sql := `SELECT ` + setColumns + `, COALESCE(i.at, 0), COALESCE(i.archived, 0), COALESCE(f.file, 0)
		FROM sticker_set AS s LEFT JOIN sticker_installed AS i ON i.owner = $1 AND i.set_id = s.id
		LEFT JOIN sticker AS f ON f.set_id = s.id AND f.place = 0
		WHERE s.id IN (` + db.List(2, len(wanted)) + `)`
	byID := make(map[int64]Set, len(wanted))
	err := tx.Each(ctx, sql, append([]any{int64(viewer)}, db.Args(wanted)...), func(rows *db.Rows) error {
		var own Own
		var cover int64
		s, err := scanSet(rows, &own.Installed, &own.Archived, &cover)
		s.Own, s.Cover = own, cover
		byID[s.ID] = s
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sticker sets: %w", err)
	}
	var out []Set
	for _, id := range wanted {
		if s, ok := byID[id]; ok {
			out = append(out, s)
		}
	}
	return out, nil
}

func readStickers(ctx context.Context, tx *db.Tx, set int64) (all []Sticker, err error) {
	const sql = `SELECT file, body FROM sticker WHERE set_id = $1 ORDER BY place LIMIT 1000`
	err = tx.Each(ctx, sql, []any{set}, func(rows *db.Rows) error {
		var file int64
		var body string
		if err := rows.Scan(&file, &body); err != nil {
			return err
		}
		st, err := decodeSticker(file, body)
		all = append(all, st)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stickers of set %d: %w", set, err)
	}
	return all, nil
}

func decodeSticker(file int64, body string) (st Sticker, err error) {
	err = json.Unmarshal([]byte(body), &st)
	st.File = file
	return st, err
}

// setOf returns the set that a sticker is in. It fails with ErrSticker.
func setOf(ctx context.Context, tx *db.Tx, file int64) (set int64, err error) {
	err = tx.QueryRow(ctx, `SELECT set_id FROM sticker WHERE file = $1`, file).Scan(&set)
	if errors.Is(err, db.ErrNotFound) {
		err = ErrSticker
	}
	return set, err
}

// save writes a set that was changed, and all of its stickers, of which there are at most two hundred.
func (s *Service) save(ctx context.Context, tx *db.Tx, f *Full) error {
	f.Count, f.Hash = len(f.Stickers), f.sum()
	if f.ThumbEmoji != 0 && f.place(f.ThumbEmoji) < 0 {
		f.ThumbEmoji = 0
	}
	const update = `UPDATE sticker_set SET title = $2, thumb = $3, thumb_at = $4, thumb_emoji = $5, count = $6, hash = $7 WHERE id = $1`
	if _, err := tx.Exec(ctx, update, f.ID, f.Title, f.Thumb, f.ThumbAt, f.ThumbEmoji, f.Count, f.Hash); err != nil {
		return fmt.Errorf("save set %d: %w", f.ID, err)
	}
	if err := clearSet(ctx, tx, f.ID); err != nil {
		return err
	}
	return insertStickers(ctx, tx, f)
}

// clearSet drops what is told of a set in rows of their own.
func clearSet(ctx context.Context, tx *db.Tx, set int64) error {
	for _, sql := range []string{`DELETE FROM sticker WHERE set_id = $1`, `DELETE FROM sticker_tag WHERE set_id = $1`} {
		if err := tx.Queue(ctx, sql, set); err != nil {
			return err
		}
	}
	return nil
}

func insertStickers(ctx context.Context, tx *db.Tx, f *Full) error {
	for place, st := range f.Stickers {
		body, err := json.Marshal(st)
		if err != nil {
			return err
		}
		const insert = `INSERT INTO sticker (set_id, file, place, body) VALUES ($1, $2, $3, $4)`
		if err := tx.Queue(ctx, insert, f.ID, st.File, place, string(body)); err != nil {
			return err
		}
		for _, tag := range st.tags() {
			const insert = `INSERT INTO sticker_tag (set_id, tag, file, kind) VALUES ($1, $2, $3, $4)`
			if err := tx.Queue(ctx, insert, f.ID, []byte(tag), st.File, int(f.Kind)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tags are what a sticker is found by: its emoji without colours, and the words of its keywords.
func (st Sticker) tags() []string {
	var all []string
	for _, e := range st.Emoji {
		all = append(all, bare(e))
	}
	for _, k := range st.Keywords {
		all = append(all, users.Words(k)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// setWords replaces the words by which a set is found.
func setWords(ctx context.Context, tx *db.Tx, s Set, before string) error {
	for _, w := range wordsOf(before, s.Name) {
		const drop = `DELETE FROM sticker_set_word WHERE kind = $1 AND word = $2 AND set_id = $3`
		if err := tx.Queue(ctx, drop, int(s.Kind), []byte(w), s.ID); err != nil {
			return err
		}
	}
	for _, w := range wordsOf(s.Title, s.Name) {
		const add = `INSERT INTO sticker_set_word (kind, word, set_id) VALUES ($1, $2, $3)`
		if err := tx.Queue(ctx, add, int(s.Kind), []byte(w), s.ID); err != nil {
			return err
		}
	}
	return nil
}

// wordsOf are the words of a title, and the short name; none without a title.
func wordsOf(title, name string) []string {
	if title == "" {
		return nil
	}
	all := append(users.Words(title), strings.ToLower(name))
	slices.Sort(all)
	return slices.Compact(all)
}

// place is where a sticker stands; -1: it is not in the set.
func (f *Full) place(file int64) int {
	return slices.IndexFunc(f.Stickers, func(st Sticker) bool { return st.File == file })
}

// sum is the number by which clients tell whether a set has changed.
func (f *Full) sum() int32 {
	var b strings.Builder
	fmt.Fprintln(&b, f.Title, f.Thumb, f.ThumbAt, f.ThumbEmoji)
	for _, st := range f.Stickers {
		fmt.Fprintln(&b, st.File, st.Emoji, st.Keywords, st.Mask != nil)
		if st.Mask != nil {
			fmt.Fprintln(&b, *st.Mask)
		}
	}
	return int32(crc32.ChecksumIEEE([]byte(b.String()))>>1 | 1)
}
