// Package handshake makes authorization keys: the server's and the client's side of the Diffie-Hellman exchange
// that opens every relation of a client with a server.
//
// Both sides are pure: the body of a message in, the body of its answer out. They read no clock and no
// connection; randomness comes from crypto/rand. Bodies are those of unencrypted messages, without key id,
// message id and length.
//
// What an exchange holds to:
//   - every nonce is the one of this exchange, compared in constant time, so nothing recorded can be played again;
//   - messages come in the order of the protocol; the last one repeated gets the last answer again, unless that
//     was the key, and a new req_pq begins anew;
//   - a key is handed out once, with the answer that tells the client; store it before you send that.
//
// The gateway runs the server's side, our own client the other.
//
// Spec: https://core.telegram.org/mtproto/auth_key
package handshake

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/mtproto/crypto"
)

// Errors of both sides. After any of them the exchange is over.
var (
	// ErrProtocol means a broken or hostile peer: a message that does not decode, is out of order, or does not fit
	// what was said before. Close the connection.
	ErrProtocol = errors.New("handshake: protocol violated")
	// ErrWrongDC means that the client wants a data centre that we do not speak for.
	ErrWrongDC = errors.New("handshake: wrong data centre")
	// ErrRefused means that the server gave up the exchange, though both sides kept to the protocol.
	ErrRefused = errors.New("handshake: refused")
)

// A Result is a key that both sides hold.
type Result struct {
	Key crypto.Key
	// Salt is the first server salt of the key.
	Salt int64
	// DC is the data centre that the client named, 1 to 5; 0 if it named none.
	DC int
	// Test and Media say which variant of the data centre it meant.
	Test, Media bool
	// ExpiresAt is when a temporary key ends; zero for a permanent one.
	ExpiresAt time.Time
	// ServerTime is the server's clock, for the client to go by. The server's side leaves it zero.
	ServerTime time.Time
}

// Temporary says whether the key has an end.
func (r Result) Temporary() bool { return !r.ExpiresAt.IsZero() }

// testDC is added to the number of a data centre in test mode.
const testDC = 10000

// SplitDC takes apart a data centre as clients write it: 10000 more for test servers, negative for media.
func SplitDC(wire int32) (dc int, test, media bool) {
	dc, media = int(wire), wire < 0
	if media {
		dc = -dc
	}
	if test = dc > testDC; test {
		dc -= testDC
	}
	return dc, test, media
}

var le = binary.LittleEndian

// nonces are what every message of an exchange is bound to.
type nonces struct {
	client, server [16]byte
	fresh          [32]byte // new_nonce, which only the two sides know
}

func (n *nonces) match(client, server [16]byte) bool {
	return subtle.ConstantTimeCompare(n.client[:], client[:])&subtle.ConstantTimeCompare(n.server[:], server[:]) == 1
}

// salt is the first server salt.
func (n *nonces) salt() int64 { return int64(le.Uint64(n.fresh[:]) ^ le.Uint64(n.server[:])) }

// hash is new_nonce_hash1, 2 or 3, the proof that the sender knows key.
// Spec: https://core.telegram.org/mtproto/auth_key#9-server-responds-in-one-of-three-ways
func (n *nonces) hash(number byte, aux [8]byte) [16]byte {
	sum := sha1.Sum(slices.Concat(n.fresh[:], []byte{number}, aux[:]))
	return [16]byte(sum[4:])
}

// temporaryKey is the AES key and iv that guard the middle of the exchange. All bytes of the nonces count,
// leading zeros too: gotd before 0.159 and others drop them, and fail once in 128 times.
// Spec: https://core.telegram.org/mtproto/auth_key#6-client-responds-with
func (n *nonces) temporaryKey() (key, iv [32]byte) {
	a := sha1.Sum(slices.Concat(n.fresh[:], n.server[:]))
	b := sha1.Sum(slices.Concat(n.server[:], n.fresh[:]))
	c := sha1.Sum(slices.Concat(n.fresh[:], n.fresh[:]))
	copy(key[:], a[:])
	copy(key[20:], b[:12])
	copy(iv[:], b[12:])
	copy(iv[8:], c[:])
	copy(iv[28:], n.fresh[:4])
	return key, iv
}

// seal encrypts data with its hash, as both sides do with the temporary key.
func (n *nonces) seal(data []byte) []byte {
	sum := sha1.Sum(data)
	b := slices.Concat(sum[:], data)
	padding := make([]byte, -len(b)&(crypto.BlockSize-1)) // 0 to 15: TDLib and Web A refuse more
	_, _ = rand.Read(padding)                             // never fails
	b = append(b, padding...)
	key, iv := n.temporaryKey()
	crypto.EncryptIGE(&key, &iv, b)
	return b
}

// open is the reverse of seal. size tells how many bytes of the data are the value; the rest must be padding.
func (n *nonces) open(sealed []byte, size func([]byte) int) ([]byte, error) {
	if len(sealed) < 2*crypto.BlockSize || len(sealed)%crypto.BlockSize != 0 || len(sealed) > maxSealed {
		return nil, fmt.Errorf("%d sealed bytes: %w", len(sealed), ErrProtocol)
	}
	b := slices.Clone(sealed)
	key, iv := n.temporaryKey()
	crypto.DecryptIGE(&key, &iv, b)
	data := b[sha1.Size:]
	end := size(data)
	if end < 0 || end > len(data) || len(data)-end >= crypto.BlockSize {
		return nil, fmt.Errorf("sealed data: %w", ErrProtocol)
	}
	sum := sha1.Sum(data[:end])
	if subtle.ConstantTimeCompare(sum[:], b[:sha1.Size]) != 1 {
		return nil, fmt.Errorf("hash of sealed data: %w", ErrProtocol)
	}
	return data[:end], nil
}

// maxSealed bounds what either side seals: the larger is the server's, with two numbers of 256 bytes.
const maxSealed = 1024

func randomNonce() (n [16]byte) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}
