package files

import (
	"crypto/aes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gotd/ige"

	"hermod/internal/blob"
	"hermod/internal/db/dbtest"
)

// A rig is a service that waits for the disk, as a server does, and the cipher of a connection.
type rig struct {
	*Service
	dir    string
	part   []byte
	key    [32]byte
	iv     [32]byte
	number int
}

func newRig(b *testing.B) *rig {
	b.Helper()
	r := &rig{dir: b.TempDir(), part: make([]byte, ChunkSize)}
	store, err := blob.Open(b.Context(), blob.Options{URL: "dir:" + filepath.Join(b.TempDir(), "files")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	if r.Service, err = New(b.Context(), dbtest.Open(b, dbtest.SQLiteURL(b)), store, Options{}); err != nil {
		b.Fatal(err)
	}
	return r
}

// next makes another part, as it comes from the wire: deciphered.
func (r *rig) next(b *testing.B) {
	if _, err := rand.Read(r.part[:64]); err != nil {
		b.Fatal(err)
	}
	r.cipher(b, r.part)
	r.number++
}

func (r *rig) cipher(b *testing.B, p []byte) {
	block, err := aes.NewCipher(r.key[:])
	if err != nil {
		b.Fatal(err)
	}
	ige.DecryptBlocks(block, r.iv[:], p, p)
}

// bareWrite is the least that a program can do with a part: name it by its hash, and have it on the disk.
func (r *rig) bareWrite(b *testing.B) {
	f, err := os.Create(filepath.Join(r.dir, fmt.Sprintf("%x", sha256.Sum256(r.part))))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.Write(r.part); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// compare runs both by turns and tells how many times as fast as the bare program ours is.
func compare(b *testing.B, ours, bare func()) {
	var times [2]time.Duration
	b.SetBytes(ChunkSize)
	for b.Loop() {
		for i, fn := range []func(){ours, bare} {
			start := time.Now()
			fn()
			times[i] += time.Since(start)
		}
	}
	b.ReportMetric(times[1].Seconds()/times[0].Seconds(), "of-bare")
	b.ReportMetric(float64(b.N)*ChunkSize/1e6/times[0].Seconds(), "MB/s-ours")
}

func BenchmarkUpload(b *testing.B) {
	r := newRig(b)
	compare(b, func() {
		r.next(b)
		p := Part{File: int64(r.number / 4000), Part: r.number % 4000, Data: r.part}
		if err := r.SavePart(b.Context(), ann, p); err != nil {
			b.Fatal(err)
		}
	}, func() {
		r.next(b)
		r.bareWrite(b)
	})
}

func BenchmarkDownload(b *testing.B) {
	const parts = 64
	r := newRig(b)
	for i := range parts {
		r.next(b)
		if err := r.SavePart(b.Context(), ann, Part{File: 1, Part: i, Data: r.part}); err != nil {
			b.Fatal(err)
		}
	}
	made, err := r.Assemble(b.Context(), ann, Input{ID: 1, Parts: parts})
	if err != nil {
		b.Fatal(err)
	}
	r.bareWrite(b)
	all, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	compare(b, func() {
		p, err := r.ReadAt(b.Context(), made.Hash, int64(n%parts)*ChunkSize, ChunkSize)
		if err != nil {
			b.Fatal(err)
		}
		r.cipher(b, p)
		n++
	}, func() {
		f, err := os.Open(all[0])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(f, r.part); err != nil {
			b.Fatal(err)
		}
		_ = f.Close()
		r.cipher(b, r.part)
	})
}
