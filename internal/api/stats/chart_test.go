package stats

import (
	"encoding/json"
	"testing"
	"time"

	"hermod/internal/tl/tg"
)

func TestGraphHasColumnsForEachDay(t *testing.T) {
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	g, ok := graph(first, 3, lines, line{"Joined", []int64{1, 0, 4}}, line{"Left", []int64{0, 2, 0}}).(*tg.StatsGraph)
	if !ok {
		t.Fatal("no graph")
	}
	var c chart
	if err := json.Unmarshal([]byte(g.JSON.Data), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Columns) != 3 || len(c.Columns[0]) != 4 || c.Columns[0][1] != float64(first.UnixMilli()) {
		t.Errorf("columns %v", c.Columns)
	}
	if c.Types["x"] != "x" || c.Types["y1"] != "line" || c.Names["y1"] != "Left" || c.Colors["y0"] == c.Colors["y1"] {
		t.Errorf("types %v, names %v, colors %v", c.Types, c.Names, c.Colors)
	}
}

func TestGraphWithoutDataIsAnError(t *testing.T) {
	for name, g := range map[string]tg.StatsGraphClass{
		"one day": graph(time.Now(), 1, lines, line{"a", []int64{1}}),
		"zeros":   graph(time.Now(), 2, bars, line{"a", []int64{0, 0}}),
	} {
		if _, ok := g.(*tg.StatsGraphError); !ok {
			t.Errorf("%s: got %T", name, g)
		}
	}
}
