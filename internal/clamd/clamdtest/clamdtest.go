// Package clamdtest starts a real clamd for tests, with signatures of their own: one that knows the EICAR file and nothing
// else. Where Debian's package clamav-daemon is not installed, such tests are skipped.
package clamdtest

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hermod/internal/clamd"
)

// Signature is the name by which the daemon knows Eicar.
const Signature = "Test.Eicar.UNOFFICIAL"

// Eicar is the file that every scanner takes for malware by agreement. It is put together here, so that no scanner finds it
// in this source.
//
// Spec: https://www.eicar.org/download-anti-malware-testfile/
func Eicar() []byte {
	return []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + "EICAR-STANDARD-" + `ANTIVIRUS-TEST-FILE!$H+H*`)
}

// MaxStream is how long a stream the daemon takes.
const MaxStream = 1 << 20

const startTime = time.Minute // on a machine that does much else

// A Daemon is a clamd that can be stopped and started again.
type Daemon struct {
	Address string // as clamd.New takes it

	program, dir string
	running      *exec.Cmd
	ended        chan error
}

// Start starts a daemon for a test, which ends it. The test is skipped where there is none.
func Start(t testing.TB) *Daemon {
	t.Helper()
	program, err := find()
	if err != nil {
		t.Skip("NOT TESTED: the scan for malware, because clamd is not installed (on Debian: apt-get install clamav-daemon)")
	}
	dir, err := os.MkdirTemp("", "clamd") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{Address: "unix:" + filepath.Join(dir, "s"), program: program, dir: dir}
	t.Cleanup(func() {
		d.Stop(t)
		_ = os.RemoveAll(dir)
	})
	if err := d.write(); err != nil {
		t.Fatal(err)
	}
	d.Restart(t)
	return d
}

func find() (string, error) {
	if path, err := exec.LookPath("clamd"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/clamd")
}

// write writes the configuration and the signatures.
func (d *Daemon) write() error {
	signatures := filepath.Join(d.dir, "signatures")
	if err := os.Mkdir(signatures, 0o700); err != nil {
		return err
	}
	const anyKind, atTheStart = 0, 0
	line := fmt.Sprintf("Test.Eicar:%d:%d:%s\n", anyKind, atTheStart, hex.EncodeToString(Eicar()))
	if err := os.WriteFile(filepath.Join(signatures, "test.ndb"), []byte(line), 0o600); err != nil {
		return err
	}
	settings := fmt.Sprintf("Foreground yes\nDatabaseDirectory %s\nLocalSocket %s\nTemporaryDirectory %s\nStreamMaxLength %d\n"+
		"MaxThreads 4\nSelfCheck 0\n", signatures, filepath.Join(d.dir, "s"), d.dir, MaxStream)
	return os.WriteFile(d.settings(), []byte(settings), 0o600)
}

func (d *Daemon) settings() string { return filepath.Join(d.dir, "clamd.conf") }

// Restart starts the daemon after Stop and waits until it answers.
func (d *Daemon) Restart(t testing.TB) {
	t.Helper()
	d.running = exec.Command(d.program, "--config-file="+d.settings())
	var said lines
	d.running.Stdout, d.running.Stderr = &said, &said
	if err := d.running.Start(); err != nil {
		t.Fatalf("start clamd: %v", err)
	}
	d.ended = make(chan error, 1)
	go func() { d.ended <- d.running.Wait() }()
	if err := d.wait(); err != nil {
		t.Fatalf("start clamd: %v\n%s", err, said.String())
	}
}

// wait waits until the daemon answers.
func (d *Daemon) wait() error {
	c, err := clamd.New(d.Address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	for {
		if _, err = c.Version(ctx); err == nil {
			return nil
		}
		select {
		case end := <-d.ended:
			d.ended <- end
			return fmt.Errorf("it ended: %w", end)
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the daemon. One that does not run is left alone.
func (d *Daemon) Stop(t testing.TB) {
	if d.running == nil || d.running.Process == nil {
		return
	}
	_ = d.running.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(startTime):
		t.Error("clamd does not end when it is told to")
		_ = d.running.Process.Kill()
		<-d.ended
	}
	d.running = nil
	_ = os.Remove(filepath.Join(d.dir, "s"))
}
