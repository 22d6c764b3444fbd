import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Primitives } from '../primitives.ts';

const block = 16;

/** AES-256 in IGE mode, made of single blocks: the browser's comes from WebAssembly. */
function ige(data: Uint8Array, key: Uint8Array, iv: Uint8Array, isEncrypting: boolean): Uint8Array {
	const make = isEncrypting ? createCipheriv : createDecipheriv;
	const cipher = make('aes-256-ecb', key, null).setAutoPadding(false);
	const out = new Uint8Array(data.length);
	const [first, second] = [iv.subarray(0, block), iv.subarray(block)];
	let [before, after] = isEncrypting ? [first, second] : [second, first];
	for (let at = 0; at < data.length; at += block) {
		const given = data.subarray(at, at + block);
		const made = out.subarray(at, at + block);
		xor(made, given, before);
		xor(made, cipher.update(made), after);
		before = made;
		after = given;
	}
	return out;
}

function xor(out: Uint8Array, a: Uint8Array, b: Uint8Array) {
	for (let i = 0; i < block; i++) out[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
}

function hash(name: string, data: Uint8Array): Uint8Array {
	return new Uint8Array(createHash(name).update(data).digest());
}

/** What the layer computes with in tests. */
export const primitives: Primitives = {
	sha1: (data) => hash('sha1', data),
	sha256: (data) => hash('sha256', data),
	encryptIge: (data, key, iv) => ige(data, key, iv, true),
	decryptIge: (data, key, iv) => ige(data, key, iv, false),
	random: (size) => new Uint8Array(randomBytes(size)),
};
