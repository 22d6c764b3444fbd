/** Joins pieces into one array. */
export function concat(...parts: Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** Compares in a time that depends on the lengths only. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	let difference = 0;
	for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
	return difference === 0;
}

/** A view over the bytes, for reading and writing numbers in place. */
export function viewOf(b: Uint8Array): DataView {
	return new DataView(b.buffer, b.byteOffset, b.byteLength);
}

/** Reads a signed little-endian number of 64 bits. */
export function readInt64(b: Uint8Array, at: number): bigint {
	return viewOf(b).getBigInt64(at, true);
}

export function toHex(b: Uint8Array): string {
	return Array.from(b, (v) => v.toString(16).padStart(2, '0')).join('');
}

/** Reads pairs of digits; what is none ends up as 0. */
export function fromHex(text: string): Uint8Array {
	const out = new Uint8Array(text.length >> 1);
	for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return out;
}

/** Reads a big-endian number. */
export function toBigInt(b: Uint8Array): bigint {
	return b.length === 0 ? 0n : BigInt('0x' + toHex(b));
}

/** Writes a big-endian number with zeros in front. The number must fit. */
export function fromBigInt(n: bigint, size: number): Uint8Array {
	return fromHex(n.toString(16).padStart(2 * size, '0'));
}
