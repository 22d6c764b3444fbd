package files

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// ChunkSize is the size of all chunks of a blob but the last, which may be smaller.
const ChunkSize = 512 << 10

// A Hash names content: a chunk by the SHA-256 of its bytes, a blob by that of its length and the hashes of its chunks.
type Hash [sha256.Size]byte

// String writes h as clients of logs like it.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h names nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText writes h in hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText writes. It fails on anything else.
func (h *Hash) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(h) {
		return fmt.Errorf("files: a hash of %d characters", len(b))
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// hashFrom reads a column; the empty one is the zero hash.
func hashFrom(b []byte) (h Hash) {
	copy(h[:], b)
	return h
}

// column writes h as a column: empty for the zero hash.
func (h Hash) column() []byte {
	if h.IsZero() {
		return []byte{}
	}
	return h[:]
}

const suffixSize = 8

// A chunk names an object of the store.
type chunk struct {
	hash   Hash
	suffix [suffixSize]byte
}

const chunkSize = sha256.Size + suffixSize

// object is the name of the chunk's object.
func (c chunk) object() string {
	h := hex.EncodeToString(c.hash[:])
	return h[:2] + "/" + h[2:] + "-" + hex.EncodeToString(c.suffix[:])
}

// newChunk names an object that does not exist yet.
func newChunk(data []byte) (chunk, error) {
	c := chunk{hash: sha256.Sum256(data)}
	_, err := rand.Read(c.suffix[:])
	return c, err
}

// chunkFrom reads a chunk from its two columns.
func chunkFrom(hash, suffix []byte) (c chunk) {
	c.hash = hashFrom(hash)
	copy(c.suffix[:], suffix)
	return c
}

// A list is the chunks of a blob as they are stored, hash and suffix of each.
type list []byte

// Len is the number of chunks.
func (l list) Len() int { return len(l) / chunkSize }

// At returns a chunk.
func (l list) At(i int) chunk {
	b := l[i*chunkSize : (i+1)*chunkSize]
	return chunkFrom(b[:sha256.Size], b[sha256.Size:])
}

func (l list) append(c chunk) list { return append(append(l, c.hash[:]...), c.suffix[:]...) }

// hash names the blob of these chunks.
func (l list) hash(size int64) Hash {
	h := sha256.New()
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(size))
	h.Write(n[:])
	for i := range l.Len() {
		h.Write(l[i*chunkSize : i*chunkSize+sha256.Size])
	}
	return Hash(h.Sum(nil))
}

// chunkOf is the chunk of an object's name; ok is false for names that are not of chunks.
func chunkOf(object string) (c chunk, ok bool) {
	const hashDigits, allDigits = 2 * sha256.Size, 2 * chunkSize
	if len(object) != allDigits+2 || object[2] != '/' || object[hashDigits+1] != '-' {
		return chunk{}, false
	}
	digits := object[:2] + object[3:hashDigits+1] + object[hashDigits+2:]
	b, err := hex.DecodeString(digits)
	if err != nil {
		return chunk{}, false
	}
	c = chunkFrom(b[:sha256.Size], b[sha256.Size:])
	return c, c.object() == object
}
