package secret

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestNothingOfTheServer holds the package to the wire format and the arithmetic: other programs use it.
func TestNothingOfTheServer(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	must(t, err)
	allowed := []string{"hermod/secret", "hermod/internal/tl", "hermod/internal/tl/secret", "hermod/internal/mtproto/crypto"}
	for _, p := range strings.Fields(string(out)) {
		if strings.HasPrefix(p, "hermod/") && !slices.Contains(allowed, p) {
			t.Errorf("it needs %s", p)
		}
	}
}
