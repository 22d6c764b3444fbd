package folders

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Link is one by which others get a folder.
// Spec: https://core.telegram.org/api/folders#shared-folders
type Link struct {
	Slug      string
	Owner     ids.User
	Folder    int32
	Title     string
	Peers     []ids.Peer
	CreatedAt time.Time
}

func (l Link) check() error {
	switch {
	case len(l.Peers) == 0 || len(l.Peers) > MaxPeers:
		return ErrPeers
	case len(l.Title) > maxTitle:
		return ErrTitle
	}
	return nil
}

// Export makes a link to chats of a folder. shared returns the folder's data as that of a shared one.
//
// It fails with ErrNone, ErrPeers, ErrTitle, ErrLinksTooMany or ErrSharedTooMany, and as shared does.
// Spec: https://core.telegram.org/method/chatlists.exportChatlistInvite
func (s *Service) Export(
	ctx context.Context, owner ids.User, id int32, title string, peers []ids.Peer, shared func(data []byte) ([]byte, error),
) (f Folder, l Link, err error) {
	l = Link{Slug: newSlug(), Owner: owner, Folder: id, Title: title, Peers: peers, CreatedAt: s.now().Truncate(time.Second)}
	if err := l.check(); err != nil {
		return f, l, err
	}
	err = s.write(ctx, owner, "export folder", func(tx *db.Tx) error {
		f, err = s.export(ctx, tx, l, shared)
		return err
	})
	return f, l, err
}

func (s *Service) export(ctx context.Context, tx *db.Tx, l Link, shared func([]byte) ([]byte, error)) (Folder, error) {
	f, err := one(ctx, tx, l.Owner, l.Folder)
	if err != nil {
		return f, err
	}
	links, err := links(ctx, tx, l.Owner, l.Folder)
	if err != nil {
		return f, err
	}
	if len(links) >= maxLinks {
		return f, ErrLinksTooMany
	}
	if len(links) == 0 {
		if err := checkRoom(ctx, tx, l.Owner); err != nil {
			return f, err
		}
	}
	if f.Data, err = shared(f.Data); err != nil {
		return f, err
	}
	if err := s.set(ctx, tx, l.Owner, f); err != nil {
		return f, err
	}
	return f, insertLink(ctx, tx, l)
}

// checkRoom fails with ErrSharedTooMany when owner has as many shared folders as he can have.
func checkRoom(ctx context.Context, tx *db.Tx, owner ids.User) error {
	const count = `SELECT (SELECT COUNT(DISTINCT folder) FROM folder_link WHERE owner = $1) +
		(SELECT COUNT(*) FROM folder_joined WHERE owner = $1)`
	var n int
	if err := tx.QueryRow(ctx, count, owner).Scan(&n); err != nil {
		return err
	}
	if n >= MaxShared {
		return ErrSharedTooMany
	}
	return nil
}

// newSlug is what a link ends in: 16 letters that nobody guesses.
func newSlug() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func insertLink(ctx context.Context, tx *db.Tx, l Link) error {
	peers, err := json.Marshal(l.Peers)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO folder_link (slug, owner, folder, title, peers, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (slug) DO UPDATE SET title = excluded.title, peers = excluded.peers`
	_, err = tx.Exec(ctx, insert, l.Slug, l.Owner, l.Folder, l.Title, string(peers), l.CreatedAt)
	return err
}

const linkColumns = `slug, owner, folder, title, peers, created_at`

func scanLink(row interface{ Scan(...any) error }) (l Link, err error) {
	var peers string
	if err = row.Scan(&l.Slug, &l.Owner, &l.Folder, &l.Title, &peers, &l.CreatedAt); err == nil {
		err = json.Unmarshal([]byte(peers), &l.Peers)
	}
	return l, err
}

func links(ctx context.Context, tx *db.Tx, owner ids.User, folder int32) (all []Link, err error) {
	const list = `SELECT ` + linkColumns + ` FROM folder_link WHERE owner = $1 AND folder = $2 ORDER BY created_at, slug LIMIT $3`
	err = tx.Each(ctx, list, []any{owner, folder, maxLinks}, func(rows *db.Rows) error {
		l, err := scanLink(rows)
		all = append(all, l)
		return err
	})
	return all, err
}

// Links returns the links of a folder, the oldest first.
func (s *Service) Links(ctx context.Context, owner ids.User, folder int32) (all []Link, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = links(ctx, tx, owner, folder)
		return err
	})
	return all, wrap(err, "folder links", owner)
}

// Link returns where a link leads to. It fails with ErrLink.
func (s *Service) Link(ctx context.Context, slug string) (l Link, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		l, err = link(ctx, tx, slug)
		return err
	})
	return l, err
}

func link(ctx context.Context, tx *db.Tx, slug string) (Link, error) {
	l, err := scanLink(tx.QueryRow(ctx, `SELECT `+linkColumns+` FROM folder_link WHERE slug = $1`, slug))
	if errors.Is(err, db.ErrNotFound) {
		err = ErrLink
	}
	return l, err
}

// EditLink changes a link of owner's folder; what is nil stays. It fails with ErrLink, ErrPeers or ErrTitle.
func (s *Service) EditLink(
	ctx context.Context, owner ids.User, folder int32, slug string, title *string, peers []ids.Peer,
) (l Link, err error) {
	err = s.write(ctx, owner, "edit folder link", func(tx *db.Tx) error {
		if l, err = own(ctx, tx, owner, folder, slug); err != nil {
			return err
		}
		if title != nil {
			l.Title = *title
		}
		if peers != nil {
			l.Peers = peers
		}
		if err := l.check(); err != nil {
			return err
		}
		return insertLink(ctx, tx, l)
	})
	return l, err
}

func own(ctx context.Context, tx *db.Tx, owner ids.User, folder int32, slug string) (Link, error) {
	l, err := link(ctx, tx, slug)
	if err == nil && (l.Owner != owner || l.Folder != folder) {
		err = ErrLink
	}
	return l, err
}

// DeleteLink makes a link of owner's folder lead nowhere. When it was the last one, unshared returns the folder's data as
// that of one without links. It fails with ErrLink.
func (s *Service) DeleteLink(
	ctx context.Context, owner ids.User, folder int32, slug string, unshared func(data []byte) ([]byte, error),
) error {
	return s.write(ctx, owner, "delete folder link", func(tx *db.Tx) error {
		if _, err := own(ctx, tx, owner, folder, slug); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM folder_link WHERE slug = $1`, slug); err != nil {
			return err
		}
		rest, err := links(ctx, tx, owner, folder)
		if err != nil || len(rest) > 0 {
			return err
		}
		f, err := one(ctx, tx, owner, folder)
		if errors.Is(err, ErrNone) {
			return nil
		}
		if err == nil {
			f.Data, err = unshared(f.Data)
		}
		if err != nil {
			return err
		}
		return s.set(ctx, tx, owner, f)
	})
}

// Joined returns the link by which owner has a folder, and the chats in it that he does not want to hear of. It fails with
// ErrNotShared, or with ErrLink when the link leads nowhere any more.
func (s *Service) Joined(ctx context.Context, owner ids.User, folder int32) (l Link, hidden []ids.Peer, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var slug, text string
		const get = `SELECT slug, hidden FROM folder_joined WHERE owner = $1 AND folder = $2`
		err := tx.QueryRow(ctx, get, owner, folder).Scan(&slug, &text)
		if errors.Is(err, db.ErrNotFound) {
			return ErrNotShared
		}
		if err == nil {
			err = json.Unmarshal([]byte(text), &hidden)
		}
		if err == nil {
			l, err = link(ctx, tx, slug)
		}
		return err
	})
	return l, hidden, err
}

// JoinedBy returns the folder that owner has from a link, or whose own link it is; 0 for none.
func (s *Service) JoinedBy(ctx context.Context, owner ids.User, l Link) (id int32, err error) {
	if l.Owner == owner {
		return l.Folder, nil
	}
	const get = `SELECT folder FROM folder_joined WHERE slug = $1 AND owner = $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		err := tx.QueryRow(ctx, get, l.Slug, owner).Scan(&id)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	})
	return id, wrap(err, "shared folder", owner)
}

// Join makes a folder of owner's from a link and returns its number. data returns what it says, given its number.
// It fails with ErrTooMany, ErrSharedTooMany or ErrTooLong.
func (s *Service) Join(ctx context.Context, owner ids.User, l Link, data func(id int32) []byte) (f Folder, err error) {
	err = s.write(ctx, owner, "join folder", func(tx *db.Tx) error {
		if err := checkRoom(ctx, tx, owner); err != nil {
			return err
		}
		all, err := list(ctx, tx, owner)
		if err != nil {
			return err
		}
		if f.ID = free(all); f.ID > Last {
			return ErrTooMany
		}
		if f.Data = data(f.ID); len(f.Data) > maxData {
			return ErrTooLong
		}
		const insert = `INSERT INTO folder_joined (owner, folder, slug, hidden, joined_at) VALUES ($1, $2, $3, '[]', $4)`
		if _, err := tx.Exec(ctx, insert, owner, f.ID, l.Slug, s.now()); err != nil {
			return err
		}
		return s.set(ctx, tx, owner, f)
	})
	return f, err
}

// free is the first number that no folder has.
func free(all []Folder) int32 {
	id := int32(First)
	for slices.ContainsFunc(all, func(f Folder) bool { return f.ID == id }) {
		id++
	}
	return id
}

// Hide makes owner hear no more of chats that were added to a folder he has from a link. It fails with ErrNotShared.
func (s *Service) Hide(ctx context.Context, owner ids.User, folder int32, peers []ids.Peer) error {
	text, err := json.Marshal(append([]ids.Peer{}, peers...))
	if err != nil {
		return err
	}
	return s.write(ctx, owner, "hide chats of a folder", func(tx *db.Tx) error {
		const set = `UPDATE folder_joined SET hidden = $3 WHERE owner = $1 AND folder = $2`
		n, err := tx.Exec(ctx, set, owner, folder, string(text))
		if err == nil && n == 0 {
			err = ErrNotShared
		}
		return err
	})
}
