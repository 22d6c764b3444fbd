package gen

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden generates from small schemas, one for each thing that needs care.
func TestGolden(t *testing.T) {
	schemas, err := filepath.Glob("testdata/*.tl")
	if err != nil || len(schemas) == 0 {
		t.Fatal("no schemas", err)
	}
	for _, path := range schemas {
		name := strings.TrimSuffix(path, ".tl")
		t.Run(filepath.Base(name), func(t *testing.T) {
			configs, err := LoadConfig(name + ".toml")
			if err != nil {
				t.Fatal(err)
			}
			files, err := GenerateFile(&configs[0])
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name+".golden", join(files))
		})
	}
}

func join(files map[string][]byte) []byte {
	var out bytes.Buffer
	for _, name := range sortedKeys(files) {
		out.WriteString("// ---- " + name + "\n")
		out.Write(files[name])
	}
	return out.Bytes()
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the difference, then run go test -update", golden)
	}
}

// TestGeneratedFilesAreCurrent generates all packages again and compares them with what is in the tree.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	configs, err := LoadConfig("../../../schema/tlgen.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range configs {
		files, err := GenerateFile(&c)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(c.Dir, name))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what the schema gives; run go run ./cmd/tlgen", c.Package, name)
			}
		}
		checkLeftovers(t, c.Dir, files)
	}
}

func checkLeftovers(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := files[e.Name()]; IsGenerated(e.Name()) && !ok {
			t.Errorf("%s is generated no more; run go run ./cmd/tlgen", filepath.Join(dir, e.Name()))
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, line := range []string{"no id at all", "x#12 a = X;", "x#12 a:flags.40?int = X;", "x#zz = X;", "x#12 = X; // 1-b"} {
		if _, err := Parse(strings.NewReader(line)); err == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	f, err := Parse(strings.NewReader("a#1 = A;\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Config{{Lift: []string{"b"}}, {Stored: []string{"B"}}, {Client: []string{"m"}}, {Fallback: map[string]string{"A": "b"}}} {
		if _, err := Generate(f, &c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}

func TestGoName(t *testing.T) {
	for in, want := range map[string]string{
		"messages.sendMessage": "MessagesSendMessage", "access_hash": "AccessHash", "msg_id": "MsgID", "api_id": "APIID",
		"url": "URL", "this_dc": "ThisDC", "inputStickerSetID": "InputStickerSetID", "messageEntityTextUrl": "MessageEntityTextURL",
		"help.getNearestDc": "HelpGetNearestDC", "ttl_seconds": "TTLSeconds", "srp_B": "SrpB", "g_a": "GA", "ids": "IDs",
		"p_q_inner_data_temp_dc": "PQInnerDataTempDC", "dcOption": "DCOption", "pts": "Pts", "jsonObject": "JSONObject",
	} {
		if got := GoName(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func sortedKeys(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }
