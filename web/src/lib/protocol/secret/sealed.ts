import type { ReadSealed } from '../../secret/index.ts';

/** Reads an encrypted file from what was kept of it, or from the server; then it gathers what came, to be kept. */
export class SealedReader {
	readonly #kept: Blob | undefined;
	readonly #load: ReadSealed;
	readonly #parts: BlobPart[] = [];

	constructor(kept: Blob | undefined, load: ReadSealed) {
		this.#kept = kept;
		this.#load = load;
	}

	readonly read: ReadSealed = async (offset, limit) => {
		if (this.#kept) return new Uint8Array(await this.#kept.slice(offset, offset + limit).arrayBuffer());
		const part = await this.#load(offset, limit);
		this.#parts.push(part as Uint8Array<ArrayBuffer>);
		return part;
	};

	/** What the server gave, from the beginning to where reading ended. */
	sealed(): Blob {
		return new Blob(this.#parts);
	}
}
