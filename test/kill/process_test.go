package kill

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
)

// A process is the server, which is killed and started again on the same data and address.
type process struct {
	t       *testing.T
	binary  string
	data    string
	url     string // of the database
	address string
	log     *os.File
	cmd     *exec.Cmd
}

// programs is the folder of the compiled server.
var programs string

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "hermod-kill-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(programs)
	os.Exit(code)
}

// build compiles the server, once for all tests, unless HERMOD_BIN names one.
var build = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("HERMOD_BIN"); named != "" {
		return named, nil
	}
	binary := filepath.Join(programs, "hermod")
	out, err := exec.Command("go", "build", "-o", binary, "hermod/cmd/hermod").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the server: %w: %s", err, out)
	}
	return binary, nil
})

func newProcess(t *testing.T, url string) *process {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &process{t: t, binary: binary, data: t.TempDir(), url: url, address: l.Addr().String()}
	if p.log, err = os.Create(filepath.Join(p.data, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	return p
}

// start begins the process. Clients find out for themselves when it is ready.
func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.binary, "serve", "--data", p.data, "--db", p.url, "--listen", p.address,
		"--admin-listen", "", "--test-numbers")
	p.cmd.Env = append(os.Environ(), "HERMOD_LIMITS_RATE=0")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// end kills what runs, and shows the log when the test has failed.
func (p *process) end() {
	p.kill()
	p.log.Close()
	if !p.t.Failed() {
		return
	}
	b, _ := os.ReadFile(p.log.Name())
	const most = 8000
	p.t.Logf("the server's log ends with:\n%s", b[max(0, len(b)-most):])
}

// publicKey waits for the first start to write it.
func (p *process) publicKey() crypto.PublicKey {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		b, err := os.ReadFile(filepath.Join(p.data, "rsa_public.pem"))
		if err == nil && bytes.Contains(b, []byte("END")) {
			key, err := crypto.ParsePublicKey(b)
			if err != nil {
				p.t.Fatal(err)
			}
			return key
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("no public key: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
