package gen

import (
	"hash/crc32"
	"os"
	"regexp"
	"strings"
	"testing"
)

func apiSchema(t *testing.T) (*File, string) {
	t.Helper()
	b, err := os.ReadFile("../../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f, string(b)
}

// given are ids that their authors chose, or computed from a spelling of the line that is lost.
var given = map[uint32]bool{
	0xf94e5f1: true, 0x7699f014: true, 0x24f40e77: true, 0x106395c9: true, 0xa477288f: true, 0x666220e9: true,
	0x34636dd8: true, 0xad253d78: true, 0x8a6469c2: true, 0x4628f6e6: true, 0x27d69997: true, 0xdbaeae9: true,
	0x8a65e557: true, 0x10ea6184: true,
}

var (
	idOf      = regexp.MustCompile(`#[0-9a-f]+ `)
	trueField = regexp.MustCompile(` \w+:flags\d*\.\d+\?true`)
	bytesType = regexp.MustCompile(`([:?])bytes\b`)
)

// TestIDsAreChecksums recomputes every id from its line, so that a slip in the schema is found.
//
// Spec: https://core.telegram.org/mtproto/TL-formal#optional-combinator-name
func TestIDsAreChecksums(t *testing.T) {
	_, text := apiSchema(t)
	for line := range strings.Lines(text) {
		line, _, ok := strings.Cut(line, ";")
		if !ok || strings.HasPrefix(line, "//") {
			continue
		}
		d, err := parseDef(line+";", false)
		if err != nil {
			t.Fatal(err)
		}
		if sum := checksum(line); sum != d.ID && !given[d.ID] {
			t.Errorf("%s#%x has the checksum %x", d.Name, d.ID, sum)
		}
	}
}

func checksum(line string) uint32 {
	line = idOf.ReplaceAllString(line, " ")
	line = trueField.ReplaceAllString(line, "")
	line = bytesType.ReplaceAllString(line, "${1}string")
	line = strings.NewReplacer("<", " ", ">", "", "{", "", "}", "").Replace(line)
	return crc32.ChecksumIEEE([]byte(line))
}

// unknownShapes names what existed in some layer in a shape that nobody published. Such a layer goes without.
var unknownShapes = map[string]bool{"messageActionStarGift": true, "starsTransaction": true, "starGiftUnique": true}

// TestNoGaps finds names whose shape is missing in a layer between two that have it, though the newest has it.
func TestNoGaps(t *testing.T) {
	f, _ := apiSchema(t)
	m, err := NewModel(f, &Config{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range m.all() {
		first, _ := x.span()
		for _, l := range m.Layers {
			if l >= first && x.inNewest(m) && x.at(l) == nil && !unknownShapes[x.Name] && !strings.HasPrefix(x.Name, "payments.") {
				t.Errorf("%s has no shape in layer %d", x.Name, l)
			}
		}
	}
}
