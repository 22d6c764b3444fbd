// Package external brings what people name by a web address: photos and files to send, and the pictures of maps.
//
// The addresses belong to strangers, so all of it goes through package guard. A file is streamed into package files, never
// whole in memory, and bounded; there it is treated like one that was uploaded, so it is scanned as well.
package external

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/sync/semaphore"

	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/guard"
)

// Errors of this package.
var (
	// ErrURL means an address that is none, or one that is never asked.
	ErrURL = errors.New("no address of a file")
	// ErrFetch means that nothing came from an address, or too much, or that nothing is fetched here at all.
	ErrFetch = errors.New("file could not be fetched")
	// ErrMedia means that what came is nothing that can be sent so.
	ErrMedia = errors.New("no such medium at the address")
	// ErrBusy means that too much is being fetched, by this user or by all.
	ErrBusy = errors.New("too many files at once")
)

// Bounds.
const (
	fetches   = 8 // at a time
	ofOneUser = 2
	fetchTime = 40 * time.Second // a call takes a minute at most
)

// Options are what a Service works with.
type Options struct {
	PhotoSize, FileSize int64 // bytes
	// Photo makes a photo of a picture. It fails with an error for which NoPhoto is true when it is none.
	Photo   func(ctx context.Context, u ids.User, b files.Blob) (files.File, error)
	NoPhoto func(error) bool
}

// A Service fetches files. Safe for concurrent use.
type Service struct {
	client  *guard.Client // nil: off
	files   *files.Service
	o       Options
	running *semaphore.Weighted

	mu  sync.Mutex
	who map[ids.User]int // fetches under way
}

// New makes the service. Without a client it fetches nothing.
func New(client *guard.Client, f *files.Service, o Options) *Service {
	return &Service{client: client, files: f, o: o, running: semaphore.NewWeighted(fetches), who: map[ids.User]int{}}
}

// File makes a photo or a document of what is at an address, for u to send. It fails with ErrURL, ErrFetch, ErrMedia or
// ErrBusy, and as files.Put and files.Create do.
func (s *Service) File(ctx context.Context, u ids.User, address string, photo bool) (files.File, error) {
	at, err := guard.Parse(address)
	if err != nil {
		return files.File{}, fmt.Errorf("%w: %w", ErrURL, err)
	}
	if s.client == nil {
		return files.File{}, ErrFetch
	}
	done, err := s.begin(u)
	if err != nil {
		return files.File{}, err
	}
	defer done()
	bounds := guard.Bounds{Max: s.o.FileSize, Time: fetchTime}
	if photo {
		bounds.Max = s.o.PhotoSize
	}
	source, err := s.client.Fetch(ctx, at, bounds)
	if err != nil {
		return files.File{}, wrong(err)
	}
	defer func() { _ = source.Close() }()
	return s.keep(ctx, u, source, photo)
}

// begin counts a fetch of u until done is called. It fails with ErrBusy.
func (s *Service) begin(u ids.User) (done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.who[u] >= ofOneUser || !s.running.TryAcquire(1) {
		return nil, ErrBusy
	}
	s.who[u]++
	return func() {
		s.running.Release(1)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.who[u]--; s.who[u] == 0 {
			delete(s.who, u)
		}
	}, nil
}

// keep streams a file into the store and makes one of ours of it.
func (s *Service) keep(ctx context.Context, u ids.User, source *guard.File, photo bool) (files.File, error) {
	body := bufio.NewReader(&marked{source})
	head, err := body.Peek(sniffed)
	if len(head) == 0 && err == io.EOF {
		return files.File{}, ErrMedia
	}
	b, err := s.files.Put(ctx, u, body)
	var stream *streamError
	if errors.As(err, &stream) {
		return files.File{}, wrong(err)
	}
	if err != nil {
		return files.File{}, err
	}
	if photo {
		f, err := s.o.Photo(ctx, u, b)
		if err != nil && s.o.NoPhoto(err) {
			err = fmt.Errorf("%w: %w", ErrMedia, err)
		}
		return f, err
	}
	kind := kindOf(head, source.Type)
	if strings.HasPrefix(kind, "text/html") || kind == "application/xhtml+xml" {
		return files.File{}, ErrMedia // a page, and most often one that says why the file is not there
	}
	f := files.File{Kind: files.Document, Owner: u, Size: b.Size, Blob: b.Hash, MIME: kind}
	f.Name, f.Animated = plainName(source.Name), kind == "image/gif"
	return s.files.Create(ctx, nil, f)
}

// plainName is a file's name without what could play tricks on who reads it.
func plainName(name string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || unicode.Is(unicode.Bidi_Control, c) {
			return -1
		}
		return c
	}, name)
}

// A marked stream tells its own errors from those of who reads it. An io.ErrUnexpectedEOF of the connection must not be
// taken for the end of the file.
type marked struct{ r io.Reader }

type streamError struct{ err error }

func (e *streamError) Error() string { return e.err.Error() }

// Read implements io.Reader.
func (m *marked) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		err = &streamError{err}
	}
	return n, err
}

// wrong says in our words what asking failed with.
func wrong(err error) error {
	if errors.Is(err, guard.ErrRefused) {
		return fmt.Errorf("%w: %w", ErrURL, err)
	}
	return fmt.Errorf("%w: %w", ErrFetch, err)
}

const sniffed = 512 // bytes that http.DetectContentType looks at

// kindOf is the MIME type of content: as the site says, unless it says nothing. What begins like a page is one.
func kindOf(head []byte, said string) string {
	looks, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if said == "" || said == "application/octet-stream" || said == "binary/octet-stream" || looks == "text/html" {
		return looks
	}
	return said
}
