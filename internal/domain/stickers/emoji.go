package stickers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	joiner   = '\u200d'
	coloured = '\ufe0f' // asks for the coloured form
	keycap   = '\u20e3'
)

// splitEmoji takes a string of emoji apart, as they come: "👍🏽❤️". It fails with ErrEmoji for anything else, for none and
// for more than a sticker can have.
func splitEmoji(s string) ([]string, error) {
	var all []string
	if len(s) > 64*maxPerSticker {
		return nil, ErrEmoji
	}
	for s != "" {
		n := nextEmoji(s)
		if n == 0 {
			return nil, ErrEmoji
		}
		all = append(all, s[:n])
		s = s[n:]
	}
	if len(all) == 0 || len(all) > maxPerSticker {
		return nil, ErrEmoji
	}
	return all, nil
}

// nextEmoji is how many bytes the emoji takes with which s begins; 0: it begins with something else.
// Spec: https://www.unicode.org/reports/tr51/#EBNF_and_Regex
func nextEmoji(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case isFlagLetter(r):
		if second, size := utf8.DecodeRuneInString(s[n:]); isFlagLetter(second) {
			return n + size
		}
		return 0
	case r >= '0' && r <= '9', r == '#', r == '*':
		rest := strings.TrimPrefix(s[n:], string(coloured))
		if !strings.HasPrefix(rest, string(keycap)) {
			return 0
		}
		return len(s) - len(rest) + utf8.RuneLen(keycap)
	case !isPicture(r):
		return 0
	}
	for n < len(s) {
		next, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case next == coloured, isSkin(next), isTag(next):
			n += size
		case next == joiner:
			after, width := utf8.DecodeRuneInString(s[n+size:])
			if !isPicture(after) {
				return 0
			}
			n += size + width
		default:
			return n
		}
	}
	return n
}

func isFlagLetter(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
func isSkin(r rune) bool       { return r >= 0x1f3fb && r <= 0x1f3ff }
func isTag(r rune) bool        { return r >= 0xe0020 && r <= 0xe007f }

// isPicture says whether an emoji can begin with r.
func isPicture(r rune) bool {
	switch {
	case r >= 0x1f000 && r <= 0x1faff:
		return !isFlagLetter(r)
	case r >= 0x2190 && r <= 0x2bff, r == 0x3030, r == 0x303d, r == 0x3297, r == 0x3299, r == 0x203c, r == 0x2049, r == 0x2122,
		r == 0x2139, r == 0xa9, r == 0xae:
		return unicode.IsSymbol(r) || unicode.IsPunct(r)
	}
	return false
}

// bare is an emoji as it is looked up: without the colour of the skin and the sign that asks for a coloured picture.
func bare(emoji string) string {
	return strings.Map(func(r rune) rune {
		if r == coloured || isSkin(r) {
			return -1
		}
		return r
	}, emoji)
}
