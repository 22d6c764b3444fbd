// Package invites is links into groups and channels: who made them, who came by them, and who asks to be let in. A link is a
// random hash; knowing it is all one needs.
//
// It owns the tables invite, invite_hash, invite_importer and join_request. Package groups or channels lets people in; their
// rows are locked first, those of a link after them.
package invites

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's; those of groups, channels and rights come on top.
var (
	// ErrHash means a link that there never was, or that is not one of this group.
	ErrHash = errors.New("no such invite link")
	// ErrExpired means a link that does not work any more, or not for this user.
	ErrExpired = errors.New("invite link has expired")
	// ErrAsked means that the user has asked to be let in, and waits for an admin.
	ErrAsked = errors.New("asked to be let in")
	// ErrNoRequest means a request that is not there any more.
	ErrNoRequest = errors.New("no such request to join")
	// ErrPermanent means limits for a primary link, which has none.
	ErrPermanent = errors.New("primary link has no limits")
	// ErrRevoked means an edit of a link that was revoked.
	ErrRevoked = errors.New("invite link was revoked")
	// ErrNotRevoked means a link that has to be revoked before it is deleted.
	ErrNotRevoked = errors.New("invite link was not revoked")
	// ErrLimit means a number of uses that cannot be, or one together with approval.
	ErrLimit = errors.New("no such limit of uses")
	// ErrExpiry means an expiry in the past.
	ErrExpiry = errors.New("expiry is in the past")
	// ErrTitle means a title that is too long.
	ErrTitle = errors.New("title of the link is too long")
	// ErrTooMany means that an admin has as many links as one can have.
	ErrTooMany = errors.New("too many invite links")
)

// Bounds.
const (
	MaxTitle = 32 // characters
	MaxUses  = 99_999
	MaxLinks = 1000 // of one admin in one group, revoked ones included
	MaxPage  = 100
	maxAbout = 255 // of a request

	hashBytes = 12
)

// A Service answers for invite links. Safe for concurrent use.
type Service struct {
	db       *db.DB
	log      *updates.Log
	users    *users.Service
	groups   *groups.Service
	channels *channels.Service
}

// New makes the service.
func New(d *db.DB, log *updates.Log, u *users.Service, c *channels.Service) *Service {
	return &Service{db: d, log: log, users: u, groups: c.Groups(), channels: c}
}

// An Invite is a link into a group or channel. It is stored as JSON in the log of admins.
type Invite struct {
	Peer      ids.Peer
	Hash      string
	Admin     ids.User // who made it
	Title     string
	CreatedAt time.Time
	ChangedAt time.Time // when ExpiresAt or MaxUses last changed; zero: never
	ExpiresAt time.Time // zero: never
	MaxUses   int       // 0: any number
	Uses      int
	Approval  bool // who comes has to be let in by an admin
	Primary   bool // the one that each admin has, without limits
	Revoked   bool
	Requested int // how many wait to be let in
}

// Works reports whether one can still come by i at now.
func (i Invite) Works(now time.Time) bool {
	return !i.Revoked && (i.ExpiresAt.IsZero() || now.Before(i.ExpiresAt)) && (i.MaxUses == 0 || i.Uses < i.MaxUses)
}

// Limits are what an admin chooses about a link; nil stays as it is.
type Limits struct {
	Title     *string
	ExpiresAt *time.Time // the zero time: never
	MaxUses   *int       // 0: any number
	Approval  *bool
}

func (l Limits) apply(i Invite) (Invite, error) {
	before := i
	if l.Title != nil {
		i.Title = users.CleanName(*l.Title)
	}
	if l.ExpiresAt != nil {
		i.ExpiresAt = *l.ExpiresAt
	}
	if l.MaxUses != nil {
		i.MaxUses = *l.MaxUses
	}
	if l.Approval != nil {
		i.Approval = *l.Approval
	}
	switch {
	case utf8.RuneCountInString(i.Title) > MaxTitle:
		return i, ErrTitle
	case i.MaxUses < 0 || i.MaxUses > MaxUses, i.MaxUses > 0 && i.Approval:
		return i, ErrLimit
	case i.ExpiresAt != before.ExpiresAt && !i.ExpiresAt.IsZero() && !i.ExpiresAt.After(time.Now()):
		return i, ErrExpiry
	case i.Primary && (i.MaxUses > 0 || !i.ExpiresAt.IsZero() || i.Title != "" || i.Approval):
		return i, ErrPermanent
	}
	return i, nil
}

// newHash makes a hash that nobody can guess.
func newHash() (string, error) {
	var b [hashBytes]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// A host is a group or channel into which links lead, as an admin sees it.
type host struct {
	peer    ids.Peer
	creator bool
}

// host checks that by may make and see links into peer: he is an admin who may invite. It fails with
// rights.ErrAdminRequired, and with what See of groups and channels fails.
func (s *Service) host(ctx context.Context, by ids.User, peer ids.Peer) (host, error) {
	if ch := peer.Channel(); ch != 0 {
		v, err := s.channels.CheckAdmin(ctx, ch, by, rights.AdminInviteUsers)
		return host{peer, v.Me.Creator}, err
	}
	chat := peer.Chat()
	if chat == 0 {
		return host{}, groups.ErrNotFound
	}
	v, err := s.groups.See(ctx, by, chat)
	if err == nil && !v.Me.Admin {
		err = rights.ErrAdminRequired
	}
	return host{peer, v.Me.Creator}, err
}

// of is host for the links of admin: those of others only the owner may see.
func (s *Service) of(ctx context.Context, by ids.User, peer ids.Peer, admin ids.User) error {
	h, err := s.host(ctx, by, peer)
	if err == nil && admin != by && !h.creator {
		err = rights.ErrAdminRequired
	}
	return err
}

// record writes into the admin log of a channel; basic groups have none.
func (s *Service) record(
	ctx context.Context, tx *db.Tx, peer ids.Peer, by ids.User, kind channels.LogKind, before, after any,
) error {
	ch := peer.Channel()
	if ch == 0 {
		return nil
	}
	e, err := channels.Event(kind, before, after)
	if err != nil {
		return err
	}
	return s.channels.Record(ctx, tx, ch, by, e)
}

// wrap says what was being done, unless nothing went wrong.
func wrap(err error, doing string, peer ids.Peer) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s of %d: %w", doing, peer, err)
}

func now() time.Time { return time.Now().Truncate(time.Second) }
