package files

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"time"
)

// A reference is: version, end of its life (unix seconds), MAC of id and end.
const (
	referenceVersion = 1
	referenceMAC     = 12
	referenceSize    = 1 + 4 + referenceMAC
)

// AccessHash is the access hash of a file: a MAC of its id, the same for everybody, so that what is shown to many is
// rendered once. It is never 0.
func (s *Service) AccessHash(id int64) int64 {
	return int64(binary.LittleEndian.Uint64(s.mac('a', uint64(id), 0)) | 1)
}

// Reference is the file reference to give out now: good for the configured time and up to an eighth of it longer, so that
// what is rendered again soon looks the same.
// Spec: https://core.telegram.org/api/file-references
func (s *Service) Reference(id int64) []byte {
	step := max(int64(s.o.Reference/time.Second)/8, 1)
	end := (s.now().Unix()/step+1)*step + max(int64(s.o.Reference/time.Second), 1)
	ref := make([]byte, 0, referenceSize)
	ref = append(ref, referenceVersion)
	ref = binary.BigEndian.AppendUint32(ref, uint32(end))
	return append(ref, s.mac('r', uint64(id), uint64(end))[:referenceMAC]...)
}

// Check looks at what a client shows to name a file. It fails with ErrAccess, ErrRefEmpty, ErrRefInvalid or ErrRefExpired.
func (s *Service) Check(id, access int64, ref []byte) error {
	if err := s.CheckAccess(id, access); err != nil {
		return err
	}
	switch {
	case len(ref) == 0:
		return ErrRefEmpty
	case len(ref) != referenceSize || ref[0] != referenceVersion:
		return ErrRefInvalid
	}
	end := binary.BigEndian.Uint32(ref[1:5])
	if !hmac.Equal(ref[5:], s.mac('r', uint64(id), uint64(end))[:referenceMAC]) {
		return ErrRefInvalid
	}
	if s.now().Unix() >= int64(end) {
		return ErrRefExpired
	}
	return nil
}

// Named returns the file that a client names. It fails as Check and One do. References to stickers of sets do not expire: of
// a set that did not change clients get no new ones, since they ask with the hash that they have.
func (s *Service) Named(ctx context.Context, id, access int64, ref []byte) (File, error) {
	old := s.Check(id, access, ref)
	if old != nil && !errors.Is(old, ErrRefExpired) {
		return File{}, old
	}
	f, err := s.One(ctx, id)
	if old != nil && (err != nil || f.Set == 0) {
		return File{}, old
	}
	return f, err
}

// CheckAccess looks at an access hash alone. It fails with ErrAccess.
func (s *Service) CheckAccess(id, access int64) error {
	var got, want [8]byte
	binary.LittleEndian.PutUint64(got[:], uint64(access))
	binary.LittleEndian.PutUint64(want[:], uint64(s.AccessHash(id)))
	if subtle.ConstantTimeCompare(got[:], want[:]) == 0 {
		return ErrAccess
	}
	return nil
}

func (s *Service) mac(use byte, a, b uint64) []byte {
	var in [17]byte
	in[0] = use
	binary.LittleEndian.PutUint64(in[1:], a)
	binary.LittleEndian.PutUint64(in[9:], b)
	m := hmac.New(sha256.New, s.key[:])
	m.Write(in[:])
	return m.Sum(nil)
}
