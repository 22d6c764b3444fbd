package contacts

import (
	"context"
	"strings"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// maxFound bounds the answers of a search.
const maxFound = 50

// Search finds people by how their names or usernames begin: mine among known and owner's contacts, others
// by username among all. known are people whom owner talks with.
func (s *Service) Search(ctx context.Context, owner ids.User, query string, known []ids.User, limit int) (mine []ids.User, others []ids.Peer, err error) {
	query = strings.TrimPrefix(strings.TrimSpace(query), "@")
	if query == "" || limit <= 0 {
		return nil, nil, nil
	}
	limit = min(limit, maxFound)
	if mine, err = s.searchMine(ctx, owner, users.Words(query), known, limit); err != nil {
		return nil, nil, err
	}
	found, err := s.users.ByUsernamePrefix(ctx, query, limit)
	if err != nil {
		return nil, nil, err
	}
	seen := make(map[ids.Peer]bool, len(mine))
	for _, u := range mine {
		seen[u.Peer()] = true
	}
	for _, p := range found {
		if !seen[p] {
			others = append(others, p)
		}
	}
	return mine, others, nil
}

func (s *Service) searchMine(ctx context.Context, owner ids.User, query []string, known []ids.User, limit int) ([]ids.User, error) {
	list, _, err := s.List(ctx, owner)
	if err != nil {
		return nil, err
	}
	candidates := append([]ids.User{owner}, known[:min(len(known), MaxContacts)]...)
	for _, c := range list {
		candidates = append(candidates, c.User)
	}
	candidates = uniqueBy(candidates, func(u ids.User) ids.User { return u })
	people, err := s.users.Get(ctx, candidates...)
	if err != nil {
		return nil, err
	}
	candidates = candidates[:0]
	for _, u := range people {
		candidates = append(candidates, u.ID)
	}
	relations, err := s.users.Relations(ctx, owner, candidates)
	if err != nil {
		return nil, err
	}
	var found []ids.User
	for i, u := range people {
		if len(found) < limit && !u.Deleted() && matches(query, namesOf(u, relations[i])) {
			found = append(found, u.ID)
		}
	}
	return found, nil
}

// namesOf are the words by which a person can be found.
func namesOf(u users.User, rel users.Relation) []string {
	names := []string{u.FirstName, u.LastName}
	for _, n := range u.Usernames() {
		names = append(names, n.Name)
	}
	if rel.Mine.Contact {
		names = append(names, rel.Saved.FirstName, rel.Saved.LastName, string(rel.Saved.Phone))
	}
	return users.Words(strings.Join(names, " "))
}

// matches tells whether each word of query is the beginning of one of names.
func matches(query, names []string) bool {
	for _, q := range query {
		hit := false
		for _, n := range names {
			hit = hit || strings.HasPrefix(n, q)
		}
		if !hit {
			return false
		}
	}
	return len(query) > 0
}

// ResolvePhone returns who has a number and lets owner find him by it; users.ErrNotFound for nobody and
// users.ErrPhone for what is no number.
func (s *Service) ResolvePhone(ctx context.Context, owner ids.User, typed string) (ids.User, error) {
	me, err := s.users.One(ctx, owner)
	if err != nil {
		return 0, err
	}
	phone, err := users.ParsePhone(typed, me.Phone)
	if err != nil {
		return 0, err
	}
	user, err := s.users.ByPhone(ctx, phone)
	if err != nil {
		return 0, err
	}
	allowed, err := s.users.Allowed(ctx, user, owner, users.AddedByPhone)
	if err == nil && !allowed {
		err = users.ErrNotFound
	}
	return user, err
}
