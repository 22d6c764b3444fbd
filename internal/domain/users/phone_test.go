package users_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"hermod/internal/domain/users"
)

func TestParsePhone(t *testing.T) {
	tests := map[string]struct {
		in   string
		home users.Phone
		want users.Phone
	}{
		"as clients write it":               {"4790123456", "", "4790123456"},
		"with plus and blanks":              {"+47 901 23 456", "", "4790123456"},
		"with 00":                           {"0047 90123456", "49301234567", "4790123456"},
		"national, Norwegian book":          {"901 23 456", "4740000000", "4790123456"},
		"national, German book":             {"030 1234567", "4915112345678", "49301234567"},
		"national, Russian book":            {"8 (903) 123-45-67", "79161234567", "79031234567"},
		"national, American book":           {"(212) 555-0123", "12025550123", "12125550123"},
		"international in a Norwegian book": {"491511 2345678", "4740000000", "4915112345678"},
		"test number":                       {"9996621234", "", "9996621234"},
		"test number with plus":             {"+999 66 2 1234", "", "9996621234"},
		"anonymous number":                  {"+888 0123 4567", "", "88801234567"},
		"plus counts":                       {"+14155550100", "4740000000", "14155550100"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := users.ParsePhone(tt.in, tt.home)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", string(got), err, string(tt.want))
			}
		})
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	for _, in := range []string{"", "+", "abc", "1", "12345", "+4", "00", "0000000000", "99966123456", strings.Repeat("1", 1000), "999999999999999999"} {
		if got, err := users.ParsePhone(in, ""); !errors.Is(err, users.ErrPhone) {
			t.Errorf("%q: got %q, %v; want ErrPhone", in, string(got), err)
		}
	}
}

func TestPhoneIsNotLogged(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "phone", users.Phone("4790123456"))
	if strings.Contains(out.String(), "4790") {
		t.Errorf("log shows the number: %s", out.String())
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+47 90123456", "4740000000")
	f.Add("0049-30", "")
	f.Fuzz(func(t *testing.T, in, home string) {
		p, err := users.ParsePhone(in, users.Phone(home))
		if err != nil {
			return
		}
		// What was understood once is understood the same way again, at home anywhere.
		if q, err := users.ParsePhone("+"+string(p), ""); err != nil || q != p {
			t.Errorf("%q became %q, then %q, %v", in, string(p), string(q), err)
		}
	})
}
