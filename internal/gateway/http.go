package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
)

// A webServer serves the connections that speak HTTP: MTProto over WebSocket and over plain requests, and everything
// else by Options.HTTP.
type webServer struct {
	g      *Gateway
	server *http.Server
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newWebServer(g *Gateway) *webServer {
	w := &webServer{g: g, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.server = &http.Server{
		Handler:           http.HandlerFunc(w.serve),
		ReadHeaderTimeout: g.limits.FirstBytes,
		ReadTimeout:       time.Minute,
		WriteTimeout:      90 * time.Second, // longer than any long poll
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return g.calls },
		ErrorLog:          slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
	}
	return w
}

// run serves until close.
func (w *webServer) run() error {
	if err := w.server.Serve(w); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (w *webServer) close() {
	_ = w.Close()
	_ = w.server.Close()
}

// take hands a connection to the HTTP server. It returns true if that will close it.
func (w *webServer) take(a *arrival, p *place) (bool, error) {
	if err := a.nc.SetReadDeadline(time.Time{}); err != nil {
		return false, err
	}
	nc := &webConn{prefixed: prefixed{Conn: a.nc, first: a.first}, addr: a.addr, place: p}
	select {
	case w.conns <- nc:
		return true, nil
	case <-w.closed:
		return false, errStopping
	}
}

// Accept, Close and Addr make w the listener of its server.
func (w *webServer) Accept() (net.Conn, error) {
	select {
	case nc := <-w.conns:
		return nc, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (w *webServer) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// Addr implements net.Listener.
func (w *webServer) Addr() net.Addr { return &net.TCPAddr{} }

// A webConn is a connection to the HTTP server.
type webConn struct {
	prefixed
	addr  netip.Addr
	place *place
}

// RemoteAddr is the address of the client, even behind a proxy.
func (c *webConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: c.addr.AsSlice()}
}

// Close gives the place back, too.
func (c *webConn) Close() error {
	c.place.leave()
	return c.Conn.Close()
}

var errNoDescriptor = errors.New("gateway: connection without a descriptor")

// SyscallConn lets a WebSocket wait without a buffer. By then the first bytes have been read.
func (c *webConn) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := c.Conn.(syscall.Conn); ok && len(c.first) == 0 {
		return sc.SyscallConn()
	}
	return nil, errNoDescriptor
}

// serve routes a request. Clients use /apiws, /apiws_test, /apiws_premium and such for WebSockets, and /api, /apiw,
// /apiw1, /apiw_test and such for packets in requests.
// Spec: https://core.telegram.org/mtproto/transports#websocket
func (w *webServer) serve(rw http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case isTransportPath(path, "/apiws"):
		w.upgrade(rw, r)
	case isTransportPath(path, "/apiw"), isTransportPath(path, "/api"):
		w.packet(rw, r)
	default:
		w.g.o.HTTP.ServeHTTP(rw, r)
	}
}

// isTransportPath says whether path is base with a variant behind it: a number, or a word after an underscore.
func isTransportPath(path, base string) bool {
	rest, ok := strings.CutPrefix(path, base)
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, "0123456789")
	return rest == "" || rest[0] == '_' && !strings.Contains(rest, "/")
}

// upgrade serves a WebSocket. It returns at once: the goroutine of the HTTP server holds buffers.
func (w *webServer) upgrade(rw http.ResponseWriter, r *http.Request) {
	if w.g.stopping.Load() {
		http.Error(rw, "stopping", http.StatusServiceUnavailable)
		return
	}
	addr := remoteAddr(r)
	t, err := transport.UpgradeWebSocket(rw, r, w.g.transportOptions())
	if err != nil {
		w.g.metrics.closed(err)
		return
	}
	w.g.serveConn(t, addr, placeOf(t.NetConn()))
}

// placeOf finds the place of a connection that came through the HTTP server.
func placeOf(nc net.Conn) *place {
	if c, ok := nc.(*webConn); ok {
		return c.place
	}
	return &place{of: new(places), gone: true}
}

func remoteAddr(r *http.Request) netip.Addr {
	ap, _ := netip.ParseAddrPort(r.RemoteAddr) // the zero address is nobody's
	return ap.Addr().Unmap()
}

// packet serves one packet over HTTP. Browsers on other sites may send it.
func (w *webServer) packet(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept")
	h.Set("Access-Control-Max-Age", "86400")
	switch r.Method {
	case http.MethodOptions:
		rw.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPost:
	default:
		http.Error(rw, "POST a packet of MTProto", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", "application/octet-stream")
	body, err := w.read(r.Context(), http.MaxBytesReader(rw, r.Body, transport.DefaultLimit))
	if err != nil {
		w.refuse(rw, err)
		return
	}
	answer, err := w.g.servePacket(r.Context(), body, remoteAddr(r))
	if err != nil {
		w.refuse(rw, err)
		return
	}
	_, _ = rw.Write(answer) // a client that is gone asks again
}

// read reads a packet. More than what a key exchange needs it reads only if the key is known.
func (w *webServer) read(ctx context.Context, body io.Reader) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(body, head[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", errPlain, err)
	}
	limit := int64(maxPlain)
	if id := crypto.PacketKeyID(head[:]); id != 0 {
		if _, err := w.g.key(ctx, id); err != nil {
			return nil, err
		}
		limit = transport.DefaultLimit
	}
	rest, err := io.ReadAll(io.LimitReader(body, limit))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPlain, err)
	}
	return append(head[:], rest...), nil
}

// maxPlain is more bytes than any message of a key exchange has.
const maxPlain = 4 << 10

// refuse answers with a transport error: its number as the status, and as the body for those who look there.
func (w *webServer) refuse(rw http.ResponseWriter, err error) {
	w.g.metrics.closed(err)
	code := transportError(err)
	if code == 0 {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	codec := transport.NewCodec(transport.Intermediate, transport.Server, 4)
	rw.WriteHeader(httpStatus(code))
	_, _ = rw.Write(codec.AppendError(nil, code)[4:])
}

func httpStatus(code int32) int {
	switch code {
	case transport.CodeUnknownKey:
		return http.StatusNotFound
	case transport.CodeFlood:
		return http.StatusTooManyRequests
	}
	return http.StatusMisdirectedRequest
}

// servePacket serves one packet and returns the one that answers it.
func (g *Gateway) servePacket(ctx context.Context, packet []byte, addr netip.Addr) ([]byte, error) {
	id := crypto.PacketKeyID(packet)
	if id == 0 {
		return g.servePlain(ctx, packet, addr)
	}
	if g.stopping.Load() {
		return nil, errStopping
	}
	k, err := g.key(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case k.expired(time.Now()):
		return nil, errExpiredKey
	}
	m, _, err := k.Key.Open(packet, crypto.FromClient)
	if err != nil {
		return nil, err
	}
	sleep(ctx, k.pace(time.Now(), 1, g.limits.Packets))
	in := incoming{Message: m, addr: addr}
	for { // a session may end at that very moment; then a new one takes the packet
		answer, err := g.poll(ctx, g.session(k, m.Session), in)
		if !errors.Is(err, errEnded) {
			return answer, err
		}
	}
}

// servePlain serves a step of a key exchange, which the nonce of the client names.
func (g *Gateway) servePlain(ctx context.Context, packet []byte, addr netip.Addr) ([]byte, error) {
	body, err := openPlain(packet)
	if err != nil || len(body) < 20 {
		return nil, errPlain
	}
	nonce := [16]byte(body[4:]) // each message of an exchange begins with it
	from := network(addr)
	held, err := g.exchange.hold(nonce, from, body, time.Now())
	if err != nil {
		return nil, err
	}
	if !held.busy.CompareAndSwap(false, true) {
		return nil, errBusy
	}
	defer held.busy.Store(false)
	answer, made, err := g.exchangeStep(ctx, held.state, body, from)
	if err != nil || made {
		g.exchange.drop(nonce)
	}
	return answer, err
}

// A poll is an HTTP request that waits for something to answer with.
type poll struct {
	wait  mtproto.Wait
	ready chan struct{} // holds a token when there is something
}

// wake implements link.
func (p *poll) wake(*session) {
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

// send implements link.
func (p *poll) send(s *session, _ *buffers) { p.wake(s) }

// close implements link.
func (p *poll) close() { p.wake(nil) }

// defaultPoll is how long a request without http_wait is held for the answers to its calls.
const defaultPoll = 25 * time.Second

// resendHTTP is after what time an answer over HTTP that was not acknowledged is sent again.
const resendHTTP = 30 * time.Second

// poll takes a packet and waits for the one to answer with.
// Spec: https://core.telegram.org/mtproto/service_messages#http-wait-long-poll
func (g *Gateway) poll(ctx context.Context, s *session, in incoming) ([]byte, error) {
	p := &poll{ready: make(chan struct{}, 1)}
	s.resendOlder(time.Now().Add(-resendHTTP))
	if err := s.receive(p, in); err != nil {
		return nil, err
	}
	defer s.detach(p)
	if busy := s.busy(); busy || p.wait.Max > 0 {
		p.hold(ctx, busy)
	}
	return s.answerPoll(p), nil
}

// hold waits until there is something, and after that for what may come soon.
func (p *poll) hold(ctx context.Context, busy bool) {
	longest := p.wait.Max
	if busy && longest == 0 {
		longest = defaultPoll
	}
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-p.ready:
		sleep(ctx, min(p.wait.Delay+p.wait.After, longest))
	case <-timer.C:
	case <-ctx.Done():
	}
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// answerPoll returns the packet that answers an HTTP request: an empty container if there is nothing, for clients take an
// empty body for an error.
func (s *session) answerPoll(p *poll) []byte {
	b := new(buffers) // the packet is kept until it is written
	if packet, ok := s.takePacket(p, b); ok {
		return packet
	}
	now := time.Now()
	s.mu.Lock()
	m, salt := s.m.Nothing(now), s.m.Salt(now)
	s.mu.Unlock()
	return b.seal(s.key, s.id, salt, m)
}

func (s *session) resendOlder(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.ResendOlder(t)
}

// busy says whether calls run.
func (s *session) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.running) > 0
}
