package channels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// maxBatch is how many rows are read or written by one statement.
const maxBatch = 256

const columns = `id, title, about, creator, members, created_at, deleted_at, data`

func scanChannel(row interface{ Scan(...any) error }) (c Channel, err error) {
	var data string
	err = row.Scan(&c.ID, &c.Title, &c.About, &c.Creator, &c.Members, &c.CreatedAt, &c.DeletedAt, &data)
	if err == nil {
		err = json.Unmarshal([]byte(data), &c.Settings)
	}
	return c, err
}

func readChannels(ctx context.Context, tx *db.Tx, want []ids.Channel, into map[ids.Channel]Channel) error {
	for part := range slices.Chunk(want, maxBatch) {
		args := make([]any, len(part))
		for i, c := range part {
			args[i] = c
		}
		sql := `SELECT ` + columns + ` FROM channel WHERE id IN (` + db.List(1, len(part)) + `)`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			c, err := scanChannel(rows)
			into[c.ID] = c
			return err
		})
		if err != nil {
			return fmt.Errorf("read channels: %w", err)
		}
	}
	return nil
}

func readChannel(ctx context.Context, tx *db.Tx, ch ids.Channel) (Channel, error) {
	c, err := scanChannel(tx.QueryRow(ctx, `SELECT `+columns+` FROM channel WHERE id = $1`, ch))
	if errors.Is(err, db.ErrNotFound) {
		return Channel{}, ErrNotFound
	}
	if err != nil {
		return Channel{}, fmt.Errorf("read channel %d: %w", ch, err)
	}
	return c, nil
}

// lock reads a channel to write it back: nobody else changes it until tx ends. It fails with ErrNotFound.
func (s *Service) lock(ctx context.Context, tx *db.Tx, ch ids.Channel) (Channel, error) {
	const get = `UPDATE channel SET id = id WHERE id = $1 RETURNING ` + columns
	c, err := scanChannel(tx.QueryRow(ctx, get, ch))
	if errors.Is(err, db.ErrNotFound) {
		return Channel{}, ErrNotFound
	}
	if err != nil {
		return Channel{}, fmt.Errorf("lock channel %d: %w", ch, err)
	}
	return c, nil
}

func insertChannel(ctx context.Context, tx *db.Tx, c Channel) error {
	data, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO channel (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err = tx.Exec(ctx, insert, c.ID, c.Title, c.About, c.Creator, c.Members, c.CreatedAt, c.DeletedAt, string(data))
	return err
}

// save writes a channel back and drops what is remembered of it; with told, all who are here hear of it.
func (s *Service) save(ctx context.Context, tx *db.Tx, c Channel, told bool) error {
	data, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	const set = `UPDATE channel SET title = $2, about = $3, creator = $4, members = $5, deleted_at = $6, data = $7 WHERE id = $1`
	_, err = tx.Exec(ctx, set, c.ID, c.Title, c.About, c.Creator, c.Members, c.DeletedAt, string(data))
	if err != nil {
		return fmt.Errorf("save channel %d: %w", c.ID, err)
	}
	s.touch(tx, c.ID, told)
	return nil
}

const memberColumns = `channel, member, status, inviter, joined_at, via_request, creator, admin, rank, promoted_by, promoted_at,
	banned, banned_until, banned_by, banned_at, available, send_as, view_forum, bot`

func scanMember(row interface{ Scan(...any) error }) (m Member, err error) {
	var admin, banned int64
	err = row.Scan(&m.Channel, &m.Peer, &m.Status, &m.Inviter, &m.JoinedAt, &m.ViaRequest, &m.Creator, &admin, &m.Rank,
		&m.PromotedBy, &m.PromotedAt, &banned, &m.Restriction.Until, &m.BannedBy, &m.BannedAt, &m.Available, &m.SendAs,
		&m.ViewForum, &m.Bot)
	m.User, m.Admin, m.Restriction.Banned = m.Peer.User(), rights.Admin(admin), rights.Banned(banned)
	return m, err
}

// readMember returns how peer stands to ch; where nothing is kept of him, a Member with Status Never.
func readMember(ctx context.Context, tx *db.Tx, ch ids.Channel, peer ids.Peer) (Member, error) {
	const get = `SELECT ` + memberColumns + ` FROM channel_member WHERE channel = $1 AND member = $2`
	m, err := scanMember(tx.QueryRow(ctx, get, ch, peer))
	if errors.Is(err, db.ErrNotFound) {
		return Member{Channel: ch, Peer: peer, User: peer.User(), Status: groups.Never}, nil
	}
	if err != nil {
		return Member{}, fmt.Errorf("member %d of channel %d: %w", peer, ch, err)
	}
	return m, nil
}

// readMembers returns those of peers of whom something is kept, in that order. Each is looked up by his key: with a list of
// keys PostgreSQL may prefer to go through all members, since it takes a channel for one of average size.
func readMembers(ctx context.Context, tx *db.Tx, ch ids.Channel, peers []ids.Peer) (list []Member, err error) {
	const get = `SELECT ` + memberColumns + ` FROM channel_member WHERE channel = $1 AND member = $2`
	for part := range slices.Chunk(peers, maxBatch) {
		keys := make([][]any, len(part))
		for i, p := range part {
			keys[i] = []any{ch, p}
		}
		rows, err := tx.QueryRows(ctx, get, keys...)
		if err != nil {
			return nil, fmt.Errorf("members of channel %d: %w", ch, err)
		}
		for _, row := range rows {
			m, err := scanMember(row)
			if errors.Is(err, db.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("members of channel %d: %w", ch, err)
			}
			list = append(list, m)
		}
	}
	return list, nil
}

// saveMember writes how somebody stands to a channel, and drops what is remembered of it.
func (s *Service) saveMember(ctx context.Context, tx *db.Tx, m Member) error {
	const set = `INSERT INTO channel_member (` + memberColumns + `, last_post)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0)
		ON CONFLICT (channel, member) DO UPDATE SET status = excluded.status, inviter = excluded.inviter,
		joined_at = excluded.joined_at, via_request = excluded.via_request, creator = excluded.creator, admin = excluded.admin,
		rank = excluded.rank, promoted_by = excluded.promoted_by, promoted_at = excluded.promoted_at, banned = excluded.banned,
		banned_until = excluded.banned_until, banned_by = excluded.banned_by, banned_at = excluded.banned_at,
		available = excluded.available, send_as = excluded.send_as, view_forum = excluded.view_forum, bot = excluded.bot`
	if err := tx.Queue(ctx, set, m.values()...); err != nil {
		return fmt.Errorf("save member %d of channel %d: %w", m.Peer, m.Channel, err)
	}
	s.touchMember(tx, m.Channel, m.Peer)
	return nil
}

func (m Member) values() []any {
	return []any{
		m.Channel, m.Peer, m.Status, m.Inviter, m.JoinedAt, m.ViaRequest, m.Creator, int64(m.Admin), m.Rank, m.PromotedBy, m.PromotedAt,
		int64(m.Restriction.Banned), m.Restriction.Until, m.BannedBy, m.BannedAt, m.Available, m.SendAs, m.ViewForum, m.Bot,
	}
}

// wrap says what was being done, unless nothing went wrong.
func wrap(err error, doing string, ch ids.Channel) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s channel %d: %w", doing, ch, err)
}
