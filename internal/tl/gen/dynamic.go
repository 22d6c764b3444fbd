package gen

import (
	"errors"
	"fmt"
	"slices"

	"hermod/internal/tl"
)

// A Schema is the schema of a single layer, with a codec driven by it: slow, strict, and independent of the
// generated code, so that tests can check one against the other.
type Schema struct {
	Layer  int
	byID   map[uint32]*Def
	byName map[string]*Def
}

// A Value is an object read by, or to be written by, a Schema. Fields hold int32, int64, float64, string,
// []byte, bool, [16]byte, [32]byte, []any for vectors and Value for objects; absent optional fields are not
// in the map. A parameter of any type, such as the query of invokeWithLayer, is []byte.
type Value struct {
	Name   string
	Fields map[string]any
}

// At returns the schema of one layer. A layer between two sampled ones has the shapes of the lower.
func (f *File) At(layer int) *Schema {
	s := &Schema{Layer: layer, byID: map[uint32]*Def{}, byName: map[string]*Def{}}
	sampled := layer
	for _, l := range f.Layers {
		if l <= layer {
			sampled = l
		}
	}
	for i := range f.Defs {
		d := &f.Defs[i]
		if !d.in(sampled) {
			continue
		}
		s.byID[d.ID] = d
		if s.byName[d.Name] == nil || d.first() > s.byName[d.Name].first() {
			s.byName[d.Name] = d
		}
	}
	return s
}

func (d *Def) in(layer int) bool {
	return len(d.Layers) == 0 || slices.ContainsFunc(d.Layers, func(r Range) bool { return r.First <= layer && layer <= r.Last })
}

func (d *Def) first() int {
	if len(d.Layers) == 0 {
		return 0
	}
	return d.Layers[0].First
}

// Has reports whether the layer has the constructor or function.
func (s *Schema) Has(name string) bool { return s.byName[name] != nil }

// HasID reports whether the layer has a constructor or function with this id.
func (s *Schema) HasID(id uint32) bool { return s.byID[id] != nil }

// ResultOf is the type that a method of the layer answers with.
func (s *Schema) ResultOf(method string) (Type, error) {
	d := s.byName[method]
	if d == nil || !d.Function {
		return Type{}, fmt.Errorf("layer %d has no method %s", s.Layer, method)
	}
	return d.Result, nil
}

// Encode writes a constructor or a call. Fields that are missing are written as zero if they are scalars or
// vectors; a missing object is an error, as is a field that the layer does not have.
func (s *Schema) Encode(name string, fields map[string]any) ([]byte, error) {
	var w tl.Writer
	if err := s.encode(&w, name, fields); err != nil {
		return nil, err
	}
	return w.B, nil
}

func (s *Schema) encode(w *tl.Writer, name string, fields map[string]any) error {
	d := s.byName[name]
	if d == nil {
		return fmt.Errorf("layer %d has no %s", s.Layer, name)
	}
	for f := range fields {
		if !slices.ContainsFunc(d.Fields, func(o Field) bool { return o.Name == f }) {
			return fmt.Errorf("%s has no field %s in layer %d", name, f, s.Layer)
		}
	}
	w.ID(d.ID)
	for _, f := range d.Fields {
		if err := s.encodeField(w, d, f, fields); err != nil {
			return fmt.Errorf("%s.%s: %w", name, f.Name, err)
		}
	}
	return nil
}

func (s *Schema) encodeField(w *tl.Writer, d *Def, f Field, fields map[string]any) error {
	v, ok := fields[f.Name]
	switch {
	case f.IsFlags():
		w.Uint32(flagsOf(d, f.Name, fields))
		return nil
	case f.Flags != "" && (!ok || f.Type.Name == "true"):
		return nil
	}
	return s.encodeValue(w, f.Type, v)
}

func flagsOf(d *Def, word string, fields map[string]any) (bits uint32) {
	for _, f := range d.Fields {
		v, ok := fields[f.Name]
		if f.Flags == word && ok && v != false {
			bits |= 1 << f.Bit
		}
	}
	return bits
}

func (s *Schema) encodeValue(w *tl.Writer, t Type, v any) error {
	if t.Elem != nil {
		return s.encodeVector(w, t, v)
	}
	switch t.Name {
	case "int":
		return put(v, w.Int32)
	case "long":
		return put(v, w.Int64)
	case "double":
		return put(v, w.Float64)
	case "string":
		return put(v, w.String)
	case "bytes":
		return put(v, w.Bytes)
	case "Bool":
		return put(v, w.Bool)
	case "int128":
		return put(v, func(b [16]byte) { w.Raw(b[:]) })
	case "int256":
		return put(v, func(b [32]byte) { w.Raw(b[:]) })
	case "!X", "X", "Object":
		return put(v, w.Raw)
	}
	o, ok := v.(Value)
	if !ok {
		return fmt.Errorf("%T is not a %s", v, t)
	}
	if d := s.byName[o.Name]; d == nil || d.Result.Name != t.Name {
		return fmt.Errorf("layer %d has no %s of type %s", s.Layer, o.Name, t)
	}
	return s.encode(w, o.Name, o.Fields)
}

func put[T any](v any, write func(T)) error {
	var zero T
	if v == nil {
		write(zero)
		return nil
	}
	x, ok := v.(T)
	if !ok {
		return fmt.Errorf("%T, want %T", v, zero)
	}
	write(x)
	return nil
}

func (s *Schema) encodeVector(w *tl.Writer, t Type, v any) error {
	var items []any
	if v != nil {
		var ok bool
		if items, ok = v.([]any); !ok {
			return fmt.Errorf("%T, want []any", v)
		}
	}
	w.Vector(len(items))
	for _, item := range items {
		if err := s.encodeValue(w, *t.Elem, item); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads one object or call, all of b, knowing only the ids of this layer.
func (s *Schema) Decode(b []byte) (Value, error) {
	r := tl.NewReader(b)
	v := s.decodeAny(r, "")
	if err := r.End(); err != nil {
		return Value{}, fmt.Errorf("layer %d: %w", s.Layer, err)
	}
	return v, nil
}

// DecodeAs reads a value of a type, all of b, knowing only the ids of this layer: what an answer of that type
// must be.
func (s *Schema) DecodeAs(t Type, b []byte) (any, error) {
	r := tl.NewReader(b)
	v := s.decodeValue(r, t)
	if err := r.End(); err != nil {
		return nil, fmt.Errorf("layer %d, type %s: %w", s.Layer, t, err)
	}
	return v, nil
}

var errWrongType = errors.New("constructor of another type")

// decodeAny reads an object of the given type, or of any if it is empty.
func (s *Schema) decodeAny(r *tl.Reader, typ string) Value {
	if !r.Enter() {
		return Value{}
	}
	defer r.Leave()
	id := r.ID()
	d := s.byID[id]
	if d == nil {
		r.Unknown(typ, id)
		return Value{}
	}
	if typ != "" && (d.Function || d.Result.Name != typ) {
		r.Fail(fmt.Errorf("%s where a %s belongs: %w", d.Name, typ, errWrongType))
		return Value{}
	}
	v := Value{Name: d.Name, Fields: map[string]any{}}
	words := map[string]uint32{}
	for _, f := range d.Fields {
		s.decodeField(r, f, words, v.Fields)
		if r.Err() != nil {
			r.Fail(r.Err())
			return v
		}
	}
	return v
}

func (s *Schema) decodeField(r *tl.Reader, f Field, words map[string]uint32, into map[string]any) {
	switch {
	case f.IsFlags():
		words[f.Name] = r.Uint32()
	case f.Flags != "" && words[f.Flags]&(1<<f.Bit) == 0:
	case f.Type.Name == "true":
		into[f.Name] = true
	default:
		into[f.Name] = s.decodeValue(r, f.Type)
	}
}

func (s *Schema) decodeValue(r *tl.Reader, t Type) any {
	if t.Elem != nil {
		return tl.Vector(r, t.String(), 4, func(r *tl.Reader) any { return s.decodeValue(r, *t.Elem) })
	}
	switch t.Name {
	case "int":
		return r.Int32()
	case "long":
		return r.Int64()
	case "double":
		return r.Float64()
	case "string":
		return r.String()
	case "bytes":
		return r.Bytes()
	case "Bool":
		return r.Bool()
	case "int128":
		return r.Int128()
	case "int256":
		return r.Int256()
	case "!X", "X", "Object":
		return r.Rest()
	}
	return s.decodeAny(r, t.Name)
}
