// Package mt holds the service messages of MTProto, generated from schema/mtproto.tl: key exchange, acks,
// pings, salts and notices. Containers and future salts are not here: the session machine reads them itself.
//
// Spec: https://core.telegram.org/mtproto/service_messages
package mt
