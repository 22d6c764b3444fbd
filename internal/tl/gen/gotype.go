package gen

import "fmt"

// goType is the Go type that carries t.
func (m *Model) goType(t Type, optional bool) string {
	if t.Elem != nil {
		return "[]" + m.goType(*t.Elem, false)
	}
	if s := goScalar(t); s != "" {
		if optional && t.Name != "true" {
			return "*" + s
		}
		return s
	}
	switch t.Name {
	case "bytes", "Object", "X", "!X":
		return "[]byte"
	}
	if m.isClass(t.Name) {
		return m.className(t.Name)
	}
	return "*" + m.single(t).Go
}

func goScalar(t Type) string {
	switch t.Name {
	case "int":
		return "int32"
	case "long":
		return "int64"
	case "double":
		return "float64"
	case "string":
		return "string"
	case "Bool", "true":
		return "bool"
	case "int128":
		return "[16]byte"
	case "int256":
		return "[32]byte"
	}
	return ""
}

func (m *Model) className(typ string) string { return GoName(typ) + "Class" }

// single is the only constructor of t.
func (m *Model) single(t Type) *Combinator {
	if t.Bare {
		return m.byName[t.Name]
	}
	if xs := m.types[t.Name]; len(xs) == 1 {
		return xs[0]
	}
	panic(fmt.Sprintf("type %s has no single constructor", t)) // known has been asked before
}

// isObject says that t is carried by a pointer or an interface that encodes itself.
func (m *Model) isObject(t Type) bool { return t.Elem == nil && !primitive(t) }

// isPointer says that g is an optional scalar.
func isPointer(g *GoField) bool {
	return g.Optional && g.Type.Name != "true" && goScalar(g.Type) != ""
}

// canBeNil says that the Go field of g shows its absence.
func canBeNil(g *GoField) bool { return isPointer(g) || goScalar(g.Type) == "" }

// decoder is the Go function that reads one t.
func (m *Model) decoder(t Type) string {
	switch t.Name {
	case "int":
		return "(*tl.Reader).Int32"
	case "long":
		return "(*tl.Reader).Int64"
	case "double":
		return "(*tl.Reader).Float64"
	case "string":
		return "(*tl.Reader).String"
	case "bytes":
		return "(*tl.Reader).Bytes"
	}
	if m.isClass(t.Name) {
		return m.decodeName(t.Name, m.className(t.Name))
	}
	return m.decodeName(t.Name, m.single(t).Go)
}

// decodeName is the function that decodes a type; it is exported for types that others decode.
func (m *Model) decodeName(typ, goName string) string {
	if m.exported[typ] {
		return "Decode" + goName
	}
	return "decode" + goName
}

func minSize(t Type) int {
	if t.Name == "long" || t.Name == "double" {
		return 8
	}
	return 4
}
