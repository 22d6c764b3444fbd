package people

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerPhotos(r *rpc.Router) {
	rpc.HandleEmpty(r, rpc.SignedIn, h.getUserPhotos)
	rpc.HandleEmpty(r, rpc.UserOnly, h.deletePhotos)
}

// getUserPhotos serves https://core.telegram.org/method/photos.getUserPhotos. There are no photos before there
// are files; photos.uploadProfilePhoto and its relatives come with those.
func (h *Handlers) getUserPhotos(ctx context.Context, call *rpc.Call, in *tg.PhotosGetUserPhotos) (*tg.PhotosPhotos, error) {
	user, err := h.view.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	people, err := h.view.Users(ctx, call.User, []ids.User{user})
	return &tg.PhotosPhotos{Photos: []tg.PhotoClass{}, Users: people}, err
}

// deletePhotos serves https://core.telegram.org/method/photos.deletePhotos.
func (h *Handlers) deletePhotos(context.Context, *rpc.Call, *tg.PhotosDeletePhotos) (tg.LongVector, error) {
	return tg.LongVector{}, nil
}
