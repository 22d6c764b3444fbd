package stickers

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// maxAttached is how many stickers are told of one photo or video.
const maxAttached = 50

// Attach notes which stickers are on a photo or video, in the transaction that makes it. Those that are in no set are
// passed over.
// Spec: https://core.telegram.org/api/stickers#attached-stickers
func (s *Service) Attach(ctx context.Context, tx *db.Tx, file int64, stickers []int64) error {
	for i, sticker := range unique(stickers, maxAttached) {
		const put = `INSERT INTO sticker_attached (file, place, sticker) VALUES ($1, $2, $3) ON CONFLICT (file, place) DO NOTHING`
		if err := tx.Queue(ctx, put, file, i, sticker); err != nil {
			return err
		}
	}
	return nil
}

// detach forgets which stickers were on a photo or video that is gone.
func (s *Service) detach(ctx context.Context, tx *db.Tx, f files.File) error {
	if !f.HasStickers {
		return nil
	}
	return tx.Queue(ctx, `DELETE FROM sticker_attached WHERE file = $1`, f.ID)
}

// AttachedTo returns the sets of the stickers on a photo or video, as viewer has them.
// Spec: https://core.telegram.org/method/messages.getAttachedStickers
func (s *Service) AttachedTo(ctx context.Context, viewer ids.User, file int64) ([]Set, error) {
	const of = `SELECT f.set_id FROM sticker_attached AS a JOIN sticker AS f ON f.file = a.sticker WHERE a.file = $1 ORDER BY a.place LIMIT $2`
	return read(ctx, s, func(tx *db.Tx) ([]Set, error) {
		sets, err := db.Column[int64](ctx, tx, of, file, maxAttached)
		if err != nil {
			return nil, err
		}
		return readSets(ctx, tx, viewer, unique(sets, maxAttached))
	})
}
