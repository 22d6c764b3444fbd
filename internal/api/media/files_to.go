package media

import (
	"context"

	"hermod/internal/domain/files"
	"hermod/internal/domain/media"
	"hermod/internal/tl/tg"
)

// file shows media that are files.
func (s *showing) file(kind media.Kind, ref *media.FileRef) tg.MessageMediaClass {
	if ref == nil {
		return &tg.MessageMediaUnsupported{}
	}
	if kind == media.Photo {
		return s.photo(ref)
	}
	t := &tg.MessageMediaDocument{
		Spoiler: ref.Spoiler, Video: kind == media.Video, Round: kind == media.Round, Voice: kind == media.Voice,
		TTLSeconds: some(ref.TTL), VideoTimestamp: some(ref.Start),
	}
	if !ref.Expired {
		t.Document = s.document(ref.ID)
	}
	if f, ok := s.files[ref.Cover]; ok && f.Kind == files.Photo {
		t.VideoCover = s.o.Files.Forms.Photo(f)
	}
	return t
}

func (s *showing) photo(ref *media.FileRef) *tg.MessageMediaPhoto {
	t := &tg.MessageMediaPhoto{Spoiler: ref.Spoiler, TTLSeconds: some(ref.TTL)}
	if !ref.Expired {
		t.Photo = s.picture(ref.ID)
	}
	if f, ok := s.files[ref.Motion]; ok && f.Kind == files.Document {
		t.LivePhoto, t.Video = true, s.o.Files.Forms.Document(f)
	}
	return t
}

// picture is an empty one when it is gone.
func (s *showing) picture(id int64) tg.PhotoClass {
	if f, ok := s.files[id]; ok && f.Kind == files.Photo {
		return s.o.Files.Forms.Photo(f)
	}
	return &tg.PhotoEmpty{ID: id}
}

// document is an empty one when it is gone.
func (s *showing) document(id int64) tg.DocumentClass {
	if f, ok := s.files[id]; ok && f.Kind == files.Document {
		return s.o.Files.Forms.Document(f)
	}
	return &tg.DocumentEmpty{ID: id}
}

// some is nil for 0.
func some(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}

// Photos shows photos by the ids of their files; those that are gone are left out.
func (c *Codec) Photos(ctx context.Context, want []int64) (map[int64]tg.PhotoClass, error) {
	if c.o.Files.Files == nil {
		return nil, nil
	}
	found, err := c.o.Files.Files.Get(ctx, want...)
	if err != nil {
		return nil, err
	}
	shown := make(map[int64]tg.PhotoClass, len(found))
	for id, f := range found {
		if f.Kind == files.Photo {
			shown[id] = c.o.Files.Forms.Photo(f)
		}
	}
	return shown, nil
}
