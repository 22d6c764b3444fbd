package tg

import (
	"os"
	"reflect"
	"testing"

	"hermod/internal/tl"
	"hermod/internal/tl/gen"
)

func schemaFile(t testing.TB) *gen.File {
	t.Helper()
	r, err := os.Open("../../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := gen.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestEncodeEveryConstructorAtEveryLayer is the promise that a client never meets an id it does not know:
// whatever the server sends, filled to the brim, is readable with the schema of the client's layer alone.
func TestEncodeEveryConstructorAtEveryLayer(t *testing.T) {
	file := schemaFile(t)
	f := newFiller(t)
	var objects []tl.Object
	for _, o := range allObjects() {
		for range 3 { // other constructors come up in its fields each time
			objects = append(objects, f.object(o, 2))
		}
	}
	for _, layer := range append(file.Layers, 0, 230, 999, 215) {
		schema := file.At(effective(layer))
		said := 0
		for _, o := range objects {
			w := tl.Writer{Layer: layer}
			o.Encode(&w)
			if w.Failed() {
				continue
			}
			said++
			if v, err := schema.Decode(w.B); err != nil {
				t.Errorf("layer %d: %s: %v, as %v", layer, o.TLName(), err, v.Name)
			}
		}
		if layer == 0 && said < len(objects)-3*len(legacy) {
			t.Errorf("newest layer says %d of %d objects", said, len(objects))
		}
	}
}

func effective(layer int) int {
	if layer == 0 {
		return Newest
	}
	return layer
}

// TestNewestLosesNothing checks that at the newest layer nothing is left out.
func TestNewestLosesNothing(t *testing.T) {
	f := newFiller(t)
	for _, o := range allObjects() {
		if legacy[o.TLName()] {
			continue
		}
		w := tl.Writer{Layer: Newest}
		o := f.object(o, 2)
		o.Encode(&w)
		if w.Failed() || w.Dropped() > 0 {
			t.Errorf("%s: failed %v, dropped %d", o.TLName(), w.Failed(), w.Dropped())
		}
	}
}

// TestZeroValuesDoNotPanic encodes objects in which everything is missing.
func TestZeroValuesDoNotPanic(t *testing.T) {
	for _, o := range allObjects() {
		null := reflect.Zero(reflect.TypeOf(o)).Interface().(tl.Object)
		for _, layer := range []int{0, 134, 158, 181, 214, 227} {
			tl.Encode(o, layer)
			tl.Encode(null, layer)
		}
	}
}

// TestDecodeRequestsOfEveryLayer calls every method of every layer with all fields set.
func TestDecodeRequestsOfEveryLayer(t *testing.T) {
	file := schemaFile(t)
	for _, layer := range file.Layers {
		schema := file.At(layer)
		sampler := gen.NewSampler(schema)
		for _, name := range schema.Functions() {
			for depth := range 3 {
				fields := sampler.Fields(name, depth-1)
				b, err := schema.Encode(name, fields)
				if err != nil {
					t.Fatalf("layer %d: %s: %v", layer, name, err)
				}
				if _, err := DecodeRequest(tl.NewReader(b)); err != nil {
					t.Errorf("layer %d: %s: %v", layer, name, err)
				}
			}
		}
	}
}
