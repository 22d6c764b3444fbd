// Package gen reads TL schemas, merges the layers of the API schema into one set of Go types and writes
// the Go code that decodes and encodes them. It also holds a slow codec that is driven by the schema of a
// single layer, with which tests check what the generated code writes.
//
// Only cmd/tlgen and tests use it.
package gen

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A Def is one line of a schema: a constructor or a function with its id.
type Def struct {
	Name     string
	ID       uint32
	Fields   []Field
	Result   Type
	Function bool
	Layers   []Range // where it is in force; empty in a schema without layers
}

// A Range of layers, both ends included.
type Range struct{ First, Last int }

// A Field is a parameter of a definition.
type Field struct {
	Name string
	Type Type
	// Flags names the field whose bit says whether this one is present; empty when it always is.
	Flags string
	Bit   int
}

// IsFlags says that the field is a word of flag bits, `flags:#`.
func (f Field) IsFlags() bool { return f.Type.Name == "#" }

// A Type is the type of a field or a result.
type Type struct {
	Name string // of the type or, for a bare one, of its only constructor; empty for vectors
	Elem *Type  // of a vector
	Bare bool   // `%T`, `vector<T>`: written without a constructor id
}

// String writes t as the schema does.
func (t Type) String() string {
	switch {
	case t.Elem != nil && t.Bare:
		return "vector<" + t.Elem.String() + ">"
	case t.Elem != nil:
		return "Vector<" + t.Elem.String() + ">"
	case t.Bare:
		return "%" + t.Name
	}
	return t.Name
}

// A File is a parsed schema.
type File struct {
	Defs []Def
	// Layers are the sampled ones, ascending; empty in a schema without layers.
	Layers []int
}

var defLine = regexp.MustCompile(`^([\w.]+)(?:#([0-9a-fA-F]+))?((?:\s+[^\s=;]+)*)\s*=\s*([^;]+?)\s*;\s*(?://\s*(.*))?$`)

// Parse reads a schema. It fails on the first line that it does not understand.
func Parse(r io.Reader) (*File, error) {
	var f File
	functions := false
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		switch {
		case line == "---types---":
			functions = false
		case line == "---functions---":
			functions = true
		case strings.HasPrefix(line, "// Sampled layers:"):
			layers, err := parseInts(strings.TrimPrefix(line, "// Sampled layers:"))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			f.Layers = layers
		case line == "" || strings.HasPrefix(line, "//"):
		default:
			d, err := parseDef(line, functions)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			if !isBuiltin(d) {
				f.Defs = append(f.Defs, d)
			}
		}
	}
	return &f, s.Err()
}

func parseInts(s string) ([]int, error) {
	var out []int
	for _, w := range strings.Fields(s) {
		n, err := strconv.Atoi(w)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// isBuiltin finds the lines that define what package tl has built in, such as `int ? = Int`.
func isBuiltin(d Def) bool {
	switch d.Name {
	case "int", "long", "double", "string", "bytes", "int128", "int256", "vector", "true", "boolTrue", "boolFalse", "null":
		return true
	}
	return false
}

func parseDef(line string, function bool) (Def, error) {
	m := defLine.FindStringSubmatch(line)
	if m == nil {
		return Def{}, fmt.Errorf("not a definition: %q", line)
	}
	d := Def{Name: m[1], Function: function, Result: parseType(m[4])}
	if m[2] != "" {
		id, err := strconv.ParseUint(m[2], 16, 32)
		if err != nil {
			return Def{}, err
		}
		d.ID = uint32(id)
	}
	for _, w := range strings.Fields(m[3]) {
		if strings.HasPrefix(w, "{") || w == "?" {
			continue
		}
		f, err := parseField(w)
		if err != nil {
			return Def{}, fmt.Errorf("%s: %w", d.Name, err)
		}
		d.Fields = append(d.Fields, f)
	}
	var err error
	d.Layers, err = parseRanges(m[5])
	return d, err
}

func parseField(w string) (Field, error) {
	name, typ, ok := strings.Cut(w, ":")
	if !ok {
		return Field{}, fmt.Errorf("field %q has no type", w)
	}
	f := Field{Name: name}
	if flag, rest, ok := strings.Cut(typ, "?"); ok {
		word, bit, ok := strings.Cut(flag, ".")
		n, err := strconv.Atoi(bit)
		if !ok || err != nil || n < 0 || n > 31 {
			return Field{}, fmt.Errorf("field %q has a bad flag", w)
		}
		f.Flags, f.Bit, typ = word, n, rest
	}
	f.Type = parseType(typ)
	return f, nil
}

func parseType(s string) Type {
	if in, ok := strings.CutSuffix(s, ">"); ok {
		if in, ok := strings.CutPrefix(in, "Vector<"); ok {
			e := parseType(in)
			return Type{Elem: &e}
		}
		if in, ok := strings.CutPrefix(in, "vector<"); ok {
			e := parseType(in)
			return Type{Elem: &e, Bare: true}
		}
	}
	if in, ok := strings.CutPrefix(s, "Vector "); ok { // `Vector t`, as results are sometimes written
		e := parseType(in)
		return Type{Elem: &e}
	}
	if in, ok := strings.CutPrefix(s, "%"); ok {
		return Type{Name: in, Bare: true}
	}
	return Type{Name: s}
}

func parseRanges(s string) ([]Range, error) {
	var out []Range
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		first, last, ok := strings.Cut(part, "-")
		if !ok {
			last = first
		}
		a, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("layers %q: %w", s, err)
		}
		b, err := strconv.Atoi(last)
		if err != nil {
			return nil, fmt.Errorf("layers %q: %w", s, err)
		}
		out = append(out, Range{a, b})
	}
	return out, nil
}
