import { ige256Decrypt, ige256Encrypt, sha1, sha256 } from '@mtcute/wasm';
import type { Primitives } from '../../secret/index.ts';

/** What the secret layer computes with: the WebAssembly that the connection uses too, and has loaded before. */
export const primitives: Primitives = {
	sha1: (data) => sha1(data),
	sha256: (data) => sha256(data),
	encryptIge: (data, key, iv) => ige256Encrypt(data, key, iv),
	decryptIge: (data, key, iv) => ige256Decrypt(data, key, iv),
	random: (size) => crypto.getRandomValues(new Uint8Array(size)),
};
