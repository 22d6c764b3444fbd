package secret

import (
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"hermod/internal/mtproto/crypto"
)

// FileFingerprint is the fingerprint of a file's key, which the server passes on with the file.
// Spec: https://core.telegram.org/api/end-to-end#sending-encrypted-files
func FileFingerprint(key, iv []byte) int32 {
	sum := md5.Sum(append(append([]byte(nil), key...), iv...))
	return int32(le.Uint32(sum[:]) ^ le.Uint32(sum[4:]))
}

// newFileKey draws the key and iv of a file of size bytes. They have nothing to do with the key of the chat.
func newFileKey(size int64) File {
	random := make([]byte, 64)
	_, _ = rand.Read(random) // never fails
	return File{Size: size, Key: random[:32:32], IV: random[32:]}
}

// sealedSize is the size of a file of n bytes once it is encrypted.
func sealedSize(n int64) int64 { return (n + blockSize - 1) / blockSize * blockSize }

// An ige is AES-256-IGE over a stream of whole blocks.
type ige struct{ key, iv [32]byte }

func newIGE(f File) (*ige, error) {
	if len(f.Key) != 32 || len(f.IV) != 32 {
		return nil, fmt.Errorf("no key: %w", ErrFile)
	}
	return &ige{key: [32]byte(f.Key), iv: [32]byte(f.IV)}, nil
}

// encrypt works in place on whole blocks and remembers the last ones for the next call.
func (c *ige) encrypt(b []byte) {
	if len(b) == 0 {
		return
	}
	last := [blockSize]byte(b[len(b)-blockSize:])
	crypto.EncryptIGE(&c.key, &c.iv, b)
	copy(c.iv[:blockSize], b[len(b)-blockSize:])
	copy(c.iv[blockSize:], last[:])
}

func (c *ige) decrypt(b []byte) {
	if len(b) == 0 {
		return
	}
	last := [blockSize]byte(b[len(b)-blockSize:])
	crypto.DecryptIGE(&c.key, &c.iv, b)
	copy(c.iv[:blockSize], last[:])
	copy(c.iv[blockSize:], b[len(b)-blockSize:])
}

// fileChunk is how much of a file is in memory at a time: a part of an upload or an answer to a download.
const fileChunk = 128 << 10 // bytes, whole blocks

// A sealer encrypts what it reads and fills the last block with random bytes.
type sealer struct {
	c    *ige
	r    io.Reader
	left int64  // plain bytes to come
	buf  []byte // room
	out  []byte // encrypted and not yet read
}

// newSealer encrypts exactly f.Size bytes of r. Reading fails with ErrFile if r has fewer.
func newSealer(f File, r io.Reader) (*sealer, error) {
	c, err := newIGE(f)
	if err != nil {
		return nil, err
	}
	return &sealer{c: c, r: r, left: f.Size, buf: make([]byte, fileChunk)}, nil
}

// Read implements io.Reader.
func (s *sealer) Read(p []byte) (int, error) {
	if len(s.out) == 0 {
		if s.left == 0 {
			return 0, io.EOF
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.out)
	s.out = s.out[n:]
	return n, nil
}

func (s *sealer) fill() error {
	n := int(min(s.left, int64(len(s.buf))))
	if _, err := io.ReadFull(s.r, s.buf[:n]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrFile
		}
		return fmt.Errorf("read content with %d bytes to come: %w", s.left, err)
	}
	s.left -= int64(n)
	whole := int(sealedSize(int64(n)))
	_, _ = rand.Read(s.buf[n:whole]) // never fails
	s.c.encrypt(s.buf[:whole])
	s.out = s.buf[:whole]
	return nil
}

// An opener decrypts what it reads and leaves out the padding.
type opener struct {
	c    *ige
	r    io.Reader
	left int64
	buf  []byte
	out  []byte
}

// newOpener decrypts the f.Size bytes of f that r has. Reading fails with ErrFile if r ends before.
func newOpener(f File, r io.Reader) (*opener, error) {
	c, err := newIGE(f)
	if err != nil {
		return nil, err
	}
	return &opener{c: c, r: r, left: f.Size, buf: make([]byte, fileChunk)}, nil
}

// Read implements io.Reader.
func (o *opener) Read(p []byte) (int, error) {
	if len(o.out) == 0 {
		if o.left == 0 {
			return 0, io.EOF
		}
		if err := o.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.out)
	o.out = o.out[n:]
	return n, nil
}

func (o *opener) fill() error {
	b := o.buf[:min(sealedSize(o.left), int64(len(o.buf)))]
	if _, err := io.ReadFull(o.r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrFile
		}
		return fmt.Errorf("read sealed content with %d bytes to come: %w", o.left, err)
	}
	o.c.decrypt(b)
	o.out = b[:min(o.left, int64(len(b)))]
	o.left -= int64(len(o.out))
	return nil
}

// checkPlace fails with ErrFile unless what the server has can be what the message tells of.
func (f *File) checkPlace() error {
	switch {
	case f.Place.ID == 0:
		return fmt.Errorf("the server has no file: %w", ErrFile)
	case len(f.Key) != 32 || len(f.IV) != 32:
		return fmt.Errorf("no key: %w", ErrFile)
	case f.Place.Fingerprint != FileFingerprint(f.Key, f.IV):
		return fmt.Errorf("fingerprint of the key: %w", ErrFile)
	case f.Size <= 0 || f.Size > f.Place.Size/blockSize*blockSize: // that is, sealedSize(f.Size) > f.Place.Size
		return fmt.Errorf("%d bytes in a file of %d: %w", f.Size, f.Place.Size, ErrFile)
	default:
		return nil
	}
}
