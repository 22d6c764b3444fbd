package gen

import (
	"fmt"
	"slices"
	"strings"
)

// A run is a range of layers in which one shape, or none, is in force.
type run struct {
	from    int
	variant *Variant
}

// runs lists the shapes of x from the newest layer downwards.
func (m *Model) runs(x *Combinator) []run {
	var out []run
	for _, l := range slices.Backward(m.Layers) {
		v := x.at(l)
		if n := len(out); n > 0 && out[n-1].variant == v {
			out[n-1].from = l
			continue
		}
		out = append(out, run{l, v})
	}
	return out
}

// writeEncode writes the method Encode of x.
func (m *Model) writeEncode(b *strings.Builder, x *Combinator) {
	if x.Encode == None {
		return
	}
	name := "Encode"
	if fb := m.fallback(x); fb != "" || slices.Contains(m.config.Lower, x.Name) {
		m.writeLoweringEncode(b, x, fb)
		name = "encode"
	} else {
		fmt.Fprintf(b, "// Encode writes o in the shape of the writer's layer.\n")
	}
	fmt.Fprintf(b, "func (o *%s) %s(w *tl.Writer) {\n", x.Go, name)
	if len(x.Fields) > 0 {
		b.WriteString("if o == nil { w.Fail(); return }\n")
	}
	runs := m.runs(x)
	if x.Encode == Newest {
		runs = runs[:1]
	}
	if len(runs) == 1 {
		m.writeShape(b, x, runs[0].variant)
		b.WriteString("}\n\n")
		return
	}
	b.WriteString("switch l := w.Layer; {\n")
	for i, r := range runs {
		switch {
		case i == 0:
			fmt.Fprintf(b, "case l == 0 || l >= %d:\n", r.from)
		case i == len(runs)-1:
			b.WriteString("default:\n")
		default:
			fmt.Fprintf(b, "case l >= %d:\n", r.from)
		}
		m.writeShape(b, x, r.variant)
	}
	b.WriteString("}\n}\n\n")
}

// fallback is the constructor that stands for x where x cannot be said; empty if there is none.
func (m *Model) fallback(x *Combinator) string {
	fb := m.config.Fallback[x.Type]
	if x.Function || x.Name == fb {
		return ""
	}
	return fb
}

func (m *Model) writeLoweringEncode(b *strings.Builder, x *Combinator, fallback string) {
	fmt.Fprintf(b, "// Encode writes o, or what the writer's layer has in its place.\n")
	fmt.Fprintf(b, "func (o *%s) Encode(w *tl.Writer) {\n", x.Go)
	encode := "o.encode(w)\n"
	if slices.Contains(m.config.Lower, x.Name) {
		encode = "if !o.lower(w) { o.encode(w) }\n"
	}
	if fallback == "" {
		b.WriteString(encode + "}\n\n")
		return
	}
	fmt.Fprintf(b, "mark := w.Mark()\n%sif w.Undo(mark) { new(%s).Encode(w) }\n}\n\n", encode, m.byName[fallback].Go)
}

func (m *Model) writeShape(b *strings.Builder, x *Combinator, v *Variant) {
	if v == nil {
		b.WriteString("w.Fail()\n")
		return
	}
	fmt.Fprintf(b, "w.ID(%#x)\n", v.ID)
	for _, s := range v.Slots {
		switch {
		case s.IsFlags():
			m.writeFlags(b, v, s.Name)
		case s.Type.Name == "true" && s.Flags != "":
		case s.Flags != "":
			m.writeOptional(b, v, s)
		default:
			m.writeRequired(b, s)
		}
	}
}

// writeFlags writes the word of flags; what it says is decided before any field is written.
func (m *Model) writeFlags(b *strings.Builder, v *Variant, word string) {
	var terms []string
	undo := false
	for _, s := range v.Slots {
		if s.Flags != word {
			continue
		}
		if p := presence(s); p != "" {
			terms = append(terms, fmt.Sprintf("tl.Bit(%s, %d)", p, s.Bit))
			undo = undo || m.canUndo(v, s)
		}
	}
	expr := strings.Join(terms, "|\n")
	switch {
	case expr == "":
		b.WriteString("w.Uint32(0)\n")
	case undo:
		fmt.Fprintf(b, "%s := w.Flags(%s)\n", word, expr)
	default:
		fmt.Fprintf(b, "w.Uint32(%s)\n", expr)
	}
}

// presence is the Go condition under which s is written; empty for never.
func presence(s Slot) string {
	if s.Go == nil || s.Convert == "drop" {
		return ""
	}
	e := "o." + s.Go.Go
	switch {
	case s.Type.Name == "true" && isPointer(s.Go):
		return e + " != nil && *" + e
	case s.Type.Name == "true":
		return e
	case canBeNil(s.Go):
		return e + " != nil"
	}
	return "true"
}

// groupPresence is presence over all fields that hang on the same bit as s.
func groupPresence(v *Variant, s Slot) (cond string, shared bool) {
	var terms []string
	n := 0
	for _, o := range v.Slots {
		if o.Flags != s.Flags || o.Bit != s.Bit {
			continue
		}
		n++
		if p := presence(o); p != "" {
			terms = append(terms, p)
		}
	}
	return strings.Join(terms, " || "), n > 1
}

// canUndo says that writing s may fail, upon which its bit is cleared again.
func (m *Model) canUndo(v *Variant, s Slot) bool {
	_, shared := groupPresence(v, s)
	return !shared && (m.isObject(s.Type) || s.Convert != "" && s.Convert != "number")
}

func (m *Model) writeOptional(b *strings.Builder, v *Variant, s Slot) {
	cond, shared := groupPresence(v, s)
	if cond == "" {
		return
	}
	if cond != "true" {
		fmt.Fprintf(b, "if %s {\n", cond)
	} else {
		b.WriteString("{\n")
	}
	if m.canUndo(v, s) {
		fmt.Fprintf(b, "mark := w.Mark()\n%s\nw.Optional(mark, %s, %d)\n", m.put(s, "o."+s.Go.Go), s.Flags, s.Bit)
	} else {
		m.writePayload(b, s, shared)
	}
	b.WriteString("}\n")
}

func (m *Model) writeRequired(b *strings.Builder, s Slot) { m.writePayload(b, s, true) }

// writePayload writes the value of s; when mayBeNil, an absent one is written as zero.
func (m *Model) writePayload(b *strings.Builder, s Slot, mayBeNil bool) {
	if s.Go == nil || s.Convert == "drop" {
		b.WriteString(zeroWrite(s.Type) + "\n")
		return
	}
	e := "o." + s.Go.Go
	if isPointer(s.Go) {
		if mayBeNil {
			e = "tl.Value(" + e + ")"
		} else {
			e = "*" + e
		}
	}
	put := m.put(s, e)
	if m.isObject(s.Type) || s.Convert != "" && s.Convert != "number" {
		put = "if " + put + "; w.Failed() { return }"
	}
	b.WriteString(put + "\n")
}

// zeroWrite writes an empty value where a shape requires a field that is not carried.
func zeroWrite(t Type) string {
	switch t.Name {
	case "int":
		return "w.Int32(0)"
	case "long", "double":
		return "w.Int64(0)"
	case "string", "bytes":
		return "w.Bytes(nil)"
	case "Bool":
		return "w.Bool(false)"
	}
	if t.Elem != nil {
		return "w.Vector(0)"
	}
	return "if w.Fail(); w.Failed() { return }"
}

// put is the Go statement that writes the value e of s.
func (m *Model) put(s Slot, e string) string {
	if s.Convert == "number" {
		return putNumber(s.Type, s.Go.Type, e)
	}
	if s.Convert != "" {
		return fmt.Sprintf("encode%s(w, %s)", s.Convert, e)
	}
	t := s.Type
	if t.Elem != nil {
		return m.putVector(t, e)
	}
	switch t.Name {
	case "int":
		return "w.Int32(" + e + ")"
	case "long":
		return "w.Int64(" + e + ")"
	case "double":
		return "w.Float64(" + e + ")"
	case "string":
		return "w.String(" + e + ")"
	case "bytes":
		return "w.Bytes(" + e + ")"
	case "Bool", "true":
		return "w.Bool(" + e + ")"
	case "int128", "int256":
		return "w.Raw(" + e + "[:])"
	case "Object", "X", "!X":
		return "w.Raw(" + e + ")"
	}
	if m.isClass(t.Name) {
		return "put" + m.className(t.Name) + "(w, " + e + ")"
	}
	if x := m.single(t); m.zeroIsValid(x) {
		return fmt.Sprintf("put%s(w, %s)", x.Go, e)
	}
	return e + ".Encode(w)"
}

// zeroIsValid says that an x without any field set can be written, so it may stand for a missing one.
func (m *Model) zeroIsValid(x *Combinator) bool {
	return !slices.ContainsFunc(x.Variants[0].Slots, func(s Slot) bool { return s.Flags == "" && !s.IsFlags() })
}

func putNumber(to, from Type, e string) string {
	switch {
	case to.Name == "int" && from.Name == "long":
		return "w.Int32(tl.Narrow(" + e + "))"
	case to.Name == "int":
		return "w.Int32(int32(" + e + "))"
	case to.Name == "long":
		return "w.Int64(int64(" + e + "))"
	}
	return "w.Float64(float64(" + e + "))"
}

func (m *Model) putVector(t Type, e string) string {
	switch t.Elem.Name {
	case "int":
		return "w.Ints(" + e + ")"
	case "long":
		return "w.Longs(" + e + ")"
	case "double":
		return "w.Doubles(" + e + ")"
	case "string":
		return "w.Strings(" + e + ")"
	case "bytes":
		return "w.ByteStrings(" + e + ")"
	}
	if m.isClass(t.Elem.Name) {
		return fmt.Sprintf("put%sList(w, %s)", m.className(t.Elem.Name), e)
	}
	return fmt.Sprintf("put%sList(w, %s)", m.single(*t.Elem).Go, e)
}
