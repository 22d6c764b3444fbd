package packed

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"testing"

	"hermod/internal/tl"
)

func wrap(data []byte) []byte {
	var w tl.Writer
	w.ID(ID)
	w.Bytes(data)
	return w.B
}

func deflate(t testing.TB, open func(io.Writer) io.WriteCloser, in []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := open(&z)
	if _, err := w.Write(in); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// lie makes a gzip stream say that it is short.
func lie(z []byte) []byte {
	copy(z[len(z)-4:], []byte{100, 0, 0, 0})
	return z
}

func asGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func asZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func TestUnpack(t *testing.T) {
	text := bytes.Repeat([]byte("four"), 100)
	tests := map[string]struct {
		in   []byte
		want []byte
		err  error
	}{
		"gzip":             {in: wrap(deflate(t, asGzip, text)), want: text},
		"zlib, as TDLib":   {in: wrap(deflate(t, asZlib, text)), want: text},
		"a bomb":           {in: wrap(deflate(t, asGzip, make([]byte, 10<<20))), err: tl.ErrLimit},
		"a zlib bomb":      {in: wrap(deflate(t, asZlib, make([]byte, 10<<20))), err: tl.ErrLimit},
		"a bomb that lies": {in: wrap(lie(deflate(t, asGzip, make([]byte, 10<<20)))), err: tl.ErrLimit},
		"no stream":        {in: wrap([]byte("hello")), err: ErrCorrupt},
		"nothing":          {in: wrap(nil), err: ErrCorrupt},
		"stream cut short": {in: wrap(deflate(t, asZlib, text)[:10]), err: ErrCorrupt},
		"bytes left over":  {in: append(wrap(deflate(t, asGzip, text)), 0, 0, 0, 0), err: tl.ErrTrailing},
		"short":            {in: wrap(deflate(t, asGzip, text))[:8], err: tl.ErrShort},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Unpack(tt.in, 1000)
			if !errors.Is(err, tt.err) || !bytes.Equal(got, tt.want) {
				t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestPackIsUndoneByUnpack(t *testing.T) {
	in := bytes.Repeat([]byte("text"), 1000)
	out := Pack(in)
	if !Is(out) || len(out) > len(in)/4 {
		t.Fatalf("%d bytes were packed into %d", len(in), len(out))
	}
	if back, err := Unpack(out, len(in)); err != nil || !bytes.Equal(back, in) {
		t.Errorf("unpacked to %d bytes, %v", len(back), err)
	}
	if same := Pack([]byte("tiny")); string(same) != "tiny" {
		t.Errorf("what does not shrink became %q", same)
	}
}

func TestImprobableRatioIsRefused(t *testing.T) {
	bomb := wrap(deflate(t, asGzip, make([]byte, 1<<20)))
	if _, err := Unpack(bomb, 4<<20); !errors.Is(err, tl.ErrLimit) {
		t.Errorf("%d bytes unpack to 1 MiB: %v", len(bomb), err)
	}
	if out, err := Unpack(wrap(deflate(t, asGzip, make([]byte, 60<<10))), 4<<20); err != nil || len(out) != 60<<10 {
		t.Errorf("60 KiB of nothing: %d bytes, %v", len(out), err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(wrap(deflate(f, asGzip, []byte("some text"))))
	f.Add(wrap(deflate(f, asZlib, []byte("some text"))))
	f.Fuzz(func(t *testing.T, in []byte) {
		if out, err := Unpack(in, 1<<16); err == nil && len(out) > 1<<16 {
			t.Errorf("%d bytes are past the limit", len(out))
		}
	})
}
