package stickers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// change changes a set in one transaction, if it is the caller's. fn gets it with its stickers. It fails with ErrSet.
func (s *Service) change(ctx context.Context, by By, set int64, fn func(tx *db.Tx, f *Full) error) (full Full, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if full, err = lock(ctx, tx, set); err != nil {
			return err
		}
		if !by.owns(full.Set) {
			return ErrSet
		}
		if err := fn(tx, &full); err != nil {
			return err
		}
		if err := s.save(ctx, tx, &full); err != nil {
			return err
		}
		return s.tell(ctx, tx, by.User, full.Set)
	})
	return full, err
}

// tell has the other devices of who changed a set load it anew, if he has it.
func (s *Service) tell(ctx context.Context, tx *db.Tx, u ids.User, set Set) error {
	const has = `SELECT 1 FROM sticker_installed WHERE owner = $1 AND set_id = $2`
	found, err := db.Column[int](ctx, tx, has, int64(u), set.ID)
	if err != nil || len(found) == 0 {
		return err
	}
	return s.log.Note(ctx, tx, u.Peer(), updates.StickerSets{Of: int(set.Kind)})
}

// changeSticker changes a set by one of its stickers. It fails with ErrSticker.
func (s *Service) changeSticker(ctx context.Context, by By, file int64, fn func(tx *db.Tx, f *Full, at int) error) (Full, error) {
	set, err := read(ctx, s, func(tx *db.Tx) (int64, error) { return setOf(ctx, tx, file) })
	if err != nil {
		return Full{}, err
	}
	return s.change(ctx, by, set, func(tx *db.Tx, f *Full) error {
		at := f.place(file)
		if at < 0 {
			return ErrSticker
		}
		return fn(tx, f, at)
	})
}

// Add puts a sticker at the end of a set. It fails as Create does, and with ErrSet.
// Spec: https://core.telegram.org/method/stickers.addStickerToSet
func (s *Service) Add(ctx context.Context, by By, set int64, item Item) (Full, error) {
	old, err := s.Get(ctx, 0, set)
	if err != nil {
		return Full{}, err
	}
	switch {
	case !by.owns(old.Set):
		return Full{}, ErrSet
	case old.Count >= old.Kind.most():
		return Full{}, ErrTooMany
	}
	p, err := s.prepare(ctx, old.Creator, old.Kind, old.TextColor, item)
	if err != nil {
		return Full{}, err
	}
	return s.change(ctx, by, set, func(tx *db.Tx, f *Full) error {
		if f.Count >= f.Kind.most() {
			return ErrTooMany
		}
		return s.place(ctx, tx, f, p)
	})
}

// Remove takes a sticker out of its set. In messages it stays. It fails with ErrSticker or ErrSet.
// Spec: https://core.telegram.org/method/stickers.removeStickerFromSet
func (s *Service) Remove(ctx context.Context, by By, file int64) (Full, error) {
	return s.changeSticker(ctx, by, file, func(tx *db.Tx, f *Full, at int) error {
		f.Stickers = slices.Delete(f.Stickers, at, at+1)
		return s.letGo(ctx, tx, file)
	})
}

// letGo makes a file one that is in no set. Custom emoji stay: nobody knows which texts name them.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, file int64) error {
	f, err := s.files.GetIn(ctx, tx, file)
	if errors.Is(err, files.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.files.Retag(ctx, tx, file, 0, f.Sticker); err != nil {
		return err
	}
	if f.Class() == files.CustomEmoji {
		const keep = `INSERT INTO sticker_kept (owner, list, file, place, at) VALUES (0, $1, $2, 0, $3) ON CONFLICT (owner, list, file) DO NOTHING`
		_, err := tx.Exec(ctx, keep, int(left), file, now())
		return err
	}
	return s.files.Release(ctx, tx, now(), file)
}

// Move puts a sticker at another place of its set. It fails with ErrSticker or ErrSet.
// Spec: https://core.telegram.org/method/stickers.changeStickerPosition
func (s *Service) Move(ctx context.Context, by By, file int64, to int) (Full, error) {
	return s.changeSticker(ctx, by, file, func(_ *db.Tx, f *Full, at int) error {
		st := f.Stickers[at]
		rest := slices.Delete(f.Stickers, at, at+1)
		f.Stickers = slices.Insert(rest, min(max(to, 0), len(rest)), st)
		return nil
	})
}

// Edit is what is said anew about a sticker; nil stays as it is.
type Edit struct {
	Emoji    *string
	Keywords *string
	Mask     *files.Mask
}

// Edit changes what is said about a sticker. It fails with ErrSticker, ErrSet, ErrEmoji or ErrMask.
// Spec: https://core.telegram.org/method/stickers.changeSticker
func (s *Service) Edit(ctx context.Context, by By, file int64, e Edit) (Full, error) {
	return s.changeSticker(ctx, by, file, func(tx *db.Tx, f *Full, at int) error {
		st := &f.Stickers[at]
		if err := e.apply(st, f.Kind); err != nil {
			return err
		}
		return s.retag(ctx, tx, f, *st)
	})
}

func (e Edit) apply(st *Sticker, kind Kind) (err error) {
	if e.Emoji != nil {
		if st.Emoji, err = splitEmoji(*e.Emoji); err != nil {
			return err
		}
	}
	if e.Keywords != nil {
		st.Keywords = splitKeywords(*e.Keywords)
	}
	if e.Mask != nil {
		if err := checkMask(kind, *e.Mask); err != nil {
			return err
		}
		st.Mask = e.Mask
	}
	return nil
}

// retag writes into a file what its sticker says.
func (s *Service) retag(ctx context.Context, tx *db.Tx, f *Full, st Sticker) error {
	said := &files.Sticker{Alt: st.Emoji[0], IsMask: f.Kind == Masks, Mask: st.Mask}
	if f.Kind == Emoji {
		said.Emoji, said.Free, said.TextColor = true, true, f.TextColor
	}
	return s.files.Retag(ctx, tx, st.File, f.ID, said)
}

// Replace puts another sticker where one is. It fails as Add and Remove do.
// Spec: https://core.telegram.org/method/stickers.replaceSticker
func (s *Service) Replace(ctx context.Context, by By, file int64, item Item) (Full, error) {
	set, err := read(ctx, s, func(tx *db.Tx) (int64, error) { return setOf(ctx, tx, file) })
	if err != nil {
		return Full{}, err
	}
	old, err := s.Get(ctx, 0, set)
	if err != nil || !by.owns(old.Set) {
		return Full{}, ErrSticker
	}
	p, err := s.prepare(ctx, old.Creator, old.Kind, old.TextColor, item)
	if err != nil {
		return Full{}, err
	}
	return s.changeSticker(ctx, by, file, func(tx *db.Tx, f *Full, at int) error {
		if err := s.place(ctx, tx, f, p); err != nil {
			return err
		}
		last := len(f.Stickers) - 1
		f.Stickers[at] = f.Stickers[last]
		f.Stickers = f.Stickers[:last]
		return s.letGo(ctx, tx, file)
	})
}

// Rename gives a set another title. It fails with ErrTitle or ErrSet.
// Spec: https://core.telegram.org/method/stickers.renameStickerSet
func (s *Service) Rename(ctx context.Context, by By, set int64, title string) (Full, error) {
	title, err := cleanTitle(title)
	if err != nil {
		return Full{}, err
	}
	return s.change(ctx, by, set, func(tx *db.Tx, f *Full) error {
		before := f.Title
		f.Title = title
		return setWords(ctx, tx, f.Set, before)
	})
}

// SetThumb makes a file stand for a set, or, where that is nil, one of its stickers; 0: none. It fails with ErrSet, ErrThumb,
// ErrSticker, ErrThumbPicture or ErrThumbAnimation.
// Spec: https://core.telegram.org/method/stickers.setStickerSetThumb
func (s *Service) SetThumb(ctx context.Context, by By, set int64, of *files.File, emoji int64) (Full, error) {
	var thumb *files.File
	if of != nil {
		var err error
		if thumb, err = s.thumb(ctx, by.User, *of); err != nil {
			return Full{}, err
		}
	}
	return s.change(ctx, by, set, func(tx *db.Tx, f *Full) error {
		if emoji != 0 && (f.Kind != Emoji || f.place(emoji) < 0) {
			return ErrThumb
		}
		f.ThumbEmoji = emoji
		return s.setThumb(ctx, tx, f, thumb)
	})
}

// setThumb makes the row of a new thumbnail; nil is none.
func (s *Service) setThumb(ctx context.Context, tx *db.Tx, f *Full, thumb *files.File) error {
	old := f.Thumb
	f.Thumb = 0
	f.ThumbAt++
	if thumb != nil {
		made, err := s.files.Create(ctx, tx, *thumb)
		if err != nil {
			return err
		}
		if err := s.files.Use(ctx, tx, made.ID); err != nil {
			return err
		}
		f.Thumb = made.ID
	}
	if old == 0 {
		return nil
	}
	return s.files.Release(ctx, tx, now(), old)
}

// Delete removes a set. Its stickers stay in messages. It fails with ErrSet.
// Spec: https://core.telegram.org/method/stickers.deleteStickerSet
func (s *Service) Delete(ctx context.Context, by By, set int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		f, err := lock(ctx, tx, set)
		if err != nil {
			return err
		}
		if !by.owns(f.Set) {
			return ErrSet
		}
		if err := s.tell(ctx, tx, by.User, f.Set); err != nil {
			return err
		}
		return s.drop(ctx, tx, f)
	})
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, f Full) error {
	for _, st := range f.Stickers {
		if err := s.letGo(ctx, tx, st.File); err != nil {
			return err
		}
	}
	if f.Thumb != 0 {
		if err := s.files.Release(ctx, tx, now(), f.Thumb); err != nil {
			return err
		}
	}
	if err := setWords(ctx, tx, Set{ID: f.ID, Kind: f.Kind, Name: f.Name}, f.Title); err != nil {
		return err
	}
	if err := clearSet(ctx, tx, f.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sticker_set_name WHERE name = $1`, strings.ToLower(f.Name)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM sticker_set WHERE id = $1`, f.ID)
	return err
}
