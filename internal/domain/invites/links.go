package invites

import (
	"context"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
)

// Export makes a link of by into peer, with limits. It fails as host does, and with ErrTitle, ErrLimit, ErrExpiry or ErrTooMany.
// Spec: https://core.telegram.org/method/messages.exportChatInvite
func (s *Service) Export(ctx context.Context, by ids.User, peer ids.Peer, l Limits) (made Invite, err error) {
	if _, err := s.host(ctx, by, peer); err != nil {
		return Invite{}, err
	}
	made = Invite{Peer: peer, Admin: by, CreatedAt: now()}
	if made, err = l.apply(made); err != nil {
		return Invite{}, err
	}
	if made.Hash, err = newHash(); err != nil {
		return Invite{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var n int
		const count = `SELECT count(*) FROM invite WHERE peer = $1 AND admin = $2`
		if err := tx.QueryRow(ctx, count, peer, by).Scan(&n); err != nil {
			return err
		}
		if n >= MaxLinks {
			return ErrTooMany
		}
		return insert(ctx, tx, made)
	})
	return made, wrap(err, "make a link", peer)
}

// Primary returns the primary link of by into peer, which is made when there is none. It fails as host does.
// Spec: https://core.telegram.org/api/invites#invite-links
func (s *Service) Primary(ctx context.Context, by ids.User, peer ids.Peer) (i Invite, err error) {
	if _, err := s.host(ctx, by, peer); err != nil {
		return Invite{}, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		i, err = primary(ctx, tx, peer, by)
		return err
	})
	if err != nil || i.Hash != "" {
		return i, wrap(err, "primary link", peer)
	}
	hash, err := newHash()
	if err != nil {
		return Invite{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if i, err = primary(ctx, tx, peer, by); err != nil || i.Hash != "" {
			return err
		}
		i = Invite{Peer: peer, Hash: hash, Admin: by, CreatedAt: now(), Primary: true}
		return insert(ctx, tx, i)
	})
	return i, wrap(err, "primary link", peer)
}

// primary is the primary link of an admin that works, or an Invite without hash.
func primary(ctx context.Context, tx *db.Tx, peer ids.Peer, admin ids.User) (Invite, error) {
	const get = ` FROM invite WHERE peer = $1 AND admin = $2 AND revoked = 0 AND is_primary = 1 LIMIT 1`
	list, err := query(ctx, tx, get, peer, admin)
	if err != nil || len(list) == 0 {
		return Invite{}, err
	}
	return list[0], nil
}

// ReplacePrimary revokes the primary link of by and makes another. It fails as host does.
func (s *Service) ReplacePrimary(ctx context.Context, by ids.User, peer ids.Peer) (fresh Invite, err error) {
	old, err := s.Primary(ctx, by, peer)
	if err != nil {
		return Invite{}, err
	}
	_, replaced, err := s.Revoke(ctx, by, peer, old.Hash)
	if err != nil {
		return Invite{}, err
	}
	return *replaced, nil
}

// A Query asks for links of an admin into a group.
type Query struct {
	Admin   ids.User
	Revoked bool
	Before  time.Time // links made before that; zero: from the newest
	Hash    string    // of the link at Before, the last one that is known
	Limit   int
}

// List returns links of an admin, the newest first but the primary one before all, and how many there are. It fails as host
// does, for links of others also unless by is the owner.
// Spec: https://core.telegram.org/method/messages.getExportedChatInvites
func (s *Service) List(ctx context.Context, by ids.User, peer ids.Peer, q Query) (list []Invite, count int, err error) {
	if err := s.of(ctx, by, peer, q.Admin); err != nil {
		return nil, 0, err
	}
	limit := min(max(q.Limit, 1), MaxPage)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		const total = `SELECT count(*) FROM invite WHERE peer = $1 AND admin = $2 AND revoked = $3`
		if err := tx.QueryRow(ctx, total, peer, q.Admin, q.Revoked).Scan(&count); err != nil {
			return err
		}
		const tail = ` FROM invite WHERE peer = $1 AND admin = $2 AND revoked = $3`
		if q.Before.IsZero() && q.Hash == "" {
			list, err = query(ctx, tx, tail+` ORDER BY is_primary DESC, created_at DESC, hash DESC LIMIT $4`, peer, q.Admin, q.Revoked, limit)
			return err
		}
		list, err = query(ctx, tx, tail+` AND is_primary = 0 AND (created_at < $4 OR created_at = $4 AND hash < $5)
			ORDER BY created_at DESC, hash DESC LIMIT $6`, peer, q.Admin, q.Revoked, q.Before, q.Hash, limit)
		return err
	})
	return list, count, wrap(err, "links", peer)
}

// One returns a link into peer. It fails as host does, for a link of another unless by is the owner, and with ErrHash.
// Spec: https://core.telegram.org/method/messages.getExportedChatInvite
func (s *Service) One(ctx context.Context, by ids.User, peer ids.Peer, hash string) (i Invite, err error) {
	h, err := s.host(ctx, by, peer)
	if err != nil {
		return Invite{}, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		i, err = read(ctx, tx, peer, hash)
		return err
	})
	if err == nil && i.Admin != by && !h.creator {
		return Invite{}, ErrHash
	}
	return i, err
}

// Edit changes the limits of a link. It fails as One does, and with ErrRevoked, ErrPermanent, ErrTitle, ErrLimit or ErrExpiry.
// Spec: https://core.telegram.org/method/messages.editExportedChatInvite
func (s *Service) Edit(ctx context.Context, by ids.User, peer ids.Peer, hash string, l Limits) (after Invite, err error) {
	if _, err := s.One(ctx, by, peer, hash); err != nil {
		return Invite{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := read(ctx, tx, peer, hash)
		if err != nil {
			return err
		}
		if before.Revoked {
			return ErrRevoked
		}
		if after, err = l.apply(before); err != nil {
			return err
		}
		if after.ExpiresAt != before.ExpiresAt || after.MaxUses != before.MaxUses {
			after.ChangedAt = now()
		}
		if err := save(ctx, tx, after); err != nil {
			return err
		}
		return s.record(ctx, tx, peer, by, channels.LogInviteEdit, before, after)
	})
	return after, wrap(err, "edit a link", peer)
}

// Revoke makes a link lead nowhere. A primary link is replaced by another, which is returned. It fails as One does, and with
// ErrRevoked.
func (s *Service) Revoke(ctx context.Context, by ids.User, peer ids.Peer, hash string) (revoked Invite, fresh *Invite, err error) {
	if _, err := s.One(ctx, by, peer, hash); err != nil {
		return Invite{}, nil, err
	}
	next, err := newHash()
	if err != nil {
		return Invite{}, nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		fresh = nil
		if revoked, err = read(ctx, tx, peer, hash); err != nil {
			return err
		}
		if revoked.Revoked {
			return ErrRevoked
		}
		revoked.Revoked = true
		if err := save(ctx, tx, revoked); err != nil {
			return err
		}
		if revoked.Primary {
			fresh = &Invite{Peer: peer, Hash: next, Admin: revoked.Admin, CreatedAt: now(), Primary: true}
			if err := insert(ctx, tx, *fresh); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, peer, by, channels.LogInviteRevoke, nil, revoked)
	})
	return revoked, fresh, wrap(err, "revoke a link", peer)
}

// Delete drops a link that was revoked. It fails as One does, and with ErrNotRevoked.
// Spec: https://core.telegram.org/method/messages.deleteExportedChatInvite
func (s *Service) Delete(ctx context.Context, by ids.User, peer ids.Peer, hash string) error {
	i, err := s.One(ctx, by, peer, hash)
	if err != nil {
		return err
	}
	if !i.Revoked {
		return ErrNotRevoked
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.drop(ctx, tx, by, i) })
	return wrap(err, "delete a link", peer)
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, by ids.User, i Invite) error {
	for _, table := range []string{"invite", "invite_importer"} {
		if err := tx.Queue(ctx, `DELETE FROM `+table+` WHERE peer = $1 AND hash = $2`, i.Peer, i.Hash); err != nil {
			return err
		}
	}
	if err := tx.Queue(ctx, `DELETE FROM invite_hash WHERE hash = $1`, i.Hash); err != nil {
		return err
	}
	return s.record(ctx, tx, i.Peer, by, channels.LogInviteDelete, nil, i)
}

// DeleteRevoked drops all links of an admin that were revoked. It fails as List does.
// Spec: https://core.telegram.org/method/messages.deleteRevokedExportedChatInvites
func (s *Service) DeleteRevoked(ctx context.Context, by ids.User, peer ids.Peer, admin ids.User) error {
	if err := s.of(ctx, by, peer, admin); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := query(ctx, tx, ` FROM invite WHERE peer = $1 AND admin = $2 AND revoked = 1 LIMIT $3`, peer, admin, MaxLinks)
		if err != nil {
			return err
		}
		for _, i := range list {
			if err := s.drop(ctx, tx, by, i); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "delete links", peer)
}

// An AdminLinks is how many links an admin has.
type AdminLinks struct {
	Admin   ids.User
	Links   int
	Revoked int
}

// Admins returns who has how many links into peer. Only the owner may ask; it fails as host does.
// Spec: https://core.telegram.org/method/messages.getAdminsWithInvites
func (s *Service) Admins(ctx context.Context, by ids.User, peer ids.Peer) (list []AdminLinks, err error) {
	if err := s.of(ctx, by, peer, 0); err != nil {
		return nil, err
	}
	const count = `SELECT admin, sum(1 - revoked), sum(revoked) FROM invite WHERE peer = $1 GROUP BY admin ORDER BY admin LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, count, []any{peer, channels.MaxAdmins * 4}, func(rows *db.Rows) error {
			var a AdminLinks
			err := rows.Scan(&a.Admin, &a.Links, &a.Revoked)
			list = append(list, a)
			return err
		})
	})
	return list, wrap(err, "links", peer)
}
