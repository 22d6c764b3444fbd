package gen

import (
	"slices"
	"sort"
)

// Functions lists the names of the layer's methods.
func (s *Schema) Functions() []string { return s.names(true) }

// Constructors lists the names of the layer's constructors.
func (s *Schema) Constructors() []string { return s.names(false) }

func (s *Schema) names(functions bool) []string {
	var out []string
	for name, d := range s.byName {
		if d.Function == functions {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// A Sampler makes values with every field set, for tests. Types with several constructors take them in turn.
type Sampler struct {
	schema *Schema
	byType map[string][]*Def
	turn   map[string]int
}

// NewSampler makes values of the layer of s.
func NewSampler(s *Schema) *Sampler {
	p := &Sampler{schema: s, byType: map[string][]*Def{}, turn: map[string]int{}}
	for _, name := range s.Constructors() {
		d := s.byName[name]
		p.byType[d.Result.Name] = append(p.byType[d.Result.Name], d)
	}
	for _, ds := range p.byType {
		slices.SortFunc(ds, func(a, b *Def) int { return len(a.Fields) - len(b.Fields) })
	}
	return p
}

// Fields makes the fields of a constructor or a method. Objects deeper than depth are the smallest of their
// type and carry no optional fields.
func (p *Sampler) Fields(name string, depth int) map[string]any {
	out := map[string]any{}
	for _, f := range p.schema.byName[name].Fields {
		if f.IsFlags() || f.Flags != "" && depth < 0 {
			continue
		}
		out[f.Name] = p.value(f.Type, depth)
	}
	return out
}

func (p *Sampler) value(t Type, depth int) any {
	if t.Elem != nil {
		if depth < -2 {
			return []any{}
		}
		return []any{p.value(*t.Elem, depth-1)}
	}
	if v := sampleScalar(t); v != nil {
		return v
	}
	ds := p.byType[t.Name]
	if len(ds) == 0 {
		return nil
	}
	d := ds[0]
	if depth > 0 {
		d = ds[p.turn[t.Name]%len(ds)]
		p.turn[t.Name]++
	}
	return Value{Name: d.Name, Fields: p.Fields(d.Name, depth-1)}
}

func sampleScalar(t Type) any {
	switch t.Name {
	case "int":
		return int32(7)
	case "long":
		return int64(1 << 40)
	case "double":
		return 1.5
	case "string":
		return "text"
	case "bytes":
		return []byte("bytes")
	case "Bool", "true":
		return true
	case "int128":
		return [16]byte{1}
	case "int256":
		return [32]byte{2}
	case "!X", "X", "Object":
		return []byte{1, 2, 3, 4}
	}
	return nil
}
