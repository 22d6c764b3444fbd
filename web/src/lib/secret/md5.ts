/** MD5, which browsers do not have. Only the fingerprint of a file's key and the check of an upload need it. */

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));

/** A sum over pieces that come one after the other. */
export class Md5 {
	readonly #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
	readonly #words = new Int32Array(16);
	readonly #block = new Uint8Array(64);
	#filled = 0;
	#total = 0;

	update(data: Uint8Array): this {
		this.#total += data.length;
		for (let at = 0; at < data.length;) {
			const piece = data.subarray(at, at + 64 - this.#filled);
			this.#block.set(piece, this.#filled);
			at += piece.length;
			this.#filled = (this.#filled + piece.length) % 64;
			if (this.#filled === 0) this.#mix();
		}
		return this;
	}

	/** The 16 bytes of the sum. Nothing can be added afterwards. */
	digest(): Uint8Array {
		const bits = this.#total * 8;
		const padding = new Uint8Array(((119 - this.#filled) % 64) + 9);
		padding[0] = 0x80;
		const length = new DataView(padding.buffer, padding.length - 8);
		length.setUint32(0, bits >>> 0, true);
		length.setUint32(4, Math.floor(bits / 2 ** 32), true);
		this.update(padding);
		const out = new Uint8Array(16);
		this.#state.forEach((word, i) => new DataView(out.buffer).setInt32(4 * i, word, true));
		return out;
	}

	/** RFC 1321, 3.4. */
	#mix() {
		const view = new DataView(this.#block.buffer);
		for (let i = 0; i < 16; i++) this.#words[i] = view.getInt32(4 * i, true);
		let [a = 0, b = 0, c = 0, d = 0] = this.#state;
		for (let i = 0; i < 64; i++) {
			const [f, word] = this.#round(i, b, c, d);
			const sum = (a + f + (sines[i] ?? 0) + (this.#words[word] ?? 0)) | 0;
			const shift = shifts[(i >> 4) * 4 + (i & 3)] ?? 0;
			[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
		}
		[a, b, c, d].forEach((word, i) => (this.#state[i] = ((this.#state[i] ?? 0) + word) | 0));
	}

	#round(i: number, b: number, c: number, d: number): [f: number, word: number] {
		if (i < 16) return [(b & c) | (~b & d), i];
		if (i < 32) return [(d & b) | (~d & c), (5 * i + 1) % 16];
		if (i < 48) return [b ^ c ^ d, (3 * i + 5) % 16];
		return [c ^ (b | ~d), (7 * i) % 16];
	}
}
