// Package rig runs secret chats of package secret through a real server process, for tests: Start a Server, SignIn
// Devices, give each a secret.Client, and let them Sync.
//
// Nothing runs in the background but the connections: a test decides when a device sends and when it takes in what
// came, and may lose or reorder that on the way.
package rig

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl/gen"
)

// Patience is how long anything may take that has to come.
const Patience = 60 * time.Second

// layer is the one that devices speak.
const layer = 229

// A Server is a process of the server with its own data.
type Server struct {
	// Data is its data directory, Log the file that it logs to.
	Data, Log string

	t       testing.TB
	binary  string
	url     string
	address string
	env     []string
	log     *os.File
	cmd     *exec.Cmd

	key    crypto.PublicKey
	group  *crypto.Group
	schema *gen.Schema
}

// build compiles the server, once for all tests of a run, unless HERMOD_BIN names one. The folder is the system's to
// remove.
var build = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("HERMOD_BIN"); named != "" {
		return named, nil
	}
	dir, err := os.MkdirTemp("", "hermod-secret-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "hermod")
	out, err := exec.Command("go", "build", "-o", binary, "hermod/cmd/hermod").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the server: %w: %s", err, out)
	}
	return binary, nil
})

// Start starts a server on the database at url; env adds to its environment. It ends with the test.
func Start(t testing.TB, url string, env ...string) *Server {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, binary: binary, url: url, env: env, Data: t.TempDir(), address: freeAddress(t)}
	s.Log = filepath.Join(t.TempDir(), "log")
	if s.log, err = os.Create(s.Log); err != nil {
		t.Fatal(err)
	}
	s.group, s.schema = crypto.NewGroup(), readSchema(t)
	t.Cleanup(s.end)
	s.Run()
	s.key = s.publicKey()
	return s
}

// Address is where the server listens, as host:port.
func (s *Server) Address() string { return s.address }

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func readSchema(t testing.TB) *gen.Schema {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "hermod").Output()
	if err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(filepath.Join(string(bytes.TrimSpace(root)), "schema", "api.tl"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := gen.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return f.At(layer)
}

// Run starts the process on the data and address that it had. Devices come back to it by themselves.
func (s *Server) Run() {
	s.t.Helper()
	s.cmd = exec.Command(s.binary, "serve", "--data", s.Data, "--db", s.url, "--listen", s.address,
		"--admin-listen", "", "--test-numbers")
	s.cmd.Env = append(append(os.Environ(), "HERMOD_LIMITS_RATE=0"), s.env...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
}

// Kill is kill -9.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// Stop asks the process to end and waits for it. It fails with the process's error.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// end kills what runs, and shows the log when the test has failed.
func (s *Server) end() {
	s.Kill()
	s.log.Close()
	if !s.t.Failed() {
		return
	}
	b, _ := os.ReadFile(s.Log)
	const most = 8000
	s.t.Logf("the server's log ends with:\n%s", b[max(0, len(b)-most):])
}

// publicKey waits for the first start to write it.
func (s *Server) publicKey() crypto.PublicKey {
	s.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		b, err := os.ReadFile(filepath.Join(s.Data, "rsa_public.pem"))
		if err == nil && bytes.Contains(b, []byte("END")) {
			key, err := crypto.ParsePublicKey(b)
			if err != nil {
				s.t.Fatal(err)
			}
			return key
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no public key: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
