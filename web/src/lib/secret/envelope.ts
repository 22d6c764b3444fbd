import { concat, isEqual, readInt64, viewOf } from './bytes.ts';
import { SecretError } from './errors.ts';
import type { SecretKey } from './key.ts';
import type { Primitives } from './primitives.ts';

/** Fingerprint of the key and message key. */
const headSize = 24;
const lengthSize = 4;
export const blockSize = 16;
const minPadding = 12;
const maxPadding = 1024;

/** Bounds what is sealed and opened, in bytes; servers take less. */
export const maxContent = 1 << 20;

/**
 * Encrypts content. `x` is 0 for messages of the side that asked for the chat, 8 for the other's. The length of content
 * is divisible by four, as that of every object of the schema.
 * Spec: https://core.telegram.org/api/end-to-end#serialization-and-encryption-of-outgoing-messages
 */
export function seal(p: Primitives, key: SecretKey, x: number, content: Uint8Array): Uint8Array {
	return sealWith(p, key, x, content, newPadding(p, lengthSize + content.length));
}

/** Encrypts content with the given padding, which makes whole blocks of it. */
export function sealWith(
	p: Primitives,
	key: SecretKey,
	x: number,
	content: Uint8Array,
	padding: Uint8Array,
): Uint8Array {
	const length = new Uint8Array(lengthSize);
	viewOf(length).setUint32(0, content.length, true);
	const plain = concat(length, content, padding);
	const messageKey = messageKeyOf(p, key, x, plain);
	const { aes, iv } = derive(p, key, x, messageKey);
	const id = new Uint8Array(8);
	viewOf(id).setBigInt64(0, key.id, true);
	return concat(id, messageKey, p.encryptIge(plain, aes, iv));
}

/** Random bytes: at least what the block size demands, and up to 240 more to blur lengths. */
function newPadding(p: Primitives, n: number): Uint8Array {
	const blur = (p.random(1)[0] ?? 0) & ~(blockSize - 1);
	const rest = (blockSize - ((n + minPadding) % blockSize)) % blockSize;
	return p.random(minPadding + rest + blur);
}

/** The middle of the SHA-256 of a part of the key and the whole plaintext with its padding. */
export function messageKeyOf(p: Primitives, key: SecretKey, x: number, plain: Uint8Array): Uint8Array {
	return p.sha256(concat(key.secret.subarray(88 + x, 120 + x), plain)).slice(8, 24);
}

function derive(p: Primitives, key: SecretKey, x: number, messageKey: Uint8Array) {
	const a = p.sha256(concat(messageKey, key.secret.subarray(x, x + 36)));
	const b = p.sha256(concat(key.secret.subarray(40 + x, 76 + x), messageKey));
	return {
		aes: concat(a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)),
		iv: concat(b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)),
	};
}

/** Names the key of a packet; 0 if the packet is too short to have one. */
export function packetKeyId(packet: Uint8Array): bigint {
	return packet.length < headSize ? 0n : readInt64(packet, 0);
}

/**
 * Decrypts a packet and returns its content. Throws `envelope`, always after the same work, and tells nothing of the
 * plaintext. The message key is compared before anything in the plaintext is believed.
 * Spec: https://core.telegram.org/api/end-to-end#decrypting-an-incoming-message
 */
export function open(p: Primitives, key: SecretKey, x: number, packet: Uint8Array): Uint8Array {
	checkPacket(key, packet);
	const messageKey = packet.subarray(8, headSize);
	const { aes, iv } = derive(p, key, x, messageKey);
	const plain = p.decryptIge(packet.subarray(headSize), aes, iv);
	if (!isEqual(messageKeyOf(p, key, x, plain), messageKey)) throw new SecretError('envelope', 'message key');
	return cutContent(plain, minPadding, maxPadding);
}

function cutContent(plain: Uint8Array, least: number, most: number): Uint8Array {
	const n = viewOf(plain).getUint32(0, true);
	const padding = plain.length - lengthSize - n;
	if (n % 4 !== 0 || padding < least || padding > most) {
		throw new SecretError('envelope', `content of ${n} bytes with ${padding} of padding`);
	}
	return plain.slice(lengthSize, lengthSize + n);
}

function checkPacket(key: SecretKey, packet: Uint8Array) {
	const n = packet.length - headSize;
	if (n < blockSize || n % blockSize !== 0 || n > maxContent + maxPadding) {
		throw new SecretError('envelope', `packet of ${packet.length} bytes`);
	}
	if (packetKeyId(packet) !== key.id) throw new SecretError('envelope', 'another key');
}

/**
 * Opens a packet of the first version, as partners of before layer 73 make them. Both directions use the same keys there.
 * Throws `envelope`. Nothing is sealed like this.
 * Spec: https://core.telegram.org/api/end-to-end#upgrading-to-mtproto-2-0-from-mtproto-1-0
 */
export function openV1(p: Primitives, key: SecretKey, packet: Uint8Array): Uint8Array {
	checkPacket(key, packet);
	const messageKey = packet.subarray(8, headSize);
	const { aes, iv } = deriveV1(p, key.secret, messageKey);
	const plain = p.decryptIge(packet.subarray(headSize), aes, iv);
	const content = cutContent(plain, 0, blockSize - 1);
	const sum = p.sha1(plain.subarray(0, lengthSize + content.length)); // padding is not part of it
	if (!isEqual(sum.subarray(4, 20), messageKey)) throw new SecretError('envelope', 'message key');
	return content;
}

/** Spec: https://core.telegram.org/mtproto/description_v1#defining-aes-key-and-initialization-vector */
function deriveV1(p: Primitives, secret: Uint8Array, messageKey: Uint8Array) {
	const a = p.sha1(concat(messageKey, secret.subarray(0, 32)));
	const b = p.sha1(concat(secret.subarray(32, 48), messageKey, secret.subarray(48, 64)));
	const c = p.sha1(concat(secret.subarray(64, 96), messageKey));
	const d = p.sha1(concat(messageKey, secret.subarray(96, 128)));
	return {
		aes: concat(a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)),
		iv: concat(a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)),
	};
}
