package auth

import (
	"context"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Kind is a way for a code to reach somebody.
type Kind string

// The kinds.
const (
	App        Kind = "app"   // the user's other devices
	SMS        Kind = "sms"   // a text message
	Call       Kind = "call"  // a voice call
	Email      Kind = "email" // the login e-mail
	SetUpEmail Kind = "setup" // none yet: a login e-mail has to be given first
)

// chooseWays sets how the code goes out, and how it can go out after that.
func (s *Service) chooseWays(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) error {
	if isTestNumber(a.phone) {
		a.kind = SMS // nothing leaves the house: the code is known
		return nil
	}
	var ways []Kind
	if a.purpose == toSignIn && a.owner != 0 {
		own, err := s.ownWays(ctx, tx, a, sent)
		if err != nil {
			return err
		}
		ways = own
	}
	if a.purpose == toSignIn && len(ways) == 0 && !a.noEmail && s.mustSetUpEmail(a.owner) {
		ways = []Kind{SetUpEmail}
	}
	for _, k := range []Kind{SMS, Call} {
		if s.opts.Senders[k] != nil {
			ways = append(ways, k)
		}
	}
	if len(ways) == 0 && a.owner != 0 {
		ways = []Kind{SMS} // nothing is sent; whoever runs the server can tell the code (IssueCode)
	}
	if len(ways) == 0 {
		return ErrNotSent
	}
	a.kind, a.rest = ways[0], ways[1:]
	return nil
}

// mustSetUpEmail tells whether somebody without a login e-mail is asked for one: it is wanted, or it is the
// only way for a code to leave the house. An account that exists is not opened by an e-mail that is set up on
// the way: a code to the number has to follow.
func (s *Service) mustSetUpEmail(owner ids.User) bool {
	if s.opts.Senders[Email] == nil {
		return false
	}
	if s.opts.Senders[SMS] != nil || s.opts.Senders[Call] != nil {
		return s.opts.EmailRequired
	}
	return owner == 0
}

// ownWays are the ways to somebody who has an account already.
func (s *Service) ownWays(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) (ways []Kind, err error) {
	devices, err := countLogins(ctx, tx, a.owner, 0)
	if err != nil {
		return nil, err
	}
	if devices > 0 {
		ways = append(ways, App)
	}
	if s.opts.Senders[Email] == nil || a.noEmail {
		return ways, nil
	}
	mail, err := s.loginEmail(ctx, tx, a.owner)
	if err != nil || mail.address == "" {
		return ways, err
	}
	a.target, sent.EmailPattern = mail.address, emailPattern(mail.address)
	sent.EmailReset, sent.ResetDate = emailResetWait, mail.resetAt
	return append(ways, Email), nil
}

func joinKinds(kinds []Kind) string {
	var parts []string
	for _, k := range kinds {
		parts = append(parts, string(k))
	}
	return strings.Join(parts, ",")
}

func splitKinds(text string) (kinds []Kind) {
	for part := range strings.SplitSeq(text, ",") {
		if part != "" {
			kinds = append(kinds, Kind(part))
		}
	}
	return kinds
}

// next moves an attempt to the first of the ways that are left.
func (s *Service) next(ctx context.Context, tx *db.Tx, a *attempt, sent *Sent) (err error) {
	a.kind, a.rest = a.rest[0], a.rest[1:]
	if a.kind == Email {
		if a.owner, err = s.owner(ctx, tx, a.phone); err != nil {
			return err
		}
		if err := s.addressEmail(ctx, tx, a, sent); err != nil {
			return err
		}
	}
	return s.restart(ctx, tx, a, sent)
}
