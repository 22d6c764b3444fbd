package ids

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// An Access makes and checks access hashes: a keyed MAC of viewer and peer. Nothing is stored, a hash is of no
// use to another viewer, and knowing an id opens nothing.
// Spec: https://core.telegram.org/api/peers#access-hash
type Access struct{ key [32]byte }

// NewAccess makes hashes with key, which must stay the same for the life of an installation.
func NewAccess(key [32]byte) *Access { return &Access{key: key} }

// Hash is the access hash by which viewer reaches peer. It is never 0.
func (a *Access) Hash(viewer User, peer Peer) int64 {
	var in [16]byte
	binary.LittleEndian.PutUint64(in[:8], uint64(viewer))
	binary.LittleEndian.PutUint64(in[8:], uint64(peer))
	mac := hmac.New(sha256.New, a.key[:])
	mac.Write(in[:])
	sum := mac.Sum(nil)
	return int64(binary.LittleEndian.Uint64(sum) | 1)
}

// Check reports, in constant time, whether hash is the one of viewer and peer.
func (a *Access) Check(viewer User, peer Peer, hash int64) bool {
	var got, want [8]byte
	binary.LittleEndian.PutUint64(got[:], uint64(hash))
	binary.LittleEndian.PutUint64(want[:], uint64(a.Hash(viewer, peer)))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
