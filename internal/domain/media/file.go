package media

import (
	"errors"
	"math"
)

// Errors of files in messages that are the caller's.
var (
	// ErrTTL means a time to live that media of this kind cannot have.
	ErrTTL = errors.New("time to live of media is invalid")
	// ErrGrouped means media that do not go together in an album.
	ErrGrouped = errors.New("media do not go together")
	// ErrPrevious means media that cannot be replaced.
	ErrPrevious = errors.New("media cannot be replaced")
	// ErrNew means media that cannot take the place of others.
	ErrNew = errors.New("media cannot replace others")
)

// The time that media can be looked at before they vanish.
const (
	MaxTTL = 60            // seconds
	Once   = math.MaxInt32 // may be looked at once
)

// A FileRef names a file, which is kept by package files, with what one message says of it. Once media that vanish have
// been looked at, no file is named any more: what is left says that there was one.
// Spec: https://core.telegram.org/constructor/messageMediaPhoto
type FileRef struct {
	ID      int64 `json:"i,omitempty"`
	Spoiler bool  `json:"s,omitempty"` // hidden until somebody taps on it
	TTL     int32 `json:"t,omitempty"` // seconds that it can be looked at; Once; 0: as long as one likes
	Expired bool  `json:"x,omitempty"` // it was looked at
	Cover   int64 `json:"c,omitempty"` // the photo that stands for a video
	Start   int32 `json:"b,omitempty"` // seconds, where a video begins to play
	Motion  int64 `json:"m,omitempty"` // the short video that belongs to a photo
}

// isFile reports whether media of a kind are files.
func (k Kind) isFile() bool { return k >= Photo && k <= Sticker }

// vanishes reports whether media of a kind may have a time to live.
func (k Kind) vanishes() bool { return k == Photo || k == Video || k == Voice || k == Round }

// Listened reports whether it is noted of media of a kind that somebody has played them.
func (k Kind) Listened() bool { return k == Voice || k == Round }

func (f *FileRef) clean(kind Kind) error {
	switch {
	case f == nil || f.ID == 0 || f.Expired:
		return ErrInvalid
	case f.TTL != 0 && (!kind.vanishes() || f.TTL < 0 || f.TTL > MaxTTL && f.TTL != Once):
		return ErrTTL
	}
	if kind != Video {
		f.Cover, f.Start = 0, 0
	}
	if kind != Photo {
		f.Motion = 0
	}
	f.Start = max(f.Start, 0)
	return nil
}

// Files are the files that m, which may be nil, names.
func (m *Media) Files() []int64 {
	if m == nil || m.File == nil {
		return nil
	}
	var all []int64
	for _, id := range [...]int64{m.File.ID, m.File.Cover, m.File.Motion} {
		if id != 0 {
			all = append(all, id)
		}
	}
	return all
}

// TTL is how many seconds m, which may be nil, can be looked at before it vanishes; 0: as long as one likes.
func (m *Media) TTL() int32 {
	if m == nil || m.File == nil {
		return 0
	}
	return m.File.TTL
}

// Vanished is what is left of m, media with a time to live, once they were looked at.
func (m *Media) Vanished() *Media {
	return &Media{Kind: m.Kind, File: &FileRef{TTL: m.TTL(), Expired: true}}
}

// An Album is what media go together with.
type Album int

// The albums.
const (
	Alone     Album = iota // no media of this kind is in an album
	Pictures               // photos and videos
	Documents              // plain files
	Songs                  // music
)

// Album says with what m, which may be nil, goes together.
// Spec: https://core.telegram.org/api/files#albums-grouped-media
func (m *Media) Album() Album {
	switch KindOf(m) {
	case Photo, Video:
		return Pictures
	case Document:
		return Documents
	case Music:
		return Songs
	}
	return Alone
}

// CheckAlbum fails unless all go together in an album: with ErrInvalid for what is in none, with ErrGrouped for different
// ones.
func CheckAlbum(all ...*Media) error {
	if len(all) < 2 {
		return nil
	}
	for _, m := range all {
		switch a := m.Album(); {
		case a == Alone:
			return ErrInvalid
		case a != all[0].Album():
			return ErrGrouped
		}
	}
	return nil
}

// CheckReplaces fails unless m may take the place of old, which is nil for a text: with ErrPrevious when old stays what it
// is, with ErrNew when m replaces nothing, and with ErrGrouped when the message is in an album of which m cannot be.
// Spec: https://core.telegram.org/method/messages.editMessage
func (m *Media) CheckReplaces(old *Media, grouped bool) error {
	kind := KindOf(old)
	switch {
	case !m.Kind.isFile() && !kind.isFile():
		return nil
	case !m.Kind.isFile():
		return ErrNew
	case kind != None && kind != WebPage && (!replaceable(kind) || old.TTL() != 0):
		return ErrPrevious
	case !replaceable(m.Kind) || m.TTL() != 0:
		return ErrNew
	case grouped && m.Album() != old.Album():
		return ErrGrouped
	}
	return nil
}

// replaceable reports whether media of a kind can be put in the place of others, and have others put in theirs.
func replaceable(k Kind) bool {
	return k == Photo || k == Video || k == Document || k == Music || k == GIF
}
