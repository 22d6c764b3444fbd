import type { StoreNames, StoreValue } from 'idb';
import type { CacheDatabase, CacheSchema } from './database.ts';

type Store = StoreNames<CacheSchema>;
export type Key = string | [string, number];
type Write = { store: Store; key: Key; value?: StoreValue<CacheSchema, Store> };

/** A store of any name: which value belongs to which was checked where it was given. */
interface AnyStore {
	keyPath: unknown;
	put(value: unknown, key?: Key): Promise<unknown>;
	delete(key: Key): Promise<void>;
}

/** How long writes are gathered, in milliseconds: a difference of a thousand updates is one transaction. */
const gatherFor = 100;

/** Gathers writes to the cache and does them in one transaction. Of several to one key the last is done. */
export class WriteBehind {
	readonly #db: CacheDatabase;
	#pending = new Map<string, Write>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#writing: Promise<void> = Promise.resolve();

	constructor(db: CacheDatabase) {
		this.#db = db;
	}

	put(store: Store, key: Key, value: unknown) {
		this.#add({ store, key, value: value as StoreValue<CacheSchema, Store> });
	}

	delete(store: Store, key: Key) {
		this.#add({ store, key });
	}

	/**
	 * Resolves when everything given so far is written, or at least what is meant. A failure loses the writes: it is
	 * only a cache.
	 */
	flush(isMeant: (key: Key) => boolean = () => true): Promise<void> {
		if (![...this.#pending.values()].some(({ key }) => isMeant(key))) return this.#writing;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const writes = [...this.#pending.values()];
		this.#pending = new Map();
		this.#writing = this.#writing.then(() => this.#write(writes)).catch((error) => console.warn('cache', error));
		return this.#writing;
	}

	#add(write: Write) {
		this.#pending.set(`${write.store} ${String(write.key)}`, write);
		this.#timer ??= setTimeout(() => void this.flush(), gatherFor);
	}

	async #write(writes: Write[]) {
		const tx = this.#db.transaction([...new Set(writes.map((write) => write.store))], 'readwrite');
		for (const { store, key, value } of writes)
			void this.#one(tx.objectStore(store) as unknown as AnyStore, key, value);
		await tx.done;
	}

	#one(store: AnyStore, key: Key, value: unknown) {
		if (value === undefined) return store.delete(key);
		return store.keyPath === null ? store.put(value, key) : store.put(value);
	}
}
