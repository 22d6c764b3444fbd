package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Size is a number of bytes that is written as text, such as "100 MB". The units are powers of 1024, as everybody means
// them.
type Size int64

// units from the largest, so that a size is written by the largest that divides it.
var units = []struct {
	name  string
	bytes Size
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}}

// MarshalText writes s by the largest unit that divides it.
func (s Size) MarshalText() ([]byte, error) {
	for _, u := range units {
		if s != 0 && s%u.bytes == 0 {
			return fmt.Appendf(nil, "%d %s", s/u.bytes, u.name), nil
		}
	}
	return strconv.AppendInt(nil, int64(s), 10), nil
}

// UnmarshalText reads a whole number with or without a unit. It fails on anything else, and on what is below zero.
func (s *Size) UnmarshalText(b []byte) error {
	text, unit := strings.ToUpper(strings.TrimSpace(string(b))), Size(1)
	for _, u := range units {
		for _, name := range []string{u.name, u.name[:1] + "IB"} {
			if number, ok := strings.CutSuffix(text, name); ok && unit == 1 {
				text, unit = strings.TrimSpace(number), u.bytes
			}
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(unit) {
		return fmt.Errorf("%q is not a size such as 100 MB", b)
	}
	*s = Size(n) * unit
	return nil
}
