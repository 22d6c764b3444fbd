package photos

import (
	"context"
	"errors"
	"time"

	"hermod/internal/api/upload"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/photos"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// errLocation is what clients take for "no photo".
var errLocation = rpc.BadRequest("FILE_ID_INVALID")

// Locate finds the photo beside a name, for upload.getFile: small or big, of a peer that the caller knows, be it from a
// message. No reference is needed, since who sees the peer sees the photo. It fails with 400 FILE_ID_INVALID for one that
// the peer does not have, or does not show to the caller.
//
// Spec: https://core.telegram.org/constructor/inputPeerPhotoFileLocation
func (h *Handlers) Locate(ctx context.Context, call *rpc.Call, at tg.InputFileLocationClass) (upload.Content, bool, error) {
	in, ok := at.(*tg.InputPeerPhotoFileLocation)
	if !ok {
		return upload.Content{}, false, nil
	}
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return upload.Content{}, true, err
	}
	shows, err := h.shows(ctx, call.User, peer, in.PhotoID)
	if err == nil && !shows {
		err = errLocation
	}
	if err != nil {
		return upload.Content{}, true, err
	}
	size, err := h.o.Photos.Size(ctx, in.PhotoID, in.Big)
	if errors.Is(err, photos.ErrNotFound) {
		err = errLocation
	}
	if err != nil {
		return upload.Content{}, true, err
	}
	return upload.OfBlob(h.o.Forms.Files(), size.Blob, size.Bytes, &tg.StorageFileJpeg{}, time.Unix(0, 0)), true, nil
}

// shows tells whether peer has a photo that viewer may see.
func (h *Handlers) shows(ctx context.Context, viewer ids.User, peer ids.Peer, photo int64) (bool, error) {
	switch {
	case photo == 0:
		return false, nil
	case peer.Channel() != 0:
		s, err := h.o.Channels.Look(ctx, viewer, peer.Channel())
		if errors.Is(err, channels.ErrNotFound) {
			return false, nil
		}
		return err == nil && !s.Me.Kicked() && s.Photo.Photo == photo, err
	case peer.Chat() != 0:
		return h.groupShows(ctx, viewer, peer, photo)
	}
	return h.o.Photos.Has(ctx, viewer, peer.User(), photo)
}

// groupShows is shows for a basic group, which who was removed from it sees no more.
func (h *Handlers) groupShows(ctx context.Context, viewer ids.User, peer ids.Peer, photo int64) (bool, error) {
	b, err := h.o.Groups.Belonging(ctx, viewer, peer)
	if err != nil || b.Status != groups.In && b.Status != groups.Left {
		return false, err
	}
	st, err := h.o.Groups.State(ctx, peer.Chat())
	if errors.Is(err, groups.ErrNotFound) {
		return false, nil
	}
	return err == nil && st.Photo.Photo == photo, err
}
