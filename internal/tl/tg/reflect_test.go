package tg

import (
	"reflect"
	"testing"

	"hermod/internal/tl"
)

// filler makes values of generated types with every field set, each class constructor in turn.
type filler struct {
	classes map[reflect.Type][]reflect.Type // constructors by interface
	turn    map[reflect.Type]int
}

func newFiller(t testing.TB) *filler {
	t.Helper()
	f := &filler{classes: map[reflect.Type][]reflect.Type{}, turn: map[reflect.Type]int{}}
	return f
}

// members finds the constructors that implement an interface.
func (f *filler) members(class reflect.Type) []reflect.Type {
	if m, ok := f.classes[class]; ok {
		return m
	}
	var out []reflect.Type
	for _, o := range allObjects() {
		t := reflect.TypeOf(o)
		if t.Implements(class) && !legacy[o.TLName()] {
			out = append(out, t)
		}
	}
	f.classes[class] = out
	return out
}

// fill sets v; beyond depth, class values are the smallest and optional objects are left out.
func (f *filler) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.String:
		v.SetString("text")
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).SetUint(3)
		}
	case reflect.Slice:
		f.fillSlice(v, depth)
	case reflect.Pointer:
		f.fillPointer(v, depth)
	case reflect.Interface:
		f.fillInterface(v, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), depth)
		}
	}
}

func (f *filler) fillSlice(v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte("bytes"))
		return
	}
	n := 1
	if v.Type().Elem().Kind() == reflect.Interface && depth > 0 {
		n = min(4, len(f.members(v.Type().Elem())))
	}
	if depth < -1 {
		n = 0
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.fill(v.Index(i), depth-1)
	}
}

func (f *filler) fillPointer(v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Struct && depth < -5 { // only optional ones are this deep
		return
	}
	v.Set(reflect.New(v.Type().Elem()))
	f.fill(v.Elem(), depth-1)
}

func (f *filler) fillInterface(v reflect.Value, depth int) {
	m := f.members(v.Type())
	if len(m) == 0 {
		return
	}
	n := f.turn[v.Type()]
	f.turn[v.Type()]++
	t := m[n%len(m)]
	if depth <= 0 {
		t = smallest(m)
	}
	v.Set(reflect.New(t.Elem()))
	f.fill(v.Elem().Elem(), depth-1)
}

// smallest is the constructor with the fewest fields, to end recursion.
func smallest(m []reflect.Type) reflect.Type {
	best := m[0]
	for _, t := range m {
		if t.Elem().NumField() < best.Elem().NumField() {
			best = t
		}
	}
	return best
}

// object makes a filled copy of o.
func (f *filler) object(o tl.Object, depth int) tl.Object {
	v := reflect.New(reflect.TypeOf(o).Elem())
	f.fill(v.Elem(), depth)
	return v.Interface().(tl.Object)
}
