package media

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"hermod/internal/domain/rights"
)

func TestDiceAreFair(t *testing.T) {
	for _, emoji := range DiceEmoji() {
		sides := DiceSides(emoji)
		if sides == 0 {
			t.Fatalf("%s is no dice", emoji)
		}
		counts := make([]float64, sides)
		const each = 200
		for range each * sides {
			m, err := ThrowDice(emoji)
			if err != nil || m.Clean() != nil {
				t.Fatal(err, m)
			}
			counts[m.Dice.Value-1]++
		}
		chi := 0.0
		for _, n := range counts {
			chi += (n - each) * (n - each) / each
		}
		// The bound is so far out that a fair dice misses it less than once in a billion runs.
		if df := float64(sides - 1); chi > df+6*math.Sqrt(2*df)+25 {
			t.Errorf("%s falls unevenly: chi square %.1f of %d sides", emoji, chi, sides)
		}
	}
	if _, err := ThrowDice("🐟"); !errors.Is(err, ErrDice) {
		t.Errorf("a fish: %v", err)
	}
}

func TestLiveEdits(t *testing.T) {
	sent := time.Unix(1_000_000, 0)
	start := &Media{Kind: LiveGeo, Geo: &Point{Lat: 1, Long: 2}, Live: &Live{Period: 900, Heading: 90, Proximity: 100, Reached: []int64{5}}}
	at := func(seconds int) time.Time { return sent.Add(time.Duration(seconds) * time.Second) }
	n := func(n int) *int { return &n }
	tests := map[string]struct {
		edit LiveEdit
		now  time.Time
		want func(m *Media) bool
		err  error
	}{
		"moves":             {LiveEdit{Geo: &Point{Lat: 3}, Heading: n(10)}, at(10), func(m *Media) bool { return m.Geo.Lat == 3 && m.Live.Heading == 10 }, nil},
		"off the globe":     {LiveEdit{Geo: &Point{Lat: 300}}, at(10), nil, ErrGeo},
		"stops":             {LiveEdit{Stop: true}, at(100), func(m *Media) bool { return !m.Running(sent, at(100)) && m.Live.Proximity == 0 }, nil},
		"is extended":       {LiveEdit{Period: n(1900)}, at(100), func(m *Media) bool { return m.Running(sent, at(1899)) }, nil},
		"lasts too long":    {LiveEdit{Period: n(200_000)}, at(100), nil, ErrPeriod},
		"has no end":        {LiveEdit{Period: n(Forever)}, at(100), func(m *Media) bool { return m.Running(sent, at(1_000_000)) }, nil},
		"has ended":         {LiveEdit{Heading: n(1)}, at(900), nil, ErrInvalid},
		"watches anew":      {LiveEdit{Proximity: n(200)}, at(1), func(m *Media) bool { return m.Live.Proximity == 200 && m.Live.Reached == nil }, nil},
		"watches as before": {LiveEdit{Proximity: n(100)}, at(1), func(m *Media) bool { return len(m.Live.Reached) == 1 }, nil},
	}
	for name, tt := range tests {
		m, err := start.EditLive(tt.edit, sent, tt.now)
		if !errors.Is(err, tt.err) || err == nil && !tt.want(m) {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
	}
	if start.Geo.Lat != 1 || start.Live.Period != 900 {
		t.Error("the old one was changed")
	}
}

func TestDistance(t *testing.T) {
	oslo, bergen := &Point{Lat: 59.9139, Long: 10.7522}, &Point{Lat: 60.3913, Long: 5.3221}
	if d := oslo.Distance(bergen); d < 304_000 || d > 307_000 {
		t.Errorf("Oslo is %.0f m from Bergen", d)
	}
	if d := oslo.Distance(oslo); d != 0 {
		t.Errorf("Oslo is %.0f m from Oslo", d)
	}
}

func TestNeeds(t *testing.T) {
	for kind, want := range map[Kind]rights.Content{
		Poll: rights.SendPolls, Todo: rights.SendPolls, Dice: rights.SendStickers, Geo: rights.SendPlain, Contact: rights.SendPlain,
	} {
		if got := (&Media{Kind: kind}).Needs(); got != want {
			t.Errorf("kind %d needs %b, want %b", kind, got, want)
		}
	}
	manual := &Media{Kind: WebPage, WebPage: &WebPageShown{URL: "https://example.org/", Manual: true}}
	if !manual.Needs().Has(rights.EmbedLinks) {
		t.Error("a preview that was asked for needs no right")
	}
}

// FuzzStored reads what stands in a row. Whatever that is, it must not break who reads it.
func FuzzStored(f *testing.F) {
	for _, s := range []string{
		`{"k":1,"g":{"a":1,"o":2}}`, `{"k":2,"g":{"a":1,"o":2},"l":{"p":900}}`, `{"k":6,"p":{"i":5}}`, `{"k":2}`, `{"k":7,"t":{}}`,
		`{"k":6,"p":{"d":{"q":{"s":"?"},"a":[{"t":{"s":"a"},"o":"YQ=="},{"t":{"s":"b"},"o":null}]}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Media
		if json.Unmarshal(b, &m) != nil {
			return
		}
		err := m.Clean()
		m.Needs()
		m.Peers()
		if err == nil && m.Clean() != nil {
			t.Errorf("%s is clean once and not twice", b)
		}
	})
}
