import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

/**
 * What WebCrypto does elsewhere, for pages over plain HTTP from another machine, to which browsers do not give it.
 * Loaded only there.
 */

const hashes = { sha256, sha512 };

export type HashName = keyof typeof hashes;

export function derive(password: Uint8Array, salt: Uint8Array, options: { c: number; dkLen: number; hash: HashName }) {
	return pbkdf2Async(hashes[options.hash], password, salt, options);
}

export function sign(data: Uint8Array, key: Uint8Array): Uint8Array {
	return hmac(sha256, key, data);
}
