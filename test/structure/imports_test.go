// Package structure holds the shape of the project: which package may reach which, and that each says what it is for.
package structure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// mayNotReach says, for packages that begin with a path, what they must not depend on, directly or not.
// Paths are below hermod/internal, or whole for foreign modules.
var mayNotReach = map[string][]string{
	"tl":                 {"mtproto", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"mtproto":            {"tl/tg", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"db":                 {"tl", "mtproto", "rpc", "gateway", "api", "domain", "bus", "server", "config"},
	"blob":               {"tl", "mtproto", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"bus":                {"tl", "mtproto", "rpc", "gateway", "api", "domain", "db", "server", "config"},
	"clamd":              {"tl", "mtproto", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"guard":              {"tl", "mtproto", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"images":             {"tl", "mtproto", "rpc", "gateway", "api", "domain", "db", "bus", "server", "config"},
	"rpc":                {"mtproto", "gateway", "api", "db", "bus", "server", "config", "domain/updates", "domain/users"},
	"gateway":            {"api", "db", "bus", "server", "config", "domain/updates", "domain/users"},
	"domain/ids":         {"db", "bus", "domain/updates"},
	"domain/updates":     {"domain/users", "domain/auth", "domain/contacts", "domain/dialogs", "domain/messages"},
	"domain/users":       {"domain/auth", "domain/contacts", "domain/dialogs", "domain/messages"},
	"domain/auth":        {"domain/contacts", "domain/dialogs", "domain/messages"},
	"domain/contacts":    {"domain/auth", "domain/dialogs", "domain/messages"},
	"domain/dialogs":     {"domain/messages"},
	"domain/rights":      {"db", "bus", "domain/updates", "domain/users"},
	"domain/groups":      {"domain/channels", "domain/invites", "domain/messages", "domain/stats"},
	"domain/channels":    {"domain/invites", "domain/messages", "domain/stats"},
	"domain/invites":     {"domain/messages", "domain/stats"},
	"domain/stats":       {"domain/invites", "domain/messages"},
	"domain/actions":     {"db", "bus", "domain/updates", "domain/users"},
	"domain/media":       {"db", "bus", "domain/updates", "domain/users"},
	"domain/stand":       {"domain/reactions", "domain/polls", "domain/invites", "domain/stats"},
	"domain/reactions":   {"domain/polls", "domain/todos", "domain/places", "domain/topics", "domain/threads"},
	"domain/polls":       {"domain/reactions", "domain/todos", "domain/places", "domain/topics", "domain/threads"},
	"domain/todos":       {"domain/reactions", "domain/polls", "domain/places"},
	"domain/places":      {"domain/reactions", "domain/polls", "domain/todos"},
	"domain/messages":    {"domain/preview", "domain/scheduled", "domain/threads", "domain/topics"},
	"domain/preview":     {"domain/scheduled", "domain/threads", "domain/topics"},
	"domain/reports":     {"domain/messages", "domain/updates"},
	"domain/files":       {"domain/updates", "domain/users", "domain/media", "domain/messages", "domain/scan", "domain/photos"},
	"domain/external":    {"domain/users", "domain/messages", "domain/photos", "domain/preview", "domain/dialogs"},
	"domain/scan":        {"domain/users", "domain/messages", "domain/photos", "domain/reports", "domain/dialogs"},
	"domain/scheduled":   {"domain/preview", "domain/threads", "domain/topics"},
	"domain/threads":     {"domain/preview", "domain/scheduled", "domain/topics"},
	"domain/topics":      {"domain/preview", "domain/scheduled", "domain/threads"},
	"domain/push":        {"domain/preview", "domain/scheduled", "domain/threads", "domain/topics", "domain/reports"},
	"domain/secretchats": {"domain/messages", "domain/groups", "domain/channels", "domain/dialogs"},
	"domain/translate":   {"domain/messages", "domain/updates"},
	"domain/looks":       {"domain/reactions", "domain/polls", "domain/stickers"},
	"domain/stickers":    {"domain/reactions", "domain/polls", "domain/looks"},
	"domain":             {"tl", "mtproto", "rpc", "gateway", "api", "server", "config"},
	"api":                {"gateway", "mtproto/transport", "server", "config"},
	"config":             {"domain", "api", "db", "gateway", "server"},
	"":                   {"github.com/gotd/td"},
}

// exceptions are arrows that turn back, each with its reason.
var exceptions = map[string]string{}

type goPackage struct {
	ImportPath string
	Deps       []string
	Doc        string
}

func packages(t *testing.T, pattern string) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Deps,Doc", pattern)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, stderr.String())
	}
	var list []goPackage
	for dec := json.NewDecoder(bufio.NewReader(bytes.NewReader(out))); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestArrowsNeverTurnBack(t *testing.T) {
	const root = "hermod/internal/"
	for _, p := range packages(t, root+"...") {
		name := strings.TrimPrefix(p.ImportPath, root)
		for from, forbidden := range mayNotReach {
			if !below(name, from) {
				continue
			}
			for _, dep := range p.Deps {
				dep = strings.TrimPrefix(dep, root)
				if to := firstBelow(dep, forbidden); to != "" && exceptions[name+" > "+dep] == "" {
					t.Errorf("%s reaches %s", name, dep)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t, "hermod/...") {
		if p.Doc == "" && !strings.Contains(p.ImportPath, "/test/") {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func firstBelow(path string, roots []string) string {
	for _, root := range roots {
		if below(path, root) {
			return root
		}
	}
	return ""
}

func below(path, root string) bool {
	return root == "" || path == root || strings.HasPrefix(path, root+"/")
}
