import { concat, viewOf } from './bytes.ts';
import { blockSize } from './envelope.ts';
import { SecretError } from './errors.ts';
import { Md5 } from './md5.ts';
import type { Primitives } from './primitives.ts';
import type { File, FilePlace } from './types.ts';

/** How much of a file is in memory at a time: a part of an upload or an answer to a download. Whole blocks. */
export const fileChunk = 128 << 10;

/** Something whose bytes can be read from any place, as those of a Blob. */
export interface Source {
	size: number;
	read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * The fingerprint of a file's key, which the server passes on with the file.
 * Spec: https://core.telegram.org/api/end-to-end#sending-encrypted-files
 */
export function fileFingerprint(key: Uint8Array, iv: Uint8Array): number {
	const view = viewOf(new Md5().update(key).update(iv).digest());
	return view.getInt32(0, true) ^ view.getInt32(4, true);
}

/** Draws the key of a file. It has nothing to do with the key of the chat. */
export function newFileKey(p: Primitives, size: number): File {
	return { size, key: p.random(32), iv: p.random(32) };
}

/** The size of a file of n bytes once it is encrypted. */
export function sealedSize(n: number): number {
	return Math.ceil(n / blockSize) * blockSize;
}

/** AES-256-IGE over a stream of whole blocks: remembers the last ones for the next call. */
export class IgeStream {
	readonly #p: Primitives;
	readonly #key: Uint8Array;
	#iv: Uint8Array;

	constructor(p: Primitives, f: File) {
		if (f.key.length !== 32 || f.iv.length !== 32) throw new SecretError('file', 'no key');
		this.#p = p;
		this.#key = f.key;
		this.#iv = f.iv;
	}

	encrypt(plain: Uint8Array): Uint8Array {
		const sealed = this.#p.encryptIge(plain, this.#key, this.#iv);
		this.#iv = concat(sealed.subarray(-blockSize), plain.subarray(-blockSize));
		return sealed;
	}

	decrypt(sealed: Uint8Array): Uint8Array {
		const plain = this.#p.decryptIge(sealed, this.#key, this.#iv);
		this.#iv = concat(sealed.subarray(-blockSize), plain.subarray(-blockSize));
		return plain;
	}
}

/** Encrypts a source in chunks and fills the last block with random bytes. Throws `file` if the source is too short. */
export async function* sealFile(p: Primitives, f: File, source: Source): AsyncGenerator<Uint8Array> {
	const stream = new IgeStream(p, f);
	for (let at = 0; at < f.size; at += fileChunk) {
		const n = Math.min(fileChunk, f.size - at);
		const plain = await source.read(at, n);
		if (plain.length !== n) throw new SecretError('file', `${plain.length} bytes at ${at}, not ${n}`);
		yield stream.encrypt(concat(plain, p.random(sealedSize(n) - n)));
	}
}

/** Returns up to `limit` bytes of an encrypted file from an offset on. */
export type ReadSealed = (offset: number, limit: number) => Promise<Uint8Array>;

/** Decrypts a file chunk by chunk and leaves out the padding. Throws `file` if it ends too early. */
export async function* openFile(p: Primitives, f: File, download: ReadSealed): AsyncGenerator<Uint8Array> {
	const stream = new IgeStream(p, f);
	for (let at = 0; at < f.size; at += fileChunk) {
		const n = Math.min(fileChunk, f.size - at);
		const sealed = await download(at, fileChunk);
		if (sealed.length < sealedSize(n)) throw new SecretError('file', `${sealed.length} bytes at ${at}, not ${n}`);
		yield stream.decrypt(sealed.subarray(0, sealedSize(n))).subarray(0, n);
	}
}

/** Throws `file` unless what the server has can be what the message tells of. */
export function checkPlace(f: File): FilePlace {
	if (!f.place) throw new SecretError('file', 'the server has no file');
	if (f.key.length !== 32 || f.iv.length !== 32) throw new SecretError('file', 'no key');
	if (f.place.fingerprint !== fileFingerprint(f.key, f.iv)) throw new SecretError('file', 'fingerprint of the key');
	if (f.size <= 0 || sealedSize(f.size) > f.place.size) {
		throw new SecretError('file', `${f.size} bytes in a file of ${f.place.size}`);
	}
	return f.place;
}
