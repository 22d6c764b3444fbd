package reactions

import (
	"slices"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

// count returns what a message shows once actor has his new reactions instead of the old ones. Of each reaction it keeps
// the maxShown who gave it last. lost are the reactions of which more people could be shown than are left.
func count(old *messages.ReactionSummary, actor ids.Peer, before, after []messages.Reactor) (
	next *messages.ReactionSummary, lost []messages.Reaction,
) {
	next = &messages.ReactionSummary{}
	if old != nil {
		next.Counts = slices.Clone(old.Counts)
		next.Recent = slices.Clone(old.Recent)
		next.Tags = old.Tags
	}
	for _, r := range before {
		if !given(after, r.Reaction) {
			add(next, r.Reaction, -1)
		}
	}
	for _, r := range after {
		if !given(before, r.Reaction) {
			add(next, r.Reaction, 1)
		}
	}
	next.Recent = slices.DeleteFunc(next.Recent, func(r messages.Reactor) bool { return r.Actor == actor })
	next.Recent = append(slices.Clone(after), next.Recent...)
	trim(next)
	for _, c := range next.Counts {
		if shown(next, c.Reaction) < min(c.N, maxShown) {
			lost = append(lost, c.Reaction)
		}
	}
	if len(next.Counts) == 0 {
		return nil, nil
	}
	return next, lost
}

func given(list []messages.Reactor, x messages.Reaction) bool {
	return slices.ContainsFunc(list, func(r messages.Reactor) bool { return r.Reaction == x })
}

// add changes the count of a reaction and keeps the counts in order: the higher first, of equal ones the older.
func add(s *messages.ReactionSummary, r messages.Reaction, by int) {
	i := slices.IndexFunc(s.Counts, func(c messages.ReactionCount) bool { return c.Reaction == r })
	if i < 0 {
		s.Counts = append(s.Counts, messages.ReactionCount{Reaction: r})
		i = len(s.Counts) - 1
	}
	s.Counts[i].N += by
	s.Counts = slices.DeleteFunc(s.Counts, func(c messages.ReactionCount) bool { return c.N <= 0 })
	slices.SortStableFunc(s.Counts, func(a, b messages.ReactionCount) int { return b.N - a.N })
}

// trim keeps the first maxShown people of each reaction that is left.
func trim(s *messages.ReactionSummary) {
	seen := make(map[messages.Reaction]int)
	for _, c := range s.Counts {
		seen[c.Reaction] = maxShown
	}
	s.Recent = slices.DeleteFunc(s.Recent, func(r messages.Reactor) bool {
		seen[r.Reaction]--
		return seen[r.Reaction] < 0
	})
}

func shown(s *messages.ReactionSummary, r messages.Reaction) (n int) {
	for _, who := range s.Recent {
		if who.Reaction == r {
			n++
		}
	}
	return n
}

// sortRecent puts the newest first.
func sortRecent(list []messages.Reactor) {
	slices.SortStableFunc(list, func(a, b messages.Reactor) int {
		switch {
		case a.Date != b.Date:
			return int(b.Date - a.Date)
		case a.Actor != b.Actor:
			return int(min(max(b.Actor-a.Actor, -1), 1))
		}
		return a.Place - b.Place
	})
}
