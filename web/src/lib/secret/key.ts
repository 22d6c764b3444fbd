import { concat, readInt64, toHex } from './bytes.ts';
import { emojis } from './emoji.ts';
import type { Primitives } from './primitives.ts';

/** A key of the chat with what is counted of its use. */
export interface SecretKey {
	secret: Uint8Array;
	id: bigint;
	/** Messages that were sealed or opened with it. */
	used: number;
	/** When it came into use, in unix seconds. */
	since: number;
}

export function newSecretKey(primitives: Primitives, secret: Uint8Array, now: number): SecretKey {
	return { secret, id: keyId(primitives, secret), used: 0, since: now };
}

/**
 * Names a key in packets and is compared when it is agreed on: the last 64 bits of its SHA-1. It finds bugs; people
 * compare the fingerprint instead. Spec: https://core.telegram.org/api/end-to-end#accepting-a-request
 */
export function keyId(primitives: Primitives, key: Uint8Array): bigint {
	return readInt64(primitives.sha1(key), 12);
}

/**
 * What the two people compare to know that nobody stands between them: the first 16 bytes of the SHA-1 of the first key
 * of the chat and the first 20 of its SHA-256. Later keys are agreed on under the protection of the one before.
 * Spec: https://core.telegram.org/api/end-to-end/pfs#key-visualization
 */
export function newFingerprint(primitives: Primitives, key: Uint8Array): Uint8Array {
	return concat(primitives.sha1(key).subarray(0, 16), primitives.sha256(key).subarray(0, 20));
}

/** The colours of the picture. */
export const palette = ['#ffffff', '#d5e6f3', '#2d5775', '#2f99c9'] as const;

/** The number of squares in a row of the picture. */
export const pictureSide = 12;

/**
 * The picture of a fingerprint: 12 by 12 squares as indexes into the palette, two bits a square, the low bits of a byte
 * first, from left to right and from top to bottom.
 */
export function squaresOf(fingerprint: Uint8Array): number[] {
	return Array.from({ length: pictureSide * pictureSide }, (_, i) => ((fingerprint[i >> 2] ?? 0) >> ((i & 3) * 2)) & 3);
}

/** How many bytes are written out: 256 bits, so that nobody can search for two keys that look the same. */
const shown = 32;

/** The fingerprint in hexadecimal, eight pairs a line. */
export function textOf(fingerprint: Uint8Array): string[] {
	return linesOf(fingerprint).map((line) => Array.from(line, (b) => toHex(Uint8Array.of(b))).join(' '));
}

/** The fingerprint as rows of eight emoji, which are easier to read out. */
export function emojiOf(fingerprint: Uint8Array): string[][] {
	return linesOf(fingerprint).map((line) => Array.from(line, (b) => emojis[b] ?? ''));
}

function linesOf(fingerprint: Uint8Array): Uint8Array[] {
	const lines = [];
	for (let at = 0; at < shown; at += 8) lines.push(fingerprint.subarray(at, at + 8));
	return lines;
}
