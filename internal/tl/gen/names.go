package gen

import (
	"strings"
	"unicode"
)

// initialisms are written in capitals in Go names.
var initialisms = map[string]string{
	"id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs", "ip": "IP", "dc": "DC", "ttl": "TTL", "api": "API", "json": "JSON",
}

// GoName turns a name of the schema into one of Go: `messages.sendMessage` becomes MessagesSendMessage,
// `access_hash` AccessHash, `msg_id` MsgID.
func GoName(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		if up, ok := initialisms[strings.ToLower(w)]; ok {
			b.WriteString(up)
			continue
		}
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// words cuts a name at dots, underscores and before capitals that follow a small letter or a digit.
func words(name string) []string {
	var out []string
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, name[start:end])
		}
	}
	prev := rune(0)
	for i, c := range name {
		switch {
		case c == '.' || c == '_':
			flush(i)
			start = i + 1
		case unicode.IsUpper(c) && unicode.IsLower(prev):
			flush(i)
			start = i
		}
		prev = c
	}
	flush(len(name))
	return out
}
