package messages

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
)

// Suggest sends somebody a photo that he might take for his profile, as a service message.
// It fails with ErrPeer, files.ErrNotFound when the photo went meanwhile, or an error of users.CheckMayWrite.
//
// Spec: https://core.telegram.org/method/photos.uploadContactProfilePhoto
func (s *Service) Suggest(ctx context.Context, from, to ids.User, photo int64) (Sent, error) {
	if to == ids.Service || to == from {
		return Sent{}, ErrPeer
	}
	var mine *Message
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkMayWrite(ctx, tx, from, to); err != nil {
			return err
		}
		mine = notice(from.Peer(), to.Peer(), actions.Action{Kind: actions.SuggestPhoto, Photo: photo})
		mine.Owner = from.Peer()
		return s.put(ctx, tx, mine, mine.copyFor(to))
	})
	if err != nil {
		return Sent{}, fmt.Errorf("suggest a photo from %d to %d: %w", from, to, err)
	}
	return Sent{Message: mine}, nil
}
