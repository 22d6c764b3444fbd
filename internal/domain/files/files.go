// Package files keeps what people send: photos, documents and encrypted files, and the bytes that they are made of.
//
// Content is cut into chunks of 512 KiB, named by their SHA-256 and kept once however often they come; a blob is a list
// of chunks, named by a hash too; a file is a row that describes one blob and the smaller sizes of it. Chunks count the
// blobs and unfinished uploads that name them, blobs count files, and files ask their holders, such as messages, whether
// anybody still has them.
//
// What holds at any moment, also after a crash:
//
//   - An object of the store is written and durable before a row names it, and its row is gone before it is deleted. Its
//     name is never used again, so nobody can delete what somebody else has just begun to use.
//   - Objects that lost their last row stand in file_garbage until they are deleted. Objects that never got a row are
//     found by the collector when they are a day old.
//   - A blob without files lives for an hour after somebody got its hash, which is the time to make a file of it. A file
//     that nobody holds lives for some hours after it was made or let go.
package files

import (
	"errors"
	"time"

	"hermod/internal/domain/ids"
)

// A Kind is what a file is to clients. It is stored.
type Kind int

// The kinds.
const (
	Photo     Kind = 1 // has only sizes
	Document  Kind = 2
	Encrypted Kind = 3 // opaque, of a secret chat
)

// A File describes content. All but Set and Sticker stay as they were made.
type File struct {
	ID    int64
	Kind  Kind
	Owner ids.User // who brought it; 0: the server
	Date  time.Time
	Size  int64  // of Blob
	Blob  Hash   // zero for a photo, whose content are its sizes
	MIME  string // of a document
	Attributes
	Sizes  []Size
	Videos []VideoSize
	Set    int64 // the sticker set that it is in; 0: none
}

// Attributes say what a document is. The zero value is a plain one without a name.
type Attributes struct {
	Name        string   `json:"name,omitempty"`
	W           int      `json:"w,omitempty"`
	H           int      `json:"h,omitempty"`
	Video       *Video   `json:"video,omitempty"`
	Audio       *Audio   `json:"audio,omitempty"`
	Sticker     *Sticker `json:"sticker,omitempty"`
	Animated    bool     `json:"animated,omitempty"`
	HasStickers bool     `json:"stickers,omitempty"`
}

// Video describes moving pictures. Their width and height stand in Attributes.
type Video struct {
	Duration  float64 `json:"duration"` // seconds
	Round     bool    `json:"round,omitempty"`
	Streaming bool    `json:"streaming,omitempty"` // can be shown before all of it is there
	NoSound   bool    `json:"nosound,omitempty"`
	Preload   int     `json:"preload,omitempty"` // bytes to load in advance
	Start     float64 `json:"start,omitempty"`   // of the frame that stands for it
	Codec     string  `json:"codec,omitempty"`
}

// Audio describes sound.
type Audio struct {
	Voice     bool   `json:"voice,omitempty"`
	Duration  int    `json:"duration"` // seconds
	Title     string `json:"title,omitempty"`
	Performer string `json:"performer,omitempty"`
	Waveform  []byte `json:"waveform,omitempty"`
}

// Sticker describes a sticker or custom emoji. Its set stands in the file.
type Sticker struct {
	Alt       string `json:"alt"` // an emoji
	Emoji     bool   `json:"emoji,omitempty"`
	Free      bool   `json:"free,omitempty"`
	TextColor bool   `json:"color,omitempty"`
	IsMask    bool   `json:"is_mask,omitempty"`
	Mask      *Mask  `json:"mask,omitempty"`
}

// Mask says where on a face a mask is put.
type Mask struct {
	N    int     `json:"n"` // 0 forehead, 1 eyes, 2 mouth, 3 chin
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Zoom float64 `json:"zoom"`
}

// A Size is a picture of a photo, or a thumbnail of a document. One that is Inline has no blob.
type Size struct {
	Type        string  `json:"type"` // one letter
	W           int     `json:"w,omitempty"`
	H           int     `json:"h,omitempty"`
	Bytes       int64   `json:"bytes,omitempty"`
	Blob        Hash    `json:"blob,omitzero"`
	Progressive []int64 `json:"progressive,omitempty"` // bytes after which a picture can be seen
	Inline      []byte  `json:"inline,omitempty"`      // "i": a stripped JPEG, "j": an outline
}

// A VideoSize is a moving picture of a photo, or of a document. One with an Emoji or Sticker has no blob: clients draw it.
type VideoSize struct {
	Type       string  `json:"type,omitempty"`
	W          int     `json:"w,omitempty"`
	H          int     `json:"h,omitempty"`
	Bytes      int64   `json:"bytes,omitempty"`
	Blob       Hash    `json:"blob,omitzero"`
	Start      float64 `json:"start,omitempty"` // the frame to show while it does not move
	Emoji      int64   `json:"emoji,omitempty"` // a custom emoji
	StickerSet int64   `json:"set,omitempty"`
	Sticker    int64   `json:"sticker,omitempty"`
	Colors     []int32 `json:"colors,omitempty"`
}

// A Class is what people call a file.
type Class int

// The classes.
const (
	Plain Class = iota
	Picture
	Movie
	GIF
	Voice
	Music
	Round
	StickerFile
	CustomEmoji
)

// Class tells what f is.
func (f File) Class() Class {
	a := f.Attributes
	switch {
	case f.Kind == Photo:
		return Picture
	case f.Kind != Document:
		return Plain
	case a.Sticker != nil && a.Sticker.Emoji:
		return CustomEmoji
	case a.Sticker != nil:
		return StickerFile
	case a.Video != nil && a.Video.Round:
		return Round
	case a.Animated:
		return GIF
	case a.Video != nil:
		return Movie
	case a.Audio != nil && a.Audio.Voice:
		return Voice
	case a.Audio != nil:
		return Music
	}
	return Plain
}

// SizeOf returns a size by its type.
func (f File) SizeOf(typ string) (Size, bool) {
	for _, s := range f.Sizes {
		if s.Type == typ {
			return s, true
		}
	}
	return Size{}, false
}

// VideoOf returns a moving size size by its type.
func (f File) VideoOf(typ string) (VideoSize, bool) {
	for _, v := range f.Videos {
		if v.Type == typ {
			return v, true
		}
	}
	return VideoSize{}, false
}

// blobs lists what content f names, with repetitions.
func (f File) blobs() []Hash {
	var all []Hash
	add := func(h Hash) {
		if h != (Hash{}) {
			all = append(all, h)
		}
	}
	add(f.Blob)
	for _, s := range f.Sizes {
		add(s.Blob)
	}
	for _, v := range f.Videos {
		add(v.Blob)
	}
	return all
}

// bytes is what f counts against the quota.
func (f File) bytes() int64 {
	n := f.Size
	for _, s := range f.Sizes {
		n += s.Bytes
	}
	for _, v := range f.Videos {
		n += v.Bytes
	}
	return n
}

// Errors of the sender.
var (
	ErrPart         = errors.New("files: no such number of a part")
	ErrPartEmpty    = errors.New("files: a part is empty")
	ErrPartBig      = errors.New("files: a part is larger than 512 KiB")
	ErrPartSize     = errors.New("files: a part has a size that divides nothing")
	ErrPartChanged  = errors.New("files: the parts differ in size")
	ErrPartLength   = errors.New("files: the parts do not make a file")
	ErrParts        = errors.New("files: no such number of parts")
	ErrMD5          = errors.New("files: the MD5 is another one")
	ErrTooBig       = errors.New("files: the file is too large")
	ErrQuota        = errors.New("files: the user has no room left")
	ErrServerFull   = errors.New("files: the server has no room left")
	ErrUploads      = errors.New("files: too many uploads are not finished")
	ErrNotFound     = errors.New("files: no such file")
	ErrAccess       = errors.New("files: the access hash is another one")
	ErrRefEmpty     = errors.New("files: there is no reference")
	ErrRefInvalid   = errors.New("files: the reference is of something else")
	ErrRefExpired   = errors.New("files: the reference has expired")
	ErrNoContent    = errors.New("files: the content is not there any more")
	errChunkGone    = errors.New("files: a chunk went away meanwhile")
	errPartsChanged = errors.New("files: parts came meanwhile")
)
