package db

import (
	"strconv"
	"strings"
)

// questionMarks rewrites $1 to ?1 outside of quoted text. Where the numbers just count up, as they mostly do, it
// writes plain question marks, which the driver binds without looking up a name.
func questionMarks(sql string) string {
	var numbered, plain strings.Builder
	next, counting := 1, true
	for i := 0; i < len(sql); {
		n := 1
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			n = quoted(sql[i:])
		case c == '$' && digits(sql[i+1:]) > 0:
			n = 1 + digits(sql[i+1:])
			counting = counting && sql[i+1:i+n] == strconv.Itoa(next)
			next++
			numbered.WriteString("?" + sql[i+1:i+n])
			plain.WriteByte('?')
			i += n
			continue
		}
		numbered.WriteString(sql[i : i+n])
		plain.WriteString(sql[i : i+n])
		i += n
	}
	if counting {
		return plain.String()
	}
	return numbered.String()
}

// quoted is the length of the quoted text that s begins with.
func quoted(s string) int {
	if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
		return end + 2
	}
	return len(s)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
