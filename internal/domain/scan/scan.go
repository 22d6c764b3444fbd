// Package scan has a scanner look at the files that people bring, before anybody else gets them.
//
// What it holds to:
//
//   - With Hold, a file that the scanner has not called clean is not accepted. An error is never taken for a clean verdict.
//   - With Pass, what was accepted unseen waits in scan_waiting, which is written before the file is: it is scanned when
//     the scanner is back, and taken away from all who have it when it is malware.
//   - Who brought malware is told, and so are the moderators, once an hour at most for the same content.
//
// Verdicts are remembered by the hash of the content. Files of secret chats are ciphertext and never come here. Of a photo
// only its moving pictures are looked at: all else of it is drawn anew by the server.
//
// It owns the tables scan_verdict, scan_waiting and scan_finding. Callers are package files, by the hook Accept, and the
// command line.
package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/semaphore"

	"hermod/internal/clamd"
	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// Errors of this package.
var (
	// ErrInfected means malware.
	ErrInfected = errors.New("file is malware")
	// ErrAway means that the scanner is away and files are held until it is back.
	ErrAway = errors.New("scanner is away")
	// ErrUnscanned means a file that cannot be scanned, such as a large one, where such are refused.
	ErrUnscanned = errors.New("file cannot be scanned")
	// ErrNone means a finding that is not there, or whose content is not kept.
	ErrNone = errors.New("no such finding")
)

// A Scanner names the signature that content matches, "" for none. It fails as clamd.Client.Scan does.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (signature string, err error)
}

// Options are what the service works with. Without a Scanner nothing is scanned; what is in quarantine stays.
type Options struct {
	Scanner         Scanner
	Quarantine      bool          // malware is kept for moderators; else it is only refused
	Pass            bool          // files pass while the scanner is away and are scanned later; else they are held
	RefuseUnscanned bool          // what cannot be scanned is refused; else it passes
	MaxSize         int64         // bytes of a file that is scanned; 0: 100 MiB, the daemon's own default
	Remember        time.Duration // how long a verdict counts; 0: a day
	Keep            time.Duration // how long findings and what is in quarantine are kept; 0: 30 days
	// Tell sends a note of the service to somebody.
	Tell func(ctx context.Context, to ids.User, note string) error
	// Report tells the moderators.
	Report func(ctx context.Context, f Finding) error
}

// Bounds.
const (
	scanners  = 4                // scans at a time; clamd's own default is ten threads
	scanTime  = 40 * time.Second // a call takes a minute at most
	quietTime = time.Hour        // between two notes about the same content
	maxTold   = 20               // notes about one person in that time
	maxKept   = 20               // contents of one person in quarantine, where no quota counts them
	maxName   = 255              // bytes
	maxSize   = 100 << 20
)

func (o Options) withDefaults() Options {
	if o.MaxSize == 0 {
		o.MaxSize = maxSize
	}
	if o.Remember == 0 {
		o.Remember = 24 * time.Hour
	}
	if o.Keep == 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	return o
}

// A Service has files scanned. Safe for concurrent use.
type Service struct {
	db      *db.DB
	files   *files.Service
	o       Options
	running *semaphore.Weighted
	counts  *counts
	now     func() time.Time
}

// New makes the service and registers it with f as a look at new files, and as the holder of what is in quarantine.
func New(d *db.DB, f *files.Service, o Options) *Service {
	s := &Service{
		db: d, files: f, o: o.withDefaults(), running: semaphore.NewWeighted(scanners), counts: newCounts(), now: time.Now,
	}
	f.HeldBy("quarantine", s.held)
	if o.Scanner != nil {
		f.OnAccept(s.accept)
	}
	return s
}

// accept is a files.Accept. It fails with ErrInfected, ErrAway or ErrUnscanned.
func (s *Service) accept(ctx context.Context, u ids.User, f files.File, _ func() (*files.Reader, error)) error {
	for _, c := range brought(f) {
		if err := s.check(ctx, u, f, c); err != nil {
			return fmt.Errorf("scan a file of user %d: %w", u, err)
		}
	}
	return nil
}

// content is bytes that somebody brought.
type content struct {
	hash files.Hash
	size int64
}

// brought lists what of f is as its owner sent it.
func brought(f files.File) (list []content) {
	if !f.Blob.IsZero() {
		list = append(list, content{f.Blob, f.Size})
	}
	for _, v := range f.Videos {
		if !v.Blob.IsZero() {
			list = append(list, content{v.Blob, v.Bytes})
		}
	}
	return list
}

func (s *Service) check(ctx context.Context, u ids.User, f files.File, c content) error {
	signature, err := s.verdict(ctx, c)
	switch {
	case errors.Is(err, ErrAway) && s.o.Pass:
		return s.wait(ctx, f, c)
	case errors.Is(err, ErrUnscanned) && !s.o.RefuseUnscanned:
		return nil
	case err != nil:
		return err
	case signature == "":
		return nil
	}
	found := Finding{Owner: u, Hash: c.hash, Signature: signature, Name: f.Name, Size: c.size}
	if err := s.found(ctx, found); err != nil {
		return err
	}
	return ErrInfected
}

// verdict is the signature that content matches, from memory if it can. It fails with ErrAway or ErrUnscanned.
func (s *Service) verdict(ctx context.Context, c content) (signature string, err error) {
	signature, err = s.remembered(ctx, c.hash)
	if !errors.Is(err, db.ErrNotFound) {
		s.counts.result(known, err)
		return signature, err
	}
	signature, err = s.scan(ctx, c)
	s.counts.result(resultOf(signature, err), nil)
	if err != nil {
		return "", err
	}
	return signature, s.remember(ctx, c.hash, signature)
}

// scan sends content to the scanner. It fails with ErrAway or ErrUnscanned.
func (s *Service) scan(ctx context.Context, c content) (signature string, err error) {
	if c.size > s.o.MaxSize {
		return "", ErrUnscanned
	}
	within, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	if err := s.running.Acquire(within, 1); err != nil {
		return "", late(ctx)
	}
	defer s.running.Release(1)
	r, err := s.files.Open(within, c.hash)
	if err != nil {
		return "", err
	}
	began := time.Now()
	signature, err = s.o.Scanner.Scan(within, r)
	s.counts.duration.Observe(time.Since(began).Seconds())
	switch {
	case errors.Is(err, clamd.ErrTooBig), errors.Is(err, clamd.ErrScan):
		return "", fmt.Errorf("%w: %w", ErrUnscanned, err)
	case errors.Is(err, clamd.ErrAway):
		return "", fmt.Errorf("%w: %w", ErrAway, err)
	case err != nil && within.Err() != nil:
		return "", late(ctx)
	}
	return signature, err
}

// late is the error of a scan that took too long: that of the call, if its time is over.
func late(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("no verdict in %s: %w", scanTime, ErrAway)
}
