// Package translate has texts translated by whoever the operator chose: a program on this machine or a service
// elsewhere, which then sees the texts. Nothing is translated unless one is configured.
//
// It also keeps for which chats a user has put the offer to translate away (table untranslated). Callers are the handlers.
package translate

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// Errors of this package.
var (
	// ErrOff means that no provider is configured.
	ErrOff = errors.New("translations are not configured")
	// ErrLanguage means a language code that is none, or that the provider does not know.
	ErrLanguage = errors.New("no such language")
	// ErrEmpty means nothing to translate.
	ErrEmpty = errors.New("nothing to translate")
	// ErrTooLong means more text than is translated at once.
	ErrTooLong = errors.New("too much to translate")
	// ErrFailed means that the provider did not translate.
	ErrFailed = errors.New("the translation has failed")
	// ErrSlow means that the provider took too long.
	ErrSlow = errors.New("the translation takes too long")
)

// A Provider translates. It fails with ErrLanguage, ErrFailed, or the error of ctx.
type Provider interface {
	// Translate returns the texts in the language to, in their order.
	Translate(ctx context.Context, texts []string, to string) ([]string, error)
}

// Bounds.
const (
	MaxTexts  = 20
	maxUnits  = 20 << 10 // of all texts
	atOnce    = 4
	waitTime  = 15 * time.Second
	maxHidden = 5000 // chats that one user has put the offer away for
)

// A Service translates. Safe for concurrent use.
type Service struct {
	db       *db.DB
	provider Provider // nil: none
	running  *semaphore.Weighted
}

// New makes the service; provider may be nil.
func New(d *db.DB, provider Provider) *Service {
	return &Service{db: d, provider: provider, running: semaphore.NewWeighted(atOnce)}
}

// On reports whether there is a provider.
func (s *Service) On() bool { return s.provider != nil }

// language is a code as clients send it: two or three letters, perhaps with a script or country.
var language = regexp.MustCompile(`^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?$`)

// Text translates texts into a language; what stood over them as entities is lost. It fails with an error of this package.
func (s *Service) Text(ctx context.Context, texts []text.Text, to string) ([]text.Text, error) {
	switch {
	case s.provider == nil:
		return nil, ErrOff
	case !language.MatchString(to):
		return nil, ErrLanguage
	}
	plain, err := strip(texts)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	if err := s.running.Acquire(ctx, 1); err != nil {
		return nil, ErrSlow
	}
	defer s.running.Release(1)
	done, err := s.provider.Translate(ctx, plain, strings.ToLower(to))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, ErrSlow
	case err != nil:
		return nil, err
	case len(done) != len(plain):
		return nil, fmt.Errorf("%d answers to %d texts: %w", len(done), len(plain), ErrFailed)
	}
	return dress(done)
}

// strip fails with ErrEmpty or ErrTooLong.
func strip(texts []text.Text) ([]string, error) {
	plain, total := make([]string, len(texts)), 0
	for i, t := range texts {
		plain[i] = t.String
		total += text.Units(t.String)
	}
	switch {
	case total == 0:
		return nil, ErrEmpty
	case len(texts) > MaxTexts || total > maxUnits:
		return nil, ErrTooLong
	}
	return plain, nil
}

// dress makes texts of what came back, which is no more trusted than what people send.
func dress(done []string) ([]text.Text, error) {
	all := make([]text.Text, len(done))
	for i, s := range done {
		if text.Units(s) > 4*maxUnits {
			return nil, fmt.Errorf("an answer without end: %w", ErrFailed)
		}
		clean, err := text.Clean(text.Text{String: s})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFailed, err)
		}
		all[i] = text.Find(clean)
	}
	return all, nil
}

// SetHidden keeps whether owner has put the offer to translate peer away.
// Spec: https://core.telegram.org/method/messages.togglePeerTranslations
func (s *Service) SetHidden(ctx context.Context, owner ids.User, peer ids.Peer, hidden bool) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if !hidden {
			const show = `DELETE FROM untranslated WHERE owner = $1 AND peer = $2`
			_, err := tx.Exec(ctx, show, owner, peer)
			return err
		}
		const hide = `INSERT INTO untranslated (owner, peer) SELECT $1, $2
			WHERE (SELECT COUNT(*) FROM untranslated WHERE owner = $3) < $4 ON CONFLICT (owner, peer) DO NOTHING`
		_, err := tx.Exec(ctx, hide, owner, peer, owner, maxHidden)
		return err
	})
	if err != nil {
		return fmt.Errorf("translations of user %d: %w", owner, err)
	}
	return nil
}

// Hidden reports whether owner has put the offer to translate peer away.
func (s *Service) Hidden(ctx context.Context, owner ids.User, peer ids.Peer) (hidden bool, err error) {
	const get = `SELECT COUNT(*) FROM untranslated WHERE owner = $1 AND peer = $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, get, owner, peer).Scan(&hidden) })
	if err != nil {
		return false, fmt.Errorf("translations of user %d: %w", owner, err)
	}
	return hidden, nil
}
