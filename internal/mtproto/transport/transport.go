// Package transport carries MTProto packets over streams: the framings abridged, intermediate, padded
// intermediate and full, each with or without the obfuscation layer, over TCP, TLS and WebSocket.
//
// Codec, Obfuscation and Sniff are pure: bytes in, bytes out. Conn puts them over a net.Conn so that a
// connection that waits holds no buffer at all: Receive borrows one from a pool when bytes are there, and
// gives it back when all of them are used. Nothing is allocated from a length that a peer announced; a
// buffer grows only as bytes arrive.
//
// The gateway and our own client use this package. It knows nothing of what a packet contains, except where a
// framing forces it to: padded intermediate does not say where its padding begins.
//
// HTTP needs no framing: the body of a POST is one packet and so is the body of the answer; a transport error
// is an answer with the four bytes of AppendError's code as its body.
//
// Spec: https://core.telegram.org/mtproto/mtproto-transports
package transport

import (
	"errors"
	"strconv"
)

// Errors of the decoders. All of them are signs of a broken or hostile peer: close the connection.
var (
	// ErrTooLarge means a packet longer than the limit of the connection.
	ErrTooLarge = errors.New("transport: packet too large")
	// ErrMalformed means a packet that the framing does not allow: an impossible length, a wrong checksum,
	// a number out of order, a WebSocket frame against the rules.
	ErrMalformed = errors.New("transport: malformed packet")
	// ErrUnknownProtocol means first bytes that belong to no transport.
	ErrUnknownProtocol = errors.New("transport: unknown protocol")
)

// Kind is a framing.
type Kind uint8

// The framings.
const (
	// Abridged counts words in one byte, or in three behind 0x7f.
	Abridged Kind = iota + 1
	// Intermediate has a length of four bytes.
	Intermediate
	// Padded is Intermediate with up to 15 random bytes behind each packet.
	Padded
	// Full has length, number and CRC-32. It exists without obfuscation only: no header tag names it.
	Full
)

// String returns the name of k as flags and logs write it.
func (k Kind) String() string {
	switch k {
	case Abridged:
		return "abridged"
	case Intermediate:
		return "intermediate"
	case Padded:
		return "padded"
	case Full:
		return "full"
	}
	return "kind " + strconv.Itoa(int(k))
}

// A Side says which end of a connection speaks: quick acks go one way, requests for them the other.
type Side uint8

// The two ends.
const (
	Server Side = iota + 1
	Client
)

// DefaultLimit is the largest packet that is accepted unless SetLimit says otherwise. The largest that clients
// send are file parts of 512 KiB and containers of 1 MiB; the largest that TDLib reads is 4 MiB and 1 KiB.
const DefaultLimit = 4<<20 + 1024

// A Packet is what came in one frame.
type Packet struct {
	// Data is the packet. It aliases the buffer that it was read from.
	Data []byte
	// WantsAck says that the sender asks for a quick ack of this packet.
	WantsAck bool
	// Ack is a quick ack from the server; 0 if the packet is none. Only clients see it.
	Ack uint32
}

// ErrorCode returns the transport error that p is, such as -404, or 0 if it is none.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-errors
func (p Packet) ErrorCode() int32 {
	if len(p.Data) != 4 {
		return 0
	}
	return int32(le.Uint32(p.Data))
}

// Transport errors that the server sends.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-errors
const (
	// CodeUnknownKey means that the auth key of a packet is not known (any more).
	CodeUnknownKey int32 = -404
	// CodeFlood means that the server has too much to do, or too many connections from one address.
	CodeFlood int32 = -429
	// CodeWrongDC means a data centre that this server does not speak for.
	CodeWrongDC int32 = -444
)
