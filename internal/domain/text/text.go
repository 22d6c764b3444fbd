// Package text is formatted text: a string and the entities that lie over it. It checks what people send and finds
// what needs no marking, such as links. Any domain package may use it.
//
// Offsets and lengths are in UTF-16 code units, as the protocol has them.
//
// Spec: https://core.telegram.org/api/entities
package text

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hermod/internal/domain/ids"
)

// ErrBounds means an entity that does not lie within the text, or cuts a character in two.
var ErrBounds = errors.New("entity outside of the text")

// A Kind says what an entity is. The names are those of the protocol without "messageEntity".
type Kind string

// The kinds.
const (
	Mention       Kind = "mention"
	Hashtag       Kind = "hashtag"
	BotCommand    Kind = "command"
	URL           Kind = "url"
	Email         Kind = "email"
	Bold          Kind = "bold"
	Italic        Kind = "italic"
	Code          Kind = "code"
	Pre           Kind = "pre"          // Value is the language
	TextURL       Kind = "text_url"     // Value is the address
	MentionName   Kind = "mention_name" // Number is the user
	Phone         Kind = "phone"
	Cashtag       Kind = "cashtag"
	Underline     Kind = "underline"
	Strike        Kind = "strike"
	BankCard      Kind = "card"
	Spoiler       Kind = "spoiler"
	CustomEmoji   Kind = "emoji"   // Number is the document
	Blockquote    Kind = "quote"   // Flags 1: collapsed
	FormattedDate Kind = "date"    // Number is the time, Flags how it is written
	DiffInsert    Kind = "insert"  // Diff…: marks of a text that was worked over
	DiffReplace   Kind = "replace" // Value is the old text
	DiffDelete    Kind = "delete"
)

// An Entity is a stretch of text with a meaning.
type Entity struct {
	Kind   Kind   `json:"k"`
	Offset int    `json:"o"`
	Length int    `json:"l"`
	Value  string `json:"v,omitempty"`
	Number int64  `json:"n,omitempty"`
	Flags  int    `json:"f,omitempty"`
}

// Text is a formatted text. Its entities are sorted: by offset, then the longer one first.
type Text struct {
	String   string   `json:"s"`
	Entities []Entity `json:"e,omitempty"`
}

// Mentioned are the users that the entities of t name.
func (t Text) Mentioned() []ids.User {
	var users []ids.User
	for _, e := range t.Entities {
		if e.Kind == MentionName {
			users = append(users, ids.User(e.Number))
		}
	}
	return users
}

// Equal reports whether t and o read the same.
func (t Text) Equal(o Text) bool {
	return t.String == o.String && slices.Equal(t.Entities, o.Entities)
}

// Bounds of a text.
const (
	maxEntities = 100
	maxValue    = 4096     // bytes of an address or a language
	maxValues   = 16 << 10 // bytes of all of them together
)

// Units is the length of s in UTF-16 code units.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// Clean makes t fit to be kept: control characters become spaces, space at both ends goes, entities move along and are
// sorted. Empty ones and those past the hundredth are left out, as are those whose addresses are too long, alone or
// together.
//
// It fails with ErrBounds.
func Clean(t Text) (Text, error) {
	s := sanitize(t.String)
	entities, err := check(s, t.Entities)
	if err != nil {
		return Text{}, err
	}
	body := strings.TrimRightFunc(s, unicode.IsSpace)
	trimmed := strings.TrimLeftFunc(body, unicode.IsSpace)
	if len(entities) == 0 {
		return Text{String: trimmed}, nil
	}
	return Text{String: trimmed, Entities: move(entities, Units(body)-Units(trimmed), Units(trimmed))}, nil
}

// sanitize replaces what no database and no client wants to see, character by character.
func sanitize(s string) string {
	clean := func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return ' '
		}
		return r
	}
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return clean(r) != r }) < 0 {
		return s
	}
	return strings.Map(clean, strings.ToValidUTF8(s, "\uFFFD"))
}

// check drops empty entities and fails when one ends outside of s or inside of a character.
func check(s string, in []Entity) ([]Entity, error) {
	if len(in) == 0 {
		return nil, nil
	}
	edges := edges(s)
	out := make([]Entity, 0, min(len(in), maxEntities))
	room := maxValues
	for _, e := range in {
		if e.Offset < 0 || e.Length < 0 || e.Offset > len(edges) || e.Length > len(edges) {
			return nil, ErrBounds
		}
		end := e.Offset + e.Length
		if end >= len(edges) || !edges[e.Offset] || !edges[end] {
			return nil, ErrBounds
		}
		if e.Length > 0 && len(e.Value) <= min(maxValue, room) {
			room -= len(e.Value)
			e.Value = sanitize(e.Value)
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, byPlace)
	return out[:min(len(out), maxEntities)], nil
}

// edges tells for each offset into s, its end included, whether a character begins or ends there.
func edges(s string) []bool {
	at := make([]bool, 1, len(s)+1)
	at[0] = true
	for _, r := range s {
		if units(r) == 2 {
			at = append(at, false)
		}
		at = append(at, true)
	}
	return at
}

func byPlace(a, b Entity) int {
	return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
}

// move shifts entities left and cuts them to a text of length units.
func move(in []Entity, left, length int) []Entity {
	out := in[:0]
	for _, e := range in {
		from, to := max(e.Offset-left, 0), min(e.Offset+e.Length-left, length)
		if from < to {
			e.Offset, e.Length = from, to-from
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, byPlace)
	return out
}

// Slice reports whether part, a quote, is found in whole at offset, or else anywhere; and where.
func Slice(whole, part string, offset int) (at int, ok bool) {
	if i := strings.Index(whole, part); i >= 0 {
		first := Units(whole[:i])
		if rest := tail(whole, offset); strings.HasPrefix(rest, part) {
			return offset, true
		}
		return first, true
	}
	return 0, false
}

// tail is s from offset on, or "" when offset does not begin a character.
func tail(s string, offset int) string {
	at := 0
	for i, r := range s {
		if at == offset {
			return s[i:]
		}
		at += units(r)
	}
	return ""
}

// Cut is the part of s that an entity lies over; "" when it does not lie within s.
func Cut(s string, offset, length int) string {
	rest := tail(s, offset)
	return rest[:len(rest)-len(tail(rest, length))]
}
