package gateway

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/rpc"
	"hermod/internal/tl"
)

// post sends a packet over HTTP and returns the status and the body of the answer.
func (d *device) post(path string, packet []byte) (int, []byte) {
	d.t.Helper()
	res, err := http.Post("http://"+d.r.addr+path, "application/octet-stream", bytes.NewReader(packet))
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if got := res.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		d.t.Errorf("browsers elsewhere may not read the answer: %q", got)
	}
	return res.StatusCode, body
}

// postAll sends bodies in one packet and puts what comes into the queue.
func (d *device) postAll(path string, bodies ...[]byte) (ids []int64) {
	d.t.Helper()
	var w tl.Writer
	w.ID(idContainer)
	w.Int32(int32(len(bodies)))
	for _, b := range bodies {
		ids = append(ids, d.msgID())
		w.Int64(ids[len(ids)-1])
		w.Int32(1)
		w.Int32(int32(len(b)))
		w.Raw(b)
	}
	m := crypto.Message{Salt: d.salt, Session: d.session, ID: d.msgID(), Body: w.B}
	status, answer := d.post(path, d.key.Seal(nil, m, crypto.FromClient))
	if status != http.StatusOK {
		d.t.Fatalf("status %d", status)
	}
	if err := d.open(answer); err != nil {
		d.t.Fatal(err)
	}
	return ids
}

func httpWait(delay, after, longest int32) []byte {
	var w tl.Writer
	w.ID(0x9299359f)
	w.Int32(delay)
	w.Int32(after)
	w.Int32(longest)
	return w.B
}

// poll returns the next message that begins with id.
func (d *device) poll(id uint32) crypto.Message {
	for range 10 {
		for _, m := range d.queue {
			d.queue = d.queue[1:]
			if idOf(m.Body) == id {
				return m
			}
		}
		d.postAll("/apiw1", httpWait(0, 0, 5000))
	}
	d.t.Fatalf("%#x did not come", id)
	return crypto.Message{}
}

func TestHTTPPackets(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(5))
	ids := d.postAll("/apiw1", hello, httpWait(0, 0, 25000))
	if m := d.poll(idRPCResult); !bytes.Equal(m.Body[12:], hello) || int64(binary.LittleEndian.Uint64(m.Body[4:])) != ids[0] {
		t.Errorf("came %x", m.Body)
	}
	start := time.Now()
	d.postAll("/api_test", httpWait(0, 0, 100))
	if took := time.Since(start); len(d.queue) > 0 || took < 100*time.Millisecond || took > 2*time.Second {
		t.Errorf("a long poll of 100 ms took %v and brought %v", took, d.queue)
	}
	time.AfterFunc(100*time.Millisecond, func() { r.happen(5, Update{Object: echo("update..")}) })
	d.postAll("/apiw", httpWait(0, 0, 25000))
	d.poll(idOf([]byte("update..")))
}

func TestHTTPErrors(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(crypto.NewKey([crypto.KeySize]byte{1}))
	packet := d.key.Seal(nil, crypto.Message{Body: hello}, crypto.FromClient)
	status, body := d.post("/api", packet)
	if status != http.StatusNotFound || len(body) != 4 || int32(binary.LittleEndian.Uint32(body)) != transport.CodeUnknownKey {
		t.Errorf("unknown key: status %d, body %x", status, body)
	}
	if status, _ := d.post("/api", []byte("garbage")); status != http.StatusBadRequest {
		t.Errorf("garbage: status %d", status)
	}
}

func TestKeyExchangeOverHTTP(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(crypto.Key{})
	x, body := handshake.NewClient(handshake.ClientOptions{Keys: []crypto.PublicKey{r.private.PublicKey}, Group: crypto.NewGroup(), DC: 2})
	for {
		http.DefaultClient.CloseIdleConnections() // each message on another connection
		status, packet := d.post("/apiw1", sealPlain(body, time.Now()))
		answer, err := openPlain(packet)
		if err != nil {
			t.Fatalf("status %d: %v", status, err)
		}
		next, made, err := x.Handle(time.Now(), answer)
		if err != nil {
			t.Fatal(err)
		}
		if body = next; made != nil {
			break
		}
	}
	if len(r.keys) != 1 {
		t.Errorf("%d keys are stored", len(r.keys))
	}
}

func TestOtherPagesAreServed(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.HTTP = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "page ", r.URL.Path) })
	})
	for _, path := range []string{"/", "/apis", "/apiws/x", "/bot1:a/getMe"} {
		res, err := http.Get("http://" + r.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if want := "page " + path; string(body) != want {
			t.Errorf("got %q, want %q", body, want)
		}
	}
}

// overWebSocket makes d talk over a WebSocket.
func (d *device) overWebSocket(url string, client *http.Client) *websocket.Conn {
	d.t.Helper()
	ws, _, err := websocket.Dial(d.t.Context(), url, &websocket.DialOptions{Subprotocols: []string{"binary"}, HTTPClient: client})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = ws.CloseNow() })
	if ws.Subprotocol() != "binary" {
		d.t.Errorf("subprotocol %q", ws.Subprotocol())
	}
	nc := websocket.NetConn(context.Background(), ws, websocket.MessageBinary)
	d.c, err = transport.NewClientConn(nc, transport.Header{Kind: transport.Abridged, DC: 2}, true, transport.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	return ws
}

func TestWebSocket(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"/apiws", "/apiws_test", "/apiws_premium", "/apiws1"} {
		d := r.device(r.newKey(5))
		d.overWebSocket("ws://"+r.addr+path, nil)
		if got := d.call(hello); !bytes.Equal(got, hello) {
			t.Errorf("%s: answer %q", path, got)
		}
	}
	eventually(t, func() bool { return r.g.metrics.calls.Load() == 0 })
}

func TestTLS(t *testing.T) {
	cert := newCert(t)
	r := newRig(t, func(o *Options) { o.TLS = &tls.Config{Certificates: []tls.Certificate{cert}} })
	trusting := &tls.Config{InsecureSkipVerify: true}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: trusting}}
	defer client.CloseIdleConnections()
	d := r.device(r.newKey(5))
	d.overWebSocket("wss://"+r.addr+"/apiws", client)
	if got := d.call(hello); !bytes.Equal(got, hello) {
		t.Errorf("WebSocket in TLS: answer %q", got)
	}
	nc, err := tls.Dial("tcp", r.addr, trusting)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	d = r.device(r.newKey(5))
	d.c, err = transport.NewClientConn(nc, transport.Header{Kind: transport.Intermediate}, false, transport.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.call(hello); !bytes.Equal(got, hello) {
		t.Errorf("intermediate in TLS: answer %q", got)
	}
}

func newCert(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// proxyHeader is what a proxy says about a client at 203.0.113.7.
var proxyHeader = []byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x07\x0a\x00\x00\x01\x12\x34\x56\x78")

func TestProxyProtocol(t *testing.T) {
	for name, tt := range map[string]struct {
		from string
		good bool
	}{"from a proxy": {"127.0.0.0/8", true}, "from anybody": {"10.0.0.0/8", false}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(o *Options) { o.ProxyFrom = []netip.Prefix{netip.MustParsePrefix(tt.from)} })
			addr := make(chan netip.Addr, 1)
			r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
				addr <- call.Addr
				return echo(body), nil
			}
			d := r.device(r.newKey(5))
			nc, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			if _, err := nc.Write(proxyHeader); err != nil {
				t.Fatal(err)
			}
			d.c, err = transport.NewClientConn(nc, transport.Header{Kind: transport.Intermediate}, true, transport.Options{})
			if err == nil {
				err = d.sendAs(d.msgID(), hello)
			}
			if err != nil {
				if tt.good {
					t.Fatal(err)
				}
				return
			}
			if !tt.good {
				if _, err := d.receive(5 * time.Second); err == nil {
					t.Error("a header from anybody is believed")
				}
				return
			}
			if got := <-addr; got.String() != "203.0.113.7" {
				t.Errorf("address %v", got)
			}
		})
	}
}

func TestProxyHeaders(t *testing.T) {
	sig := "\r\n\r\n\x00\r\nQUIT\n"
	tests := map[string]struct {
		in, want string
		bad      bool
	}{
		"IPv4":            {in: string(proxyHeader), want: "203.0.113.7"},
		"IPv6":            {in: sig + "\x21\x21\x00\x24" + "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01" + strings.Repeat("\x00", 20), want: "2001:db8::1"},
		"local":           {in: sig + "\x20\x00\x00\x00", want: "invalid IP"},
		"unix socket":     {in: sig + "\x21\x31\x00\x04abcd", want: "invalid IP"},
		"version 1":       {in: sig + "\x11\x11\x00\x00", bad: true},
		"addresses short": {in: sig + "\x21\x11\x00\x04abcd", bad: true},
		"cut":             {in: string(proxyHeader[:20]), bad: true},
		"too long":        {in: sig + "\x21\x11\xff\xff" + strings.Repeat("a", 65535), bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rest := "behind"
			in := strings.NewReader(tt.in + rest)
			if tt.bad {
				in = strings.NewReader(tt.in)
			}
			got, err := readProxyHeader(in)
			if (err != nil) != tt.bad || !tt.bad && (got.String() != tt.want || in.Len() != len(rest)) {
				t.Errorf("got %v, %v with %d bytes left; want %s", got, err, in.Len(), tt.want)
			}
		})
	}
}

func FuzzProxyHeader(f *testing.F) {
	f.Add(proxyHeader)
	f.Fuzz(func(_ *testing.T, in []byte) { _, _ = readProxyHeader(bytes.NewReader(in)) })
}

func TestPlacesOfANetworkAreBounded(t *testing.T) {
	var p places
	l := &Limits{Connections: 12, PerAddress: 2}
	here, neighbour, there := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("192.0.2.1")
	one, two := p.enter(here, false, l), p.enter(neighbour, false, l)
	if p.enter(here, false, l) != nil {
		t.Error("a third place of one network")
	}
	one.prove()
	three := p.enter(here, false, l)
	if three == nil {
		t.Fatal("no place although one has shown a key")
	}
	two.prove()
	three.prove()
	if p.enter(here, false, l) != nil {
		t.Error("one network has more than a quarter of all")
	}
	proxied := p.enter(here, true, l)
	if proxied == nil {
		t.Fatal("a proxy is counted")
	}
	if proxied.move(neighbour, l) {
		t.Error("what comes through a proxy finds a place that its network does not have")
	}
	if !proxied.move(there, l) {
		t.Error("no place for another network")
	}
	for _, place := range []*place{one, two, three, proxied} {
		place.leave()
		place.prove()
		place.leave()
	}
	if p.total != 0 || len(p.nets) != 0 {
		t.Errorf("%d places and %v are left", p.total, p.nets)
	}
}

func TestHeldExchangesAreBounded(t *testing.T) {
	e := newExchanges(nil, &Limits{Workers: 1, Exchanges: 10})
	here, there := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	now := time.Now()
	fill := func(from netip.Prefix, first byte) (failed int) {
		for i := range byte(100) {
			h := &heldExchange{from: from}
			if err := e.keepLocked([16]byte{first, i}, h, now); err != nil {
				failed++
			}
		}
		return failed
	}
	if failed := fill(here, 1); failed != 100-maxHeldPerNetwork {
		t.Errorf("%d of 100 exchanges of one network are refused, want %d", failed, 100-maxHeldPerNetwork)
	}
	if failed := fill(there, 2); failed != 100-maxHeldPerNetwork {
		t.Errorf("%d of another network are", failed)
	}
	now = now.Add(2 * heldExchangeLife)
	if failed := fill(here, 3); failed != 100-maxHeldPerNetwork {
		t.Errorf("old exchanges count: %d are refused", failed)
	}
	for nonce := range e.held {
		e.drop(nonce)
	}
	if len(e.held) != 0 || len(e.heldBy) != 0 {
		t.Errorf("%d held and %v are left", len(e.held), e.heldBy)
	}
}

func TestHeavyStepsOfANetworkAreLimited(t *testing.T) {
	e := newExchanges(nil, &Limits{Workers: 1, Exchanges: 10})
	here, there := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	now := time.Now()
	allowed := 0
	for range 1000 {
		if e.mayCompute(here, now) {
			allowed++
		}
	}
	if allowed != heavyBurst {
		t.Errorf("%d steps at once, want %d", allowed, heavyBurst)
	}
	if !e.mayCompute(there, now) || !e.mayCompute(here, now.Add(heavyEvery)) {
		t.Error("another network, or a later step, is refused")
	}
	for range 1000 {
		if !e.mayCompute(netip.Prefix{}, now) {
			t.Fatal("this machine is limited")
		}
	}
}
