package garbage

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hermod/internal/mtproto/crypto"
)

// A process is a real server, so that its memory can be told from ours.
type process struct {
	address string
	key     crypto.PublicKey
	cmd     *exec.Cmd
}

// startServer builds and starts a server on a fresh database, and waits until it takes connections.
func startServer(t *testing.T) *process {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "hermod")
	if out, err := exec.Command("go", "build", "-o", binary, "hermod/cmd/hermod").CombinedOutput(); err != nil {
		t.Fatalf("build the server: %v: %s", err, out)
	}
	p := &process{address: freeAddress(t)}
	p.cmd = exec.Command(binary, "serve", "--data", dir, "--listen", p.address, "--admin-listen", "", "--test-numbers")
	log := new(bytes.Buffer)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Logf("the server's log ends with:\n%s", log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	p.wait(t, dir)
	return p
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (p *process) wait(t *testing.T, dir string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(filepath.Join(dir, "rsa_public.pem"))
		if err != nil {
			continue
		}
		if p.key, err = crypto.ParsePublicKey(text); err != nil {
			continue
		}
		if nc, err := net.Dial("tcp", p.address); err == nil {
			_ = nc.Close()
			return
		}
	}
	t.Fatal("the server did not start")
}

// memory is what the server has from the system, in bytes; 0 where that cannot be told.
func (p *process) memory() (rss int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &rss); err == nil {
			return rss << 10
		}
	}
	return 0
}

// processor is the time that a process has computed, as far as that can be told.
func processor(pid string) time.Duration {
	const tick = 10 * time.Millisecond
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

func (p *process) processor() time.Duration { return processor(strconv.Itoa(p.cmd.Process.Pid)) }
