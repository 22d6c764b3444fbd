package groups

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// A NewGroup is a group to be.
type NewGroup struct {
	By     ids.User
	Title  string
	Users  []ids.User // to be added; who may not be is left out
	Period int32      // seconds after which messages go; 0: never
}

// Create makes a group. Those whose privacy does not let By add them are left out and returned as Missing.
// It fails with ErrTitle, ErrTooMany, ErrUser, ErrBot or ErrPeriod.
// Spec: https://core.telegram.org/method/messages.createChat
func (s *Service) Create(ctx context.Context, n NewGroup) (res Result, err error) {
	if n.Title, err = CleanTitle(n.Title); err != nil {
		return Result{}, err
	}
	if err := CheckPeriod(n.Period); err != nil {
		return Result{}, err
	}
	if len(n.Users) >= MaxMembers {
		return Result{}, ErrTooMany
	}
	welcome, missing, err := s.Addable(ctx, n.By, n.Users)
	if err != nil {
		return Result{}, err
	}
	id, err := s.db.NextID(ctx, Sequence)
	if err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.create(ctx, tx, ids.Chat(id), n, welcome)
		return err
	})
	res.Missing = missing
	return res, wrap(err, "create", ids.Chat(id))
}

// Sequence is the sequence of the ids of groups and channels. They differ from each other, and from those of people, whose
// sequence it is: mtcute 0.30 keeps what it knows of peers under their bare ids, and mistakes one for the other.
const Sequence = "user"

func (s *Service) create(ctx context.Context, tx *db.Tx, id ids.Chat, n NewGroup, welcome []ids.User) (Result, error) {
	g := Group{
		ID: id, Title: n.Title, Creator: n.By, Version: 1, Members: 1 + len(welcome), CreatedAt: now(),
		Settings: Settings{Period: n.Period},
	}
	if err := insertGroup(ctx, tx, g); err != nil {
		return Result{}, err
	}
	all := append([]ids.User{n.By}, welcome...)
	slices.Sort(all)
	for _, u := range all {
		m := Member{User: u, Inviter: n.By, JoinedAt: g.CreatedAt, Creator: u == n.By}
		if err := s.enter(ctx, tx, g, m); err != nil {
			return Result{}, err
		}
	}
	w, err := s.scribe.WriteInGroup(ctx, tx, id, n.By, actions.Action{Kind: actions.ChatCreate, Title: n.Title, Users: all})
	return Result{Group: g, Written: []Written{w}}, err
}

// enter writes down that m is in g now.
func (s *Service) enter(ctx context.Context, tx *db.Tx, g Group, m Member) error {
	if err := insertMember(ctx, tx, g.ID, m); err != nil {
		return err
	}
	role := Plain
	if m.Creator {
		role = Owner
	}
	if err := s.Belong(ctx, tx, m.User, g.ID.Peer(), In, role); err != nil {
		return err
	}
	s.came(tx, m.User, g.ID, true)
	return nil
}

// CleanTitle brings a title of a group or channel into the form that is kept, or fails with ErrTitle.
func CleanTitle(title string) (string, error) {
	title = users.CleanName(title)
	if n := utf8.RuneCountInString(title); n == 0 || n > MaxTitle {
		return "", ErrTitle
	}
	return title, nil
}

// CleanAbout brings a description into the form that is kept, or fails with ErrAbout.
func CleanAbout(about string) (string, error) {
	about = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' || r == '\u202e' {
			return -1
		}
		return r
	}, strings.TrimSpace(about))
	if utf8.RuneCountInString(about) > MaxAbout {
		return "", ErrAbout
	}
	return about, nil
}

// CleanRank brings a rank into the form that is kept, or fails with ErrRank.
// Spec: https://core.telegram.org/method/channels.editAdmin
func CleanRank(rank string) (string, error) {
	rank = users.CleanName(rank)
	if utf8.RuneCountInString(rank) > MaxRank {
		return "", ErrRank
	}
	for _, r := range rank {
		if r >= 0x1f000 || r >= 0x2600 && r < 0x27c0 || r == 0x200d || r == 0xfe0f {
			return "", ErrRank // emoji
		}
	}
	return rank, nil
}

// CheckPeriod returns ErrPeriod for a period after which messages cannot be deleted by themselves.
func CheckPeriod(period int32) error {
	if period < 0 || period > MaxPeriod || period > 0 && period < 60 {
		return ErrPeriod
	}
	return nil
}

// Addable returns, ascending, who of those asked may be added to a group or channel by somebody, and who may not for his
// privacy. It fails with ErrUser for somebody who is not there any more, and with ErrBot.
// Spec: https://core.telegram.org/api/invites#direct-invites
func (s *Service) Addable(ctx context.Context, by ids.User, asked []ids.User) (welcome, missing []ids.User, err error) {
	asked = slices.Clone(asked)
	slices.Sort(asked)
	asked = slices.DeleteFunc(slices.Compact(asked), func(u ids.User) bool { return u == by })
	found, err := s.users.Get(ctx, asked...)
	if err != nil {
		return nil, nil, err
	}
	if len(found) < len(asked) {
		return nil, nil, ErrUser
	}
	allowed, err := s.users.AllowedBy(ctx, asked, by, users.ChatInvite)
	if err != nil {
		return nil, nil, err
	}
	for _, u := range found {
		switch {
		case u.Deleted(), u.ID == ids.Service:
			return nil, nil, ErrUser
		case u.Bot && u.Settings.Bot != nil && u.Settings.Bot.NoGroups:
			return nil, nil, ErrBot
		case allowed[u.ID]:
			welcome = append(welcome, u.ID)
		default:
			missing = append(missing, u.ID)
		}
	}
	return welcome, missing, nil
}
