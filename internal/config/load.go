package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// envPrefix begins every environment variable of ours; the rest is the path of the setting: HERMOD_LISTEN,
// HERMOD_CODES_SMTP_HOST.
const envPrefix = "HERMOD_"

// Load reads the file (none if path is empty) over the defaults, then the environment, then lets flags change
// the result, and checks it. It fails on an unknown key, a value of the wrong type, and on what Check finds.
func Load(path string, environ []string, flags func(*Config)) (Config, error) {
	c := Default()
	if path != "" {
		if err := readFile(&c, path); err != nil {
			return c, err
		}
	}
	if err := readEnv(&c, environ); err != nil {
		return c, err
	}
	if flags != nil {
		flags(&c)
	}
	return c, c.Check()
}

func readFile(c *Config, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	d := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return fmt.Errorf("configuration %s: %w", path, explain(err))
	}
	return nil
}

// explain gives the library's errors their place in the file.
func explain(err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var names []string
		for _, e := range strict.Errors {
			row, _ := e.Position()
			names = append(names, fmt.Sprintf("%s (line %d)", strings.Join(e.Key(), "."), row))
		}
		return fmt.Errorf("unknown setting %s; 'hermod config' lists the known ones", strings.Join(names, ", "))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, column := bad.Position()
		return fmt.Errorf("line %d, column %d: %w", row, column, err)
	}
	return err
}

// readEnv takes the settings from variables. HERMOD_CONFIG and HERMOD_TEST_… belong to others.
func readEnv(c *Config, environ []string) error {
	fields := settings(reflect.ValueOf(c).Elem(), "")
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		field, ok := fields[strings.TrimPrefix(name, envPrefix)]
		if !ok || !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if err := set(field, value); err != nil {
			return fmt.Errorf("environment variable %s: %w", name, err)
		}
	}
	return nil
}

// settings lists the leaves of a struct by upper-case path.
func settings(v reflect.Value, prefix string) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	for i := range v.NumField() {
		name := prefix + strings.ToUpper(v.Type().Field(i).Tag.Get("toml"))
		if v.Field(i).Kind() != reflect.Struct {
			all[name] = v.Field(i)
			continue
		}
		for path, leaf := range settings(v.Field(i), name+"_") {
			all[path] = leaf
		}
	}
	return all
}

func set(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		on, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(on)
	case reflect.Int, reflect.Int32:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetInt(n)
	case reflect.Slice:
		v.Set(reflect.ValueOf(list(text)))
	}
	return nil
}

func list(text string) []string {
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// Commented writes c as a file with the documentation of every setting.
func Commented(c Config) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`# Hermod's configuration. Every line shows its default; keep only what you change.
# The environment says the same by upper-case names: HERMOD_LISTEN, HERMOD_CODES_SMTP_HOST. Flags win over both.

`)
	if err := toml.NewEncoder(&b).SetIndentTables(false).Encode(c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b.Bytes(), nil
}
