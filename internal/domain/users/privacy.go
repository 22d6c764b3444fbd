package users

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// A PrivacyKey names something that others may see or do.
// Spec: https://core.telegram.org/api/privacy
type PrivacyKey string

// The keys, named as in the schema.
const (
	StatusTimestamp   PrivacyKey = "StatusTimestamp"
	ChatInvite        PrivacyKey = "ChatInvite"
	PhoneCall         PrivacyKey = "PhoneCall"
	PhoneP2P          PrivacyKey = "PhoneP2P"
	Forwards          PrivacyKey = "Forwards"
	ProfilePhoto      PrivacyKey = "ProfilePhoto"
	PhoneNumber       PrivacyKey = "PhoneNumber"
	AddedByPhone      PrivacyKey = "AddedByPhone"
	VoiceMessages     PrivacyKey = "VoiceMessages"
	About             PrivacyKey = "About"
	BirthdayKey       PrivacyKey = "Birthday"
	StarGiftsAutoSave PrivacyKey = "StarGiftsAutoSave"
	NoPaidMessages    PrivacyKey = "NoPaidMessages"
	SavedMusic        PrivacyKey = "SavedMusic"
)

// A RuleKind says whom a rule speaks of, and whether it lets them.
type RuleKind string

// The rules, named as in the schema.
const (
	AllowAll          RuleKind = "AllowAll"
	AllowContacts     RuleKind = "AllowContacts"
	AllowCloseFriends RuleKind = "AllowCloseFriends"
	AllowPremium      RuleKind = "AllowPremium"
	AllowBots         RuleKind = "AllowBots"
	AllowUsers        RuleKind = "AllowUsers"
	AllowChats        RuleKind = "AllowChatParticipants"
	DisallowAll       RuleKind = "DisallowAll"
	DisallowContacts  RuleKind = "DisallowContacts"
	DisallowBots      RuleKind = "DisallowBots"
	DisallowUsers     RuleKind = "DisallowUsers"
	DisallowChats     RuleKind = "DisallowChatParticipants"
)

// A Rule lets some people see or do something, or does not.
type Rule struct {
	Kind  RuleKind   `json:"kind"`
	Users []ids.User `json:"users,omitempty"` // of AllowUsers and DisallowUsers
	Chats []int64    `json:"chats,omitempty"` // of the rules for chats: ids of groups or channels, without their kind
}

// Bounds of rules.
const (
	maxRules      = 16
	maxRulePeople = 1000
)

// ErrRules means privacy rules that are too many, name too many, or name an unknown kind.
var ErrRules = errors.New("privacy rules are wrong")

// standard is what holds for a key that was not set.
var standard = map[PrivacyKey]RuleKind{
	PhoneNumber: AllowContacts, PhoneP2P: AllowContacts, BirthdayKey: AllowContacts,
	StarGiftsAutoSave: AllowContacts, NoPaidMessages: AllowContacts,
}

// Rules returns what holds for key, of an account as Get returned it.
func (u User) Rules(key PrivacyKey) []Rule {
	if rules, ok := u.rules[key]; ok {
		return rules
	}
	if kind, ok := standard[key]; ok {
		return []Rule{{Kind: kind}}
	}
	return []Rule{{Kind: AllowAll}}
}

// A Viewer is the one who asks, as the rules of another look at him.
type Viewer struct {
	ID  ids.User
	Bot bool
}

// Shows tells whether u lets viewer see or do what key names. rel is how viewer stands to u. Nobody hides from
// himself, and who is blocked gets nothing.
func (u User) Shows(key PrivacyKey, viewer Viewer, rel Relation) bool {
	switch {
	case viewer.ID == u.ID:
		return true
	case u.Deleted(), rel.Theirs.Blocked && key != AddedByPhone: // who has the number finds the account all the same
		return false
	}
	return verdict(u.Rules(key), viewer, rel.Theirs)
}

// order is the order in which rules count: what is said of a single person before what is said of a kind of
// people, a no before a yes, and what is said of all at last. What no rule speaks of is forbidden.
var order = []RuleKind{
	DisallowUsers, AllowUsers, DisallowChats, AllowChats, DisallowBots, AllowBots, AllowCloseFriends, DisallowContacts,
	AllowContacts, AllowPremium, DisallowAll, AllowAll,
}

func verdict(rules []Rule, viewer Viewer, tie Tie) bool {
	for _, kind := range order {
		for _, rule := range rules {
			if rule.Kind == kind && rule.means(viewer, tie) {
				return kind.allows()
			}
		}
	}
	return false
}

// means tells whether the rule speaks of viewer, whom its owner keeps as tie.
func (r Rule) means(viewer Viewer, tie Tie) bool {
	switch r.Kind {
	case AllowAll, DisallowAll:
		return true
	case AllowContacts, DisallowContacts:
		return tie.Contact
	case AllowCloseFriends:
		return tie.CloseFriend
	case AllowBots, DisallowBots:
		return viewer.Bot
	case AllowUsers, DisallowUsers:
		return slices.Contains(r.Users, viewer.ID)
	case AllowChats, DisallowChats:
		return slices.ContainsFunc(r.Chats, func(id int64) bool { return slices.Contains(tie.Groups, id) })
	}
	return false // nobody is premium
}

func (k RuleKind) allows() bool {
	switch k {
	case AllowAll, AllowContacts, AllowCloseFriends, AllowPremium, AllowBots, AllowUsers, AllowChats:
		return true
	}
	return false
}

// Allowed tells whether owner lets viewer see or do what key names.
func (s *Service) Allowed(ctx context.Context, owner, viewer ids.User, key PrivacyKey) (bool, error) {
	allowed, err := s.AllowedBy(ctx, []ids.User{owner}, viewer, key)
	return allowed[owner], err
}

// AllowedBy tells which of owners let viewer see or do what key names.
func (s *Service) AllowedBy(ctx context.Context, owners []ids.User, viewer ids.User, key PrivacyKey) (map[ids.User]bool, error) {
	me, err := s.One(ctx, viewer)
	if err != nil {
		return nil, err
	}
	found, err := s.Get(ctx, owners...)
	if err != nil {
		return nil, err
	}
	who := make([]ids.User, len(found))
	for i, u := range found {
		who[i] = u.ID
	}
	relations, err := s.Relations(ctx, viewer, who)
	if err != nil {
		return nil, err
	}
	allowed := make(map[ids.User]bool, len(found))
	for i, u := range found {
		allowed[u.ID] = u.Shows(key, Viewer{ID: viewer, Bot: me.Bot}, relations[i])
	}
	return allowed, nil
}

// Privacy returns the rules of user for key.
func (s *Service) Privacy(ctx context.Context, user ids.User, key PrivacyKey) ([]Rule, error) {
	u, err := s.One(ctx, user)
	if err != nil {
		return nil, err
	}
	return u.Rules(key), nil
}

// SetPrivacy replaces the rules of user for key and tells his other sessions. It fails with ErrRules.
func (s *Service) SetPrivacy(ctx context.Context, user ids.User, key PrivacyKey, rules []Rule) error {
	if err := checkRules(rules); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.SetPrivacyTx(ctx, tx, user, key, rules) })
	if err != nil {
		return fmt.Errorf("privacy of user %d: %w", user, err)
	}
	switch key {
	case ProfilePhoto, PhoneNumber, About, BirthdayKey:
		s.tell(ctx, user, Changed{User: user, What: ChangedProfile})
	case StatusTimestamp:
		s.tell(ctx, user, StatusChanged{User: user})
	}
	return nil
}

// SetPrivacyTx is SetPrivacy inside a transaction, without telling others.
func (s *Service) SetPrivacyTx(ctx context.Context, tx *db.Tx, user ids.User, key PrivacyKey, rules []Rule) error {
	text, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	const set = `INSERT INTO privacy_rule (user_id, key, rules) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, key) DO UPDATE SET rules = excluded.rules`
	if _, err := tx.Exec(ctx, set, user, key, string(text)); err != nil {
		return err
	}
	s.Touch(tx, user)
	return s.log.Note(ctx, tx, user.Peer(), updates.Privacy{Key: string(key)})
}

// LetSee makes an exception in owner's rules for key: user may. It does nothing where all may, or he is named.
// It fails with ErrNotFound.
func (s *Service) LetSee(ctx context.Context, tx *db.Tx, owner, user ids.User, key PrivacyKey) error {
	u, err := readLocked(ctx, tx, owner)
	if err != nil {
		return err
	}
	rules, changed := withException(u.Rules(key), user)
	if !changed {
		return nil
	}
	return s.SetPrivacyTx(ctx, tx, owner, key, rules)
}

// withException returns rules that allow user, and whether they differ from rules.
func withException(rules []Rule, user ids.User) ([]Rule, bool) {
	changed := make([]Rule, 0, len(rules)+1)
	var allow Rule
	for _, r := range rules {
		switch {
		case r.Kind == AllowUsers:
			allow = r
			continue
		case r.Kind == DisallowUsers && slices.Contains(r.Users, user):
			r.Users = slices.DeleteFunc(slices.Clone(r.Users), func(id ids.User) bool { return id == user })
			if len(r.Users) == 0 {
				continue
			}
		case r.Kind == AllowAll && len(rules) == 1:
			return rules, false
		}
		changed = append(changed, r)
	}
	if slices.Contains(allow.Users, user) || len(allow.Users) >= maxRulePeople {
		return rules, false
	}
	allow.Kind, allow.Users = AllowUsers, append(slices.Clone(allow.Users), user)
	return append([]Rule{allow}, changed...), true
}

func checkRules(rules []Rule) error {
	if len(rules) > maxRules {
		return ErrRules
	}
	for _, r := range rules {
		if !slices.Contains(order, r.Kind) || len(r.Users) > maxRulePeople || len(r.Chats) > maxRulePeople {
			return ErrRules
		}
	}
	return nil
}
