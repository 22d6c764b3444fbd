package trace

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"hermod/internal/db/dbtest"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl/gen"
)

// TestNoTrace runs secret chats, and looks for what was said in everything that the server keeps: before it is
// acknowledged, when the ciphertext has to be there, and after, when it must not be.
func TestNoTrace(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		r := newRig(t, "")
		noTrace(t, r, r.data)
	})
	t.Run("postgres", func(t *testing.T) {
		address := dbtest.PostgresURL(t)
		r := newRig(t, address)
		noTrace(t, r, r.data, postgresFiles(t, address))
	})
}

// postgresFiles is the folder with all files of PostgreSQL, which is told not to keep used segments of its log for later
// ones: see docs/secret-chats.md.
func postgresFiles(t *testing.T, address string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, set := range []string{`ALTER SYSTEM SET wal_recycle = off`, `SELECT pg_reload_conf()`} {
		if _, err := c.Exec(t.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(u.Query().Get("host"), "data")
}

// The lengths of ciphertexts, in blocks: what fits into a page with others, what does not, and what is large.
var lengths = []int{4, 20, 60, 100, 260, 1000, 3000}

func noTrace(t *testing.T, r *rig, dirs ...string) {
	marks := map[string]mark{"plaintext": mark("Meet me at the old mill, alone.")}
	for _, name := range []string{"acknowledged", "file", "discarded", "discarded file", "waiting"} {
		marks[name] = newMark()
	}
	s := &searcher{t: t, rig: r, dirs: dirs}
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	carl, dora := r.signUp("Carl", "9996620003"), r.signUp("Dora", "9996620004")
	second := bo.another("Bo's second")
	// The devices to which all is sent are away, so that nothing is acknowledged before they are back.
	a1, b1, key := newChat(t, anna, bo)
	c2, b2, _ := newChat(t, carl, bo)
	d3, b3, _ := newChat(t, dora, bo)
	var all [][]byte
	for i, n := range slices.Concat(lengths, lengths, lengths) {
		data := marks["acknowledged"].ciphertext(n)
		a1.send(data)
		c2.send(marks["discarded"].ciphertext(n))
		d3.send(marks["waiting"].ciphertext(n))
		if i%3 == 0 {
			b2.send(marks["discarded"].ciphertext(n))
			b1.send(marks["acknowledged"].ciphertext(n))
		}
		all = append(all, data)
	}
	secret := seal(key, marks["plaintext"])
	a1.send(secret)
	content := marks["file"].fill(1_500_000)
	sent := a1.sendFile(content, 128<<10)
	c2.sendFile(marks["discarded file"].fill(700_000), 64<<10)
	unsent := c2.uploadFile(marks["discarded file"].fill(100_000), 32<<10)
	if unsent.Name != "encryptedFile" {
		t.Fatalf("uploadEncryptedFile answered %s", unsent.Name)
	}
	s.has(marks, "acknowledged", "file", "discarded", "discarded file", "waiting")
	s.never(marks, "plaintext")

	// Bo gets what is there in pages, and by asking for the next acknowledges the last.
	got, file := bo.collect()
	for _, data := range append(all, secret) {
		if !got[sha256.Sum256(data)] {
			t.Errorf("a ciphertext of %d bytes did not arrive", len(data))
		}
	}
	loaded := bo.load(file)
	if !bytes.Equal(loaded, content) {
		t.Errorf("the file has %d bytes, not the %d that were sent", len(loaded), len(content))
	}
	if start := anna.ask("updates.getState", nil).Fields["qts"]; start != int32(1) {
		t.Errorf("a state that is asked for passes over what waits: %v", start)
	}
	last := find(t, anna.difference(1), "updates.state").Fields["qts"]
	anna.call("messages.receivedQueue", fields{"max_qts": last})
	bo.ask("updates.getState", nil) // brings acknowledgements of the file
	// What Dora has sent was acknowledged with the rest, as positions are of the device. She sends more, which waits.
	marks["kept"] = newMark()
	for _, n := range lengths {
		d3.send(marks["kept"].ciphertext(n))
	}
	s.lacks(marks, "acknowledged", "waiting", "file")
	s.has(marks, "kept")
	b2.send(marks["discarded"].ciphertext(5))
	s.has(marks, "discarded", "discarded file")
	c2.call("messages.discardEncryption", fields{"chat_id": c2.id, "delete_history": true})
	over := bo.expect("encryptedChatDiscarded", func(v gen.Value) bool { return v.Fields["id"] == c2.id })
	if over.Fields["history_deleted"] != true {
		t.Errorf("discarded with %+v", over.Fields)
	}
	s.lacks(marks, "discarded", "discarded file", "acknowledged", "waiting", "file")
	s.has(marks, "kept")
	s.never(marks, "plaintext")
	if n := len(second.heard("updateNewEncryptedMessage")) + len(named(second.difference(1), "encryptedMessage")); n != 0 {
		t.Errorf("the second device has got %d messages", n)
	}
	bo.refused("FILE_ID_INVALID", "upload.getFile", location(file, 0))
	a1.refused("FILE_ID_INVALID", "upload.getFile", location(find(t, sent, "encryptedFile"), 0))
	b3.call("messages.discardEncryption", fields{"chat_id": b3.id})
	s.lacks(marks, "kept")
	r.stop()
	s.lacks(marks, "acknowledged", "waiting", "file", "discarded", "discarded file", "kept", "plaintext")
}

// never checks that none of the marks is in any file.
func (s *searcher) never(marks map[string]mark, names ...string) {
	s.t.Helper()
	found := s.count(marks)
	for _, n := range names {
		if found[n] > 0 {
			s.t.Errorf("%q is in the files", n)
			s.where(marks, names)
		}
	}
}

// seal encrypts text as the sides of a chat do; how exactly is of no interest to the server.
func seal(key []byte, text []byte) []byte {
	var k, iv [32]byte
	copy(k[:], key)
	copy(iv[:], key[32:])
	body := bytes.Repeat(text, 40)
	body = append(body, make([]byte, 16-len(body)%16)...)
	crypto.EncryptIGE(&k, &iv, body)
	return append(randomBytes(8+16), body...)
}

// saveParts uploads content in parts, and returns the number that names them.
func (d *device) saveParts(content []byte, size int) (id int64, parts int32) {
	d.t.Helper()
	id = rand.Int64()
	for part := range slices.Chunk(content, size) {
		d.call("upload.saveFilePart", fields{"file_id": id, "file_part": parts, "bytes": part})
		parts++
	}
	return id, parts
}

func (s *side) uploaded(content []byte, size int) gen.Value {
	id, parts := s.saveParts(content, size)
	return object("inputEncryptedFileUploaded", fields{"id": id, "parts": parts, "md5_checksum": "", "key_fingerprint": int32(7)})
}

func (s *side) sendFile(content []byte, size int) gen.Value {
	s.t.Helper()
	sent := s.ask("messages.sendEncryptedFile", fields{
		"peer": s.peer(), "random_id": rand.Int64(), "data": ciphertext(), "file": s.uploaded(content, size),
	})
	f := find(s.t, sent, "encryptedFile")
	if f.Fields["size"] != int64(len(content)) || f.Fields["key_fingerprint"] != int32(7) {
		s.t.Errorf("sent a file: %+v", f.Fields)
	}
	return sent
}

func (s *side) uploadFile(content []byte, size int) gen.Value {
	s.t.Helper()
	return s.ask("messages.uploadEncryptedFile", fields{"peer": s.peer(), "file": s.uploaded(content, size)})
}

// collect asks for differences until there is nothing more, and once more, which acknowledges the last. It returns the
// hashes of the ciphertexts, and the last file of the first chat with one.
func (d *device) collect() (got map[[32]byte]bool, file gen.Value) {
	d.t.Helper()
	got = make(map[[32]byte]bool)
	for qts := int32(1); ; {
		diff := d.difference(qts)
		for _, m := range named(diff, "encryptedMessage") {
			got[sha256.Sum256(m.Fields["bytes"].([]byte))] = true
			if f, ok := m.Fields["file"].(gen.Value); ok && f.Name == "encryptedFile" && file.Name == "" {
				file = f
			}
		}
		state := named(diff, "updates.state")
		if len(state) == 0 {
			return got, file
		}
		next := state[0].Fields["qts"].(int32)
		if next == qts && diff.Name == "updates.difference" {
			return got, file
		}
		qts = next
	}
}

func location(file gen.Value, offset int64) fields {
	return fields{
		"location": object("inputEncryptedFileLocation", fields{"id": file.Fields["id"], "access_hash": file.Fields["access_hash"]}),
		"offset":   offset, "limit": int32(128 << 10),
	}
}

// load gets all of a file.
func (d *device) load(file gen.Value) (content []byte) {
	d.t.Helper()
	for {
		piece := d.ask("upload.getFile", location(file, int64(len(content)))).Fields["bytes"].([]byte)
		content = append(content, piece...)
		if len(piece) < 128<<10 {
			return content
		}
	}
}
