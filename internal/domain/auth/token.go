package auth

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Errors of tokens.
var (
	// ErrTokenInvalid means a token that is none of ours.
	ErrTokenInvalid = errors.New("not a login token")
	// ErrTokenExpired means a token whose time is over.
	ErrTokenExpired = errors.New("login token expired")
	// ErrTokenUsed means a token whose key is signed in already.
	ErrTokenUsed = errors.New("login token was accepted already")
	// ErrTokenException means that the client does not want to be signed in to this account.
	ErrTokenException = errors.New("account is signed in on that client")
)

const (
	tokenLife   = 30 * time.Second
	maxExcept   = 8  // accounts that a token names
	tokenMAC    = 16 // bytes
	tokenPrefix = 8 + 4
)

// TokenAccepted is what travels on SubjectKeyLive: the token that a key shows as a QR code was accepted, and the
// client should ask for its result (updateLoginToken).
type TokenAccepted struct{}

// A LoginToken is what a client shows as a QR code. Nothing is stored for it: it names its key, and carries our MAC.
type LoginToken struct {
	Token     []byte
	ExpiresAt time.Time
	Login     *Login // instead of a token: the key is signed in
}

// ExportToken returns a token by which somebody signed in elsewhere can sign this key in, or the login if that
// has happened. except are accounts that the client has already.
// It fails with ErrAPIID, ErrUnknownKey, or ErrPasswordNeeded after a token was accepted.
// Spec: https://core.telegram.org/api/qr-login
func (s *Service) ExportToken(ctx context.Context, by Caller, apiID int32, except []int64) (LoginToken, error) {
	if apiID == 0 {
		return LoginToken{}, ErrAPIID
	}
	l, err := s.current(ctx, by.Key)
	if err != nil || l != nil {
		return LoginToken{Login: l}, err
	}
	expires := s.now().Add(tokenLife)
	return LoginToken{Token: s.sealToken(by.Key, expires, except), ExpiresAt: expires}, nil
}

// current returns the login of a key, nil if there is none. It fails with ErrUnknownKey or ErrPasswordNeeded.
func (s *Service) current(ctx context.Context, key ids.AuthKey) (*Login, error) {
	r, err := s.load(ctx, key)
	if err != nil || r.user == 0 {
		return nil, err
	}
	if r.pending {
		return nil, ErrPasswordNeeded
	}
	return &Login{User: r.user, Key: key}, nil
}

// sealToken writes key, expiry, the accounts not wanted, and a MAC over them.
func (s *Service) sealToken(key ids.AuthKey, expires time.Time, except []int64) []byte {
	t := binary.LittleEndian.AppendUint64(nil, uint64(key))
	t = binary.LittleEndian.AppendUint32(t, uint32(expires.Unix()))
	for _, user := range except[:min(len(except), maxExcept)] {
		t = binary.LittleEndian.AppendUint64(t, uint64(user))
	}
	return append(t, s.mac("token", t)[:tokenMAC]...)
}

// openToken reads a token. It fails with ErrTokenInvalid or ErrTokenExpired.
func (s *Service) openToken(token []byte) (key ids.AuthKey, except []ids.User, err error) {
	n := len(token) - tokenMAC
	if n < tokenPrefix || (n-tokenPrefix)%8 != 0 || n > tokenPrefix+8*maxExcept ||
		!hmac.Equal(s.mac("token", token[:n])[:tokenMAC], token[n:]) {
		return 0, nil, ErrTokenInvalid
	}
	le := binary.LittleEndian
	if expires := time.Unix(int64(le.Uint32(token[8:])), 0); !s.now().Before(expires) {
		return 0, nil, ErrTokenExpired
	}
	for at := tokenPrefix; at < n; at += 8 {
		except = append(except, ids.User(le.Uint64(token[at:])))
	}
	return ids.AuthKey(le.Uint64(token)), except, nil
}

// AcceptToken signs the key that shows a token in to user's account, as far as that goes without the password,
// and tells its sessions.
// It fails with ErrTokenInvalid, ErrTokenExpired, ErrTokenUsed or ErrTokenException.
// Spec: https://core.telegram.org/method/auth.acceptLoginToken
func (s *Service) AcceptToken(ctx context.Context, user ids.User, token []byte) (Login, error) {
	key, except, err := s.openToken(token)
	if err != nil {
		return Login{}, err
	}
	if slices.Contains(except, user) {
		return Login{}, ErrTokenException
	}
	var l Login
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		free, err := claim(ctx, tx, key, 0)
		if err == nil && !free {
			err = ErrTokenUsed
		}
		if err != nil {
			return err
		}
		if l, _, err = s.enter(ctx, tx, user, Caller{Key: key}); err != nil {
			return err
		}
		l.Notices = nil // the owner has just done it himself
		s.tellAccepted(tx, key)
		return nil
	})
	return l, err
}

// tellAccepted wakes the sessions that show the token.
func (s *Service) tellAccepted(tx *db.Tx, key ids.AuthKey) {
	tx.OnCommit(func() {
		s.bus.Publish(bus.Message{Subject: SubjectKeyLive, Key: int64(key), Data: []byte("token"), Value: TokenAccepted{}})
	})
}

// ImportToken returns what became of a token that this key got elsewhere. All our data centres are one, so it is the
// key's own token, accepted or not yet.
// It fails with ErrTokenInvalid, ErrTokenExpired, ErrUnknownKey or ErrPasswordNeeded.
// Spec: https://core.telegram.org/method/auth.importLoginToken
func (s *Service) ImportToken(ctx context.Context, by Caller, token []byte) (LoginToken, error) {
	l, err := s.current(ctx, by.Key)
	if err != nil || l != nil {
		return LoginToken{Login: l}, err
	}
	key, _, err := s.openToken(token)
	if err == nil && key != by.Key {
		err = ErrTokenInvalid
	}
	if err != nil {
		return LoginToken{}, err
	}
	expires := time.Unix(int64(binary.LittleEndian.Uint32(token[8:])), 0)
	return LoginToken{Token: token, ExpiresAt: expires}, nil
}
