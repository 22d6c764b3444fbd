import { viewOf } from '../bytes.ts';
import { SecretError } from '../errors.ts';

const text = new TextDecoder();

/**
 * Reads the wire format from bytes that nobody vouches for. Throws `frame` when they end too early, and allocates nothing
 * from a number before it was compared with the bytes that are really there. Arrays of bytes alias the input.
 */
export class Reader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = viewOf(bytes);
	}

	get left(): number {
		return this.#bytes.length - this.#at;
	}

	#skip(n: number): number {
		if (n > this.left) throw new SecretError('frame', `${this.left} bytes where ${n} are needed`);
		const at = this.#at;
		this.#at += n;
		return at;
	}

	int(): number {
		return this.#view.getInt32(this.#skip(4), true);
	}

	id(): number {
		return this.#view.getUint32(this.#skip(4), true);
	}

	long(): bigint {
		return this.#view.getBigInt64(this.#skip(8), true);
	}

	double(): number {
		return this.#view.getFloat64(this.#skip(8), true);
	}

	bytes(): Uint8Array {
		const first = this.#view.getUint8(this.#skip(1));
		if (first < 254) return this.#padded(first, 1);
		if (first === 255) throw new SecretError('frame', 'length of a string');
		const head = this.#skip(3);
		const n = this.#view.getUint16(head, true) | (this.#view.getUint8(head + 2) << 16);
		return this.#padded(n, 4);
	}

	#padded(n: number, head: number): Uint8Array {
		const at = this.#skip(n);
		this.#skip(-(head + n) & 3);
		return this.#bytes.subarray(at, at + n);
	}

	string(): string {
		return text.decode(this.bytes());
	}

	/** Reads the length of a vector, whose items have `minSize` bytes or more each. */
	count(minSize: number): number {
		const n = this.int();
		if (n < 0 || n * minSize > this.left) throw new SecretError('frame', `vector of ${n}`);
		return n;
	}
}
