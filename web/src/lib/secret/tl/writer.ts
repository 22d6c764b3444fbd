import { concat, viewOf } from '../bytes.ts';

const text = new TextEncoder();

/** Writes the wire format. */
export class Writer {
	readonly #parts: Uint8Array[] = [];

	int(n: number) {
		const b = new Uint8Array(4);
		viewOf(b).setInt32(0, n, true);
		this.#parts.push(b);
	}

	long(n: bigint) {
		const b = new Uint8Array(8);
		viewOf(b).setBigInt64(0, n, true);
		this.#parts.push(b);
	}

	double(n: number) {
		const b = new Uint8Array(8);
		viewOf(b).setFloat64(0, n, true);
		this.#parts.push(b);
	}

	bytes(value: Uint8Array) {
		const n = value.length;
		const head = n < 254 ? Uint8Array.of(n) : Uint8Array.of(254, n, n >> 8, n >> 16);
		this.#parts.push(head, value, new Uint8Array(-(head.length + n) & 3));
	}

	string(value: string) {
		this.bytes(text.encode(value));
	}

	end(): Uint8Array {
		return concat(...this.#parts);
	}
}
