package files

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/blob"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Options are the bounds and times of a Service. The zero value of each means its default.
type Options struct {
	MaxSize     int64         // of one file; 4 GB
	UserQuota   int64         // bytes that one user may have; 0: no bound
	ServerQuota int64         // bytes that the store may hold; 0: no bound
	Reference   time.Duration // how long a file reference is good, a day
	UploadLife  time.Duration // how long parts wait for the others, a day
	Grace       time.Duration // how long a file lives that nobody holds, three hours
}

// maxBytes is the size of the largest file that clients can send.
const maxBytes = maxParts * ChunkSize

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&o.Reference, 24*time.Hour)
	set(&o.UploadLife, 24*time.Hour)
	set(&o.Grace, 3*time.Hour)
	if o.MaxSize == 0 {
		o.MaxSize = maxBytes
	}
	return o
}

// A Service keeps files. Make it with New; Run collects what nobody needs. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	store   *blob.Store
	o       Options
	key     [32]byte // of access hashes and references
	files   *lru.Cache[int64, File]
	changes atomic.Uint64 // of files; see remember
	lists   *lists
	stored  *stored
	holders []holder
	accept  []Accept
	removed []func(ctx context.Context, tx *db.Tx, f File) error
	wake    chan struct{} // there is garbage
	now     func() time.Time
	counts  *counts

	// put writes an object and del deletes one, which tests make fail.
	put func(ctx context.Context, name string, data []byte) error
	del func(ctx context.Context, name string) error
}

// An Accept looks at a file before it may be used; an error refuses it. open gives its content.
type Accept func(ctx context.Context, u ids.User, f File, open func() (*Reader, error)) error

// cachedFiles is how many files are kept in memory, a kilobyte or two each.
const cachedFiles = 8192

// New makes a Service on a database and a store of objects.
func New(ctx context.Context, d *db.DB, store *blob.Store, o Options) (*Service, error) {
	key, err := d.Secret(ctx, "files")
	if err != nil {
		return nil, fmt.Errorf("secret of file references: %w", err)
	}
	cache, _ := lru.New[int64, File](cachedFiles) // fails only for a size below 1
	s := &Service{
		db: d, store: store, o: o.withDefaults(), key: key, files: cache, lists: newLists(), stored: &stored{},
		wake: make(chan struct{}, 1), now: time.Now, counts: newCounts(), put: store.Put, del: store.Delete,
	}
	return s, nil
}

// OnAccept registers a look at each photo and document that is made of what a user sent. Call it before files are made.
func (s *Service) OnAccept(fn Accept) { s.accept = append(s.accept, fn) }

// OnRemove registers what happens to what others keep about a file when it is deleted, in the transaction that does it. Call
// it before Run.
func (s *Service) OnRemove(fn func(ctx context.Context, tx *db.Tx, f File) error) {
	s.removed = append(s.removed, fn)
}
