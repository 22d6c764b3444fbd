package messages

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A SavedDialog is a part of a person's saved messages: what he forwarded from one chat, or wrote himself.
// Spec: https://core.telegram.org/api/saved-messages
type SavedDialog struct {
	Peer ids.Peer
	Top  *Message
}

// SavedDialogs returns the parts of owner's saved messages, that with the newest message first, from behind offset on
// (0: from the top), and how many there are.
func (s *Service) SavedDialogs(
	ctx context.Context, owner ids.User, offset ids.Message, limit int,
) (all []SavedDialog, total int, err error) {
	const list = `SELECT saved, MAX(id) FROM message WHERE owner = $1 AND peer = $2 AND saved IS NOT NULL
		GROUP BY saved ORDER BY 2 DESC`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, list, int64(owner), int64(owner))
		if err != nil {
			return err
		}
		var tops []ids.Message
		for ; rows.Next(); total++ {
			var d SavedDialog
			var top ids.Message
			if err := rows.Scan(&d.Peer, &top); err != nil {
				return err
			}
			if len(all) < limit && (offset == 0 || top < offset) {
				all, tops = append(all, d), append(tops, top)
			}
		}
		found, err := byID(ctx, tx, owner.Peer(), tops)
		for i, top := range tops {
			all[i].Top = found[top]
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("saved messages of user %d: %w", owner, err)
	}
	return all, total, nil
}
