package site

import (
	"embed"
	"net"
	"strconv"
	"strings"
	"text/template"
)

//go:embed snippets/*.tmpl
var snippetFiles embed.FS

// A Target is a server as a client has to be told of it.
type Target struct {
	Host           string
	Port           int
	DC             int32
	Key            string // PEM
	Fingerprint    string // signed decimal
	Modulus        string // hexadecimal
	ModulusDecimal string
	Secure         bool // reached by TLS
}

// WS is the root of the target's WebSocket addresses.
func (t Target) WS() string { return t.root("ws") }

// HTTP is the root of the target's HTTP addresses.
func (t Target) HTTP() string { return t.root("http") }

func (t Target) root(scheme string) string {
	if t.Secure {
		scheme += "s"
	}
	return scheme + "://" + net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// A Snippet points one client library at a server.
type Snippet struct {
	ID, Name, Language string
	Code               string
}

// clients lists the snippets in the order in which they are shown.
var clients = []struct{ file, name, language string }{
	{"gotd.go", "gotd", "Go"},
	{"mtcute.js", "mtcute", "JavaScript"},
	{"gramjs.js", "GramJS", "JavaScript"},
	{"telethon.py", "Telethon", "Python"},
	{"pyrogram.py", "Pyrogram", "Python"},
	{"grammers.rs", "grammers", "Rust"},
	{"tdlib.cpp", "TDLib", "C++"},
	{"bots.js", "Bots", "any"},
}

// Snippets fills in t for every client. A template that fails, which a test rules out, is left out.
func Snippets(t Target) []Snippet {
	all := make([]Snippet, 0, len(clients))
	for _, c := range clients {
		text, err := snippet(c.file, t)
		if err != nil {
			continue
		}
		id, _, _ := strings.Cut(c.file, ".")
		all = append(all, Snippet{ID: id, Name: c.name, Language: c.language, Code: text})
	}
	return all
}

func snippet(file string, t Target) (string, error) {
	parsed, err := template.ParseFS(snippetFiles, "snippets/"+file+".tmpl")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = parsed.Execute(&b, t)
	return strings.TrimSpace(b.String()), err
}
