import { SecretError } from './errors.ts';

const text = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** Turns a record into bytes: JSON, in which big numbers and bytes have forms of their own. */
export function encodeRecord(record: unknown): Uint8Array {
	return text.encoder.encode(JSON.stringify(record, replace));
}

/** Reads what `encodeRecord` made. Throws `store`. The caller knows what it wrote. */
export function decodeRecord<T>(bytes: Uint8Array): T {
	try {
		return JSON.parse(text.decoder.decode(bytes), revive) as T;
	} catch (cause) {
		throw new SecretError('store', 'damaged record', { cause });
	}
}

function replace(_: string, value: unknown): unknown {
	if (typeof value === 'bigint') return { $n: value.toString() };
	if (value instanceof Uint8Array) return { $b: toBase64(value) };
	return value;
}

function revive(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if ('$n' in value && typeof value.$n === 'string') return BigInt(value.$n);
	if ('$b' in value && typeof value.$b === 'string') return fromBase64(value.$b);
	return value;
}

function toBase64(b: Uint8Array): string {
	let out = '';
	for (const byte of b) out += String.fromCharCode(byte);
	return btoa(out);
}

function fromBase64(s: string): Uint8Array {
	return Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
}
