import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { concat } from '../bytes.ts';
import type { Primitives } from '../primitives.ts';

const block = 16;

/** AES-256 in IGE mode, made of single blocks: the browser's comes from WebAssembly. */
function ige(data: Uint8Array, key: Uint8Array, iv: Uint8Array, isEncrypting: boolean): Uint8Array {
	const make = isEncrypting ? createCipheriv : createDecipheriv;
	const cipher = make('aes-256-ecb', key, null).setAutoPadding(false);
	let before = iv.subarray(0, block); // of what comes out of the cipher when encrypting
	let after = iv.subarray(block);
	if (!isEncrypting) [before, after] = [after, before];
	const out: Uint8Array[] = [];
	for (let at = 0; at < data.length; at += block) {
		const given = data.subarray(at, at + block);
		const made = xor(cipher.update(xor(given, before)), after);
		out.push(made);
		before = made;
		after = given;
	}
	return concat(...out);
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
	return Uint8Array.from(a, (v, i) => v ^ (b[i] ?? 0));
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
