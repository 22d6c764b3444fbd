package config

import "testing"

func TestSize(t *testing.T) {
	for in, want := range map[string]Size{
		"0": 0, "17": 17, "100 MB": 100 << 20, "4GB": 4 << 30, " 2 gib ": 2 << 30, "1 TB": 1 << 40, "3kb": 3 << 10, "1 KiB": 1 << 10,
	} {
		var got Size
		if err := got.UnmarshalText([]byte(in)); err != nil || got != want {
			t.Errorf("%q: got %d, %v", in, got, err)
		}
		text, _ := got.MarshalText()
		var again Size
		if err := again.UnmarshalText(text); err != nil || again != want {
			t.Errorf("%q: written %q, read %d, %v", in, text, again, err)
		}
	}
	for _, in := range []string{"", "MB", "-1", "1.5 MB", "1 MB MB", "9999999 TB", "x"} {
		var got Size
		if err := got.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q: got %d", in, got)
		}
	}
}
