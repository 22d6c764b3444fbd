package translate_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/text"
	"hermod/internal/domain/translate"
)

// provider answers by the upper case of what it is asked; the language "xx" it does not know.
func provider(t *testing.T) *translate.HTTP {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Q                               []string
			Source, Target, Format, API_key string // matched without regard to case
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Source != "auto" || q.Format != "text" || q.API_key != "secret" {
			t.Errorf("got %+v, %v", q, err)
		}
		switch q.Target {
		case "xx":
			http.Error(w, `{"error":"xx is not supported"}`, http.StatusBadRequest)
			return
		case "yy":
			http.Error(w, "", http.StatusInternalServerError)
			return
		case "zz":
			_, _ = io.WriteString(w, `{"translatedText":["only one"]}`)
			return
		case "qq":
			_, _ = io.WriteString(w, `<html>`)
			return
		}
		for i := range q.Q {
			q.Q[i] = strings.ToUpper(q.Q[i])
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"translatedText": q.Q})
	}))
	t.Cleanup(s.Close)
	return &translate.HTTP{URL: s.URL, Key: "secret", Client: s.Client()}
}

func TestTranslate(t *testing.T) {
	s := translate.New(dbtest.SQLite(t), provider(t))
	two := []text.Text{{String: "hei"}, {String: "hopp"}}
	got, err := s.Text(t.Context(), two, "en")
	if err != nil || len(got) != 2 || got[0].String != "HEI" || got[1].String != "HOPP" {
		t.Errorf("got %+v, %v", got, err)
	}
	tests := map[string]struct {
		in   []text.Text
		to   string
		want error
	}{
		"no such language":   {two, "xx", translate.ErrLanguage},
		"no language":        {two, "../", translate.ErrLanguage},
		"provider is broken": {two, "yy", translate.ErrFailed},
		"too few answers":    {two, "zz", translate.ErrFailed},
		"no JSON":            {two, "qq", translate.ErrFailed},
		"nothing":            {nil, "en", translate.ErrEmpty},
		"empty":              {[]text.Text{{}}, "en", translate.ErrEmpty},
		"too long":           {[]text.Text{{String: strings.Repeat("a", 30_000)}}, "en", translate.ErrTooLong},
		"too many":           {make([]text.Text, 21), "en", translate.ErrEmpty},
	}
	for name, tt := range tests {
		if _, err := s.Text(t.Context(), tt.in, tt.to); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	off := translate.New(dbtest.SQLite(t), nil)
	if _, err := off.Text(t.Context(), two, "en"); !errors.Is(err, translate.ErrOff) || off.On() {
		t.Errorf("got %v", err)
	}
}

func TestHidden(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := translate.New(d, nil)
		check := func(want bool) {
			t.Helper()
			if got, err := s.Hidden(t.Context(), 5, -7); err != nil || got != want {
				t.Errorf("got %v, %v", got, err)
			}
		}
		check(false)
		for _, hidden := range []bool{true, true, false, false} {
			if err := s.SetHidden(t.Context(), 5, -7, hidden); err != nil {
				t.Fatal(err)
			}
			check(hidden)
		}
	})
}
