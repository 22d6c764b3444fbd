package stickers

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Installed returns the sets of a kind that somebody has, in his order.
// Spec: https://core.telegram.org/method/messages.getAllStickers
func (s *Service) Installed(ctx context.Context, u ids.User, kind Kind) ([]Set, error) {
	return read(ctx, s, func(tx *db.Tx) ([]Set, error) {
		order, err := installed(ctx, tx, u, kind, false)
		if err != nil {
			return nil, err
		}
		return readSets(ctx, tx, u, order)
	})
}

// installed are the ids of the sets that u has, or of those that he has archived, in his order.
func installed(ctx context.Context, tx *db.Tx, u ids.User, kind Kind, archived bool) ([]int64, error) {
	const of = `SELECT i.set_id FROM sticker_installed AS i JOIN sticker_set AS s ON s.id = i.set_id
		WHERE i.owner = $1 AND i.kind = $2 AND i.archived = $3 ORDER BY i.place DESC, i.set_id LIMIT $4`
	return db.Column[int64](ctx, tx, of, int64(u), int(kind), archived, maxArchived)
}

// Archived returns a page of the sets that somebody has archived, and how many there are.
// Spec: https://core.telegram.org/method/messages.getArchivedStickers
func (s *Service) Archived(ctx context.Context, u ids.User, kind Kind, after int64, limit int) (page []Set, total int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := installed(ctx, tx, u, kind, true)
		if err != nil {
			return err
		}
		total = len(all)
		page, err = readSets(ctx, tx, u, pageOf(all, after, limit))
		return err
	})
	return page, total, err
}

// Install puts a set at the top of somebody's list, or into his archive. When he has more than fit, those at the end are
// archived, and returned. It fails with ErrSet or ErrTooManySets.
// Spec: https://core.telegram.org/method/messages.installStickerSet
func (s *Service) Install(ctx context.Context, u ids.User, set int64, archived bool) (over []Set, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		over = nil
		found, err := readSets(ctx, tx, u, []int64{set})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrSet
		}
		if err := put(ctx, tx, u, found[0], archived); err != nil {
			return err
		}
		order, err := s.trim(ctx, tx, u, found[0].Kind)
		if err != nil {
			return err
		}
		if over, err = readSets(ctx, tx, u, order); err != nil {
			return err
		}
		if archived {
			return s.log.Note(ctx, tx, u.Peer(), updates.StickerSets{Of: int(found[0].Kind)})
		}
		return s.log.Note(ctx, tx, u.Peer(), updates.NewStickerSet{Set: set})
	})
	return over, err
}

// put writes that u has a set, above all that he has of its kind.
func put(ctx context.Context, tx *db.Tx, u ids.User, set Set, archived bool) error {
	const sql = `INSERT INTO sticker_installed (owner, set_id, kind, archived, place, at)
		SELECT $1, $2, $3, $4, COALESCE(MAX(place), 0) + 1, $5 FROM sticker_installed WHERE owner = $1 AND kind = $3
		ON CONFLICT (owner, set_id) DO UPDATE SET archived = excluded.archived, place = excluded.place, at = excluded.at`
	if _, err := tx.Exec(ctx, sql, int64(u), set.ID, int(set.Kind), archived, now()); err != nil {
		return fmt.Errorf("install set %d for user %d: %w", set.ID, u, err)
	}
	return nil
}

// trim archives what u has too many, and drops from his lists what was deleted meanwhile. It fails with ErrTooManySets when
// the archive is full.
func (s *Service) trim(ctx context.Context, tx *db.Tx, u ids.User, kind Kind) (over []int64, err error) {
	const gone = `DELETE FROM sticker_installed WHERE owner = $1 AND NOT EXISTS
		(SELECT 1 FROM sticker_set AS s WHERE s.id = sticker_installed.set_id)`
	if _, err := tx.Exec(ctx, gone, int64(u)); err != nil {
		return nil, err
	}
	order, err := installed(ctx, tx, u, kind, false)
	if err != nil {
		return nil, err
	}
	if len(order) > maxInstalled {
		over = order[maxInstalled:]
	}
	for _, set := range over {
		const archive = `UPDATE sticker_installed SET archived = 1 WHERE owner = $1 AND set_id = $2`
		if _, err := tx.Exec(ctx, archive, int64(u), set); err != nil {
			return nil, err
		}
	}
	archive, err := installed(ctx, tx, u, kind, true)
	if err == nil && len(archive) >= maxArchived {
		err = ErrTooManySets
	}
	return over, err
}

// Uninstall takes a set out of somebody's lists. It fails with ErrSet.
// Spec: https://core.telegram.org/method/messages.uninstallStickerSet
func (s *Service) Uninstall(ctx context.Context, u ids.User, set int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		found, err := readSets(ctx, tx, u, []int64{set})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrSet
		}
		n, err := tx.Exec(ctx, `DELETE FROM sticker_installed WHERE owner = $1 AND set_id = $2`, int64(u), set)
		if err != nil || n == 0 {
			return err
		}
		return s.log.Note(ctx, tx, u.Peer(), updates.StickerSets{Of: int(found[0].Kind)})
	})
}

// A Toggle is what is done to several sets at once.
type Toggle int

// The toggles.
const (
	ToUninstall Toggle = iota
	ToArchive
	ToUnarchive
)

// Toggle does something to several sets that somebody has; others are passed over.
// Spec: https://core.telegram.org/method/messages.toggleStickerSets
func (s *Service) Toggle(ctx context.Context, u ids.User, sets []int64, how Toggle) error {
	if len(sets) > maxInstalled {
		return ErrOrder
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		found, err := readSets(ctx, tx, u, sets)
		if err != nil {
			return err
		}
		touched := map[Kind]bool{}
		for _, set := range slices.Backward(found) {
			if set.Installed.IsZero() {
				continue
			}
			touched[set.Kind] = true
			if err := toggle(ctx, tx, u, set, how); err != nil {
				return err
			}
		}
		for _, kind := range []Kind{Regular, Masks, Emoji} {
			if !touched[kind] {
				continue
			}
			if _, err := s.trim(ctx, tx, u, kind); err != nil {
				return err
			}
			if err := s.log.Note(ctx, tx, u.Peer(), updates.StickerSets{Of: int(kind)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func toggle(ctx context.Context, tx *db.Tx, u ids.User, set Set, how Toggle) error {
	if how == ToUninstall {
		_, err := tx.Exec(ctx, `DELETE FROM sticker_installed WHERE owner = $1 AND set_id = $2`, int64(u), set.ID)
		return err
	}
	if set.Archived == (how == ToArchive) {
		return nil
	}
	return put(ctx, tx, u, set, how == ToArchive)
}

// Reorder puts the sets of a kind that somebody has in an order. Those that it does not name come behind, as they were. It
// fails with ErrOrder.
// Spec: https://core.telegram.org/method/messages.reorderStickerSets
func (s *Service) Reorder(ctx context.Context, u ids.User, kind Kind, order []int64) error {
	if len(order) > maxInstalled {
		return ErrOrder
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := installed(ctx, tx, u, kind, false)
		if err != nil {
			return err
		}
		wanted := unique(slices.DeleteFunc(slices.Clone(order), func(id int64) bool { return !slices.Contains(before, id) }), maxInstalled)
		wanted = unique(append(wanted, before...), len(before))
		if slices.Equal(wanted, before) {
			return nil
		}
		return s.setOrder(ctx, tx, u, kind, wanted)
	})
}

func (s *Service) setOrder(ctx context.Context, tx *db.Tx, u ids.User, kind Kind, order []int64) error {
	top, err := db.Column[int64](ctx, tx, `SELECT COALESCE(MAX(place), 0) FROM sticker_installed WHERE owner = $1 AND kind = $2`, int64(u), int(kind))
	if err != nil {
		return err
	}
	for i, set := range order {
		const place = `UPDATE sticker_installed SET place = $3 WHERE owner = $1 AND set_id = $2`
		if err := tx.Queue(ctx, place, int64(u), set, top[0]+int64(len(order)-i)); err != nil {
			return err
		}
	}
	return s.log.Note(ctx, tx, u.Peer(), updates.StickerOrder{Of: int(kind)})
}

// ToTop puts the set of a sticker that was sent at the top of the list of its sender, if he has it.
// Spec: https://core.telegram.org/api/stickers#recent-stickersets
func (s *Service) ToTop(ctx context.Context, u ids.User, set int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		found, err := readSets(ctx, tx, u, []int64{set})
		if err != nil || len(found) == 0 || found[0].Installed.IsZero() || found[0].Archived {
			return err
		}
		order, err := installed(ctx, tx, u, found[0].Kind, false)
		if err != nil || len(order) == 0 || order[0] == set {
			return err
		}
		return s.setOrder(ctx, tx, u, found[0].Kind, unique(append([]int64{set}, order...), len(order)))
	})
}
