package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipe returns two ends of a TCP connection.
func pipe(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// connect returns both ends of a connection of packets.
func connect(t testing.TB, kind Kind, obfuscated bool, o Options) (client, server *Conn) {
	t.Helper()
	cn, sn := pipe(t)
	client, err := NewClientConn(cn, Header{Kind: kind, DC: 2}, obfuscated, o)
	if err != nil {
		t.Fatal(err)
	}
	return client, NewServerConn(sn, nil, o)
}

// connectWebSocket is connect through an HTTP server.
func connectWebSocket(t testing.TB, kind Kind) (client, server *Conn) {
	t.Helper()
	conns := make(chan *Conn, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := UpgradeWebSocket(w, r, Options{})
		if err != nil {
			t.Error(err)
		}
		conns <- c
	}))
	t.Cleanup(s.Close)
	nc, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err = NewWebSocketClient(nc, s.URL+"/apiws", Header{Kind: kind, DC: 2}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	server = <-conns
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// exchange sends all samples both ways.
func exchange(t *testing.T, client, server *Conn) {
	t.Helper()
	for range 3 {
		for _, dir := range [][2]*Conn{{client, server}, {server, client}} {
			sent := make(chan error, 1)
			go func() { sent <- dir[0].Send(samples()...) }()
			for i, want := range samples() {
				p, err := dir[1].Receive()
				if err != nil || !bytes.Equal(p.Data, want) {
					t.Fatalf("packet %d: %d bytes, %v; want %d", i, len(p.Data), err, len(want))
				}
			}
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestConn(t *testing.T) {
	for _, kind := range kinds {
		for _, obfuscated := range []bool{false, true} {
			if kind == Full && obfuscated {
				continue
			}
			t.Run(fmt.Sprintf("%v obfuscated %t", kind, obfuscated), func(t *testing.T) {
				client, server := connect(t, kind, obfuscated, Options{})
				exchange(t, client, server)
				if server.Kind() != kind || server.Obfuscated() != obfuscated || (server.DC() == 2) != obfuscated {
					t.Errorf("server sees %v, obfuscated %t, dc %d", server.Kind(), server.Obfuscated(), server.DC())
				}
			})
		}
	}
}

func TestConnWebSocket(t *testing.T) {
	for _, kind := range []Kind{Abridged, Intermediate, Padded} {
		t.Run(kind.String(), func(t *testing.T) {
			client, server := connectWebSocket(t, kind)
			exchange(t, client, server)
			if err := client.sendControl(opPing, []byte("hello")); err != nil {
				t.Fatal(err)
			}
			exchange(t, client, server)
			if err := client.sendControl(opClose, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := server.Receive(); err != io.EOF {
				t.Errorf("after a close frame: %v", err)
			}
		})
	}
}

func TestConnWithSecret(t *testing.T) {
	o := Options{Secret: []byte("0123456789abcdef")}
	client, server := connect(t, Padded, true, o)
	exchange(t, client, server)
	cn, sn := pipe(t)
	client, err := NewClientConn(cn, Header{Kind: Abridged}, true, Options{})
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, client, NewServerConn(sn, nil, o))
}

// A pipe has no descriptor to wait on, and passes on every byte of its own.
func TestConnByteByByte(t *testing.T) {
	for _, kind := range kinds {
		cn, sn := net.Pipe()
		go func() {
			var b bytes.Buffer
			rec, err := NewClientConn(recorder{Conn: cn, w: &b}, Header{Kind: kind}, kind != Full, Options{})
			if err == nil {
				err = rec.Send(samples()...)
			}
			if err != nil {
				t.Error(err)
			}
			for _, c := range b.Bytes() {
				if _, err := cn.Write([]byte{c}); err != nil {
					return
				}
			}
			cn.Close()
		}()
		server := NewServerConn(sn, nil, Options{})
		for _, want := range samples() {
			if p, err := server.Receive(); err != nil || !bytes.Equal(p.Data, want) {
				t.Fatalf("%v: %d bytes, %v", kind, len(p.Data), err)
			}
		}
		if _, err := server.Receive(); err != io.EOF {
			t.Errorf("%v at the end: %v", kind, err)
		}
	}
}

// A recorder keeps what is written.
type recorder struct {
	net.Conn
	w io.Writer
}

func (r recorder) Write(b []byte) (int, error)      { return r.w.Write(b) }
func (r recorder) SetWriteDeadline(time.Time) error { return nil }

func TestReceiveRefuses(t *testing.T) {
	noise := strings.Repeat("\x77", 200)
	tests := map[string]struct {
		in  string
		err error
	}{
		"noise":                  {noise, ErrUnknownProtocol},
		"half an opening":        {noise[:40], io.ErrUnexpectedEOF},
		"nothing":                {"", io.EOF},
		"an impossible length":   {"\xee\xee\xee\xee\xff\xff\xff\x7f", ErrTooLarge},
		"half a packet":          {"\xef\x02abcd", io.ErrUnexpectedEOF},
		"a full packet of noise": {"\x10\x00\x00\x00\x00\x00\x00\x00abcdefgh", ErrMalformed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cn, sn := pipe(t)
			go func() {
				_, _ = io.WriteString(cn, tt.in)
				cn.Close()
			}()
			if _, err := NewServerConn(sn, nil, Options{}).Receive(); !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	cn, sn := pipe(t)
	server := NewServerConn(sn, nil, Options{IdleTimeout: time.Hour, PacketTimeout: 30 * time.Millisecond})
	if _, err := server.Receive(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing at all: %v", err)
	}
	if _, err := io.WriteString(cn, "\xef\x02abcd"); err != nil {
		t.Fatal(err)
	}
	server = NewServerConn(sn, nil, Options{IdleTimeout: time.Hour, PacketTimeout: 30 * time.Millisecond})
	if _, err := server.Receive(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("half a packet: %v", err)
	}
}

// A byte now and then does not keep a packet alive, but steady progress does.
func TestSlowPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 64 << 10
		for name, tt := range map[string]struct {
			piece int
			err   error
		}{"a byte every second": {1, os.ErrDeadlineExceeded}, "more than the least": {5 << 10, nil}} {
			cn, sn := net.Pipe()
			var writer sync.WaitGroup
			writer.Go(func() {
				defer cn.Close()
				wire := append([]byte("\xee\xee\xee\xee\x00\x00\x01\x00"), make([]byte, size)...)
				for len(wire) > 0 {
					n, err := cn.Write(wire[:min(tt.piece, len(wire))])
					if err != nil {
						return
					}
					wire = wire[n:]
					time.Sleep(time.Second)
				}
			})
			p, err := NewServerConn(sn, nil, Options{PacketTimeout: 3 * time.Second}).Receive()
			if !errors.Is(err, tt.err) || err == nil && len(p.Data) != size {
				t.Errorf("%s: %d bytes, %v", name, len(p.Data), err)
			}
			sn.Close()
			writer.Wait()
		}
	})
}

func TestFirstBytesAreKept(t *testing.T) {
	cn, sn := pipe(t)
	client, err := NewClientConn(cn, Header{Kind: Intermediate}, true, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Send(samples()...); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 70)
	if _, err := io.ReadFull(sn, first); err != nil {
		t.Fatal(err)
	}
	server := NewServerConn(sn, first, Options{})
	for _, want := range samples() {
		if p, err := server.Receive(); err != nil || !bytes.Equal(p.Data, want) {
			t.Fatalf("%d bytes, %v", len(p.Data), err)
		}
	}
}

// An idle connection holds no buffer, and sending and receiving allocate nothing.
func TestConnIdle(t *testing.T) {
	client, server := connect(t, Intermediate, true, Options{})
	packet := samples()[0]
	round := func() {
		if err := client.Send(packet); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Receive(); err != nil {
			t.Fatal(err)
		}
	}
	round()
	if n := testing.AllocsPerRun(200, round); n >= 1 {
		t.Errorf("%.1f allocations per packet", n)
	}
	done := make(chan error, 1)
	go func() { _, err := server.Receive(); done <- err }()
	time.Sleep(20 * time.Millisecond)
	client.Close()
	if err := <-done; err != io.EOF {
		t.Fatal(err)
	}
	if server.in.buf != nil {
		t.Error("the buffer was not given back")
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte("\xef\x02abcd"), false)
	f.Add([]byte("\x82\x84\x01\x02\x03\x04abcd"), true)
	f.Fuzz(func(t *testing.T, in []byte, ws bool) {
		cn, sn := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, cn) }()
		go func() {
			for len(in) > 0 {
				n := min(len(in), 1+int(in[0])%7)
				if _, err := cn.Write(in[:n]); err != nil {
					break
				}
				in = in[n:]
			}
			cn.Close()
		}()
		c := NewServerConn(sn, nil, Options{Limit: 1 << 10})
		if ws {
			c.ws = new(frames)
		}
		for {
			p, err := c.Receive()
			if err != nil {
				break
			}
			if len(p.Data) > 1<<10+12 {
				t.Errorf("packet of %d bytes", len(p.Data))
			}
		}
		if cap(c.in.buf) > 16<<10 {
			t.Errorf("holds %d bytes", cap(c.in.buf))
		}
		sn.Close()
	})
}
