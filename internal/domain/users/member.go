package users

import (
	"context"
	"slices"

	"hermod/internal/domain/ids"
)

// Members returns in which of peers, groups and channels, user is now.
type Members func(ctx context.Context, user ids.User, peers ...ids.Peer) ([]ids.Peer, error)

// named returns the groups that the rules of u name.
func (u User) named() []int64 {
	var list []int64
	for _, rules := range u.rules {
		for _, r := range rules {
			list = append(list, r.Chats...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// addGroups fills in, for viewer and each of users, in which groups that the rules of the one name the other is.
func (s *Service) addGroups(ctx context.Context, viewer ids.User, users []ids.User, into map[ids.User]Relation) error {
	if s.members == nil {
		return nil
	}
	me, err := s.Get(ctx, viewer)
	if err != nil {
		return err
	}
	found, err := s.Get(ctx, users...)
	if err != nil {
		return err
	}
	for _, u := range found {
		r := into[u.ID]
		if r.Theirs.Groups, err = s.inGroups(ctx, viewer, u.named()); err != nil {
			return err
		}
		if len(me) > 0 {
			if r.Mine.Groups, err = s.inGroups(ctx, u.ID, me[0].named()); err != nil {
				return err
			}
		}
		into[u.ID] = r
	}
	return nil
}

// inGroups returns in which of groups user is. Rules name groups and channels by their bare ids.
func (s *Service) inGroups(ctx context.Context, user ids.User, groups []int64) ([]int64, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	peers := make([]ids.Peer, 0, 2*len(groups))
	for _, id := range groups {
		peers = append(peers, ids.Chat(id).Peer(), ids.Channel(id).Peer())
	}
	in, err := s.members(ctx, user, peers...)
	if err != nil {
		return nil, err
	}
	var list []int64
	for _, p := range in {
		list = append(list, int64(p.Chat())+int64(p.Channel())) // one of the two is 0
	}
	return list, nil
}

// RuleGroups returns which of groups, as a client named them in privacy rules, are ones in which user is, as peers.
func (s *Service) RuleGroups(ctx context.Context, user ids.User, groups []int64) ([]ids.Peer, error) {
	if s.members == nil || len(groups) == 0 {
		return nil, nil
	}
	peers := make([]ids.Peer, 0, 2*len(groups))
	for _, id := range groups[:min(len(groups), maxRulePeople)] {
		if id > 0 {
			peers = append(peers, ids.Chat(id).Peer(), ids.Channel(id).Peer())
		}
	}
	return s.members(ctx, user, peers...)
}
