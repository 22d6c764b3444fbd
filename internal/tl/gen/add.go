package gen

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// AddLayer merges the schema of a newer layer, as its authors publish it, into the text of a schema over
// many layers, and returns the new text. Definitions that stay have their range prolonged; new ones are
// added above the older ones of their name, or at the end of their section.
//
// It fails if text has no list of sampled layers, if layer is not newer than those, or if a line of either
// cannot be read.
func AddLayer(text, newer string, layer int) (string, error) {
	a := &adder{lines: strings.Split(text, "\n"), layer: layer}
	if err := a.begin(); err != nil {
		return "", err
	}
	functions := false
	for n, line := range strings.Split(newer, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "---functions---":
			functions = true
		case line == "---types---":
			functions = false
		case line == "" || strings.HasPrefix(line, "//"):
		default:
			if err := a.add(line, functions); err != nil {
				return "", fmt.Errorf("line %d of the new layer: %w", n+1, err)
			}
		}
	}
	return strings.Join(a.lines, "\n"), nil
}

// An adder holds the text while definitions are merged into it.
type adder struct {
	lines  []string
	layer  int
	newest int // before
}

var errLayer = errors.New("not newer than the newest layer")

const sampledPrefix = "// Sampled layers:"

// begin reads the sampled layers and adds the new one.
func (a *adder) begin() error {
	i := slices.IndexFunc(a.lines, func(l string) bool { return strings.HasPrefix(l, sampledPrefix) })
	if i < 0 {
		return errors.New("no list of sampled layers")
	}
	layers, err := parseInts(strings.TrimPrefix(a.lines[i], sampledPrefix))
	if err != nil {
		return err
	}
	a.newest = slices.Max(layers)
	if a.layer <= a.newest {
		return fmt.Errorf("layer %d: %w, %d", a.layer, errLayer, a.newest)
	}
	a.lines[i] += " " + strconv.Itoa(a.layer)
	return nil
}

// add merges one definition.
func (a *adder) add(line string, function bool) error {
	d, err := parseDef(line, function)
	if err != nil {
		return err
	}
	if isBuiltin(d) {
		return nil
	}
	body, _, _ := strings.Cut(line, ";")
	if i := a.find(func(o Def) bool { return o.ID == d.ID }); i >= 0 {
		old, err := parseDef(a.lines[i], function)
		if err != nil {
			return err
		}
		a.lines[i] = fmt.Sprintf("%s; // %s", body, a.prolong(old.Layers))
		return nil
	}
	at := a.find(func(o Def) bool { return o.Name == d.Name })
	if at < 0 {
		at = a.sectionEnd(function)
	}
	a.lines = slices.Insert(a.lines, at, fmt.Sprintf("%s; // %d", body, a.layer))
	return nil
}

var leadingName = regexp.MustCompile(`^[\w.]+#`)

// find returns the first line with a definition that matches, or -1.
func (a *adder) find(match func(Def) bool) int {
	return slices.IndexFunc(a.lines, func(l string) bool {
		if !leadingName.MatchString(l) {
			return false
		}
		d, err := parseDef(l, false)
		return err == nil && match(d)
	})
}

// sectionEnd is the line before which a new name goes.
func (a *adder) sectionEnd(function bool) int {
	if i := slices.Index(a.lines, "---functions---"); !function && i >= 0 {
		return i
	}
	end := len(a.lines)
	for end > 0 && a.lines[end-1] == "" {
		end--
	}
	return end
}

// prolong writes ranges with the new layer.
func (a *adder) prolong(ranges []Range) string {
	if n := len(ranges); n > 0 && ranges[n-1].Last == a.newest {
		ranges[n-1].Last = a.layer
	} else {
		ranges = append(ranges, Range{a.layer, a.layer})
	}
	var parts []string
	for _, r := range ranges {
		if r.First == r.Last {
			parts = append(parts, strconv.Itoa(r.First))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", r.First, r.Last))
		}
	}
	return strings.Join(parts, ",")
}
