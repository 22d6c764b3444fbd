package gen

import (
	"fmt"
	"slices"
	"strings"
)

// writeRequests writes the dispatch by id and the list of methods.
func (m *Model) writeRequests(b *strings.Builder) {
	if m.config.All {
		m.writeAny(b)
		return
	}
	m.writeNewRequest(b)
	b.WriteString("var methods = [...]Method{\n")
	for _, x := range m.Functions {
		first, last := x.span()
		fmt.Fprintf(b, "{Name: %q, First: %d, Last: %d, Result: %q},\n", x.Name, first, last, x.Type)
	}
	b.WriteString("}\n\n")
	fmt.Fprintf(b, "// Newest is the newest layer of the schema.\nconst Newest = %d\n\n", m.newest())
	fmt.Fprintf(b, "var layers = [...]int{")
	for _, l := range m.Layers {
		fmt.Fprintf(b, "%d, ", l)
	}
	b.WriteString("}\n")
}

// writeNewRequest writes the choice of the method apart from its decoding: calls in every branch would give one
// function a stack frame of kilobytes, and each goroutine that serves a call would have to grow for it.
func (m *Model) writeNewRequest(b *strings.Builder) {
	b.WriteString("type decodable interface {\nRequest\ndecode(r *tl.Reader, id uint32)\n}\n\n")
	b.WriteString("func decodeRequest(r *tl.Reader, id uint32) Request {\no := newRequest(id)\nif o == nil {\nreturn nil\n}\n")
	b.WriteString("o.decode(r, id)\nreturn o\n}\n\n")
	b.WriteString("// newRequest returns the empty request of a method id; nil if no layer has it.\n")
	b.WriteString("func newRequest(id uint32) decodable {\nswitch id {\n")
	for _, x := range m.Functions {
		if ids := m.decodedIDs(x); len(ids) > 0 {
			fmt.Fprintf(b, "case %s:\nreturn new(%s)\n", strings.Join(ids, ", "), x.Go)
		}
	}
	b.WriteString("}\nreturn nil\n}\n\n")
}

func (x *Combinator) span() (first, last int) {
	var in []int
	for _, v := range x.Variants {
		in = append(in, v.In...)
	}
	return slices.Min(in), slices.Max(in)
}

// writeAny writes a decoder of everything in a schema without layers.
func (m *Model) writeAny(b *strings.Builder) {
	b.WriteString("// Decode reads any constructor or function, id first. It fails with an error that wraps tl.ErrUnknown,\n")
	b.WriteString("// tl.ErrShort or tl.ErrLimit.\n")
	b.WriteString("func Decode(r *tl.Reader) (tl.Object, error) {\n")
	b.WriteString("o := decodeAny(r, r.ID())\nif err := r.Err(); err != nil { return nil, err }\nreturn o, nil\n}\n\n")
	b.WriteString("func decodeAny(r *tl.Reader, id uint32) tl.Object {\nswitch id {\n")
	for _, x := range m.all() {
		m.writeCase(b, x, "")
	}
	b.WriteString("}\nr.Unknown(\"any object\", id)\nreturn nil\n}\n\n")
	b.WriteString("// Constructor ids.\nconst (\n")
	for _, x := range m.all() {
		fmt.Fprintf(b, "ID%s uint32 = %#x\n", x.Go, x.Variants[0].ID)
	}
	b.WriteString(")\n")
}

// findVectors notes the types that appear in vectors.
func (m *Model) findVectors() {
	m.inVectors = map[string]bool{}
	for _, x := range m.all() {
		if x.Encode == None {
			continue
		}
		for _, v := range x.Variants {
			for _, s := range v.Slots {
				if t := s.Type; t.Elem != nil && t.Elem.Elem == nil {
					m.inVectors[t.Elem.Name] = true
				}
			}
		}
	}
}
