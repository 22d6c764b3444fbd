// Package pictures holds the pictures of the reactions that everybody has: a still one and animations for each, which are
// made from the same outlines. They are part of the program, so that reactions can be seen before anybody has stored a file.
package pictures

import (
	"embed"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"sync"

	"hermod/internal/tl/tg"
)

//go:embed data/shapes.json data/*.webp
var data embed.FS

// A Kind is what a picture is for.
type Kind int

// The kinds. They are part of document ids.
const (
	Still  Kind = iota // a WebP
	Appear             // the others are animations
	Select
	Activate
	Effect
	kinds
)

// A Picture is a document with its content.
type Picture struct {
	*tg.Document
	Content []byte
	Kind    Kind
}

// A Set is the pictures of all reactions. Safe for concurrent use: nothing in it changes.
type Set struct {
	byEmoji map[string]*entry
	byID    map[int64]Picture
}

// An entry is what belongs to one reaction.
type entry struct {
	title string
	all   [kinds]Picture
}

// date is when the pictures were made, for those who ask.
const date = 1_790_000_000

// Load returns a function that makes the set when it is first called, which takes some tenths of a second.
func Load() func() (*Set, error) { return sync.OnceValues(load) }

func load() (*Set, error) {
	raw, err := data.ReadFile("data/shapes.json")
	if err != nil {
		return nil, err
	}
	var drawn map[string]drawing
	if err := json.Unmarshal(raw, &drawn); err != nil {
		return nil, fmt.Errorf("pictures of reactions: %w", err)
	}
	s := &Set{byEmoji: make(map[string]*entry, len(drawn)), byID: make(map[int64]Picture, int(kinds)*len(drawn))}
	for emoji, d := range drawn {
		e := &entry{title: d.Title}
		for kind := range kinds {
			if e.all[kind], err = picture(emoji, d, kind); err != nil {
				return nil, fmt.Errorf("picture of %s: %w", emoji, err)
			}
			s.byID[e.all[kind].ID] = e.all[kind]
		}
		s.byEmoji[emoji] = e
	}
	return s, nil
}

// picture makes one picture. Ids follow from the emoji, so that they stay.
func picture(emoji string, d drawing, kind Kind) (Picture, error) {
	sum := crc32.ChecksumIEEE([]byte(emoji))
	doc := &tg.Document{
		ID: base | int64(sum)<<8 | int64(kind), AccessHash: int64(sum) + 1, FileReference: []byte{0}, Date: date,
		Thumbs: []tg.PhotoSizeClass{}, VideoThumbs: []tg.VideoSizeClass{},
	}
	size, name := int32(512), "AnimatedSticker.tgs"
	p := Picture{Document: doc, Kind: kind}
	var err error
	if kind == Still {
		size, name, doc.MimeType = 100, "reaction.webp", "image/webp"
		p.Content, err = data.ReadFile("data/" + codePoints(emoji) + ".webp")
	} else {
		doc.MimeType = "application/x-tgsticker"
		p.Content, err = animation(d, kind)
		doc.Thumbs = append(doc.Thumbs, &tg.PhotoPathSize{Type: "j", Bytes: d.outline()})
	}
	doc.Size = int64(len(p.Content))
	doc.Attributes = []tg.DocumentAttributeClass{
		&tg.DocumentAttributeImageSize{W: size, H: size},
		&tg.DocumentAttributeSticker{Alt: emoji, Stickerset: &tg.InputStickerSetEmpty{}},
		&tg.DocumentAttributeFilename{FileName: name},
	}
	return p, err
}

func codePoints(emoji string) string {
	var all []string
	for _, r := range emoji {
		all = append(all, strconv.FormatInt(int64(r), 16))
	}
	return strings.Join(all, "-")
}

// Available shows a reaction, with pictures in a data centre; nil if there is no picture of it.
func (s *Set) Available(emoji string, dc int32) *tg.AvailableReaction {
	e := s.byEmoji[emoji]
	if e == nil {
		return nil
	}
	in := func(kind Kind) *tg.Document {
		doc := *e.all[kind].Document
		doc.DCID = dc
		return &doc
	}
	return &tg.AvailableReaction{
		Reaction: emoji, Title: e.title, StaticIcon: in(Still), AppearAnimation: in(Appear), SelectAnimation: in(Select),
		ActivateAnimation: in(Activate), EffectAnimation: in(Effect), AroundAnimation: in(Effect), CenterIcon: in(Select),
	}
}

// base is set in the ids of pictures, and in those of no files.
const base = 1 << 52

// Has tells whether an id may be that of a picture, without making any.
func Has(id int64) bool { return id&base != 0 }

// ByID returns a picture by the id of its document.
func (s *Set) ByID(id int64) (Picture, bool) {
	p, ok := s.byID[id]
	return p, ok
}
