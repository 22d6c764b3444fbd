package media

import "hermod/internal/domain/ids"

// Peers are those whom a client must know to show m, which may be nil.
func (m *Media) Peers() []ids.Peer {
	if m == nil {
		return nil
	}
	var all []ids.Peer
	if m.Contact != nil && m.Contact.User != 0 {
		all = append(all, m.Contact.User.Peer())
	}
	if m.Todo == nil {
		return all
	}
	add := func(users []ids.User) {
		for _, u := range users {
			all = append(all, u.Peer())
		}
	}
	add(m.Todo.Title.Mentioned())
	for _, t := range m.Todo.Tasks {
		add(t.Text.Mentioned())
		if t.By != 0 {
			all = append(all, t.By)
		}
	}
	return all
}
