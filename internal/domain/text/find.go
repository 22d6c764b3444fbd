package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is found.
const (
	maxFound    = 100
	maxHashtag  = 256
	maxCashtag  = 8
	maxUsername = 32
	maxCommand  = 64
	maxTopLabel = 24
)

// Find adds to t the links, addresses, mentions, hashtags, cashtags and commands that lie open in its text. What the
// sender marked himself is left alone. t must be clean.
//
// Spec: https://core.telegram.org/api/entities
func Find(t Text) Text {
	if !strings.ContainsAny(t.String, "@#$/.:") {
		return t
	}
	f := finder{s: t.String, marked: t.Entities}
	f.run()
	if len(f.found) == 0 {
		return t
	}
	t.Entities = append(slices.Clone(t.Entities), f.found...)
	slices.SortStableFunc(t.Entities, byPlace)
	return t
}

// A finder walks over a text. at and offset are the same place in bytes and in units.
type finder struct {
	s          string
	marked     []Entity
	at, offset int
	prev       rune // the character before at
	found      []Entity
}

func (f *finder) run() {
	f.prev = ' '
	for f.at < len(f.s) && len(f.found) < maxFound {
		kind, n := f.match()
		if n == 0 {
			r, size := utf8.DecodeRuneInString(f.s[f.at:])
			f.at, f.offset, f.prev = f.at+size, f.offset+units(r), r
			continue
		}
		part := f.s[f.at : f.at+n]
		e := Entity{Kind: kind, Offset: f.offset, Length: Units(part)}
		if !f.isMarked(e) {
			f.found = append(f.found, e)
		}
		f.prev, _ = utf8.DecodeLastRuneInString(part)
		f.at, f.offset = f.at+n, f.offset+e.Length
	}
}

// isMarked reports whether e overlaps with something the sender gave a meaning, not just a look.
func (f *finder) isMarked(e Entity) bool {
	return slices.ContainsFunc(f.marked, func(m Entity) bool {
		switch m.Kind {
		case Bold, Italic, Underline, Strike, Spoiler, Blockquote:
			return false
		}
		return m.Offset < e.Offset+e.Length && e.Offset < m.Offset+m.Length
	})
}

// match says what begins at the present place, and its length in bytes; 0 for nothing.
func (f *finder) match() (Kind, int) {
	rest := f.s[f.at:]
	if isWord(f.prev) {
		return "", 0
	}
	switch c := rest[0]; {
	case c == '@':
		return Mention, mention(rest)
	case c == '#':
		return Hashtag, hashtag(rest)
	case c == '$':
		return Cashtag, cashtag(rest)
	case c == '/':
		if f.prev == '/' || f.prev == ':' || f.prev == '<' {
			return "", 0
		}
		return BotCommand, command(rest)
	case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf:
		if f.prev == '@' || f.prev == '.' || f.prev == '/' {
			return "", 0
		}
		return link(rest)
	}
	return "", 0
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// run is the number of bytes from the beginning of s that fit.
func run(s string, fits func(byte) bool) int {
	n := 0
	for n < len(s) && fits(s[n]) {
		n++
	}
	return n
}

// ends reports whether no word goes on at s.
func ends(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || !isWord(r)
}

func mention(s string) int {
	n := run(s[1:], isNameByte)
	if n < 3 || n > maxUsername || s[1] >= '0' && s[1] <= '9' || s[1] == '_' || !ends(s[1+n:]) {
		return 0
	}
	return 1 + n
}

func hashtag(s string) int {
	n, letters := 1, false
	for i, r := range s[1:] {
		if !isWord(r) || i > 4*maxHashtag {
			break
		}
		letters = letters || !unicode.IsDigit(r)
		n = 1 + i + utf8.RuneLen(r)
	}
	if !letters || Units(s[1:n]) > maxHashtag {
		return 0
	}
	return n
}

func cashtag(s string) int {
	n := run(s[1:], func(c byte) bool { return c >= 'A' && c <= 'Z' })
	if n < 3 || n > maxCashtag || !ends(s[1+n:]) {
		return 0
	}
	return 1 + n
}

func command(s string) int {
	n := 1 + run(s[1:], isNameByte)
	if n < 2 || n > 1+maxCommand {
		return 0
	}
	if n < len(s) && s[n] == '@' {
		if m := mention(s[n:]); m > 0 {
			n += m
		}
	}
	if n < len(s) && s[n] == '/' || !ends(s[n:]) {
		return 0 // a path
	}
	return n
}
