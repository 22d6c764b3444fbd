package stats

import (
	"encoding/json"
	"time"

	"hermod/internal/tl/tg"
)

// A chart is a graph in the format that all clients draw: columns of numbers over days, with a name, a colour and a
// way of drawing for each.
// Spec: https://core.telegram.org/api/stats#graphs
type chart struct {
	Columns    [][]any           `json:"columns"` // each begins with its label: x first, then y0, y1 …
	Types      map[string]string `json:"types"`
	Names      map[string]string `json:"names"`
	Colors     map[string]string `json:"colors"`
	Hidden     []string          `json:"hidden"`
	Subchart   subchart          `json:"subchart"`
	Stroke     int               `json:"strokeWidth"`
	Stacked    bool              `json:"stacked,omitempty"`
	Percentage bool              `json:"percentage,omitempty"`
}

// A subchart is the small overview below a graph, and which part of the whole is shown at first.
type subchart struct {
	Show        bool     `json:"show"`
	DefaultZoom [2]int64 `json:"defaultZoom"`
}

// A line is one column of a chart: a value for each day.
type line struct {
	name   string
	values []int64
}

// How lines are drawn.
const (
	lines = "line"
	bars  = "bar"
)

// colors are given to the lines of a chart in turn. Clients take the word for the colour in their own palette, and the
// number where they have none.
var colors = []string{"BLUE#3896E8", "GREEN#34C759", "RED#FF3B30", "GOLDEN#FF9500", "INDIGO#5856D6", "LIGHTGREEN#5AC8FA"}

const minPoints = 2 // clients divide by the distance of the first and the last day

// graph draws lines over days that begin at first. A chart of too few days, or without a value, is the error that
// clients show in its place.
func graph(first time.Time, days int, kind string, all ...line) tg.StatsGraphClass {
	if days < minPoints || blank(all) {
		return noData()
	}
	c := chart{
		Columns: [][]any{dates(first, days)}, Types: map[string]string{"x": "x"}, Names: map[string]string{},
		Colors: map[string]string{}, Hidden: []string{}, Stroke: 2, Stacked: kind == bars && len(all) > 1,
		Subchart: subchart{Show: true, DefaultZoom: [2]int64{day(first, 0), day(first, days-1)}},
	}
	for i, l := range all {
		c.add(label(i), colors[i%len(colors)], kind, l)
	}
	return c.graph()
}

func (c *chart) add(label, color, kind string, l line) {
	column := make([]any, 1, len(l.values)+1)
	column[0] = label
	for _, v := range l.values {
		column = append(column, v)
	}
	c.Columns = append(c.Columns, column)
	c.Types[label], c.Names[label], c.Colors[label] = kind, l.name, color
}

func (c *chart) graph() tg.StatsGraphClass {
	data, err := json.Marshal(c)
	if err != nil {
		return noData()
	}
	return &tg.StatsGraph{JSON: &tg.DataJSON{Data: string(data)}}
}

func noData() tg.StatsGraphClass { return &tg.StatsGraphError{Error: "Not enough data to display."} }

func blank(all []line) bool {
	for _, l := range all {
		for _, v := range l.values {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

func label(i int) string { return "y" + string(rune('0'+i)) }

func dates(first time.Time, days int) []any {
	column := make([]any, 1, days+1)
	column[0] = "x"
	for i := range days {
		column = append(column, day(first, i))
	}
	return column
}

// day is the n-th day after first as charts count time, in milliseconds.
func day(first time.Time, n int) int64 { return first.AddDate(0, 0, n).UnixMilli() }
