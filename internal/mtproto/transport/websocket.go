package transport

import "net/http"

// UpgradeWebSocket turns an HTTP/1.1 request into a connection of packets, each server packet in a message of its own
// (Web K neither joins nor splits them). On failure it has answered the request.
//
// It takes the connection from the HTTP server. Serve the Conn in a goroutine of your own and return from the
// handler at once: the handler's goroutine holds the buffers of the HTTP server.
// Spec: https://core.telegram.org/mtproto/transports#websocket
func UpgradeWebSocket(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	panic("soon")
}
