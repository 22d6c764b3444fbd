package users

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"unicode/utf8"

	"hermod/internal/domain/ids"
)

// Errors of bots that set what they understand.
var (
	// ErrCommand means a command that nobody can write.
	ErrCommand = errors.New("not a command")
	// ErrCommandText means a command with nothing, or too much, said of it.
	ErrCommandText = errors.New("description of a command is empty or too long")
	// ErrCommands means more commands than a bot can have.
	ErrCommands = errors.New("too many commands")
	// ErrLanguage means a language that is no code of two letters.
	ErrLanguage = errors.New("not a language")
	// ErrNoBot means that a person sets what only bots have.
	ErrNoBot = errors.New("not a bot")
)

// Bounds.
const (
	maxCommandText = 256 // characters
	maxCommands    = 100 // of a scope and language
	maxAllCommands = 500 // of a bot
)

var (
	commandShape  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageShape = regexp.MustCompile(`^([a-z]{2})?$`)
)

// A Command is a word that a bot understands after a slash.
type Command struct {
	Name string `json:"n"`
	Text string `json:"t"` // what it does
}

// A ScopeKind is for whom commands are.
type ScopeKind string

// The kinds of scopes.
const (
	InAll         ScopeKind = ""
	InPrivate     ScopeKind = "private" // in all chats with people
	InGroups      ScopeKind = "groups"
	ForAdmins     ScopeKind = "admins" // of all groups
	InPeer        ScopeKind = "peer"
	ForPeerAdmins ScopeKind = "peer_admins"
	ForPeerUser   ScopeKind = "peer_user"
)

// A CommandScope is where commands are offered.
// Spec: https://core.telegram.org/api/bots/commands
type CommandScope struct {
	Kind ScopeKind `json:"k,omitempty"`
	Peer ids.Peer  `json:"p,omitempty"` // of the kinds of one chat
	User ids.User  `json:"u,omitempty"` // of ForPeerUser
}

// A CommandSet are the commands of a scope in a language; "" is for those who have none of their own.
type CommandSet struct {
	Scope    CommandScope `json:"s,omitzero"`
	Language string       `json:"l,omitempty"`
	Commands []Command    `json:"c"`
}

// Commands returns what was set for exactly this scope and language.
func (b *BotInfo) Commands(scope CommandScope, language string) []Command {
	for _, set := range b.CommandSets {
		if set.Scope == scope && set.Language == language {
			return set.Commands
		}
	}
	return nil
}

// CommandsFor returns what is offered to somebody of a language where scopes hold, the narrowest first.
func (b *BotInfo) CommandsFor(language string, scopes ...CommandScope) []Command {
	for _, scope := range scopes {
		for _, l := range []string{language, ""} {
			if found := b.Commands(scope, l); found != nil {
				return found
			}
		}
	}
	return nil
}

// SetCommands sets what bot understands in a scope, to those of a language; none takes back what was set. It fails with
// ErrNoBot, or for a set that is not allowed.
// Spec: https://core.telegram.org/method/bots.setBotCommands
func (s *Service) SetCommands(ctx context.Context, bot ids.User, set CommandSet) error {
	if err := set.check(); err != nil {
		return err
	}
	_, err := s.edit(ctx, bot, func(u *User) ([]Change, error) {
		if u.Settings.Bot == nil {
			return nil, ErrNoBot
		}
		if err := u.Settings.Bot.put(set); err != nil {
			return nil, err
		}
		return []Change{ChangedProfile}, nil
	})
	return err
}

func (b *BotInfo) put(set CommandSet) error {
	b.CommandSets = slices.DeleteFunc(b.CommandSets, func(old CommandSet) bool {
		return old.Scope == set.Scope && old.Language == set.Language
	})
	if len(set.Commands) > 0 {
		b.CommandSets = append(b.CommandSets, set)
	}
	n := 0
	for _, one := range b.CommandSets {
		n += len(one.Commands)
	}
	if n > maxAllCommands {
		return ErrCommands
	}
	b.InfoVersion = max(b.InfoVersion, 1) + 1
	return nil
}

func (s CommandSet) check() error {
	switch {
	case len(s.Commands) > maxCommands:
		return ErrCommands
	case !languageShape.MatchString(s.Language):
		return ErrLanguage
	}
	for _, c := range s.Commands {
		if !commandShape.MatchString(c.Name) {
			return ErrCommand
		}
		if n := utf8.RuneCountInString(c.Text); n == 0 || n > maxCommandText || !utf8.ValidString(c.Text) {
			return ErrCommandText
		}
	}
	return nil
}
