package invites

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// columns of an Invite; the last one counts who waits.
const (
	columns = `peer, hash, admin, title, created_at, changed_at, expires_at, max_uses, uses, approval, is_primary, revoked`
	waiting = `, (SELECT count(*) FROM join_request r WHERE r.peer = invite.peer AND r.hash = invite.hash)`
)

func scan(row interface{ Scan(...any) error }) (i Invite, err error) {
	err = row.Scan(&i.Peer, &i.Hash, &i.Admin, &i.Title, &i.CreatedAt, &i.ChangedAt, &i.ExpiresAt, &i.MaxUses, &i.Uses, &i.Approval,
		&i.Primary, &i.Revoked, &i.Requested)
	return i, err
}

// query reads links; tail is what follows the columns.
func query(ctx context.Context, tx *db.Tx, tail string, args ...any) (list []Invite, err error) {
	err = tx.Each(ctx, `SELECT `+columns+waiting+tail, args, func(rows *db.Rows) error {
		i, err := scan(rows)
		list = append(list, i)
		return err
	})
	return list, err
}

// read returns a link into peer; ErrHash if there is none.
func read(ctx context.Context, tx *db.Tx, peer ids.Peer, hash string) (Invite, error) {
	i, err := scan(tx.QueryRow(ctx, `SELECT `+columns+waiting+` FROM invite WHERE peer = $1 AND hash = $2`, peer, hash))
	if errors.Is(err, db.ErrNotFound) {
		return Invite{}, ErrHash
	}
	return i, wrap(err, "link", peer)
}

// find returns the link with a hash; ErrHash if there is none.
func find(ctx context.Context, tx *db.Tx, hash string) (Invite, error) {
	if len(hash) > 64 {
		return Invite{}, ErrHash
	}
	var peer ids.Peer
	err := tx.QueryRow(ctx, `SELECT peer FROM invite_hash WHERE hash = $1`, hash).Scan(&peer)
	if errors.Is(err, db.ErrNotFound) {
		return Invite{}, ErrHash
	}
	if err != nil {
		return Invite{}, fmt.Errorf("look up a link: %w", err)
	}
	return read(ctx, tx, peer, hash)
}

func insert(ctx context.Context, tx *db.Tx, i Invite) error {
	const (
		name = `INSERT INTO invite_hash (hash, peer) VALUES ($1, $2)`
		row  = `INSERT INTO invite (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	)
	if err := tx.Queue(ctx, name, i.Hash, i.Peer); err != nil {
		return err
	}
	return tx.Queue(ctx, row, i.Peer, i.Hash, i.Admin, i.Title, i.CreatedAt, i.ChangedAt, i.ExpiresAt, i.MaxUses, i.Uses,
		i.Approval, i.Primary, i.Revoked)
}

// save writes back what can change by an edit.
func save(ctx context.Context, tx *db.Tx, i Invite) error {
	const set = `UPDATE invite SET title = $3, changed_at = $4, expires_at = $5, max_uses = $6, approval = $7, revoked = $8
		WHERE peer = $1 AND hash = $2`
	_, err := tx.Exec(ctx, set, i.Peer, i.Hash, i.Title, i.ChangedAt, i.ExpiresAt, i.MaxUses, i.Approval, i.Revoked)
	return err
}

// spend uses a link once. It fails with ErrExpired if that is not possible any more.
func spend(ctx context.Context, tx *db.Tx, i Invite, user, approver ids.User, about string) error {
	at := time.Now()
	const use = `UPDATE invite SET uses = uses + 1 WHERE peer = $1 AND hash = $2 AND (max_uses = 0 OR uses < max_uses)`
	n, err := tx.Exec(ctx, use, i.Peer, i.Hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrExpired
	}
	const note = `INSERT INTO invite_importer (peer, hash, joined_at, user_id, approved_by, about) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (peer, hash, joined_at, user_id) DO NOTHING`
	return tx.Queue(ctx, note, i.Peer, i.Hash, at, user, approver, about)
}
