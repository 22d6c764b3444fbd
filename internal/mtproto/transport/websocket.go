package transport

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Subprotocol is the WebSocket subprotocol of MTProto.
const Subprotocol = "binary"

// acceptGUID makes the answer to a client's key.
// Spec: https://www.rfc-editor.org/rfc/rfc6455#section-1.3
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

var errNotWebSocket = errors.New("transport: not a WebSocket handshake")

// UpgradeWebSocket turns an HTTP/1.1 request into a connection of packets, each server packet in a message of
// its own (Web K neither joins nor splits them). On failure it has answered the request, if that was possible.
//
// It takes the connection from the HTTP server. Serve the Conn in a goroutine of your own and return from the
// handler at once: the handler's goroutine holds the buffers of the HTTP server. Any origin may connect:
// a session lives by its key, never by a cookie.
// Spec: https://core.telegram.org/mtproto/transports#websocket
func UpgradeWebSocket(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	key := r.Header.Get("Sec-WebSocket-Key")
	if key == "" || !listed(r.Header, "Upgrade", "websocket") || !listed(r.Header, "Connection", "upgrade") {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "this address is for WebSocket clients", http.StatusUpgradeRequired)
		return nil, errNotWebSocket
	}
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot change its protocol", http.StatusInternalServerError)
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	c, err := upgraded(nc, rw.Reader, o)
	if err == nil {
		err = c.writeUpgrade(key, listed(r.Header, "Sec-WebSocket-Protocol", Subprotocol))
	}
	if err != nil {
		_ = nc.Close() // what failed is already known
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	return c, nil
}

// upgraded begins the packet stream with what the HTTP server has read too much.
func upgraded(nc net.Conn, r *bufio.Reader, o Options) (*Conn, error) {
	if err := nc.SetDeadline(time.Time{}); err != nil { // the HTTP server's
		return nil, err
	}
	early, err := r.Peek(r.Buffered())
	if err != nil {
		return nil, err
	}
	if u, ok := nc.(*unread); ok {
		early, nc = append(early, u.first...), u.Conn
	}
	c := newConn(nc, Server, o)
	c.in.opening = true
	c.in.add(early)
	return c, nil
}

func (c *Conn) writeUpgrade(key string, binary bool) error {
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + acceptKey(key) + "\r\n"
	if binary {
		answer += "Sec-WebSocket-Protocol: " + Subprotocol + "\r\n"
	}
	err := c.writeStream([]byte(answer + "\r\n"))
	c.ws = new(frames)
	return err
}

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + acceptGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// listed says whether a header field that holds a list has want in it.
func listed(h http.Header, field, want string) bool {
	for _, line := range h.Values(field) {
		for item := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(item), want) {
				return true
			}
		}
	}
	return false
}

// NewWebSocketClient speaks WebSocket over nc, to the server at url ("ws://host/apiws"), and begins an obfuscated
// stream in it. The caller has dialled, and done TLS for "wss".
func NewWebSocketClient(nc net.Conn, url string, h Header, o Options) (*Conn, error) {
	c := newConn(nc, Client, o)
	early, err := requestUpgrade(nc, url)
	if err != nil {
		return nil, fmt.Errorf("websocket %s: %w", url, err)
	}
	c.ws = &frames{client: true}
	c.in.add(early)
	return c, c.open(h, true)
}

// requestUpgrade does a client's half of the opening handshake and returns what followed the answer.
func requestUpgrade(nc net.Conn, url string) (early []byte, err error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	key := base64.StdEncoding.EncodeToString([]byte(rand.Text()[:16]))
	req.Header = http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {key}, "Sec-Websocket-Protocol": {Subprotocol},
	}
	if err := req.Write(nc); err != nil {
		return nil, err
	}
	r := bufio.NewReader(nc)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != acceptKey(key) {
		return nil, fmt.Errorf("answer %s: %w", resp.Status, errNotWebSocket)
	}
	return r.Peek(r.Buffered())
}

// An unread connection gives back bytes that were read from it to see what it speaks.
type unread struct {
	net.Conn
	first []byte
}

// Unread returns nc with first to be read again before what follows. An HTTP server may serve it;
// UpgradeWebSocket knows it and goes back to nc itself, for the sake of memory.
func Unread(nc net.Conn, first []byte) net.Conn {
	return &unread{Conn: nc, first: first}
}

// Read reads what was given back first.
func (u *unread) Read(b []byte) (int, error) {
	if len(u.first) == 0 {
		return u.Conn.Read(b)
	}
	n := copy(b, u.first)
	if u.first = u.first[n:]; len(u.first) == 0 {
		u.first = nil
	}
	return n, nil
}
