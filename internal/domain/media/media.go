// Package media is what a message carries beside its text: files, places, contacts, dice, polls, to-do lists and the
// previews of web pages. It checks what people send and says which rights that needs.
//
// A Media is stored as JSON within its message. What several messages share, such as a file or the votes of a poll, is kept
// elsewhere and only named here. Package messages carries the values; polls and the handlers change them.
package media

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Errors of this package that are the caller's.
var (
	// ErrInvalid means a media that lacks a part or has one that cannot be.
	ErrInvalid = errors.New("media is invalid")
	// ErrEmpty means no media where one is needed.
	ErrEmpty = errors.New("media is empty")
	// ErrGeo means a place that is not on this planet.
	ErrGeo = errors.New("place is invalid")
	// ErrPeriod means a live location that lasts too short or too long.
	ErrPeriod = errors.New("live period is invalid")
	// ErrDice means an emoji that is no dice.
	ErrDice = errors.New("emoji is no dice")
	// ErrTooLong means a text that is longer than what is kept.
	ErrTooLong = errors.New("text of media is too long")
)

// A Kind says what a media is. The numbers are stored in a column and never change.
type Kind int

// The kinds. Those from 20 on are files.
const (
	None    Kind = 0
	Geo     Kind = 1
	LiveGeo Kind = 2
	Venue   Kind = 3
	Contact Kind = 4
	Dice    Kind = 5
	Poll    Kind = 6
	Todo    Kind = 7
	WebPage Kind = 8

	Photo    Kind = 20
	Video    Kind = 21
	Document Kind = 22
	Voice    Kind = 23
	Music    Kind = 24
	Round    Kind = 25 // a round video message
	GIF      Kind = 26
	Sticker  Kind = 27

	// ChatPhoto is of service messages only, which carry no media: it stands in the column, for searches.
	ChatPhoto Kind = 40
)

// A Media is one of its kinds: the field of that kind is set. Stored as JSON: give fields that change their meaning a
// new name.
type Media struct {
	Kind    Kind          `json:"k"`
	Geo     *Point        `json:"g,omitempty"` // of Geo, LiveGeo and Venue
	Live    *Live         `json:"l,omitempty"` // of LiveGeo
	Venue   *VenueInfo    `json:"v,omitempty"`
	Contact *Card         `json:"c,omitempty"`
	Dice    *Throw        `json:"d,omitempty"`
	Poll    *PollRef      `json:"p,omitempty"`
	Todo    *TodoList     `json:"t,omitempty"`
	WebPage *WebPageShown `json:"w,omitempty"`
	File    *FileRef      `json:"f,omitempty"` // of the kinds that are files
}

// A WebPageShown is the preview of a page under a text. The page itself is kept by its ID.
// Spec: https://core.telegram.org/constructor/messageMediaWebPage
type WebPageShown struct {
	ID         int64  `json:"i"`
	URL        string `json:"u"`
	ForceLarge bool   `json:"l,omitempty"`
	ForceSmall bool   `json:"s,omitempty"`
	Manual     bool   `json:"m,omitempty"` // chosen by the sender
	Safe       bool   `json:"f,omitempty"` // may be opened without asking
}

// KindOf is the kind of m, which may be nil.
func KindOf(m *Media) Kind {
	if m == nil {
		return None
	}
	return m.Kind
}

// Clean checks m and brings it into the form that is kept. It fails with one of the errors of this package, or with
// text.ErrBounds.
func (m *Media) Clean() error {
	if m == nil {
		return ErrEmpty
	}
	switch m.Kind {
	case Geo:
		return m.Geo.check()
	case LiveGeo:
		return errors.Join(m.Geo.check(), m.Live.check())
	case Venue:
		return errors.Join(m.Geo.check(), m.Venue.clean())
	case Contact:
		return m.Contact.clean()
	case Dice:
		return m.Dice.check()
	case Poll:
		return m.Poll.clean()
	case Todo:
		return m.Todo.clean()
	case WebPage:
		return m.WebPage.check()
	}
	if m.Kind.isFile() {
		return m.File.clean(m.Kind)
	}
	return ErrInvalid
}

func (w *WebPageShown) check() error {
	if w == nil || w.URL == "" {
		return ErrInvalid
	}
	return nil
}

// Clone is a copy of m that shares nothing with it.
func (m *Media) Clone() *Media {
	if m == nil {
		return nil
	}
	stored, err := json.Marshal(m)
	if err != nil {
		return nil // no field of a Media can fail to encode
	}
	c := new(Media)
	if json.Unmarshal(stored, c) != nil {
		return nil
	}
	return c
}

// Equal reports whether m and o, which may be nil, are stored alike.
func (m *Media) Equal(o *Media) bool {
	if m == nil || o == nil {
		return m == o
	}
	a, errA := json.Marshal(m)
	b, errB := json.Marshal(o)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}
