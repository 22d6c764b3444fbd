package trace

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A mark is bytes that occur nowhere else.
type mark []byte

const markSize = 12

func newMark() mark { return randomBytes(markSize) }

// fill makes n bytes of which each block of 16 begins with the mark, so that no part of them is overlooked. No two blocks
// are the same, or they would be kept once.
func (m mark) fill(n int) []byte {
	b := make([]byte, 0, n+16)
	for len(b) < n {
		b = append(b, m...)
		b = binary.BigEndian.AppendUint32(b, rand.Uint32())
	}
	return b[:n]
}

// ciphertext looks like one of so many blocks.
func (m mark) ciphertext(blocks int) []byte {
	return append(randomBytes(8+16), m.fill(16*blocks)...)
}

// A searcher reads every file that a server and its database keep.
type searcher struct {
	t    *testing.T
	rig  *rig
	dirs []string
}

// count says how often each mark stands in the files, and in the log of the server.
func (s *searcher) count(marks map[string]mark) map[string]int {
	s.t.Helper()
	found := make(map[string]int)
	look := func(b []byte) {
		for name, m := range marks {
			found[name] += bytes.Count(b, m)
		}
	}
	look(s.rig.log.bytes())
	for _, dir := range s.dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return ignoreGone(err)
			}
			b, err := os.ReadFile(path)
			look(b)
			return ignoreGone(err)
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return found
}

// ignoreGone passes over files that went away while they were looked at.
func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// has checks that the files have all of the marks: the search would find what is left.
func (s *searcher) has(marks map[string]mark, names ...string) {
	s.t.Helper()
	found := s.count(marks)
	for _, n := range names {
		if found[n] == 0 {
			s.t.Errorf("%q is not found, though it has to be there", n)
		}
	}
}

// lacks waits until none of the marks is left.
func (s *searcher) lacks(marks map[string]mark, names ...string) {
	s.t.Helper()
	var left []string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		found := s.count(marks)
		left = nil
		for _, n := range names {
			if found[n] > 0 {
				left = append(left, n)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	s.t.Errorf("left in the files: %s", strings.Join(left, ", "))
	s.where(marks, left)
}

// where tells which files have marks.
func (s *searcher) where(marks map[string]mark, names []string) {
	for _, dir := range s.dirs {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil
			}
			b, _ := os.ReadFile(path)
			for _, n := range names {
				if i := bytes.Index(b, marks[n]); i >= 0 {
					s.t.Logf("%s: %q at %d of %d, %d times", path, n, i, len(b), bytes.Count(b, marks[n]))
				}
			}
			return nil
		})
	}
}
