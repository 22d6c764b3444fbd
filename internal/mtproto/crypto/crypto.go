// Package crypto is the arithmetic of MTProto: the message envelope with AES-256-IGE, the two RSA paddings, the
// Diffie-Hellman group, the factorisation challenge. Bytes in, bytes out; it holds no connection, clock or
// storage.
//
// What runs for every message works in place and does not allocate. What an attacker may time is compared in
// constant time or uses the standard library's constant-time arithmetic.
//
// The gateway, the handshake and our own client use it.
//
// Spec: https://core.telegram.org/mtproto/description
package crypto

import "errors"

// Errors that name a broken or hostile peer.
var (
	// ErrMessage means a packet that does not open: another key's, tampered with, or not of the right shape.
	ErrMessage = errors.New("crypto: message does not open")
	// ErrPadding means data decrypted with the RSA key that is not what a client would have encrypted.
	ErrPadding = errors.New("crypto: wrong RSA padding")
	// ErrGroupElement means a Diffie-Hellman value outside the range that the protocol allows.
	ErrGroupElement = errors.New("crypto: group element out of range")
)
