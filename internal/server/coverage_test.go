package server

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"hermod/internal/config"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

//go:generate go test -run TestCoverage -update-coverage

var updateCoverage = flag.Bool("update-coverage", false, "rewrite docs/coverage.md")

const coverageFile = "../../docs/coverage.md"

// TestCoverage holds docs/coverage.md against the table of handlers.
func TestCoverage(t *testing.T) {
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen, cfg.Data = "127.0.0.1:0", "", t.TempDir()
	s, err := New(t.Context(), cfg, Options{Version: "test", Log: slog.New(slog.DiscardHandler), Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	got := coveragePage(s.api.router.Coverage())
	if *updateCoverage {
		if err := os.WriteFile(coverageFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(coverageFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/coverage.md is out of date: run go generate ./internal/server")
	}
}

// coveragePage lists the methods by their namespace, with a count of each state on top.
func coveragePage(methods []rpc.MethodState) []byte {
	slices.SortFunc(methods, func(a, b rpc.MethodState) int {
		return cmp.Or(cmp.Compare(namespace(a.Name), namespace(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	count := map[rpc.State]int{}
	for _, m := range methods {
		count[m.State]++
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, coverageHead, tg.Newest, len(methods), count[rpc.Works], count[rpc.Empty], count[rpc.Absent])
	last := "none yet"
	for _, m := range methods {
		if ns := namespace(m.Name); ns != last {
			last = ns
			fmt.Fprintf(&b, "\n## %s\n\n| method | state | for |\n| --- | --- | --- |\n", cmp.Or(ns, "without a namespace"))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Name, m.State, audience(m))
	}
	return b.Bytes()
}

const coverageHead = `# Methods of the API

Every method of layer %d, the newest that Hermod speaks, and how it is served. A test writes this list from the table
of handlers; do not edit it. Methods of older layers that have another name now are served as the newer ones.

- **works**: does what its documentation says.
- **valid empty**: answers that there is nothing, because what it is about does not exist here yet. Clients go on.
- **error**: answers ` + "`400 METHOD_INVALID`" + `, which clients tolerate.

| of %d methods | |
| --- | --- |
| works | %d |
| valid empty | %d |
| error | %d |
`

func namespace(method string) string {
	ns, _, ok := strings.Cut(method, ".")
	if !ok {
		return ""
	}
	return ns
}

// audience says who may call a method that is served.
func audience(m rpc.MethodState) string {
	if m.State == rpc.Absent {
		return ""
	}
	switch m.Need {
	case rpc.Anyone:
		return "anyone"
	case rpc.UserOnly:
		return "people"
	case rpc.BotOnly:
		return "bots"
	}
	return "signed in"
}
