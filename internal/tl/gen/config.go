package gen

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
)

// A Config says what to generate from one schema.
type Config struct {
	Schema  string // the schema file
	Package string // the Go package
	Dir     string // where it is written
	Doc     string // the package comment

	// All generates both directions for everything, without layers.
	All bool
	// Skip lists definitions that are written by hand.
	Skip []string
	// Stored lists types that have both directions, all layers.
	Stored []string
	// Client lists methods that a client needs too: encoded, and their answers decoded, in the newest shape.
	Client []string
	// Roots lists types that are sent though no method returns them, such as Updates.
	Roots []string
	// Legacy lists constructors of older layers that the server sends to old clients. Others that are not
	// in the newest layer and that no request can contain are left out.
	Legacy []string
	// Fallback names for a type the constructor that stands for what a layer cannot say.
	Fallback map[string]string
	// Convert says how a field is carried between its newest and an older type: "newest<-older" is the key,
	// the value the suffix of two functions encodeX(w, v) and decodeX(r), "drop" or "number".
	Convert map[string]string
	// Lower lists constructors with a hand-written method lower(w) bool, which is asked before encoding.
	Lower []string
	// Lift lists constructors with a hand-written method lift(), called after decoding.
	Lift []string
}

// LoadConfig reads a generator's configuration: a TOML file with one table per package. Paths in it are
// relative to the file.
func LoadConfig(path string) ([]Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct{ Package []Config }
	if err := toml.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range file.Package {
		c := &file.Package[i]
		c.Schema = filepath.Join(filepath.Dir(path), c.Schema)
		c.Dir = filepath.Join(filepath.Dir(path), c.Dir)
	}
	return file.Package, nil
}
