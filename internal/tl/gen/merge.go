package gen

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// A Model is a schema merged over its layers: one Combinator per name.
type Model struct {
	Layers       []int // ascending; {0} for a schema without layers
	Constructors []*Combinator
	Functions    []*Combinator
	types        map[string][]*Combinator // constructors by the name of their type
	byName       map[string]*Combinator
	exported     map[string]bool // types whose decoders others call
	inVectors    map[string]bool // types that vectors hold
	config       *Config
}

// A Combinator is all definitions of one name, constructor or function.
type Combinator struct {
	Name     string
	Go       string
	Function bool
	Type     string // of a constructor; the newest result, as text, of a function
	Variants []*Variant
	Fields   []*GoField
	// Decode and Encode say in which directions code is written.
	Decode, Encode Direction
}

// Direction says which layers' shapes are written or read.
type Direction int

// The directions, each holding more than the one before.
const (
	None Direction = iota
	Newest
	Every
)

// A Variant is one shape of a combinator.
type Variant struct {
	Def
	Slots []Slot
	// In holds the sampled layers where it is in force.
	In []int
}

// A Slot joins a field of a variant to the Go field that carries it.
type Slot struct {
	Field
	Go      *GoField // nil for a word of flags, and when the value is not kept
	Convert string   // how the types differ; empty when they do not
}

// A GoField is a field of a Go struct: the union over all variants, in its newest meaning.
type GoField struct {
	Name     string
	Go       string
	Type     Type
	Optional bool // the newest shape that has it says it by a flag
	Since    int  // first layer
	Until    int  // last layer, when it is not in the newest one; else 0
}

// NewModel merges f.
func NewModel(f *File, c *Config) (*Model, error) {
	m := &Model{Layers: f.Layers, types: map[string][]*Combinator{}, byName: map[string]*Combinator{}, config: c}
	if len(m.Layers) == 0 {
		m.Layers = []int{0}
	}
	for _, d := range f.Defs {
		if slices.Contains(c.Skip, d.Name) {
			continue
		}
		m.add(d)
	}
	if err := m.nameAll(); err != nil {
		return nil, err
	}
	m.dropLegacy()
	if err := m.checkConfig(); err != nil {
		return nil, err
	}
	for _, x := range m.all() {
		m.mergeFields(x)
	}
	m.findDirections()
	m.findVectors()
	return m, nil
}

func (m *Model) all() []*Combinator { return slices.Concat(m.Constructors, m.Functions) }

func (m *Model) newest() int { return m.Layers[len(m.Layers)-1] }

func (m *Model) add(d Def) {
	x := m.byName[d.Name]
	if x == nil {
		x = &Combinator{Name: d.Name, Go: GoName(d.Name), Function: d.Function, Type: d.Result.String()}
		m.byName[d.Name] = x
		if d.Function {
			m.Functions = append(m.Functions, x)
		} else {
			m.Constructors = append(m.Constructors, x)
		}
	}
	v := &Variant{Def: d}
	for _, l := range m.Layers {
		if len(d.Layers) == 0 || slices.ContainsFunc(d.Layers, func(r Range) bool { return r.First <= l && l <= r.Last }) {
			v.In = append(v.In, l)
		}
	}
	x.Variants = append(x.Variants, v)
}

// nameAll sorts variants newest first, settles layers that two shapes claim, and checks Go names.
func (m *Model) nameAll() error {
	seen := map[string]string{}
	for _, x := range m.all() {
		sort.SliceStable(x.Variants, func(i, j int) bool {
			return x.Variants[i].last() > x.Variants[j].last()
		})
		taken := map[int]bool{}
		for _, v := range x.Variants {
			v.In = slices.DeleteFunc(v.In, func(l int) bool { return taken[l] })
			for _, l := range v.In {
				taken[l] = true
			}
		}
		x.Type = x.Variants[0].Result.String()
		if seen[x.Go] != "" && x.Function {
			x.Go += "Request"
		}
		if other := seen[x.Go]; other != "" {
			return fmt.Errorf("%s and %s are both %s", other, x.Name, x.Go)
		}
		seen[x.Go] = x.Name
	}
	return nil
}

func (v *Variant) last() int {
	if len(v.In) == 0 {
		return -1
	}
	return v.In[len(v.In)-1]
}

func (x *Combinator) inNewest(m *Model) bool { return x.Variants[0].last() == m.newest() }

// at returns the shape of x in a sampled layer, or nil.
func (x *Combinator) at(layer int) *Variant {
	for _, v := range x.Variants {
		if slices.Contains(v.In, layer) {
			return v
		}
	}
	return nil
}

// dropLegacy removes constructors that only answers to old layers could contain.
func (m *Model) dropLegacy() {
	inRequests := m.reach(m.functionParams(), func(*Combinator) bool { return true })
	for _, t := range m.config.Stored {
		for x := range m.reach([]Type{parseType(t)}, func(*Combinator) bool { return true }) {
			inRequests[x] = true
		}
	}
	m.Constructors = slices.DeleteFunc(m.Constructors, func(x *Combinator) bool {
		drop := !m.config.All && !x.inNewest(m) && !inRequests[x] && !slices.Contains(m.config.Legacy, x.Name)
		if drop {
			delete(m.byName, x.Name)
		}
		return drop
	})
	m.types = map[string][]*Combinator{}
	for _, x := range m.Constructors {
		m.types[x.Type] = append(m.types[x.Type], x)
	}
}

// checkConfig finds names in the configuration that the schema does not have.
func (m *Model) checkConfig() error {
	c := m.config
	for _, n := range slices.Concat(c.Client, c.Legacy, c.Lower, c.Lift, slices.Collect(maps.Values(c.Fallback))) {
		if m.byName[n] == nil {
			return fmt.Errorf("configuration names %s, which the schema does not have", n)
		}
	}
	for _, n := range slices.Concat(c.Stored, c.Roots, slices.Collect(maps.Keys(c.Fallback))) {
		if len(m.types[n]) == 0 {
			return fmt.Errorf("configuration names the type %s, which the schema does not have", n)
		}
	}
	return nil
}

func (m *Model) functionParams() []Type {
	var out []Type
	for _, x := range m.Functions {
		for _, v := range x.Variants {
			for _, f := range v.Fields {
				out = append(out, f.Type)
			}
		}
	}
	return out
}

// isClass says that a type is a Go interface: it has several constructors.
func (m *Model) isClass(typ string) bool { return len(m.types[typ]) > 1 }

// known says that Go has the type.
func (m *Model) known(t Type) bool {
	if t.Elem != nil {
		return m.known(*t.Elem)
	}
	return primitive(t) || len(m.types[t.Name]) > 0 || t.Bare && m.byName[t.Name] != nil
}

// mergeFields makes the Go fields of x and joins the variants' fields to them.
func (m *Model) mergeFields(x *Combinator) {
	byName := map[string]*GoField{}
	for _, v := range x.Variants {
		for _, f := range v.Fields {
			v.Slots = append(v.Slots, m.slot(x, v, f, byName))
		}
	}
	for _, g := range x.Fields {
		if !x.fieldIn(g, m.newest()) {
			g.Until = x.lastLayer(g)
		}
	}
}

func (m *Model) slot(x *Combinator, v *Variant, f Field, byName map[string]*GoField) Slot {
	s := Slot{Field: f}
	if f.IsFlags() || !m.known(f.Type) {
		return s
	}
	g := byName[f.Name]
	if g == nil {
		g = x.newField(byName, f, GoName(f.Name))
	}
	if sameGo(g.Type, f.Type) {
		s.Go = g
		return s
	}
	s.Go, s.Convert = g, m.conversion(x, f, g.Type)
	if s.Convert == "" { // no known way: the older meaning gets a field of its own
		key := f.Name + ":" + f.Type.String()
		if byName[key] == nil {
			x.newField(byName, Field{Name: key, Type: f.Type, Flags: f.Flags}, GoName(f.Name)+suffix(f.Type))
		}
		s.Go = byName[key]
	}
	return s
}

func (x *Combinator) newField(byName map[string]*GoField, f Field, goName string) *GoField {
	if strings.HasPrefix(f.Type.Name, "!") {
		goName = "Query"
	}
	g := &GoField{Name: f.Name, Go: goName, Type: f.Type, Optional: f.Flags != ""}
	byName[f.Name] = g
	x.Fields = append(x.Fields, g)
	return g
}

func suffix(t Type) string {
	if t.Elem != nil {
		if s := suffix(*t.Elem); !strings.HasSuffix(s, "s") {
			return s + "s"
		}
		return suffix(*t.Elem)
	}
	return GoName(t.Name)
}

// sameGo says that two TL types are the same Go type: `true` and `Bool` both are bool.
func sameGo(a, b Type) bool {
	isBool := func(t Type) bool { return t.Name == "true" || t.Name == "Bool" }
	return a.String() == b.String() || isBool(a) && isBool(b)
}

// conversion finds the configured way between the newest type of a field and an older one.
func (m *Model) conversion(x *Combinator, f Field, newest Type) string {
	if c, ok := m.config.Convert[x.Name+"."+f.Name]; ok {
		return c
	}
	if isNumber(newest) && isNumber(f.Type) {
		return "number"
	}
	return m.config.Convert[newest.String()+"<-"+f.Type.String()]
}

func isNumber(t Type) bool { return t.Name == "int" || t.Name == "long" || t.Name == "double" }

func (x *Combinator) fieldIn(g *GoField, layer int) bool {
	v := x.at(layer)
	return v != nil && slices.ContainsFunc(v.Slots, func(s Slot) bool { return s.Go == g })
}

func (x *Combinator) lastLayer(g *GoField) int {
	last := 0
	for _, v := range x.Variants {
		if slices.ContainsFunc(v.Slots, func(s Slot) bool { return s.Go == g }) {
			last = max(last, v.last())
		}
	}
	return last
}

func primitive(t Type) bool {
	switch t.Name {
	case "int", "long", "double", "string", "bytes", "int128", "int256", "Bool", "true", "#", "Object", "!X", "X":
		return true
	}
	return false
}
