package looks

import (
	"context"
	"io"
	"path"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Bounds of sounds, of which clients are told in the application configuration.
// Spec: https://core.telegram.org/api/ringtones
const (
	MaxSound      = 300 << 10       // bytes
	MaxSoundTime  = 5 * time.Second // how long they are
	MaxSoundSlack = time.Second     // and by how much they may be longer
	maxSounds     = 100
)

// AddRingtone makes a document of a sound that somebody uploaded, and saves it. It fails with ErrSound, ErrSoundType, ErrSounds,
// or as files.Create does.
// Spec: https://core.telegram.org/method/account.uploadRingtone
func (s *Service) AddRingtone(ctx context.Context, u ids.User, b files.Blob, name, mime string) (files.File, error) {
	if !strings.HasPrefix(mime, "audio/") {
		return files.File{}, ErrSoundType
	}
	t, err := s.listen(ctx, b.Hash, b.Size)
	if err != nil {
		return files.File{}, err
	}
	seconds := int((t.length + time.Second/2) / time.Second)
	f := files.File{Kind: files.Document, Owner: u, Blob: b.Hash, Size: b.Size, MIME: t.mime, Attributes: files.Attributes{
		Name: name, Audio: &files.Audio{Duration: seconds, Title: strings.TrimSuffix(name, path.Ext(name))},
	}}
	if err := s.files.Accept(ctx, f); err != nil {
		return files.File{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		made, err := s.files.Create(ctx, tx, f)
		if err != nil {
			return err
		}
		f = made
		return s.saveRingtone(ctx, tx, u, f.ID)
	})
	return f, err
}

// listen looks at the sound of a blob. It fails with ErrSound or ErrSoundType.
func (s *Service) listen(ctx context.Context, h files.Hash, size int64) (t tune, err error) {
	if size > MaxSound || h.IsZero() {
		return t, ErrSound
	}
	data, err := s.content(ctx, h, size)
	if err != nil {
		return t, err
	}
	t, ok := listen(data)
	if !ok {
		return t, ErrSoundType
	}
	if t.length > MaxSoundTime+MaxSoundSlack {
		return t, ErrSound
	}
	return t, nil
}

// content reads a blob whose size is known to be small.
func (s *Service) content(ctx context.Context, h files.Hash, size int64) ([]byte, error) {
	r, err := s.files.Open(ctx, h)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err = io.ReadFull(r, data)
	return data, err
}

// SaveRingtone saves a sound that is a document already. It fails with ErrSound, ErrSoundType or ErrSounds.
// Spec: https://core.telegram.org/method/account.saveRingtone
func (s *Service) SaveRingtone(ctx context.Context, u ids.User, f files.File) error {
	if f.Kind != files.Document || f.Audio == nil {
		return ErrSound
	}
	if _, err := s.listen(ctx, f.Blob, f.Size); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.saveRingtone(ctx, tx, u, f.ID) })
}

func (s *Service) saveRingtone(ctx context.Context, tx *db.Tx, u ids.User, file int64) error {
	have, err := ringtones(ctx, tx, u)
	if err != nil {
		return err
	}
	if len(have) >= maxSounds {
		return ErrSounds
	}
	const put = `INSERT INTO ringtone (owner, file, place) SELECT $1, $2, COALESCE(MAX(place), 0) + 1 FROM ringtone WHERE owner = $1
		ON CONFLICT (owner, file) DO UPDATE SET place = excluded.place`
	if _, err := tx.Exec(ctx, put, int64(u), file); err != nil {
		return err
	}
	if err := s.files.Use(ctx, tx, file); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, u.Peer(), updates.SavedSounds{})
}

// DropRingtone takes a sound out of somebody's list.
func (s *Service) DropRingtone(ctx context.Context, u ids.User, file int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM ringtone WHERE owner = $1 AND file = $2`, int64(u), file)
		if err != nil || n == 0 {
			return err
		}
		if err := s.files.Release(ctx, tx, now(), file); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, u.Peer(), updates.SavedSounds{})
	})
}

// Ringtones returns the sounds of somebody, the newest first.
// Spec: https://core.telegram.org/method/account.getSavedRingtones
func (s *Service) Ringtones(ctx context.Context, u ids.User) ([]int64, error) {
	return read(ctx, s, func(tx *db.Tx) ([]int64, error) { return ringtones(ctx, tx, u) })
}

func ringtones(ctx context.Context, tx *db.Tx, u ids.User) ([]int64, error) {
	return db.Column[int64](ctx, tx, `SELECT file FROM ringtone WHERE owner = $1 ORDER BY place DESC LIMIT $2`, int64(u), maxSounds)
}
