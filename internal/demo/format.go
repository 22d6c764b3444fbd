package demo

import (
	"strings"
	"unicode/utf16"

	"hermod/internal/tl/tg"
)

// format takes the stars of *bold* and the strokes of _italic_ words out of a text.
func format(words string) (string, []tg.MessageEntityClass) {
	var b strings.Builder
	var entities []tg.MessageEntityClass
	begin := map[rune]int32{}
	n := int32(0) // UTF-16 units so far
	for _, c := range words {
		if c != '*' && c != '_' {
			b.WriteRune(c)
			n += int32(utf16.RuneLen(c))
			continue
		}
		from, open := begin[c]
		if !open {
			begin[c] = n
			continue
		}
		delete(begin, c)
		if c == '*' {
			entities = append(entities, &tg.MessageEntityBold{Offset: from, Length: n - from})
		} else {
			entities = append(entities, &tg.MessageEntityItalic{Offset: from, Length: n - from})
		}
	}
	return b.String(), entities
}
