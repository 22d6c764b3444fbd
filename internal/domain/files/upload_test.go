package files

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"hermod/internal/blob"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
)

// A world is a service with a clock that the test moves, and a store that it can look into.
type world struct {
	*Service
	dir   string
	clock time.Time
}

const ann, bob ids.User = 1_000_001, 1_000_002

func each(t *testing.T, o Options, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d, o)) })
}

func newWorld(t testing.TB, d *db.DB, o Options) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), clock: time.Unix(1_800_000_000, 0)}
	store, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + w.dir + "?sync=off"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if w.Service, err = New(t.Context(), d, store, o); err != nil {
		t.Fatal(err)
	}
	w.now = func() time.Time { return w.clock }
	return w
}

func (w *world) pass(d time.Duration) { w.clock = w.clock.Add(d) }

// objects lists what the store holds of files.
func (w *world) objects(t testing.TB) (names []string) {
	t.Helper()
	err := w.store.List(t.Context(), "", func(o blob.Object) error {
		if o.Name != marker {
			names = append(names, o.Name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// rows counts a table.
func (w *world) rows(t testing.TB, table string) (n int) {
	t.Helper()
	err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// empty checks that nothing is left of anything.
func (w *world) empty(t testing.TB) {
	t.Helper()
	for _, table := range []string{"file", "file_blob", "file_chunk", "file_upload", "file_part", "file_garbage"} {
		if n := w.rows(t, table); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	if names := w.objects(t); len(names) != 0 {
		t.Errorf("objects are left: %v", names)
	}
}

func random(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// split cuts data into parts.
func split(data []byte, size int) (parts [][]byte) {
	for len(data) > 0 {
		n := min(size, len(data))
		parts, data = append(parts, data[:n]), data[n:]
	}
	return parts
}

// send saves data as parts of a size, in random order, each third one twice.
func (w *world) send(t testing.TB, u ids.User, id int64, data []byte, size int) Input {
	t.Helper()
	parts := split(data, size)
	order := rand.Perm(len(parts))
	for i := 0; i < len(parts); i += 3 {
		order = append(order, i)
	}
	for _, i := range order {
		if err := w.SavePart(t.Context(), u, Part{File: id, Part: i, Data: parts[i]}); err != nil {
			t.Fatalf("part %d of %d: %v", i, len(parts), err)
		}
	}
	return Input{ID: id, Parts: len(parts)}
}

// must is send and Assemble.
func (w *world) must(t testing.TB, u ids.User, id int64, data []byte, size int) Blob {
	t.Helper()
	b, err := w.Assemble(t.Context(), u, w.send(t, u, id, data, size))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// check reads a blob in odd pieces and compares.
func (w *world) check(t testing.TB, h Hash, want []byte) {
	t.Helper()
	r, err := w.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) || r.Size() != int64(len(want)) {
		t.Errorf("read %d of %d bytes, %v; the same: %v", len(got), len(want), err, bytes.Equal(got, want))
	}
}

func TestContentComesBackAsItWasSent(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		id := int64(0)
		for _, size := range []int{1, 1023, 1 << 10, 100_000, 512 << 10, 512<<10 + 1, 1<<20 + 17} {
			for _, part := range []int{1 << 10, 32 << 10, 128 << 10, 512 << 10} {
				if size/part > 100 {
					continue
				}
				id++
				data := random(byte(id), size)
				b := w.must(t, ann, id, data, part)
				if b.Size != int64(size) {
					t.Errorf("%d bytes became %d", size, b.Size)
				}
				w.check(t, b.Hash, data)
			}
		}
	})
}

func TestTheSameContentIsKeptOnce(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		data := random(1, 3*ChunkSize+5)
		first := w.must(t, ann, 1, data, ChunkSize)
		for i, size := range []int{ChunkSize, 64 << 10, 128 << 10} {
			if b := w.must(t, bob, int64(i), data, size); b != first {
				t.Errorf("in parts of %d it is %v, not %v", size, b, first)
			}
		}
		if b, err := w.Put(t.Context(), 0, bytes.NewReader(data)); err != nil || b != first {
			t.Errorf("as a stream it is %v, %v", b, err)
		}
		if err := w.deleteObjects(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.objects(t)); n != 4 {
			t.Errorf("%d objects, want 4", n)
		}
	})
}

func TestStreams(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		for i, n := range []int{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 2 * ChunkSize} {
			data := random(byte(i), n)
			b, err := w.Put(t.Context(), ann, iotest.HalfReader(bytes.NewReader(data)))
			if err != nil || b.Size != int64(n) {
				t.Errorf("%d bytes: got %v, %v", n, b, err)
			}
			w.check(t, b.Hash, data)
			for _, broken := range []error{io.ErrUnexpectedEOF, io.ErrNoProgress} {
				_, err = w.Put(t.Context(), ann, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)))
				if !errors.Is(err, broken) {
					t.Errorf("a source that breaks after %d bytes: %v", n, err)
				}
			}
		}
	})
}

func TestPartsThatCannotBe(t *testing.T) {
	part := func(n, size int) Part { return Part{File: 1, Part: n, Data: random(byte(n), size)} }
	total := func(p Part, n int) Part { p.Total = n; return p }
	tests := map[string]struct {
		parts []Part
		want  error
	}{
		"empty":                        {[]Part{part(0, 0)}, ErrPartEmpty},
		"large":                        {[]Part{part(0, ChunkSize+1)}, ErrPartBig},
		"negative":                     {[]Part{part(-1, 10)}, ErrPart},
		"beyond the last possible":     {[]Part{part(maxParts, 10)}, ErrPart},
		"the last possible":            {[]Part{part(maxParts-1, 10)}, nil},
		"beyond the total":             {[]Part{total(part(3, 10), 3)}, ErrPart},
		"too many":                     {[]Part{total(part(0, 1024), maxParts+1)}, ErrParts},
		"negative total":               {[]Part{total(part(0, 1024), -2)}, ErrParts},
		"total told late":              {[]Part{total(part(0, 1024), -1), total(part(1, 10), 2)}, nil},
		"another total":                {[]Part{total(part(0, 1024), 3), total(part(1, 1024), 4)}, ErrParts},
		"total too small":              {[]Part{total(part(5, 1024), -1), total(part(1, 1024), 4)}, ErrParts},
		"beyond the total told before": {[]Part{total(part(0, 1024), 2), total(part(2, 1024), -1)}, ErrPart},
		"odd, not the last of total":   {[]Part{total(part(0, 1000), 2)}, ErrPartSize},
		"odd, then more":               {[]Part{part(0, 1000), part(1, 1000)}, ErrPartSize},
		"no divisor":                   {[]Part{part(0, 3<<10), part(1, 3<<10)}, ErrPartSize},
		"smaller in between":           {[]Part{part(0, 4096), part(1, 2048), part(2, 4096)}, ErrPartChanged},
		"last first":                   {[]Part{part(2, 17), part(0, 4096), part(1, 4096)}, nil},
		"last larger":                  {[]Part{part(0, 1024), part(1, 2048)}, ErrPartChanged},
		"last larger, first":           {[]Part{part(1, 2048), part(0, 1024)}, ErrPartChanged},
		"again, as the last":           {[]Part{part(0, 1024), part(1, 17), part(1, 1024), part(2, 5)}, nil},
		"again, shorter":               {[]Part{part(0, 1024), part(1, 1024), part(0, 512)}, ErrPartSize},
	}
	each(t, Options{}, func(t *testing.T, w *world) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				id := int64(rand.Uint64())
				for i, p := range tt.parts {
					p.File = id
					err := w.SavePart(t.Context(), ann, p)
					want := tt.want
					if i < len(tt.parts)-1 {
						want = nil
					}
					if !errors.Is(err, want) {
						t.Fatalf("part %d: got %v, want %v", i, err, want)
					}
				}
			})
		}
	})
}

func TestUploadsThatCannotBe(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		data := random(3, 5000)
		in := w.send(t, ann, 7, data, 1024)
		sum := md5.Sum(data)
		missing := func(n int) error { return MissingPart(n) }
		tests := map[string]struct {
			in   Input
			want error
		}{
			"no parts":           {Input{ID: 7}, ErrParts},
			"too many parts":     {Input{ID: 7, Parts: maxParts + 1}, ErrParts},
			"one more":           {Input{ID: 7, Parts: in.Parts + 1}, missing(in.Parts)},
			"one less":           {Input{ID: 7, Parts: in.Parts - 1}, ErrParts},
			"another file":       {Input{ID: 8, Parts: in.Parts}, missing(0)},
			"another sum":        {Input{ID: 7, Parts: in.Parts, MD5: "00"}, ErrMD5},
			"the right sum":      {Input{ID: 7, Parts: in.Parts, MD5: hex.EncodeToString(sum[:])}, nil},
			"and once more":      {Input{ID: 7, Parts: in.Parts, MD5: hex.EncodeToString(sum[:])}, nil},
			"of somebody else's": {Input{ID: 9, Parts: 1}, missing(0)},
		}
		w.send(t, bob, 9, data, 8<<10)
		for _, name := range []string{"no parts", "too many parts", "one more", "one less", "another file", "another sum",
			"the right sum", "and once more", "of somebody else's"} {
			if _, err := w.Assemble(t.Context(), ann, tests[name].in); !errors.Is(err, tests[name].want) {
				t.Errorf("%s: got %v, want %v", name, err, tests[name].want)
			}
		}
	})
}

func TestAMissingPartIsNamed(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		for _, n := range []int{0, 1, 3} {
			if err := w.SavePart(t.Context(), ann, Part{File: 1, Part: n, Data: random(1, 1024)}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.Assemble(t.Context(), ann, Input{ID: 1, Parts: 4})
		var m MissingPart
		if !errors.As(err, &m) || m != 2 {
			t.Errorf("got %v, want part 2", err)
		}
	})
}

// Clients send parts side by side, some of them twice, and repeat the request that uses them.
func TestPartsSideBySide(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		data := random(9, 60*1024+3)
		parts := split(data, 4096)
		var all sync.WaitGroup
		for i := range 3 * len(parts) {
			all.Go(func() {
				n := i % len(parts)
				if err := w.SavePart(t.Context(), ann, Part{File: 5, Part: n, Total: len(parts), Data: parts[n]}); err != nil {
					t.Errorf("part %d: %v", n, err)
				}
			})
		}
		all.Wait()
		var blobs [4]Blob
		for i := range blobs {
			all.Go(func() {
				var err error
				if blobs[i], err = w.Assemble(t.Context(), ann, Input{ID: 5, Parts: len(parts)}); err != nil {
					t.Errorf("assemble: %v", err)
				}
			})
		}
		all.Wait()
		w.check(t, blobs[0].Hash, data)
		for _, b := range blobs {
			if b != blobs[0] {
				t.Errorf("one is %v, another %v", b, blobs[0])
			}
		}
		w.pass(25 * time.Hour)
		if err := w.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.empty(t)
	})
}

func TestQuotas(t *testing.T) {
	each(t, Options{UserQuota: 3 * ChunkSize, ServerQuota: 4 * ChunkSize, MaxSize: 5 * ChunkSize / 2}, func(t *testing.T, w *world) {
		save := func(u ids.User, id int64, n int) error {
			return w.SavePart(t.Context(), u, Part{File: id, Part: n, Data: random(byte(int(u)*7+int(id)*3+n), ChunkSize)})
		}
		for n := range 2 {
			if err := save(ann, 1, n); err != nil {
				t.Fatal(err)
			}
		}
		if err := save(ann, 1, 2); !errors.Is(err, ErrTooBig) {
			t.Errorf("a large file: %v", err)
		}
		if err := save(ann, 2, 0); err != nil {
			t.Errorf("a second upload: %v", err)
		}
		if err := save(ann, 3, 0); !errors.Is(err, ErrQuota) {
			t.Errorf("a third upload: %v", err)
		}
		b, err := w.Assemble(t.Context(), ann, Input{ID: 1, Parts: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := save(ann, 3, 0); !errors.Is(err, ErrQuota) {
			t.Errorf("beside an upload of which no file was made: %v", err)
		}
		f, err := w.Create(t.Context(), nil, File{Kind: Document, Owner: ann, Size: b.Size, Blob: b.Hash})
		if err != nil {
			t.Fatal(err)
		}
		if err := save(ann, 3, 0); !errors.Is(err, ErrQuota) {
			t.Errorf("beside a file: %v", err)
		}
		if got, err := w.Usage(t.Context(), ann); err != nil || got != (Usage{2 * ChunkSize, 1}) {
			t.Errorf("usage %+v, %v", got, err)
		}
		if err := save(bob, 1, 0); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		if err := save(bob, 1, 1); !errors.Is(err, ErrServerFull) {
			t.Errorf("a full server: %v", err)
		}
		err = w.db.Write(t.Context(), func(tx *db.Tx) error { return w.Drop(t.Context(), tx, f.ID) })
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.Usage(t.Context(), ann); err != nil || got != (Usage{}) {
			t.Errorf("usage after all is gone %+v, %v", got, err)
		}
	})
}

func TestTooManyUploadsWait(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d, Options{})
	for i := range maxUploads + 1 {
		err := w.SavePart(t.Context(), ann, Part{File: int64(i), Data: []byte("the same")})
		if want := i == maxUploads; errors.Is(err, ErrUploads) != want {
			t.Fatalf("upload %d: %v", i, err)
		}
	}
}

// failing makes the store fail at the nth write, before or after it did it.
func (w *world) failing(n int, after bool) {
	var writes atomic.Int64
	w.put = func(ctx context.Context, name string, data []byte) error {
		this := writes.Add(1) == int64(n)
		if this && !after {
			return errors.New("the disk is gone")
		}
		err := w.store.Put(ctx, name, data)
		if this {
			return fmt.Errorf("the answer is lost: %w", errors.Join(err, io.ErrUnexpectedEOF))
		}
		return err
	}
}
