package secret

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A FileStore keeps everything in one file: a journal of batches, each with its length and checksum. A batch that
// was cut short by a crash is as if it had never been. What is secret and was removed is gone from the file when
// Apply returns, since the file is then written anew; what the medium below keeps of the former file is beyond it.
//
// It may be used from many goroutines, and by one process at a time.
type FileStore struct {
	path string
	mem  MemoryStore

	mu   sync.Mutex
	f    *os.File
	size int64 // of the journal
	live int64 // of the pairs that it ends with, at the last writing
	err  error // of a write that failed: the end of the file is not known any more
}

const (
	journalMagic  = "hermod secret 1\n"
	recordHead    = 8        // length, checksum
	maxRecord     = 64 << 20 // bytes
	minCompaction = 1 << 20  // bytes of journal below which it is left alone
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// OpenFileStore opens the store in the file at path, which it makes if there is none. Close it.
//
// It fails with ErrStore if the file is something else.
func OpenFileStore(path string) (*FileStore, error) {
	s := &FileStore{path: path}
	if err := s.removeUnfinished(); err != nil {
		return nil, fmt.Errorf("open secret store: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open secret store: %w", err)
	}
	s.f = f
	if err := s.load(); err != nil {
		_ = f.Close() // the first error counts
		return nil, fmt.Errorf("load secret store: %w", err)
	}
	return s, nil
}

// unfinished is in the names of files that a crash may leave while the store is written anew.
const unfinished = ".new-"

// removeUnfinished deletes them: they hold as many secrets as the store itself.
func (s *FileStore) removeUnfinished() error {
	names, err := filepath.Glob(quoteGlob(s.path) + unfinished + "*")
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// quoteGlob makes a pattern that matches path and nothing else.
func quoteGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// load reads the journal, cuts off what a crash left behind it and makes sure that the file is in its directory.
func (s *FileStore) load() error {
	r := bufio.NewReader(s.f)
	magic := make([]byte, len(journalMagic))
	n, err := io.ReadFull(r, magic)
	if n < len(magic) && journalMagic[:n] == string(magic[:n]) {
		return s.rewrite() // new, or a crash while it was made
	}
	if err != nil || string(magic) != journalMagic {
		return fmt.Errorf("not a secret store: %w", ErrStore)
	}
	s.size = int64(len(journalMagic))
	for {
		b, n, err := readRecord(r)
		if err != nil {
			break // the end, or the batch that a crash cut short
		}
		if err := s.mem.Apply(context.Background(), b); err != nil {
			return err
		}
		s.size += n
	}
	return s.rewrite()
}

// readRecord reads a batch and its length in the file. Any error means that there is no whole batch.
func readRecord(r io.Reader) (Batch, int64, error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Batch{}, 0, err
	}
	n := le.Uint32(head[:])
	if n > maxRecord {
		return Batch{}, 0, fmt.Errorf("batch of %d bytes: %w", n, ErrStore)
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil || len(body) != int(n) || crc32.Checksum(body, castagnoli) != le.Uint32(head[4:]) {
		return Batch{}, 0, errors.Join(err, ErrStore)
	}
	b, err := decodeBatch(body)
	return b, recordHead + int64(n), err
}

// appendRecord adds a batch to dst. A pair is the length of the key, the key, the length of the value and one, the
// value; a removed key has 0 for that length.
func appendRecord(dst []byte, set map[string][]byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, recordHead)...)
	for key, value := range set {
		dst = appendPair(dst, key, value)
	}
	body := dst[start+recordHead:]
	le.PutUint32(dst[start:], uint32(len(body)))
	le.PutUint32(dst[start+4:], crc32.Checksum(body, castagnoli))
	return dst
}

func appendPair(dst []byte, key string, value []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	dst = append(dst, key...)
	if value == nil {
		return binary.AppendUvarint(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(value))+1)
	return append(dst, value...)
}

// decodeBatch reads the body of a record. It fails with ErrStore.
func decodeBatch(body []byte) (Batch, error) {
	b := Batch{Set: make(map[string][]byte)}
	for len(body) > 0 {
		key, rest, ok := cutCounted(body, 0)
		if !ok {
			return Batch{}, fmt.Errorf("key of a pair: %w", ErrStore)
		}
		value, rest, ok := cutCounted(rest, 1)
		if !ok {
			return Batch{}, fmt.Errorf("value of a pair: %w", ErrStore)
		}
		b.Set[string(key)] = value
		body = rest
	}
	return b, nil
}

// cutCounted cuts off a length, which is written larger by more, and that many bytes. A length below more is nil.
func cutCounted(b []byte, more uint64) (value, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 {
		return nil, nil, false
	}
	b = b[used:]
	if n < more {
		return nil, b, true
	}
	if n -= more; n > uint64(len(b)) {
		return nil, nil, false
	}
	return append([]byte{}, b[:n]...), b[n:], true
}

// Get implements Store.
func (s *FileStore) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return s.mem.Get(ctx, key)
}

// Scan implements Store.
func (s *FileStore) Scan(ctx context.Context, prefix, start string, f func(string, []byte) bool) error {
	return s.mem.Scan(ctx, prefix, start, f)
}

// Apply implements Store. After an error the store takes nothing more: open it again.
func (s *FileStore) Apply(ctx context.Context, b Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if err := s.append(b); err != nil {
		s.err = fmt.Errorf("write secret store: %w", err)
		return s.err
	}
	if err := s.mem.Apply(ctx, b); err != nil {
		return err
	}
	if !b.Wipe && (s.size < minCompaction || s.size < 4*s.live) {
		return nil
	}
	if err := s.rewrite(); err != nil {
		s.err = fmt.Errorf("rewrite secret store: %w", err)
	}
	return s.err
}

func (s *FileStore) append(b Batch) error {
	record := appendRecord(nil, b.Set)
	if len(record) > maxRecord {
		return fmt.Errorf("batch of %d bytes: %w", len(record), ErrStore)
	}
	if _, err := s.f.WriteAt(record, s.size); err != nil {
		return err
	}
	s.size += int64(len(record))
	return s.f.Sync()
}

// rewrite replaces the file by one that holds the pairs of now and nothing of before.
func (s *FileStore) rewrite() error {
	f, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+unfinished+"*")
	if err != nil {
		return err
	}
	size, err := s.writeAll(f)
	if err == nil {
		err = os.Rename(f.Name(), s.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	old := s.f
	s.f, s.size, s.live = f, size, size
	return errors.Join(syncDir(filepath.Dir(s.path)), old.Close())
}

// writeAll writes every pair, a record each, so that no record grows with the store.
func (s *FileStore) writeAll(f *os.File) (size int64, err error) {
	w := bufio.NewWriter(f)
	put := func(b []byte) {
		n, _ := w.Write(b) // Flush tells the error
		size += int64(n)
	}
	put([]byte(journalMagic))
	err = s.mem.Scan(context.Background(), "", "", func(key string, value []byte) bool {
		put(appendRecord(nil, map[string][]byte{key: value}))
		return true
	})
	return size, errors.Join(err, w.Flush(), f.Sync())
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close closes the file.
func (s *FileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = os.ErrClosed
	return s.f.Close()
}
