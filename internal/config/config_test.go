package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hermod.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheLaterSourceWins(t *testing.T) {
	file := write(t, "listen = ':1'\ndc = 3\nshutdown = '7s'\n[codes.webhook]\nurl = 'http://127.0.0.1:1/file'\n")
	env := []string{"HERMOD_LISTEN=:2", "HERMOD_CODES_WEBHOOK_URL=http://127.0.0.1:1/env", "HERMOD_TEST_NUMBERS=true",
		"HERMOD_PROXY_FROM=127.0.0.1, 10.0.0.0/8", "OTHER=1", "LISTEN=:9"}
	c, err := Load(file, env, func(c *Config) { c.Listen = ":3" })
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Listen, want.DC, want.TestNumbers, want.Shutdown = ":3", 3, true, Duration(7*time.Second)
	want.Codes.Webhook.URL = "http://127.0.0.1:1/env"
	want.Proxy.From = []string{"127.0.0.1", "10.0.0.0/8"}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v\nwant %+v", c, want)
	}
}

func TestTheCommentedFileIsTheDefault(t *testing.T) {
	text, err := Commented(Default())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(write(t, string(text)), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("got %+v\nwant %+v", got, Default())
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		for f := range typ.Fields() {
			name := path + f.Tag.Get("toml")
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, name+".")
			} else if f.Tag.Get("comment") == "" && !selfExplaining[name] {
				t.Errorf("%s has no comment", name)
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
}

var selfExplaining = map[string]bool{"codes.smtp.user": true, "codes.smtp.password": true}

func TestErrorsSayWhatToDo(t *testing.T) {
	tests := map[string]struct{ file, env, want string }{
		"unknown key":     {file: "lisen = ':1'", want: "unknown setting lisen (line 1); 'hermod config' lists"},
		"unknown table":   {file: "[admn]\nlisten = ':1'", want: "unknown setting admn"},
		"wrong type":      {file: "dc = 'two'", want: "line 1, column"},
		"no TOML":         {file: "listen :1", want: "line 1"},
		"DC out of range": {file: "dc = 9", want: "dc: 9 is not one of 1 to 5"},
		"listen":          {file: "listen = '8080'", want: "for all addresses write :8080"},
		"same port":       {file: "listen = '127.0.0.1:8081'", want: "give the admin listener another port"},
		"database":        {file: "db = 'mysql://x'", want: "db: give sqlite:PATH"},
		"half TLS":        {file: "[tls]\ncert = 'x'", want: "both cert and key"},
		"proxy":           {file: "[proxy]\nfrom = ['here']", want: `"here" is neither an address`},
		"sender":          {file: "[codes]\nsender = 'pigeon'", want: "not one of log, smtp, webhook"},
		"previews":        {file: "previews = 'maybe'", want: "not one of auto, on, off"},
		"translator":      {file: "[translate]\nurl = 'localhost'", want: "translate.url: give an http"},
		"SMTP host":       {file: "[codes]\nsender = 'smtp'", want: "codes.smtp.host is empty; give host:port"},
		"webhook":         {file: "[codes]\nsender = 'webhook'", want: "codes.webhook.url is empty"},
		"environment":     {env: "HERMOD_DC=two", want: `HERMOD_DC: "two" is not a number`},
		"boolean":         {env: "HERMOD_TEST_NUMBERS=si", want: "neither true nor false"},
		"duration":        {env: "HERMOD_SHUTDOWN=5", want: "missing unit"},
		"file store":      {file: "[files]\nstore = '/tmp'", want: "neither dir:PATH nor s3://"},
		"half a key":      {file: "[files]\nkey = 'x'", want: "both key and secret"},
		"huge files":      {file: "[files]\nmax_size = '5 GB'", want: "files.max_size"},
		"no references":   {file: "[files]\nreference = '0s'", want: "files: reference must be"},
		"limits":          {env: "HERMOD_LIMITS_CONNECTIONS=0", want: "limits: connections"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, tt.file), []string{tt.env}, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v; want it to contain %q", err, tt.want)
			}
		})
	}
}

func TestAMissingFileIsAnError(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.toml"), nil, nil); err == nil {
		t.Error("got no error")
	}
}
