package garbage

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// attackers do harm until they are stopped.
type attackers struct {
	address string
	keys    []crypto.Key // real ones: some attackers are users
	wait    sync.WaitGroup
	dialled atomic.Int64
	sent    atomic.Int64
	counts  []atomic.Int64 // of connections, by kind of harm
}

// A harm is something to do to a server over nc until it closes or ctx ends.
type harm struct {
	name string
	do   func(a *attackers, ctx context.Context, nc net.Conn)
}

var harms = []harm{
	{"silence", (*attackers).silence},
	{"random bytes", (*attackers).randomBytes},
	{"obfuscated garbage", (*attackers).obfuscatedGarbage},
	{"half a large packet", (*attackers).halfPacket},
	{"a packet in drops", (*attackers).drops},
	{"a huge length", (*attackers).hugeLength},
	{"key exchanges never finished", (*attackers).halfExchange},
	{"half an HTTP request", (*attackers).halfHTTP},
	{"WebSocket garbage", (*attackers).webSocketGarbage},
	{"half a TLS handshake", (*attackers).halfTLS},
	{"a user who never reads", (*attackers).neverReads},
	{"a user with bombs", (*attackers).bombs},
	{"a user with broken packets", (*attackers).brokenPackets},
	{"a user who plays packets again", (*attackers).replays},
}

// attackEnv makes this test binary play the attackers, so that what they compute does not hold up the honest clients,
// whose calls are timed. Its value is the address, the number, and the secrets of some keys in hexadecimal.
const attackEnv = "HERMOD_TEST_ATTACK"

// attack starts a process of n attackers. stop ends it and returns what it says it has done.
func attack(t *testing.T, server *process, n int, keys []crypto.Key) (stop func() report) {
	t.Helper()
	words := []string{server.address, strconv.Itoa(n)}
	for _, k := range keys {
		words = append(words, hex.EncodeToString(k.Secret[:]))
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), attackEnv+"="+strings.Join(words, " "))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	end, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // most are connected by then
	return sync.OnceValue(func() (r report) {
		_ = end.Close()
		_ = cmd.Wait()
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Errorf("the attackers say %q", out.String())
		}
		r.Processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		return r
	})
}

// A report is what attackers have done.
type report struct {
	Dialled, Sent int64
	Kinds         map[string]int64
	Processor     time.Duration
}

// playAttackers attacks until its input ends.
func playAttackers(words []string) {
	ctx, cancel := context.WithCancel(context.Background())
	n, _ := strconv.Atoi(words[1])
	a := &attackers{address: words[0], counts: make([]atomic.Int64, len(harms))}
	for _, w := range words[2:] {
		var secret [crypto.KeySize]byte
		_, _ = hex.Decode(secret[:], []byte(w))
		a.keys = append(a.keys, crypto.NewKey(secret))
	}
	for i := range n {
		a.wait.Go(func() { a.harmAgain(ctx, i%len(harms)) })
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	a.wait.Wait()
	r := report{Dialled: a.dialled.Load(), Sent: a.sent.Load(), Kinds: make(map[string]int64)}
	for i := range harms {
		r.Kinds[harms[i].name] = a.counts[i].Load()
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

// harmAgain does harm on one connection after the other.
func (a *attackers) harmAgain(ctx context.Context, kind int) {
	for ctx.Err() == nil {
		nc, err := net.DialTimeout("tcp", a.address, 5*time.Second)
		if err == nil {
			a.dialled.Add(1)
			a.counts[kind].Add(1)
			stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
			harms[kind].do(a, ctx, counted{nc, &a.sent})
			stop()
			_ = nc.Close()
		}
		rest(ctx, time.Second/2+time.Duration(mathrand.IntN(500))*time.Millisecond)
	}
}

// counted counts what is written.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.n.Add(int64(n))
	return n, err
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// untilClosed waits until the server closes nc.
func untilClosed(nc net.Conn) { _, _ = io.Copy(io.Discard, nc) }

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func (a *attackers) silence(_ context.Context, nc net.Conn) { untilClosed(nc) }

func (a *attackers) randomBytes(_ context.Context, nc net.Conn) {
	_, _ = nc.Write(noise(100 + mathrand.IntN(4000)))
	untilClosed(nc)
}

func (a *attackers) obfuscatedGarbage(_ context.Context, nc net.Conn) {
	c, err := transport.NewClientConn(nc, transport.Header{Kind: transport.Padded}, true, transport.Options{})
	if err != nil {
		return
	}
	_ = c.Send(noise(200))
	untilClosed(nc)
}

func (a *attackers) halfPacket(_ context.Context, nc net.Conn) {
	head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 0xeeeeeeee), 600<<10)
	_, _ = nc.Write(head)
	_, _ = nc.Write(noise(100 << 10))
	untilClosed(nc)
}

func (a *attackers) drops(ctx context.Context, nc net.Conn) {
	head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 0xeeeeeeee), 100<<10)
	_, err := nc.Write(head)
	for err == nil && ctx.Err() == nil {
		_, err = nc.Write(noise(3))
		rest(ctx, 100*time.Millisecond)
	}
}

func (a *attackers) hugeLength(_ context.Context, nc net.Conn) {
	_, _ = nc.Write(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 0xeeeeeeee), 0x7fffffff))
	untilClosed(nc)
}

// halfExchange begins key exchanges, sends a wrong next message, and reads nothing.
func (a *attackers) halfExchange(ctx context.Context, nc net.Conn) {
	c, err := transport.NewClientConn(nc, transport.Header{Kind: transport.Abridged}, false, transport.Options{})
	for range 50 {
		if err != nil || ctx.Err() != nil {
			return
		}
		var w tl.Writer
		w.ID(0xbe7e8ef1)
		w.Raw(noise(16))
		err = c.Send(plain(w.B))
		rest(ctx, 20*time.Millisecond)
	}
	_ = c.Send(plain(append([]byte{0xbe, 0xe4, 0x12, 0xd7}, noise(300)...)))
	untilClosed(nc)
}

func plain(body []byte) []byte {
	var w tl.Writer
	w.Int64(0)
	w.Int64(time.Now().Unix() << 32)
	w.Int32(int32(len(body)))
	w.Raw(body)
	return w.B
}

func (a *attackers) halfHTTP(ctx context.Context, nc net.Conn) {
	_, err := io.WriteString(nc, "POST /apiw1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nX-A: ")
	for err == nil && ctx.Err() == nil {
		_, err = nc.Write([]byte("a"))
		rest(ctx, 200*time.Millisecond)
	}
}

func (a *attackers) webSocketGarbage(_ context.Context, nc net.Conn) {
	_, _ = io.WriteString(nc, "GET /apiws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n")
	_, _ = nc.Write(noise(2000))
	untilClosed(nc)
}

func (a *attackers) halfTLS(_ context.Context, nc net.Conn) {
	_, _ = nc.Write([]byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3})
	untilClosed(nc)
}

// A villain is a user with a real key.
type villain struct {
	c       *transport.Conn
	key     crypto.Key
	session int64
	last    int64
}

// villain returns one that has learnt the salt; nil if it could not.
func (a *attackers) villain(nc net.Conn) *villain {
	c, err := transport.NewClientConn(nc, transport.Header{Kind: transport.Intermediate}, false, transport.Options{})
	if err != nil {
		return nil
	}
	return &villain{c: c, key: a.keys[mathrand.IntN(len(a.keys))], session: mathrand.Int64()}
}

// salt asks for the salt by a wrong one.
func (v *villain) salt() (int64, error) {
	if err := v.send(0, getConfig); err != nil {
		return 0, err
	}
	for {
		p, err := v.c.Receive()
		if err != nil {
			return 0, err
		}
		m, _, err := v.key.Open(p.Data, crypto.FromServer)
		if err != nil {
			return 0, err
		}
		if r := tl.NewReader(m.Body); r.ID() == 0xedab447b {
			r.Raw(16)
			return r.Int64(), r.Err()
		}
	}
}

func (v *villain) seal(salt int64, body []byte) []byte {
	v.last = max(v.last+4, time.Now().Unix()<<32)
	m := crypto.Message{Salt: salt, Session: v.session, ID: v.last, SeqNo: 1, Body: body}
	return v.key.Seal(nil, m, crypto.FromClient)
}

func (v *villain) send(salt int64, body []byte) error { return v.c.Send(v.seal(salt, body)) }

// neverReads makes calls as fast as they are taken and does not look at the answers.
func (a *attackers) neverReads(ctx context.Context, nc net.Conn) {
	v := a.villain(nc)
	if v == nil {
		return
	}
	salt, err := v.salt()
	for err == nil && ctx.Err() == nil {
		err = v.send(salt, initConnection(getConfig))
		rest(ctx, 10*time.Millisecond)
	}
}

// bombs sends packed objects that unpack to megabytes.
func (a *attackers) bombs(ctx context.Context, nc net.Conn) {
	v := a.villain(nc)
	if v == nil {
		return
	}
	salt, err := v.salt()
	for err == nil && ctx.Err() == nil {
		err = v.send(salt, bomb)
		rest(ctx, 100*time.Millisecond)
	}
	untilClosed(nc)
}

// bomb unpacks to nearly 4 MiB, as much as is allowed, with just so much noise that its ratio is allowed, too.
var bomb = packed.Pack(append(make([]byte, 3900<<10), noise(40<<10)...))

// brokenPackets sends what decrypts but makes no sense.
func (a *attackers) brokenPackets(ctx context.Context, nc net.Conn) {
	v := a.villain(nc)
	if v == nil {
		return
	}
	salt, err := v.salt()
	for _, id := range []uint32{0x73f1f8dc, 0x62d6b459, 0x7d861a08, 0xda69fb52, 0x3072cfa1} {
		if err == nil && ctx.Err() == nil {
			var w tl.Writer
			w.ID(id)
			w.Raw(noise(400))
			err = v.send(salt, w.B)
		}
	}
	untilClosed(nc)
}

// replays sends the same packet again and again.
func (a *attackers) replays(ctx context.Context, nc net.Conn) {
	v := a.villain(nc)
	if v == nil {
		return
	}
	salt, err := v.salt()
	packet := v.seal(salt, initConnection(getConfig))
	go untilClosed(nc)
	for err == nil && ctx.Err() == nil {
		err = v.c.Send(packet)
		rest(ctx, 20*time.Millisecond)
	}
}
