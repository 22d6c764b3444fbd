// Package stickers keeps sticker sets and what people have of them: the sets that they have installed or archived, the
// stickers that they used last or like best, the GIFs that they saved.
//
// A sticker is a file of its own, made when it comes into a set, so that a set can say of which set a document is and
// which emoji it stands for without changing what somebody else sent. Sets are public: who knows the short name sees the
// set. Only its creator changes it.
//
// It owns the tables sticker_set, sticker_set_name, sticker_set_word, sticker, sticker_tag, sticker_installed,
// sticker_kept and sticker_attached.
//
// Spec: https://core.telegram.org/api/stickers
package stickers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's; those of package format come on top.
var (
	// ErrSet means a set that does not exist, or that is not the caller's to change.
	ErrSet = errors.New("no such sticker set")
	// ErrSticker means a file that is no sticker of a set, or of none that the caller may change.
	ErrSticker = errors.New("no such sticker")
	// ErrName means a short name of the wrong shape.
	ErrName = errors.New("not a short name")
	// ErrNameTaken means a short name that another set has.
	ErrNameTaken = errors.New("short name taken")
	// ErrTitle means a title that is empty or too long.
	ErrTitle = errors.New("title of the set is invalid")
	// ErrEmpty means a new set without stickers.
	ErrEmpty = errors.New("set without stickers")
	// ErrTooMany means more stickers than a set can have.
	ErrTooMany = errors.New("too many stickers")
	// ErrEmoji means a sticker without an emoji, with too many, or with something that is none.
	ErrEmoji = errors.New("emoji of the sticker is invalid")
	// ErrMask means a place on a face for what is no mask, or one that is nowhere.
	ErrMask = errors.New("place of the mask is invalid")
	// ErrThumb means a sticker that stands for its set and is not in it.
	ErrThumb = errors.New("no such thumbnail")
	// ErrThumbPicture means a file that is to stand for a set and is no small picture or video.
	ErrThumbPicture = errors.New("thumbnail is no PNG, WebP or WebM")
	// ErrThumbAnimation means an animation that is to stand for a set and is none that clients play.
	ErrThumbAnimation = errors.New("thumbnail is no TGS")
	// ErrOrder means an order that names too many sets.
	ErrOrder = errors.New("order of sets is invalid")
	// ErrFile means a file that cannot be kept in a list.
	ErrFile = errors.New("file does not fit the list")
	// ErrTooManySets means more sets than somebody can have.
	ErrTooManySets = errors.New("too many sets")
)

// A Kind says what the stickers of a set are for. It is stored.
type Kind int

// The kinds.
const (
	Regular Kind = 1
	Masks   Kind = 2
	Emoji   Kind = 3 // in texts
)

// Bounds.
const (
	MaxPage = 100

	maxTitle        = 64
	maxName         = 64
	maxStickers     = 120
	maxEmojiSet     = 200
	maxPerSticker   = 20  // emoji
	maxKeywords     = 20  // of a sticker
	maxKeywordRunes = 64  // of all keywords of a sticker
	maxInstalled    = 200 // sets of a kind
	maxArchived     = 1000
	maxCreated      = 500 // sets of one person
	maxFound        = 200
)

// most is how many stickers a set of a kind can have.
func (k Kind) most() int {
	if k == Emoji {
		return maxEmojiSet
	}
	return maxStickers
}

// A Set is a set without its stickers.
type Set struct {
	ID         int64
	Creator    ids.User
	Kind       Kind
	Title      string
	Name       string // the short name
	TextColor  bool
	Thumb      int64 // a file; 0: none
	ThumbAt    int32 // its version
	ThumbEmoji int64 // a sticker of the set that stands for it
	Count      int
	Hash       int32 // of the content, never 0
	Made       time.Time
	Own              // as somebody has it
	Cover      int64 // the first sticker, where a list asks for it
}

// Own is how somebody has a set.
type Own struct {
	Installed time.Time // zero: he does not have it
	Archived  bool
}

// A Sticker is one of a set.
type Sticker struct {
	File     int64       `json:"-"`
	Emoji    []string    `json:"e"`
	Keywords []string    `json:"k,omitempty"`
	Mask     *files.Mask `json:"m,omitempty"`
}

// A Full is a set with its stickers, in their order.
type Full struct {
	Set
	Stickers []Sticker
}

// A Service answers for sets and lists of stickers. Safe for concurrent use.
type Service struct {
	db     *db.DB
	log    *updates.Log
	files  *files.Service
	access *ids.Access
}

// New makes the service, and has files know what it holds. When m is not nil, what people send goes into their lists.
func New(ctx context.Context, d *db.DB, log *updates.Log, f *files.Service, m *messages.Service) (*Service, error) {
	key, err := d.Secret(ctx, "sticker_sets")
	if err != nil {
		return nil, err
	}
	s := &Service{db: d, log: log, files: f, access: ids.NewAccess(key)}
	f.HeldBy("stickers", s.held)
	f.OnRemove(s.detach)
	if m != nil {
		m.OnSent(s.sent)
	}
	return s, nil
}

// AccessHash is the access hash of a set, the same for everybody.
func (s *Service) AccessHash(set int64) int64 { return s.access.Hash(0, ids.Peer(set)) }

// CheckAccess reports whether hash is the access hash of a set.
func (s *Service) CheckAccess(set, hash int64) bool { return s.access.Check(0, ids.Peer(set), hash) }

// content reads a whole file of which at most limit bytes are wanted.
func (s *Service) content(ctx context.Context, f files.File, limit int64) ([]byte, error) {
	if f.Kind != files.Document || f.Size > limit {
		return nil, ErrSticker
	}
	r, err := s.files.Open(ctx, f.Blob)
	if err != nil {
		return nil, err
	}
	data := make([]byte, f.Size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, f.Size), data); err != nil {
		return nil, fmt.Errorf("read file %d: %w", f.ID, err)
	}
	return data, nil
}

// held tells which of some files are in sets or lists.
func (s *Service) held(ctx context.Context, of []int64) ([]int64, error) {
	return db.Among(ctx, s.db, of, `SELECT file FROM sticker WHERE file IN (`,
		`SELECT thumb FROM sticker_set WHERE thumb > 0 AND thumb IN (`, `SELECT file FROM sticker_kept WHERE file IN (`)
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }

// read runs one reading operation.
func read[T any](ctx context.Context, s *Service, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}
