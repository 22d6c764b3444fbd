// Package format looks at files that are to become stickers: whether they are what they are said to be, and of the shape
// that every client can show. It sees bytes only and knows neither sets nor people.
//
// Nothing is decoded before its size is known to be small, and what is decoded is bounded.
//
// Spec: https://core.telegram.org/stickers#creating-stickers
package format

import (
	"errors"
)

// Errors of this package: all of them are the uploader's.
var (
	// ErrKind means a file that is neither a picture, nor an animation, nor a video.
	ErrKind = errors.New("file is no sticker")
	// ErrPicture means a picture that cannot be read, or is too big a file.
	ErrPicture = errors.New("sticker is no PNG or WebP")
	// ErrDimensions means a picture or video that is too large, or not large enough.
	ErrDimensions = errors.New("sticker has the wrong size")
	// ErrAnimation means a file that is no animation as clients play it.
	ErrAnimation = errors.New("sticker is no TGS")
	// ErrVideo means a file that is no WebM with VP9 and without sound.
	ErrVideo = errors.New("sticker is no WebM")
	// ErrLong means a video that is too long or too big a file.
	ErrLong = errors.New("video of the sticker is too big")
)

// A Kind is how a sticker moves.
type Kind int

// The kinds. They are stored in a column and never change.
const (
	Still     Kind = 1 // WebP or PNG
	Animation Kind = 2 // TGS
	Video     Kind = 3 // WebM
)

// A Use is what a file is to be.
type Use int

// The uses.
const (
	Sticker Use = iota
	Mask
	Emoji // in texts
	Thumb // of a set
)

// An Info is what is known about a file that may be used.
type Info struct {
	Kind     Kind
	MIME     string
	W, H     int
	Duration float64 // of a video, in seconds
}

// MIME types of stickers.
const (
	MIMEWebP = "image/webp"
	MIMEPNG  = "image/png"
	MIMETGS  = "application/x-tgsticker"
	MIMEWebM = "video/webm"
)

// MaxSize is the size of the largest file that can be used, in bytes.
const MaxSize = 512 << 10

// Sides of pictures, in pixels.
const (
	side      = 512
	emojiSide = 100
	thumbSide = 100
)

// Check looks at a file. What it is follows from its first bytes, not from what somebody says.
func Check(use Use, data []byte) (Info, error) {
	switch {
	case isWebP(data), isPNG(data):
		return checkStill(use, data)
	case isGzip(data):
		return checkAnimation(use, data)
	case isEBML(data):
		return checkVideo(use, data)
	}
	return Info{}, ErrKind
}

// fits says whether a picture of w times h pixels may be used.
func fits(use Use, w, h int) bool {
	switch use {
	case Emoji:
		return w == emojiSide && h == emojiSide
	case Thumb:
		return w == thumbSide && h == thumbSide
	}
	return w > 0 && h > 0 && max(w, h) == side
}

// bound is the size of the largest file of a kind, in bytes.
func bound(use Use, kind Kind) int {
	if use == Thumb {
		if kind == Still {
			return 128 << 10
		}
		return 32 << 10
	}
	switch kind {
	case Animation:
		return 64 << 10
	case Video:
		return 256 << 10
	}
	return MaxSize
}
