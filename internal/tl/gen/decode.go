package gen

import (
	"fmt"
	"slices"
	"strings"
)

// decoded lists the shapes of x that are read.
func (m *Model) decoded(x *Combinator) []*Variant {
	switch {
	case x.Decode == Every:
		return x.Variants
	case x.Decode == Newest && x.inNewest(m):
		return x.Variants[:1]
	}
	return nil
}

// writeDecode writes the method decode of x, which reads what follows the id.
func (m *Model) writeDecode(b *strings.Builder, x *Combinator) {
	vs := m.decoded(x)
	if len(vs) == 0 {
		return
	}
	bodies, ids := m.decodeBodies(vs)
	if len(bodies) == 1 && bodies[0] == "" {
		fmt.Fprintf(b, "func (o *%s) decode(*tl.Reader, uint32) {}\n\n", x.Go)
		return
	}
	if len(bodies) == 1 {
		fmt.Fprintf(b, "func (o *%s) decode(r *tl.Reader, _ uint32) {\n%s", x.Go, bodies[0])
	} else {
		fmt.Fprintf(b, "func (o *%s) decode(r *tl.Reader, id uint32) {\nswitch id {\n", x.Go)
		for i, body := range bodies {
			fmt.Fprintf(b, "case %s:\n%s", strings.Join(ids[i], ", "), body)
		}
		b.WriteString("}\n")
	}
	if slices.Contains(m.config.Lift, x.Name) {
		b.WriteString("o.lift()\n")
	}
	b.WriteString("}\n\n")
}

// decodeBodies writes the code of each shape; shapes that read the same share it.
func (m *Model) decodeBodies(vs []*Variant) (bodies []string, ids [][]string) {
	for _, v := range vs {
		body := m.decodeBody(v)
		i := slices.Index(bodies, body)
		if i < 0 {
			i = len(bodies)
			bodies, ids = append(bodies, body), append(ids, nil)
		}
		ids[i] = append(ids[i], fmt.Sprintf("%#x", v.ID))
	}
	return bodies, ids
}

func (m *Model) decodeBody(v *Variant) string {
	var b strings.Builder
	for _, s := range v.Slots {
		switch {
		case s.IsFlags():
			used := slices.ContainsFunc(v.Slots, func(o Slot) bool { return o.Flags == s.Name })
			if used {
				fmt.Fprintf(&b, "%s := ", s.Name)
			}
			b.WriteString("r.Uint32()\n")
		case s.Type.Name == "true" && s.Flags != "":
			fmt.Fprintf(&b, "o.%s = %s\n", s.Go.Go, wrap(s.Go, has(s)))
		case s.Flags != "":
			fmt.Fprintf(&b, "if %s { %s }\n", has(s), m.assign(s))
		default:
			b.WriteString(m.assign(s) + "\n")
		}
	}
	return b.String()
}

func has(s Slot) string { return fmt.Sprintf("%s&(1<<%d) != 0", s.Flags, s.Bit) }

func wrap(g *GoField, e string) string {
	if isPointer(g) {
		return "new(" + e + ")"
	}
	return e
}

func (m *Model) assign(s Slot) string {
	switch {
	case s.Convert == "drop":
		return m.get(s.Type)
	case s.Convert == "number":
		return fmt.Sprintf("o.%s = %s", s.Go.Go, wrap(s.Go, goScalar(s.Go.Type)+"("+m.get(s.Type)+")"))
	case s.Convert != "":
		return fmt.Sprintf("o.%s = %s", s.Go.Go, wrap(s.Go, "decode"+s.Convert+"(r)"))
	}
	return fmt.Sprintf("o.%s = %s", s.Go.Go, wrap(s.Go, m.get(s.Type)))
}

// get is the Go expression that reads a t.
func (m *Model) get(t Type) string {
	if t.Elem != nil {
		return fmt.Sprintf("tl.Vector(r, %q, %d, %s)", t.Elem.Name, minSize(*t.Elem), m.decoder(*t.Elem))
	}
	switch t.Name {
	case "int":
		return "r.Int32()"
	case "long":
		return "r.Int64()"
	case "double":
		return "r.Float64()"
	case "string":
		return "r.String()"
	case "bytes":
		return "r.Bytes()"
	case "Bool", "true":
		return "r.Bool()"
	case "int128":
		return "r.Int128()"
	case "int256":
		return "r.Int256()"
	case "Object", "X", "!X":
		return "r.Rest()"
	}
	return m.decoder(t) + "(r)"
}
