// Command tlgen writes the Go packages of the TL schemas, as schema/tlgen.toml says.
//
//	go run ./cmd/tlgen schema/tlgen.toml
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hermod/internal/tl/gen"
)

func main() {
	path := "schema/tlgen.toml"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	if err := run(path); err != nil {
		fmt.Fprintln(os.Stderr, "tlgen:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	packages, err := gen.LoadConfig(path)
	if err != nil {
		return err
	}
	for _, c := range packages {
		files, err := gen.GenerateFile(&c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Package, err)
		}
		if err := write(c.Dir, files); err != nil {
			return err
		}
	}
	return nil
}

// write replaces the generated files of dir; those that changed not keep their time.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range old {
		if _, ok := files[e.Name()]; !ok && gen.IsGenerated(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	for name, code := range files {
		if err := writeChanged(filepath.Join(dir, name), code); err != nil {
			return err
		}
	}
	return nil
}

func writeChanged(path string, code []byte) error {
	old, err := os.ReadFile(path)
	if err == nil && string(old) == string(code) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, code, 0o644)
}
