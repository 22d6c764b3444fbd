package clamd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// daemon answers connections to a Unix socket with fn, one by one, and returns a client for it.
func daemon(t *testing.T, fn func(conn net.Conn)) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fn(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	c, err := New("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// stream reads a command and what follows it in chunks, and fails when they are not as they should be.
func stream(conn net.Conn) (command string, body []byte, err error) {
	b := make([]byte, len("zINSTREAM\x00"))
	if _, err = io.ReadFull(conn, b); err != nil {
		return "", nil, err
	}
	for {
		var n uint32
		if err = binary.Read(conn, binary.BigEndian, &n); err != nil || n == 0 {
			return string(b), body, err
		}
		chunk := make([]byte, n)
		if _, err = io.ReadFull(conn, chunk); err != nil {
			return "", nil, err
		}
		body = append(body, chunk...)
	}
}

func TestScan(t *testing.T) {
	for _, size := range []int{0, 1, maxChunk, maxChunk + 1, 3*maxChunk - 7} {
		content := bytes.Repeat([]byte("ab"), size)[:size]
		c := daemon(t, func(conn net.Conn) {
			command, body, err := stream(conn)
			if err != nil || command != "zINSTREAM\x00" || !bytes.Equal(body, content) {
				t.Errorf("got %q, %d bytes, %v", command, len(body), err)
			}
			_, _ = io.WriteString(conn, "stream: Some.Trojan-1 FOUND\x00")
		})
		if got, err := c.Scan(t.Context(), bytes.NewReader(content)); err != nil || got != "Some.Trojan-1" {
			t.Errorf("%d bytes: got %q, %v", size, got, err)
		}
	}
}

// A daemon that has enough says so while it is still being written to, and closes.
func TestStreamThatIsTooLong(t *testing.T) {
	c := daemon(t, func(conn net.Conn) {
		_, _ = io.ReadFull(conn, make([]byte, 100_000))
		_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
	})
	if _, err := c.Scan(t.Context(), bytes.NewReader(make([]byte, 50<<20))); !errors.Is(err, ErrTooBig) {
		t.Errorf("got %v", err)
	}
}

func TestDaemonThatIsAway(t *testing.T) {
	nobody, err := New("unix:" + filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Client{
		"nobody":           nobody,
		"says nothing":     daemon(t, func(conn net.Conn) { _, _, _ = stream(conn) }),
		"half an answer":   daemon(t, func(conn net.Conn) { _, _, _ = stream(conn); _, _ = io.WriteString(conn, "stream: O") }),
		"an endless one":   daemon(t, func(conn net.Conn) { _, _, _ = stream(conn); _, _ = conn.Write(bytes.Repeat([]byte("x"), 5000)) }),
		"gone in midst":    daemon(t, func(conn net.Conn) { _, _ = io.ReadFull(conn, make([]byte, 100)) }),
		"away from the go": daemon(t, func(net.Conn) {}),
	} {
		if got, err := c.Scan(t.Context(), bytes.NewReader(make([]byte, 1<<20))); !errors.Is(err, ErrAway) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestScanEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := daemon(t, func(conn net.Conn) {
		_, _, _ = stream(conn)
		cancel()
		_, _ = conn.Read(make([]byte, 1)) // until the other side closes
	})
	if got, err := c.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %v", got, err)
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// What is cut short gets no verdict.
func TestSourceThatFails(t *testing.T) {
	c := daemon(t, func(conn net.Conn) {
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		if _, _, err := stream(conn); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the daemon reads %v", err)
		}
	})
	for _, want := range []error{errors.New("broken"), io.ErrUnexpectedEOF} {
		if got, err := c.Scan(t.Context(), io.MultiReader(strings.NewReader("x"), broken{want})); !errors.Is(err, want) {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, good := range map[string]bool{
		"unix:/run/clamav/clamd.ctl": true, "tcp:127.0.0.1:3310": true, "tcp:[::1]:3310": true, "": false, "/run/clamd": false,
		"tcp:localhost": false, "udp:a:1": false, "unix:": false,
	} {
		if _, err := New(address); (err == nil) != good || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestVerdict(t *testing.T) {
	tests := map[string]struct {
		name string
		err  error
	}{
		"stream: OK":                          {},
		"stream: Eicar-Test-Signature FOUND":  {name: "Eicar-Test-Signature"},
		"stream: a b\x1b[0m FOUND":            {name: "a_b_[0m"},
		"INSTREAM size limit exceeded. ERROR": {err: ErrTooBig},
		"stream: Can't allocate memory ERROR": {err: ErrScan},
		"stream:  FOUND":                      {err: ErrScan},
		"stream: OK FOUND OK":                 {err: ErrScan},
		"":                                    {err: ErrScan},
		"OK":                                  {err: ErrScan},
		"UNKNOWN COMMAND":                     {err: ErrScan},
	}
	for reply, want := range tests {
		if name, err := verdict(reply); name != want.name || !errors.Is(err, want.err) || (err == nil) != (want.err == nil) {
			t.Errorf("%q: got %q, %v", reply, name, err)
		}
	}
}

// Whatever a daemon answers, only the one sentence means clean, and a name fits into a line.
func FuzzVerdict(f *testing.F) {
	for _, s := range []string{"stream: OK", "stream: X FOUND", "INSTREAM size limit exceeded. ERROR", "stream: \xff FOUND", "FOUND"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		name, err := verdict(reply)
		if err == nil && name == "" && reply != "stream: OK" {
			t.Errorf("%q is taken for clean", reply)
		}
		if len(name) > maxName || strings.ContainsAny(name, " \n\x00\x1b") {
			t.Errorf("%q: got %q", reply, name)
		}
	})
}
