package gotd

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/gotd/td/tg"
)

// kindsOfFiles are those that test/js/lib/files.js names, with the size of their content.
var kindsOfFiles = map[string]int{"document": 700_001, "voice": 20_000, "music": 90_000, "video": 300_000, "round": 60_000, "gif": 50_000}

// TestFilesBetweenLibraries sends files from gotd to the JavaScript libraries and back: what one sends, the other fetches
// byte for byte.
func TestFilesBetweenLibraries(t *testing.T) {
	if _, err := os.Stat("../js/node_modules"); err != nil {
		t.Skip("the JavaScript libraries are not installed: see test/setup.sh")
	}
	s := startServer(t)
	for _, library := range []string{"mtcute", "gramjs"} {
		t.Run(library, func(t *testing.T) {
			phone, theirs := newNumber(), newNumber()
			d := s.login(t, intermediate, phone, "Gotd")
			lines := s.exchange(t, library, theirs, phone)
			for kind, size := range kindsOfFiles {
				d.fetches(library+" "+kind, contentOf(library+" "+kind, size))
			}
			d.photoSizes(photo(t, d.message(library+" photo")))
			to := d.importContact(theirs, library)
			for kind, size := range kindsOfFiles {
				caption := fmt.Sprintf("gotd %s to %s", kind, library)
				d.sendMedia(to, d.uploaded(fileOf(kind, contentOf(caption, size))), caption)
			}
			d.sendMedia(to, &tg.InputMediaUploadedPhoto{File: d.upload("p.jpg", jpegOf(picture(640, 480)))}, "gotd photo to "+library)
			got := lines()
			for kind, size := range kindsOfFiles {
				caption := fmt.Sprintf("gotd %s to %s", kind, library)
				sum := sha256.Sum256(contentOf(caption, size))
				if e := got[caption]; e.Size != size || e.SHA256 != hex.EncodeToString(sum[:]) {
					t.Errorf("%s got as %s: %+v", library, kind, e)
				}
			}
			if len(got) != len(kindsOfFiles)+1 {
				t.Errorf("%s got %d files: %v", library, len(got), got)
			}
		})
	}
}

// fetches waits for a message and downloads its document.
func (d *device) fetches(caption string, want []byte) {
	d.t.Helper()
	doc := document(d.t, d.message(caption))
	if b := d.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, want) {
		d.t.Errorf("%s: %d bytes came, sent were %d", caption, len(b), len(want))
	}
}

// contentOf is that of test/js/lib/files.js.
func contentOf(name string, size int) []byte {
	var out []byte
	for i := 0; len(out) < size; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, i))
		out = append(out, sum[:]...)
	}
	return out[:size]
}

// fileOf says what a file of a kind is.
func fileOf(kind string, content []byte) (name, mime string, _ []byte, _ tg.DocumentAttributeClass) {
	switch kind {
	case "voice":
		return "v.ogg", "audio/ogg", content, &tg.DocumentAttributeAudio{Voice: true, Duration: 3, Waveform: []byte{1, 30, 0, 7}}
	case "music":
		return "m.mp3", "audio/mpeg", content, &tg.DocumentAttributeAudio{Duration: 60, Title: "Song", Performer: "Band"}
	case "video":
		return "v.mp4", "video/mp4", content, &tg.DocumentAttributeVideo{Duration: 5, W: 640, H: 360, SupportsStreaming: true}
	case "round":
		return "r.mp4", "video/mp4", content, &tg.DocumentAttributeVideo{Duration: 5, W: 240, H: 240, RoundMessage: true}
	case "gif":
		return "g.mp4", "video/mp4", content, &tg.DocumentAttributeAnimated{}
	}
	return "d.bin", "application/octet-stream", content, &tg.DocumentAttributeImageSize{W: 1, H: 1}
}

// An arrival is a file that came to the other library.
type arrival struct {
	Caption, Kind, SHA256 string
	Size                  int
}

// exchange starts the other library, and returns when it has sent its files. lines waits for its end, and tells what came.
func (s *server) exchange(t *testing.T, library, phone, other string) (lines func() map[string]arrival) {
	t.Helper()
	plan, _ := json.Marshal(map[string]any{ // strings and numbers
		"host": s.host, "port": s.port, "dc": s.dc, "key": s.keyFile, "fingerprint": fmt.Sprint(s.key.Fingerprint()),
		"library": library, "phone": phone, "other": other,
	})
	cmd := exec.CommandContext(t.Context(), "node", "exchange.js", string(plan))
	cmd.Dir, cmd.Stderr = "../js", os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	if !in.Scan() {
		t.Fatalf("%s: %v", library, cmd.Wait())
	}
	return func() map[string]arrival {
		got := map[string]arrival{}
		for in.Scan() {
			var a arrival
			if err := json.Unmarshal(in.Bytes(), &a); err != nil {
				t.Errorf("%s: %q: %v", library, in.Text(), err)
			}
			got[a.Caption] = a
		}
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", library, err)
		}
		return got
	}
}
