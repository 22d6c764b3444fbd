package auth

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Errors of transfers.
var (
	// ErrDC means a data centre that does not exist.
	ErrDC = errors.New("no such data centre")
	// ErrTransfer means bytes that carry no authorization, or not any more.
	ErrTransfer = errors.New("not an exported authorization")
)

const (
	transferLife = 5 * time.Minute
	transferSize = 8 + 8 + 4 + 32
)

// Export returns bytes by which another key of the same client can be signed in as well: clients do so for each
// data centre they know, and all of ours are one. It fails with ErrDC.
// Spec: https://core.telegram.org/method/auth.exportAuthorization
func (s *Service) Export(user ids.User, key ids.AuthKey, dc int32) ([]byte, error) {
	if n := max(dc, -dc) % 10000; n < 1 || n > 5 {
		return nil, ErrDC
	}
	t := binary.LittleEndian.AppendUint64(nil, uint64(user))
	t = binary.LittleEndian.AppendUint64(t, uint64(key))
	t = binary.LittleEndian.AppendUint32(t, uint32(s.now().Add(transferLife).Unix()))
	return append(t, s.mac("transfer", t)...), nil
}

// Import signs a key in by what Export returned. The new login is a part of the first: it is not listed, and ends
// with it. It fails with ErrTransfer.
// Spec: https://core.telegram.org/method/auth.importAuthorization
func (s *Service) Import(ctx context.Context, by Caller, user ids.User, token []byte) (Login, error) {
	parent, err := s.openTransfer(user, token)
	if err != nil {
		return Login{}, err
	}
	bot, err := s.isBot(ctx, user)
	if err != nil {
		return Login{}, err
	}
	var l Login
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		ok, err := claim(ctx, tx, parent, user)
		if err == nil && !ok {
			err = ErrTransfer
		}
		if err != nil {
			return err
		}
		l, err = s.attach(ctx, tx, entry{user: user, bot: bot, parent: parent, by: by})
		return err
	})
	return l, err
}

// attach makes a key a part of the login that e.parent belongs to. Parts have no parts of their own, so that the end of
// a login finds all of them. A key that is a login by itself stays one.
func (s *Service) attach(ctx context.Context, tx *db.Tx, e entry) (Login, error) {
	root, err := rootOf(ctx, tx, e.user, e.parent)
	if err != nil {
		return Login{}, err
	}
	if root != e.parent {
		if ok, err := claim(ctx, tx, root, e.user); err != nil || !ok {
			return Login{}, errors.Join(err, ErrTransfer)
		}
	}
	own, err := loginOf(ctx, tx, e.user, e.by.Key)
	if err != nil && !errors.Is(err, ErrHash) {
		return Login{}, err
	}
	if err == nil && !own.Pending {
		return own, nil
	}
	if err == nil { // it waits for the password, and may have parts from before
		if err := s.end(ctx, tx, e.user, e.by.Key); err != nil {
			return Login{}, err
		}
	}
	if err := s.makeRoom(ctx, tx, e.user, root); err != nil {
		return Login{}, err
	}
	e.parent = root
	return s.authorize(ctx, tx, e)
}

// makeRoom ends the oldest part of a login that has too many.
func (s *Service) makeRoom(ctx context.Context, tx *db.Tx, user ids.User, root ids.AuthKey) error {
	var n int
	const count = `SELECT COUNT(*) FROM login WHERE user_id = $1 AND parent_id = $2`
	if err := tx.QueryRow(ctx, count, user, root).Scan(&n); err != nil {
		return fmt.Errorf("count the parts of a login: %w", err)
	}
	if n < maxParts {
		return nil
	}
	return s.endOldest(ctx, tx, user, 0, root)
}

func (s *Service) isBot(ctx context.Context, user ids.User) (bool, error) {
	u, err := s.users.One(ctx, user)
	if errors.Is(err, users.ErrNotFound) {
		err = ErrTransfer
	}
	return u.Bot, err
}

func (s *Service) openTransfer(user ids.User, t []byte) (ids.AuthKey, error) {
	le := binary.LittleEndian
	if len(t) != transferSize || !hmac.Equal(s.mac("transfer", t[:20]), t[20:]) || ids.User(le.Uint64(t)) != user ||
		!s.now().Before(time.Unix(int64(le.Uint32(t[16:])), 0)) {
		return 0, ErrTransfer
	}
	return ids.AuthKey(le.Uint64(t[8:])), nil
}
