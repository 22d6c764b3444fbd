package stickers

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers/format"
)

// An Item is a file that is to become a sticker of a set.
type Item struct {
	File     files.File
	Emoji    string // one or several
	Keywords string // parted by commas
	Mask     *files.Mask
}

// By is who makes or changes sets: somebody, or a bot, whose sets have names that end in "_by_" and its username.
type By struct {
	User ids.User
	Bot  string // the username of a bot; empty for people
}

// owns tells whether b may change a set.
func (b By) owns(s Set) bool {
	if b.Bot != "" {
		return b.names(s.Name)
	}
	return s.Creator == b.User
}

// names tells whether a short name is one that b may give.
func (b By) names(name string) bool {
	return b.Bot == "" || strings.HasSuffix(strings.ToLower(name), "_by_"+strings.ToLower(b.Bot))
}

// NewSet is what Create makes.
type NewSet struct {
	By        By
	Creator   ids.User
	Kind      Kind
	Title     string
	Name      string
	TextColor bool
	Thumb     *files.File
	Items     []Item
}

// Create makes a set. It fails with ErrTitle, ErrName, ErrNameTaken, ErrEmpty, ErrTooMany, ErrTooManySets, ErrEmoji,
// ErrMask, ErrSticker, ErrThumbPicture, ErrThumbAnimation or one of package format.
//
// Spec: https://core.telegram.org/method/stickers.createStickerSet
func (s *Service) Create(ctx context.Context, n NewSet) (full Full, err error) {
	if err := n.check(); err != nil {
		return Full{}, err
	}
	if err := s.CheckName(ctx, n.Name); err != nil {
		return Full{}, err
	}
	ready := make([]prepared, len(n.Items))
	for i, item := range n.Items {
		if ready[i], err = s.prepare(ctx, n.Creator, n.Kind, n.TextColor, item); err != nil {
			return Full{}, err
		}
	}
	var thumb *files.File
	if n.Thumb != nil {
		if thumb, err = s.thumb(ctx, n.Creator, *n.Thumb); err != nil {
			return Full{}, err
		}
	}
	id, err := s.db.NextID(ctx, "sticker_set")
	if err != nil {
		return Full{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		full = Full{Set: Set{
			ID: id, Creator: n.Creator, Kind: n.Kind, Title: n.Title, Name: n.Name, TextColor: n.TextColor, Made: now(),
		}}
		return s.create(ctx, tx, &full, ready, thumb)
	})
	return full, err
}

func (n *NewSet) check() (err error) {
	if n.Title, err = cleanTitle(n.Title); err != nil {
		return err
	}
	switch {
	case !nameShape(n.Name), !n.By.names(n.Name):
		return ErrName
	case len(n.Items) == 0:
		return ErrEmpty
	case len(n.Items) > n.Kind.most():
		return ErrTooMany
	}
	return nil
}

func (s *Service) create(ctx context.Context, tx *db.Tx, f *Full, ready []prepared, thumb *files.File) error {
	made, err := db.Column[int64](ctx, tx, `SELECT COUNT(*) FROM sticker_set WHERE creator = $1`, int64(f.Creator))
	if err != nil {
		return err
	}
	if made[0] >= maxCreated {
		return ErrTooManySets
	}
	if _, err := tx.Exec(ctx, `INSERT INTO sticker_set_name (name, set_id) VALUES ($1, $2)`, strings.ToLower(f.Name), f.ID); err != nil {
		if errors.Is(err, db.ErrExists) {
			return ErrNameTaken
		}
		return err
	}
	const insert = `INSERT INTO sticker_set (id, creator, kind, title, name, text_color, thumb, thumb_at, thumb_emoji, count, hash, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, $7)`
	if _, err := tx.Exec(ctx, insert, f.ID, int64(f.Creator), int(f.Kind), f.Title, f.Name, f.TextColor, f.Made); err != nil {
		return err
	}
	for _, p := range ready {
		if err := s.place(ctx, tx, f, p); err != nil {
			return err
		}
	}
	if thumb != nil {
		if err := s.setThumb(ctx, tx, f, thumb); err != nil {
			return err
		}
	}
	if err := setWords(ctx, tx, f.Set, ""); err != nil {
		return err
	}
	return s.save(ctx, tx, f)
}

// prepared is a sticker that has been looked at, and needs a row.
type prepared struct {
	sticker Sticker
	file    files.File
}

// prepare checks an item and makes of it the file that a set will hold.
func (s *Service) prepare(ctx context.Context, u ids.User, kind Kind, textColor bool, item Item) (prepared, error) {
	st, err := item.sticker(kind)
	if err != nil {
		return prepared{}, err
	}
	f, err := s.shaped(ctx, u, item.File, use(kind))
	if err != nil {
		return prepared{}, err
	}
	if kind == Masks && f.MIME != format.MIMEWebP {
		return prepared{}, format.ErrPicture
	}
	f.Sticker = &files.Sticker{Alt: st.Emoji[0], IsMask: kind == Masks, Mask: st.Mask}
	if kind == Emoji {
		f.Sticker.Emoji, f.Sticker.Free, f.Sticker.TextColor = true, true, textColor
	}
	return prepared{st, f}, nil
}

func use(kind Kind) format.Use {
	switch kind {
	case Masks:
		return format.Mask
	case Emoji:
		return format.Emoji
	}
	return format.Sticker
}

// sticker checks what is said about an item.
func (i Item) sticker(kind Kind) (st Sticker, err error) {
	if st.Emoji, err = splitEmoji(i.Emoji); err != nil {
		return st, err
	}
	st.Keywords = splitKeywords(i.Keywords)
	if i.Mask == nil {
		return st, nil
	}
	if err := checkMask(kind, *i.Mask); err != nil {
		return st, err
	}
	st.Mask = i.Mask
	return st, nil
}

// checkMask checks a place on a face.
// Spec: https://core.telegram.org/constructor/maskCoords
func checkMask(kind Kind, m files.Mask) error {
	far := func(v float64) bool { return !(v >= -100 && v <= 100) } // also what is no number
	if kind != Masks || m.N < 0 || m.N > 3 || far(m.X) || far(m.Y) || far(m.Zoom) || m.Zoom < 0 {
		return ErrMask
	}
	return nil
}

// splitKeywords takes keywords apart. Those past the bounds are left out.
func splitKeywords(s string) (all []string) {
	runes := 0
	for word := range strings.SplitSeq(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""), ",") {
		word = strings.TrimSpace(word)
		if runes += utf8.RuneCountInString(word); runes > maxKeywordRunes || len(all) == maxKeywords {
			break
		}
		if word != "" {
			all = append(all, word)
		}
	}
	return all
}

// shaped looks at a file and makes a new one, without a row, of its content. What is a picture becomes a WebP.
func (s *Service) shaped(ctx context.Context, u ids.User, old files.File, use format.Use) (files.File, error) {
	data, err := s.content(ctx, old, format.MaxSize)
	if err != nil {
		return files.File{}, err
	}
	info, err := format.Check(use, data)
	if err != nil {
		return files.File{}, err
	}
	f := files.File{Kind: files.Document, Owner: u, Date: now(), Size: old.Size, Blob: old.Blob, MIME: info.MIME}
	f.W, f.H = info.W, info.H
	switch info.Kind {
	case format.Animation:
		f.Name, f.Sizes = "AnimatedSticker.tgs", thumbs(old)
	case format.Video:
		f.Name, f.Sizes, f.Video = "sticker.webm", thumbs(old), &files.Video{Duration: info.Duration, NoSound: true}
	default:
		f.Name = "sticker.webp"
		err = s.still(ctx, u, &f, data)
	}
	return f, err
}

// still turns a picture into a WebP, and gives it a thumbnail.
func (s *Service) still(ctx context.Context, u ids.User, f *files.File, data []byte) error {
	if f.MIME != format.MIMEWebP {
		picture, err := format.WebP(data)
		if err != nil {
			return err
		}
		b, err := s.files.Put(ctx, u, bytes.NewReader(picture))
		if err != nil {
			return err
		}
		f.MIME, f.Blob, f.Size = format.MIMEWebP, b.Hash, b.Size
	}
	small, w, h, err := format.Thumbnail(data)
	if err != nil || small == nil {
		return err
	}
	b, err := s.files.Put(ctx, u, bytes.NewReader(small))
	f.Sizes = []files.Size{{Type: "m", W: w, H: h, Bytes: b.Size, Blob: b.Hash}}
	return err
}

// thumbs are the thumbnails of a file that its sticker keeps: clients take no stripped ones with stickers.
func thumbs(f files.File) (kept []files.Size) {
	for _, size := range f.Sizes {
		if size.Inline == nil {
			kept = append(kept, size)
		}
	}
	return kept
}

// thumb makes the file that stands for a set.
func (s *Service) thumb(ctx context.Context, u ids.User, old files.File) (*files.File, error) {
	f, err := s.shaped(ctx, u, old, format.Thumb)
	switch {
	case errors.Is(err, format.ErrAnimation):
		return nil, ErrThumbAnimation
	case errors.Is(err, format.ErrKind), errors.Is(err, format.ErrPicture), errors.Is(err, format.ErrDimensions),
		errors.Is(err, format.ErrVideo), errors.Is(err, format.ErrLong):
		return nil, ErrThumbPicture
	case err != nil:
		return nil, err
	}
	f.Sizes = nil
	return &f, nil
}

// place makes the row of a sticker and puts it at the end of a set.
func (s *Service) place(ctx context.Context, tx *db.Tx, f *Full, p prepared) error {
	p.file.Set = f.ID
	made, err := s.files.Create(ctx, tx, p.file)
	if err != nil {
		return err
	}
	if err := s.files.Use(ctx, tx, made.ID); err != nil {
		return err
	}
	p.sticker.File = made.ID
	f.Stickers = append(f.Stickers, p.sticker)
	return nil
}
