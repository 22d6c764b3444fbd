package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/rpc"
	"hermod/internal/tl"
)

// A rig is a gateway that listens, with everything around it played by the test.
type rig struct {
	t       testing.TB
	g       *Gateway
	addr    string
	private *crypto.PrivateKey

	mu     sync.Mutex
	keys   map[int64]Key
	who    map[ids.AuthKey]rpc.Who
	serve  func(ctx context.Context, call *rpc.Call, body []byte) (tl.Object, error)
	feeds  map[int64]*testStream
	opened int
}

// rigKey is made once: it takes long.
var rigKey = sync.OnceValues(func() (*crypto.PrivateKey, error) { return crypto.GenerateKey() })

func newRig(t testing.TB, change func(*Options)) *rig {
	t.Helper()
	private, err := rigKey()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, private: private, keys: make(map[int64]Key), who: make(map[ids.AuthKey]rpc.Who), feeds: make(map[int64]*testStream)}
	r.serve = func(_ context.Context, _ *rpc.Call, body []byte) (tl.Object, error) { return echo(body), nil }
	o := Options{
		Keys: r, Calls: r, Identity: r, Feed: r, Exchange: handshake.NewServer(private, nil),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: Limits{Grace: time.Second},
	}
	if change != nil {
		change(&o)
	}
	if r.g, err = New(o); err != nil {
		t.Fatal(err)
	}
	r.run()
	return r
}

func (r *rig) run() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.g.Run(ctx, l) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			r.t.Errorf("run: %v", err)
		}
	})
}

// echo is an answer that consists of given bytes.
type echo []byte

func (e echo) Encode(w *tl.Writer) { w.Raw(e) }
func (e echo) TLName() string      { return "echo" }

func (r *rig) Key(_ context.Context, id int64) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.keys[id]
	if !ok {
		return Key{}, ErrUnknownKey
	}
	return k, nil
}

func (r *rig) Create(_ context.Context, k Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[k.ID] = k
	return nil
}

func (r *rig) Destroy(_ context.Context, id int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.keys[id]; !ok {
		return ErrUnknownKey
	}
	delete(r.keys, id)
	return nil
}

func (r *rig) Who(_ context.Context, id ids.AuthKey) (rpc.Who, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.who[id], nil
}

func (r *rig) Announce(context.Context, ids.AuthKey, int, rpc.Client) error { return nil }

func (r *rig) setWho(id int64, w rpc.Who) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.who[ids.AuthKey(id)] = w
}

func (r *rig) Call(ctx context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
	r.mu.Lock()
	serve := r.serve
	r.mu.Unlock()
	call.InvokedMethod = "test.echo"
	return serve(ctx, call, body)
}

// A testStream is what a test says that happens to a user.
type testStream struct {
	Listener
	mu     sync.Mutex
	list   []Update
	closed bool
}

func (r *rig) Open(_ context.Context, user int64, l Listener) (Stream, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened++
	r.feeds[user] = &testStream{Listener: l}
	return r.feeds[user], nil
}

func (s *testStream) Next(context.Context) ([]Update, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	return list, nil
}

func (s *testStream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

func (s *testStream) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// happen delivers updates to user.
func (r *rig) happen(user int64, updates ...Update) {
	r.mu.Lock()
	s := r.feeds[user]
	r.mu.Unlock()
	if s == nil {
		r.t.Fatalf("user %d has no stream", user)
	}
	s.mu.Lock()
	s.list = append(s.list, updates...)
	s.mu.Unlock()
	s.Wake()
}

// newKey stores a key, signed in as user unless that is 0.
func (r *rig) newKey(user ids.User) crypto.Key {
	var secret [crypto.KeySize]byte
	for i := range secret {
		secret[i] = byte(rand.IntN(256))
	}
	k := crypto.NewKey(secret)
	_ = r.Create(context.Background(), Key{ID: k.ID, Secret: k.Secret, DC: 2})
	r.setWho(k.ID, rpc.Who{User: user, PermKey: ids.AuthKey(k.ID), Layer: 200})
	return k
}

// A device is a client with a key and a session.
type device struct {
	t       testing.TB
	r       *rig
	c       *transport.Conn
	key     crypto.Key
	session int64
	salt    int64
	last    int64
	queue   []crypto.Message // received and not yet looked at, containers resolved
	acks    []int64          // quick acks
}

func (r *rig) device(k crypto.Key) *device {
	d := &device{t: r.t, r: r, key: k, session: rand.Int64(), salt: r.g.salts.Current(k.ID, time.Now())}
	d.dial()
	return d
}

// dial connects, in the usual framing.
func (d *device) dial() { d.dialAs(transport.Intermediate, false) }

func (d *device) dialAs(kind transport.Kind, obfuscated bool) {
	d.t.Helper()
	nc, err := net.Dial("tcp", d.r.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = nc.Close() })
	d.c, err = transport.NewClientConn(nc, transport.Header{Kind: kind, DC: 2}, obfuscated, transport.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
}

// msgID makes the next id.
func (d *device) msgID() int64 {
	now := time.Now()
	d.last = max(d.last+4, now.Unix()<<32|int64(now.Nanosecond())<<2)
	return d.last
}

// send sends body and returns its id.
func (d *device) send(body []byte) int64 {
	d.t.Helper()
	id := d.msgID()
	if err := d.sendAs(id, body); err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *device) sendAs(id int64, body []byte) error {
	m := crypto.Message{Salt: d.salt, Session: d.session, ID: id, SeqNo: 1, Body: body}
	return d.c.Send(d.key.Seal(nil, m, crypto.FromClient))
}

// Ids of what the server sends, as these tests look at it.
const (
	idContainer  = 0x73f1f8dc
	idRPCResult  = 0xf35c6d01
	idRPCError   = 0x2144ca19
	idNewSession = 0x9ec20908
	idPong       = 0x347773c5
	idBadSalt    = 0xedab447b
	idMsgsAck    = 0x62d6b459
	idPing       = 0x7abe77ec
)

func idOf(b []byte) uint32 { return tl.NewReader(b).PeekID() }

var errTimeout = errors.New("nothing came")

// receive returns the next message, containers resolved.
func (d *device) receive(wait time.Duration) (crypto.Message, error) {
	for len(d.queue) == 0 {
		if err := d.c.NetConn().SetReadDeadline(time.Now().Add(wait)); err != nil {
			return crypto.Message{}, err
		}
		p, err := d.c.Receive()
		var ne net.Error
		switch {
		case errors.As(err, &ne) && ne.Timeout():
			return crypto.Message{}, errTimeout
		case err != nil:
			return crypto.Message{}, err
		case p.Ack != 0:
			d.acks = append(d.acks, int64(p.Ack))
			continue
		case p.ErrorCode() != 0:
			return crypto.Message{}, transportFailure(p.ErrorCode())
		}
		if err := d.open(p.Data); err != nil {
			return crypto.Message{}, err
		}
	}
	m := d.queue[0]
	d.queue = d.queue[1:]
	return m, nil
}

type transportFailure int32

func (f transportFailure) Error() string { return "transport error" }

func (d *device) open(packet []byte) error {
	m, _, err := d.key.Open(packet, crypto.FromServer)
	if err != nil {
		return err
	}
	if m.Session != d.session {
		return errors.New("packet of another session")
	}
	m.Body = append([]byte(nil), m.Body...)
	if idOf(m.Body) != idContainer {
		d.queue = append(d.queue, m)
		return nil
	}
	r := tl.NewReader(m.Body[8:])
	for range binary.LittleEndian.Uint32(m.Body[4:]) {
		in := crypto.Message{ID: r.Int64(), SeqNo: r.Int32()}
		in.Body = r.Raw(int(r.Int32()))
		d.queue = append(d.queue, in)
	}
	return r.End()
}

// await returns the next message that begins with id; others are skipped.
func (d *device) await(id uint32) crypto.Message {
	d.t.Helper()
	for {
		m, err := d.receive(5 * time.Second)
		if err != nil {
			d.t.Fatalf("waiting for %#x: %v", id, err)
		}
		if idOf(m.Body) == id {
			return m
		}
	}
}

// answer waits for the answer to req.
func (d *device) answer(req int64) []byte {
	d.t.Helper()
	for {
		m := d.await(idRPCResult)
		if int64(binary.LittleEndian.Uint64(m.Body[4:])) == req {
			return m.Body[12:]
		}
	}
}

// call sends body and waits for the answer.
func (d *device) call(body []byte) []byte {
	d.t.Helper()
	return d.answer(d.send(body))
}

func ping(id int64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, idPing), uint64(id))
}

// hello is a request.
var hello = []byte("hello, server!!!")

// silent fails if anything but acknowledgements comes.
func (d *device) silent(wait time.Duration) {
	d.t.Helper()
	for {
		m, err := d.receive(wait)
		if errors.Is(err, errTimeout) {
			return
		}
		if err != nil {
			d.t.Fatal(err)
		}
		if id := idOf(m.Body); id != idMsgsAck {
			d.t.Fatalf("%#x came", id)
		}
	}
}
