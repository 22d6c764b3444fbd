package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.uber.org/goleak"

	"hermod/internal/config"
	"hermod/internal/server"
)

// TestMain is also the bare programs, which scenarios start as processes of their own.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && strings.HasPrefix(os.Args[1], "bare") {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// startServer runs a whole server on a data directory and returns the flags that point to it.
func startServer(t *testing.T, data string) []string {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen = "127.0.0.1:0", "127.0.0.1:0"
	cfg.Data, cfg.TestNumbers, cfg.Limits.Rate = data, true, 0
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := server.New(t.Context(), cfg, server.Options{Version: "test", Log: log, Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return []string{
		"--address=" + net.JoinHostPort(s.Address()), "--key=" + s.PublicKeyFile(),
		fmt.Sprintf("--pid=%d", os.Getpid()), "--admin=" + s.AdminAddress(),
	}
}

// load runs the program with args and returns its report.
func load(t *testing.T, args ...string) *report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	parser, err := kong.New(new(cli), kong.BindTo(t.Context(), (*context.Context)(nil)))
	if err != nil {
		t.Fatal(err)
	}
	k, err := parser.Parse(append(args, "--json="+file))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Run(); err != nil {
		t.Errorf("%s: %v", strings.Join(args, " "), err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := new(report)
	if err := json.Unmarshal(b, r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestScenarios(t *testing.T) {
	to := startServer(t, t.TempDir())
	tests := map[string]struct {
		args []string
		want int
	}{
		"handshake":           {[]string{"handshake", "--count=8"}, 8},
		"over WebSocket":      {[]string{"handshake", "--count=4", "--websocket", "--transport=abridged"}, 4},
		"obfuscated":          {[]string{"handshake", "--count=4", "--obfuscated", "--transport=padded"}, 4},
		"signup":              {[]string{"signup", "--count=8", "--first=100"}, 8},
		"the same once more":  {[]string{"signup", "--count=8", "--first=100", "--transport=full"}, 8},
		"private":             {[]string{"private", "--count=60", "--pairs=3", "--first=200"}, 60},
		"private, over time":  {[]string{"private", "--count=8", "--pairs=2", "--rate=100", "--first=300"}, 8},
		"idle":                {[]string{"idle", "--count=30", "--users=3", "--hold=100ms", "--first=400"}, 30},
		"reconnect":           {[]string{"reconnect", "--count=30", "--users=4", "--workers=4", "--first=500"}, 30},
		"fanout":              {[]string{"fanout", "--count=20", "--members=10", "--silent=10", "--first=700"}, 20},
		"group":               {[]string{"group", "--count=40", "--users=6", "--groups=2", "--size=3", "--first=800"}, 40},
		"upload":              {[]string{"upload", "--size=3MB", "--bare=2MB", "--connections=2", "--first=900"}, 6},
		"download":            {[]string{"download", "--size=2MiB", "--bare=1MiB", "--connections=3", "--first=901"}, 4},
		"the second of three": {[]string{"signup", "--count=8", "--part=2/3", "--first=600"}, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := load(t, append(tt.args, to...)...)
			if r.Operations != tt.want || r.Times[timeOperation].Total != tt.want {
				t.Errorf("%d operations, want %d", r.Operations, tt.want)
			}
			if r.Server.CPUEnd < r.Server.CPUBegin || r.Server.RSSEnd == 0 {
				t.Errorf("server %+v", r.Server)
			}
		})
	}
}

// What prepare has made is read, joined and posted to.
func TestPrepared(t *testing.T) {
	data := t.TempDir()
	c := &prepareCmd{Data: data, Channel: "load_prepared", Members: 30, Messages: 300, Dialogs: 20}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	to := startServer(t, data)
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"history", "--count=16"}, 16},
		{[]string{"large", "--count=12"}, 12},
		{[]string{"cost", "--count=4", "--rounds=2", "--members=5", "--silent=0", "--channel=load_prepared", "--first=0"}, 16},
	} {
		if r := load(t, append(tt.args, to...)...); r.Operations != tt.want {
			t.Errorf("%s: %d operations, want %d", tt.args[0], r.Operations, tt.want)
		}
	}
}

func TestMerge(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i := range 2 {
		r := newReport("private", part{i + 1, 2})
		r.Begin = time.Unix(int64(100+i), 0)
		r.End = r.Begin.Add(10 * time.Second)
		r.Server = &serverReport{CPUBegin: 1 + float64(i), CPUEnd: 2 + float64(i)}
		r.operation(time.Duration(i+1)*time.Millisecond, nil)
		r.operation(0, errors.New("broken"))
		r.found(foundLost, i)
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, fmt.Sprint(i)))
		if err := os.WriteFile(files[i], b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "whole")
	err := (&mergeCmd{Reports: files, JSON: out}).Run()
	if err == nil || !strings.Contains(err.Error(), "1 lost") || !strings.Contains(err.Error(), "errors") {
		t.Errorf("verdict: %v", err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	r := new(report)
	if err := json.Unmarshal(b, r); err != nil {
		t.Fatal(err)
	}
	if r.Operations != 2 || r.Errors["broken"] != 2 || r.Found[foundLost] != 1 || r.Times[timeOperation].Total != 2 ||
		r.End.Sub(r.Begin) != 11*time.Second || r.Server.CPUEnd-r.Server.CPUBegin != 2 {
		t.Errorf("joined %s", b)
	}
}

func TestMergeOfDifferentScenarios(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, scenario := range []string{"idle", "private"} {
		b, err := json.Marshal(newReport(scenario, part{1, 1}))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, scenario))
		if err := os.WriteFile(files[len(files)-1], b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&mergeCmd{Reports: files}).Run(); err == nil {
		t.Error("joined")
	}
}

func TestOtherMachinesAreRefused(t *testing.T) {
	for _, address := range []string{"192.0.2.1:443", "[2001:db8::1]:443", "0.0.0.0:80"} {
		if err := onlyLoopback(t.Context(), address); !errors.Is(err, errNotHere) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1:1", "[::1]:1", "127.8.9.1:1"} {
		if err := onlyLoopback(t.Context(), address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestParts(t *testing.T) {
	seen := make(map[int]bool)
	for i := range 3 {
		p := part{i + 1, 3}
		for n := range p.share(10) {
			seen[p.number(n)] = true
		}
	}
	if len(seen) != 10 || !seen[0] || !seen[9] {
		t.Errorf("the parts do %v", seen)
	}
	for _, text := range []string{"", "0/1", "2/1", "a/b", "1/1001"} {
		if err := new(part).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a part", text)
		}
	}
}

func TestQuantiles(t *testing.T) {
	h := new(histogram)
	for i := range 1000 {
		h.add(time.Duration(i+1) * time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{.5: 500 * time.Millisecond, .99: 990 * time.Millisecond, 1: time.Second} {
		if got := h.quantile(q); got < want*98/100 || got > want*102/100 {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if got := new(histogram).quantile(.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestBounds(t *testing.T) {
	good := bounds{Count: 1, Duration: time.Second, Workers: 1}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, bad := range []bounds{
		{Count: 0, Duration: time.Second, Workers: 1},
		{Count: maxCount + 1, Duration: time.Second, Workers: 1},
		{Count: 1, Duration: 2 * time.Hour, Workers: 1},
		{Count: 1, Duration: time.Second, Workers: maxWorkers + 1},
	} {
		if err := bad.Validate(); err == nil {
			t.Errorf("%+v is allowed", bad)
		}
	}
}

// The bare program takes what a client sends, and gives it back whole.
func TestBareFiles(t *testing.T) {
	for _, direction := range []string{directionUp, directionDown} {
		plan := bareFilesPlan{Direction: direction, Dir: t.TempDir(), Connections: 2, Window: 2, content: newContent(3*partSize + 5)}
		speed, err := plan.run(t.Context())
		if err != nil || speed.perSecond <= 0 {
			t.Errorf("%s: %+v, %v", direction, speed, err)
		}
		if left, _ := filepath.Glob(filepath.Join(plan.Dir, "*")); len(left) != 0 {
			t.Errorf("%s: left behind: %v", direction, left)
		}
	}
}
