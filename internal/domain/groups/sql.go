package groups

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// maxBatch is how many groups are read by one statement.
const maxBatch = 256

const columns = `id, title, about, creator, version, members, migrated_to, created_at, deleted_at, data`

func scanGroup(row interface{ Scan(...any) error }) (g Group, err error) {
	var data string
	err = row.Scan(&g.ID, &g.Title, &g.About, &g.Creator, &g.Version, &g.Members, &g.MigratedTo, &g.CreatedAt, &g.DeletedAt, &data)
	if err == nil {
		err = json.Unmarshal([]byte(data), &g.Settings)
	}
	return g, err
}

// readStates reads groups with their members.
func readStates(ctx context.Context, tx *db.Tx, want []ids.Chat) (found []State, err error) {
	for part := range slices.Chunk(want, maxBatch) {
		args := make([]any, len(part))
		for i, c := range part {
			args[i] = c
		}
		sql := `SELECT ` + columns + ` FROM basic_group WHERE id IN (` + db.List(1, len(part)) + `)`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			g, err := scanGroup(rows)
			found = append(found, State{Group: g})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read groups: %w", err)
		}
	}
	for i := range found {
		if found[i].List, err = readMembers(ctx, tx, found[i].Group); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func readMembers(ctx context.Context, tx *db.Tx, g Group) (list []Member, err error) {
	const find = `SELECT user_id, inviter, joined_at, admin, rank FROM basic_group_member WHERE chat = $1
		ORDER BY user_id LIMIT $2`
	err = tx.Each(ctx, find, []any{g.ID, MaxMembers}, func(rows *db.Rows) error {
		var m Member
		err := rows.Scan(&m.User, &m.Inviter, &m.JoinedAt, &m.Admin, &m.Rank)
		m.Creator = m.User == g.Creator
		m.Admin = m.Admin || m.Creator
		list = append(list, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("members of group %d: %w", g.ID, err)
	}
	return list, nil
}

// lock reads a group to write it back: nobody else changes it until tx ends. It fails with ErrNotFound.
func (s *Service) lock(ctx context.Context, tx *db.Tx, chat ids.Chat) (State, error) {
	rows, err := tx.Exec(ctx, `UPDATE basic_group SET id = id WHERE id = $1`, chat)
	if err != nil {
		return State{}, fmt.Errorf("lock group %d: %w", chat, err)
	}
	if rows == 0 {
		return State{}, ErrNotFound
	}
	found, err := readStates(ctx, tx, []ids.Chat{chat})
	if err != nil {
		return State{}, err
	}
	if len(found) == 0 {
		return State{}, ErrNotFound
	}
	return found[0], nil
}

func insertGroup(ctx context.Context, tx *db.Tx, g Group) error {
	data, err := json.Marshal(g.Settings)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO basic_group (` + columns + `, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`
	_, err = tx.Exec(ctx, insert, g.ID, g.Title, g.About, g.Creator, g.Version, g.Members, g.MigratedTo, g.CreatedAt, g.DeletedAt,
		string(data))
	return err
}

// save writes a group back and drops what is remembered of it.
func (s *Service) save(ctx context.Context, tx *db.Tx, g Group) error {
	data, err := json.Marshal(g.Settings)
	if err != nil {
		return err
	}
	const set = `UPDATE basic_group SET title = $2, about = $3, creator = $4, version = $5, members = $6, migrated_to = $7,
		deleted_at = $8, data = $9 WHERE id = $1`
	_, err = tx.Exec(ctx, set, g.ID, g.Title, g.About, g.Creator, g.Version, g.Members, g.MigratedTo, g.DeletedAt, string(data))
	if err != nil {
		return fmt.Errorf("save group %d: %w", g.ID, err)
	}
	s.touch(tx, g.ID)
	return nil
}

func insertMember(ctx context.Context, tx *db.Tx, chat ids.Chat, m Member) error {
	const insert = `INSERT INTO basic_group_member (chat, user_id, inviter, joined_at, admin, rank)
		VALUES ($1, $2, $3, $4, $5, $6)`
	if err := tx.Queue(ctx, insert, chat, m.User, m.Inviter, m.JoinedAt, m.Admin && !m.Creator, m.Rank); err != nil {
		return fmt.Errorf("add user %d to group %d: %w", m.User, chat, err)
	}
	return nil
}

func updateMember(ctx context.Context, tx *db.Tx, chat ids.Chat, m Member) error {
	const set = `UPDATE basic_group_member SET admin = $3, rank = $4 WHERE chat = $1 AND user_id = $2`
	_, err := tx.Exec(ctx, set, chat, m.User, m.Admin && !m.Creator, m.Rank)
	return err
}

func deleteMember(ctx context.Context, tx *db.Tx, chat ids.Chat, user ids.User) error {
	_, err := tx.Exec(ctx, `DELETE FROM basic_group_member WHERE chat = $1 AND user_id = $2`, chat, user)
	return err
}

// wrap says what was being done, unless nothing went wrong.
func wrap(err error, doing string, chat ids.Chat) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s group %d: %w", doing, chat, err)
}
