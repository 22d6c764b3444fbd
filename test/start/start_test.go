// Package start measures how soon a server that was started accepts its first connection, and how large it is.
package start

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wait is how long a start may take.
const wait = 30 * time.Second

// BenchmarkStart starts the program on a data directory that is there, until a connection is accepted.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	program := build(b, dir)
	start(b, program, dir) // makes the key and the database
	var total time.Duration
	for b.Loop() {
		total += start(b, program, dir)
	}
	info, err := os.Stat(program)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms-to-accept")
	b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
}

// build makes the program as the Makefile does.
func build(b *testing.B, dir string) string {
	program := filepath.Join(dir, "hermod")
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "hermod/cmd/hermod")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// start returns the time from the start of the process to the first connection that it accepts, and ends it.
func start(b *testing.B, program, dir string) time.Duration {
	ctx, cancel := context.WithTimeout(b.Context(), wait)
	defer cancel()
	address := freeAddress(b)
	cmd := exec.CommandContext(ctx, program, "serve", "--data", filepath.Join(dir, "data"), "--listen", address, "--admin-listen", "")
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	for !answers(ctx, address) {
		if ctx.Err() != nil {
			b.Fatal("the server does not accept connections")
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(began)
}

// answers reports whether the server takes a connection and answers on it.
func answers(ctx context.Context, address string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n")); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.Contains(line, "200")
}

func freeAddress(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
