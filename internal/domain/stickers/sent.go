package stickers

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
)

// sent puts what somebody has sent into his lists: a sticker becomes one of those that he used last, a GIF is saved. Clients
// count on the server for that. What is only forwarded is not used.
// Spec: https://core.telegram.org/api/gifs#saved-gifs
func (s *Service) sent(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	m := rows[0]
	u := author(m)
	if kind := media.KindOf(m.Media); u == 0 || m.Forward != nil || kind != media.Sticker && kind != media.GIF || m.Media.File == nil {
		return nil
	}
	f, err := s.files.GetIn(ctx, tx, m.Media.File.ID)
	if errors.Is(err, files.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, l := range []List{Recent, GIFs} {
		if l.takes(f) {
			return s.keep(ctx, tx, u, l, f.ID)
		}
	}
	return nil
}

// author is the person who wrote a message, whoever it shows.
func author(m *messages.Message) ids.User {
	if m.Author != 0 {
		return m.Author
	}
	return m.From.User()
}
