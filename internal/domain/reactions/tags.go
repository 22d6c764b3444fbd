package reactions

import (
	"context"
	"fmt"
	"unicode/utf8"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

// tag notes which tags a saved message has now. It fails with ErrTooMany when it brings one tag too many into use.
func (s *Service) tag(ctx context.Context, tx *db.Tx, m *messages.Message, before, after []messages.Reactor) error {
	owner := int64(m.Owner)
	for _, r := range before {
		const drop = `DELETE FROM tagged_message WHERE owner = $1 AND reaction = $2 AND id = $3`
		if err := tx.Queue(ctx, drop, owner, string(r.Reaction), int64(m.ID)); err != nil {
			return err
		}
	}
	for _, r := range after {
		const add = `INSERT INTO tagged_message (owner, reaction, id, saved) VALUES ($1, $2, $3, $4)`
		if err := tx.Queue(ctx, add, owner, string(r.Reaction), int64(m.ID), int64(m.SavedPeer())); err != nil {
			return err
		}
	}
	var kinds int
	const count = `SELECT COUNT(DISTINCT reaction) FROM tagged_message WHERE owner = $1`
	if err := tx.QueryRow(ctx, count, owner).Scan(&kinds); err != nil {
		return err
	}
	if kinds > maxTags {
		return ErrTooMany
	}
	return s.log.Note(ctx, tx, m.Owner, updates.SavedTags{})
}

// A Tag is a tag of saved messages.
// Spec: https://core.telegram.org/constructor/savedReactionTag
type Tag struct {
	Reaction messages.Reaction
	Title    string
	Count    int // messages that have it
}

// SavedTags returns the tags that owner uses, the most used first: of all saved messages, or of those from one chat.
func (s *Service) SavedTags(ctx context.Context, owner ids.User, from ids.Peer) ([]Tag, error) {
	const list = `SELECT t.reaction, COALESCE(n.title, ''), COUNT(*) FROM tagged_message t
		LEFT JOIN saved_tag n ON n.owner = t.owner AND n.reaction = t.reaction
		WHERE t.owner = $1 AND (t.saved = $2 OR $2 = 0) GROUP BY t.reaction, n.title ORDER BY 3 DESC, 1 LIMIT $3`
	return read(ctx, s, func(tx *db.Tx) (all []Tag, err error) {
		err = tx.Each(ctx, list, []any{int64(owner), int64(from), maxTags}, func(rows *db.Rows) error {
			var t Tag
			err := rows.Scan(&t.Reaction, &t.Title, &t.Count)
			all = append(all, t)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("tags of user %d: %w", owner, err)
		}
		return all, nil
	})
}

// NameTag gives a tag a name, or takes it away when title is empty. It fails with ErrTitle.
// Spec: https://core.telegram.org/method/messages.updateSavedReactionTag
func (s *Service) NameTag(ctx context.Context, owner ids.User, r messages.Reaction, title string) error {
	t, err := text.Clean(text.Text{String: title})
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(t.String) > maxTagTitle {
		return ErrTitle
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if t.String == "" {
			const drop = `DELETE FROM saved_tag WHERE owner = $1 AND reaction = $2`
			if err := tx.Queue(ctx, drop, int64(owner), string(r)); err != nil {
				return err
			}
		} else if err := s.keepName(ctx, tx, owner, r, t.String); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.SavedTags{})
	})
	if err != nil {
		return fmt.Errorf("name tag of user %d: %w", owner, err)
	}
	return nil
}

func (s *Service) keepName(ctx context.Context, tx *db.Tx, owner ids.User, r messages.Reaction, title string) error {
	var n int
	const count = `SELECT COUNT(*) FROM saved_tag WHERE owner = $1 AND reaction <> $2`
	if err := tx.QueryRow(ctx, count, int64(owner), string(r)).Scan(&n); err != nil {
		return err
	}
	if n >= maxTags {
		return ErrTooMany
	}
	const set = `INSERT INTO saved_tag (owner, reaction, title) VALUES ($1, $2, $3)
		ON CONFLICT (owner, reaction) DO UPDATE SET title = excluded.title`
	return tx.Queue(ctx, set, int64(owner), string(r), title)
}
