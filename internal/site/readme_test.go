package site

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the snippets into the README")

const readme = "../../README.md"

var between = regexp.MustCompile(`(?s)(<!-- snippets -->\n).*(<!-- end of snippets -->)`)

// The README shows the very snippets of the page, for an installation on this machine.
func TestTheReadmeHasTheSnippets(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	want := between.ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(markdown(), "$", "$$")+"${2}")
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Error("README.md is not up to date: go test ./internal/site -update")
	}
}

func markdown() string {
	fences := map[string]string{"Go": "go", "JavaScript": "js", "Python": "python", "Rust": "rust", "C++": "cpp", "any": "js"}
	var b strings.Builder
	for _, s := range Snippets(Target{
		Host: "127.0.0.1", Port: 8080, DC: 2, Fingerprint: "FINGERPRINT", Modulus: "MODULUS", ModulusDecimal: "MODULUS",
		Key: "-----BEGIN RSA PUBLIC KEY-----\n…\n-----END RSA PUBLIC KEY-----",
	}) {
		b.WriteString("\n<details><summary>" + s.Name + "</summary>\n\n```" + fences[s.Language] + "\n" + s.Code + "\n```\n\n</details>\n")
	}
	return b.String() + "\n"
}
