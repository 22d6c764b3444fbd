// Command tlgen writes the Go packages of the TL schemas, and merges new layers into them.
//
//	go run ./cmd/tlgen [schema/tlgen.toml]             write the packages
//	go run ./cmd/tlgen add schema/api.tl 230 NEW.tl    merge the schema of layer 230
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"hermod/internal/tl/gen"
)

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tlgen:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	switch {
	case len(args) == 0:
		return run("schema/tlgen.toml")
	case args[0] == "add" && len(args) == 4:
		return add(args[1], args[2], args[3])
	case args[0] != "add" && len(args) == 1:
		return run(args[0])
	}
	return errors.New("usage: tlgen [CONFIG] | tlgen add SCHEMA LAYER NEW")
}

// add merges the schema of a new layer into the file at path.
func add(path, layer, newer string) error {
	n, err := strconv.Atoi(layer)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	more, err := os.ReadFile(newer)
	if err != nil {
		return err
	}
	merged, err := gen.AddLayer(string(text), string(more), n)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(merged), 0o644)
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
