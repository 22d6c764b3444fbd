/**
 * The end-to-end side of secret chats, the twin of the Go package `secret`: the same rules and the same state machine.
 * Nothing here knows this server, the page, or where anything is kept; the program brings a `Store`, a `Transport` and the
 * `Primitives`.
 */
export { SecretClient } from './client.ts';
export { SecretError, isSecretError, type SecretErrorKind } from './errors.ts';
export type { ClientEvent } from './events.ts';
export type { DhConfig } from './dh.ts';
export { checkPlace, fileChunk, fileFingerprint, type ReadSealed, type Source } from './file.ts';
export { emojiOf, palette, pictureSide, squaresOf, textOf } from './key.ts';
export { Md5 } from './md5.ts';
export { decodeRecord, encodeRecord } from './record.ts';
export type { Primitives } from './primitives.ts';
export type { Draft } from './send.ts';
export type { Options } from './settings.ts';
export { MemoryStore, type Batch, type Store } from './store.ts';
export type {
	ChatUpdate,
	Clock,
	Incoming,
	Packet,
	PacketFile,
	Peer as SecretPeer,
	Receipt,
	Transport,
} from './transport.ts';
export type * from './types.ts';
