package packed

import (
	"sync"
	"sync/atomic"

	"hermod/internal/tl"
)

// Worth is the size in bytes from which on an object is worth packing.
const Worth = 2 << 10

// A Form is an object that many get: it is encoded, and packed if that is worth it, once for each layer that is asked
// for. The object must not change any more. A Form is safe for concurrent use, and costs its readers no lock.
type Form struct {
	object tl.Object
	making sync.Mutex // held while one more is made
	made   atomic.Pointer[[]encoded]
}

// encoded is an object in one layer.
type encoded struct {
	layer int
	body  []byte
}

// NewForm returns the form of o.
func NewForm(o tl.Object) *Form { return &Form{object: o} }

// Object is what the form is of.
func (f *Form) Object() tl.Object { return f.object }

// Body returns the object in layer, which is shared and must not be changed; nil if the layer cannot say it.
func (f *Form) Body(layer int) []byte {
	if body, ok := f.find(layer); ok {
		return body
	}
	f.making.Lock()
	defer f.making.Unlock()
	if body, ok := f.find(layer); ok {
		return body
	}
	body := tl.Encode(f.object, layer)
	if len(body) >= Worth {
		body = Pack(body)
	}
	all := []encoded{{layer, body}}
	if before := f.made.Load(); before != nil {
		all = append(all, *before...)
	}
	f.made.Store(&all)
	return body
}

func (f *Form) find(layer int) ([]byte, bool) {
	if made := f.made.Load(); made != nil {
		for _, e := range *made {
			if e.layer == layer {
				return e.body, true
			}
		}
	}
	return nil, false
}
