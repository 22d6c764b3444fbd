// Package secret holds what travels inside end-to-end encrypted messages, generated from schema/secret.tl.
// The server never reads it; clients and tests do.
//
// Spec: https://core.telegram.org/api/end-to-end
package secret
