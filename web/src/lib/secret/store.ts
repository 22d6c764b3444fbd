/**
 * Keeps the state of one device: pairs of keys and values, ordered by key. Values hold secret keys and plain text, so
 * that who reads the store reads the chats. One `SecretClient` uses it.
 */
export interface Store {
	get(key: string): Promise<Uint8Array | undefined>;
	/** The keys that begin with `prefix` and are not before `start`, in order, at most `limit`. */
	keys(prefix: string, start?: string, limit?: number): Promise<string[]>;
	/** Makes all changes or none. Once it is over they outlive a crash. */
	apply(batch: Batch): Promise<void>;
}

/** What changes at once: the new values; undefined removes a key. */
export type Batch = ReadonlyMap<string, Uint8Array | undefined>;

/** A store that forgets everything when the program ends. */
export class MemoryStore implements Store {
	readonly #values = new Map<string, Uint8Array>();

	get(key: string): Promise<Uint8Array | undefined> {
		return Promise.resolve(this.#values.get(key)?.slice());
	}

	keys(prefix: string, start = prefix, limit = Infinity): Promise<string[]> {
		const isWanted = (key: string) => key.startsWith(prefix) && key >= start;
		return Promise.resolve([...this.#values.keys()].filter(isWanted).sort().slice(0, limit));
	}

	apply(batch: Batch): Promise<void> {
		for (const [key, value] of batch) {
			if (value) this.#values.set(key, value.slice());
			else this.#values.delete(key);
		}
		return Promise.resolve();
	}

	/** Everything that it holds, for tests that look for what should be gone. */
	dump(): ReadonlyMap<string, Uint8Array> {
		return this.#values;
	}
}
