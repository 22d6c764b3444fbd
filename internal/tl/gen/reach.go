package gen

// reach returns the constructors that values of the given types can contain, over all layers.
func (m *Model) reach(from []Type, keep func(*Combinator) bool) map[*Combinator]bool {
	byType := map[string][]*Combinator{}
	for _, x := range m.Constructors {
		byType[x.Type] = append(byType[x.Type], x)
	}
	seen := map[*Combinator]bool{}
	done := map[string]bool{}
	for len(from) > 0 {
		t := from[len(from)-1]
		from = from[:len(from)-1]
		for t.Elem != nil {
			t = *t.Elem
		}
		if done[t.Name] {
			continue
		}
		done[t.Name] = true
		for _, x := range byType[t.Name] {
			if seen[x] || !keep(x) {
				continue
			}
			seen[x] = true
			for _, v := range x.Variants {
				for _, f := range v.Fields {
					from = append(from, f.Type)
				}
			}
		}
	}
	return seen
}

// findDirections decides which constructors are decoded and encoded, and in which layers.
func (m *Model) findDirections() {
	if m.config.All {
		for _, x := range m.all() {
			x.Decode, x.Encode = Every, Every
		}
		return
	}
	every := func(*Combinator) bool { return true }
	var results, client, answers []Type
	for _, x := range m.Functions {
		x.Decode = Every
		for _, v := range x.Variants {
			results = append(results, v.Result)
		}
	}
	stored := types(m.config.Stored)
	raise(m.reach(append(types(m.config.Roots), results...), every), Every, false)
	raise(m.reach(m.functionParams(), every), Every, true)
	raise(m.reach(stored, every), Every, true)
	raise(m.reach(stored, every), Every, false)
	for _, name := range m.config.Client {
		x := m.byName[name]
		x.Encode = Newest
		for _, f := range x.Variants[0].Fields {
			client = append(client, f.Type)
		}
		answers = append(answers, x.Variants[0].Result)
	}
	if len(answers) > 0 {
		answers = append(answers, types(m.config.Roots)...)
	}
	raise(m.reach(client, every), Newest, false)
	raise(m.reach(answers, every), Newest, true)
}

func types(names []string) []Type {
	var out []Type
	for _, n := range names {
		out = append(out, parseType(n))
	}
	return out
}

func raise(set map[*Combinator]bool, d Direction, decode bool) {
	for x := range set {
		if decode {
			x.Decode = max(x.Decode, d)
		} else {
			x.Encode = max(x.Encode, d)
		}
	}
}
