package groups

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// A Keeper notes, in the transaction that changes it, that a group or channel has another photo, so that its file stays.
type Keeper func(ctx context.Context, tx *db.Tx, chat ids.Peer, before, after users.Portrait) error

// KeepPhotos says who notes which photos are held. Call it before anything else; without it nobody does.
func (s *Service) KeepPhotos(keep Keeper) { s.photos = keep }

// Swap calls k, unless there is none or nothing to say.
func (k Keeper) Swap(ctx context.Context, tx *db.Tx, chat ids.Peer, before, after users.Portrait) error {
	if k == nil || before.Photo == after.Photo {
		return nil
	}
	return k(ctx, tx, chat, before, after)
}

// PhotoAction is the service message of another photo.
func PhotoAction(p users.Portrait) *actions.Action {
	if p.IsZero() {
		return &actions.Action{Kind: actions.ChatPhotoDelete}
	}
	return &actions.Action{Kind: actions.ChatPhoto, Photo: p.Photo}
}

// SetPhoto changes the photo of a group; the zero Portrait takes it away. It fails as CheckMay does, and with ErrSame.
// Spec: https://core.telegram.org/method/messages.editChatPhoto
func (s *Service) SetPhoto(ctx context.Context, by ids.User, chat ids.Chat, p users.Portrait) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var before users.Portrait
		res, err = s.editTx(ctx, tx, by, chat, rights.ChangeInfo, func(st *State) (*actions.Action, error) {
			if st.Photo.Photo == p.Photo {
				return nil, ErrSame
			}
			before, st.Photo = st.Photo, p
			return PhotoAction(p), nil
		})
		if err != nil {
			return err
		}
		return s.photos.Swap(ctx, tx, chat.Peer(), before, p)
	})
	return res, wrap(err, "change", chat)
}
