// Package photos makes photos of what people send, and keeps those that stand for somebody: the profile photos of people,
// with those they had before, one for strangers, those that someone gives to a contact, and those of groups and channels.
//
// It owns the table peer_photo, which says which files are held. What is shown beside a name, a users.Portrait, lies in
// the row of that user, group or channel, so that showing somebody takes no look here.
package photos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/images"
)

// Errors of this package that are the caller's; those of files and images come on top.
var (
	// ErrNoFile means that there is nothing to make a photo of.
	ErrNoFile = errors.New("no picture was sent")
	// ErrVideo means a moving picture that is not MPEG-4.
	ErrVideo = errors.New("video is not MPEG-4")
	// ErrMarkup means an emoji to make a photo of that cannot be.
	ErrMarkup = errors.New("no such emoji markup")
	// ErrNotPhoto means a file that cannot stand for somebody.
	ErrNotPhoto = errors.New("not a photo")
	// ErrNotFound means a photo that somebody does not have.
	ErrNotFound = errors.New("no such photo")
	// ErrNotContact means somebody who is not a contact.
	ErrNotContact = errors.New("not a contact")
)

// maxVideo bounds a moving profile photo, in bytes.
const maxVideo = 10 << 20

// A Service makes and keeps photos. Safe for concurrent use.
type Service struct {
	db    *db.DB
	log   *updates.Log
	files *files.Service
	users *users.Service
	work  *images.Workshop
}

// New makes the service, which tells f which files it holds.
func New(d *db.DB, log *updates.Log, f *files.Service, u *users.Service, work *images.Workshop) *Service {
	s := &Service{db: d, log: log, files: f, users: u, work: work}
	f.HeldBy("photos of people and chats", s.held)
	return s
}

// Work is where pictures are worked on.
func (s *Service) Work() *images.Workshop { return s.work }

// FromUpload makes a photo of a picture that u has sent. It fails with the errors of files.Assemble, files.Create and of
// package images.
func (s *Service) FromUpload(ctx context.Context, u ids.User, in files.Input) (files.File, error) {
	b, err := s.files.Assemble(ctx, u, in)
	if err != nil {
		return files.File{}, err
	}
	return s.FromBlob(ctx, u, b)
}

// FromBlob is FromUpload for content that is here already.
func (s *Service) FromBlob(ctx context.Context, u ids.User, b files.Blob) (files.File, error) {
	return s.make(ctx, u, b.Hash, s.work.Photo, nil)
}

// Thumbs makes the thumbnail of a document from a picture: its stripped form "i", which stickers must not have, and "m".
// It fails as FromBlob does.
func (s *Service) Thumbs(ctx context.Context, u ids.User, picture files.Hash) ([]files.Size, error) {
	src, err := s.files.Open(ctx, picture)
	if err != nil {
		return nil, err
	}
	made, err := s.work.Thumbs(ctx, src)
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, u, made)
}

// Silent tells whether a file is an MPEG-4 movie that has pictures and no sound.
func (s *Service) Silent(ctx context.Context, movie files.Hash) (bool, error) {
	src, err := s.files.Open(ctx, movie)
	if err != nil {
		return false, err
	}
	return silent(src)
}

// A making makes the sizes of a picture.
type making func(ctx context.Context, src io.ReadSeeker) ([]images.Size, error)

// make makes a photo of a picture.
func (s *Service) make(ctx context.Context, u ids.User, picture files.Hash, how making, videos []files.VideoSize) (files.File, error) {
	src, err := s.files.Open(ctx, picture)
	if err != nil {
		return files.File{}, err
	}
	made, err := how(ctx, src)
	if err != nil {
		return files.File{}, err
	}
	return s.create(ctx, u, made, videos)
}

func (s *Service) create(ctx context.Context, u ids.User, made []images.Size, videos []files.VideoSize) (files.File, error) {
	sizes, err := s.keep(ctx, u, made)
	if err != nil {
		return files.File{}, err
	}
	return s.files.Create(ctx, nil, files.File{Kind: files.Photo, Owner: u, Sizes: sizes, Videos: videos})
}

// keep stores pictures that were made.
func (s *Service) keep(ctx context.Context, u ids.User, made []images.Size) ([]files.Size, error) {
	sizes := make([]files.Size, len(made))
	for i, m := range made {
		sizes[i] = files.Size{Type: m.Type, W: m.W, H: m.H}
		if m.Type == stripped {
			sizes[i].Inline = m.Data
			continue
		}
		b, err := s.files.Put(ctx, u, bytes.NewReader(m.Data))
		if err != nil {
			return nil, fmt.Errorf("keep size %q: %w", m.Type, err)
		}
		sizes[i].Blob, sizes[i].Bytes, sizes[i].Progressive = b.Hash, b.Size, m.Scans
	}
	return sizes, nil
}

// The types of the sizes of profile photos.
const (
	stripped = "i"
	small    = "a"
	big      = "c"
	moving   = "u"
)

// Portrait is what of a photo is shown beside a name.
func Portrait(f files.File) users.Portrait {
	tiny, _ := f.SizeOf(stripped)
	return users.Portrait{Photo: f.ID, Thumb: tiny.Inline, Video: len(f.Videos) > 0}
}

// Size returns the small or the big picture of a photo that stands for somebody. It fails with ErrNotFound.
func (s *Service) Size(ctx context.Context, photo int64, large bool) (files.Size, error) {
	f, err := s.files.One(ctx, photo)
	if errors.Is(err, files.ErrNotFound) {
		return files.Size{}, ErrNotFound
	}
	if err != nil {
		return files.Size{}, err
	}
	letter := small
	if large {
		letter = big
	}
	size, ok := f.SizeOf(letter)
	if !ok {
		err = ErrNotFound
	}
	return size, err
}
