import type { ITelegramStorageProvider } from '@mtcute/core';
import type { AccountDatabase, PeerRow, ReferenceRow } from './database.ts';

type Value = Uint8Array | undefined;

/**
 * The library's state in IndexedDB. Peers are held in memory as well: a request names its peers by access hashes, and
 * nobody wants to wait for a database before it can be written.
 *
 * The place in the update log is written only when the updates before it have been worked off, see `settled`: a page
 * that is closed in the middle gets them again.
 */
export class Storage implements ITelegramStorageProvider {
	readonly #db: AccountDatabase;
	readonly #peers = new Map<number, PeerRow>();
	readonly #references = new Map<number, ReferenceRow>();
	readonly #newPeers = new Set<number>();
	readonly #values = new Map<string, Value>();
	#flushing: Promise<void> | undefined;
	/** Resolves when all updates that were told so far have been worked off. */
	settled: () => Promise<void> = () => Promise.resolve();

	constructor(db: AccountDatabase) {
		this.#db = db;
	}

	/** Reads the peers. To be called before the client is made. */
	async load(): Promise<void> {
		const [peers, references] = await Promise.all([this.#db.getAll('peers'), this.#db.getAll('references')]);
		for (const row of peers) this.#peers.set(row.id, row);
		for (const row of references) this.#references.set(row.peer, row);
	}

	/** The row of a peer by its marked id. */
	peer(id: number): PeerRow | undefined {
		return this.#peers.get(id);
	}

	reference(id: number): ReferenceRow | undefined {
		return this.#references.get(id);
	}

	readonly driver = {
		load: () => {},
		destroy: () => this.#flushValues(),
		/** Peers at once. Values when the updates are worked off, and the caller does not wait for that. */
		save: async () => {
			this.#flushing ??= this.settled().then(() => this.#flushValues());
			await this.#flushPeers();
		},
	};

	readonly kv = {
		set: (key: string, value: Uint8Array) => void this.#values.set(key, value),
		get: async (key: string) => this.#values.get(key) ?? (await this.#db.get('values', key)) ?? null,
		delete: (key: string) => {
			this.#values.delete(key);
			return this.#db.delete('values', key);
		},
		deleteAll: () => {
			this.#values.clear();
			return this.#db.clear('values');
		},
	};

	readonly authKeys = {
		set: async (dc: number, key: Uint8Array | null) => {
			await (key ? this.#db.put('authKeys', key, dc) : this.#db.delete('authKeys', dc));
		},
		get: async (dc: number) => (await this.#db.get('authKeys', dc)) ?? null,
		setTemp: async (dc: number, index: number, key: Uint8Array | null, expires: number) => {
			const id: [number, number] = [dc, index];
			await (key ? this.#db.put('temporaryKeys', { key, expires }, id) : this.#db.delete('temporaryKeys', id));
		},
		getTemp: async (dc: number, index: number, now: number) => {
			const row = await this.#db.get('temporaryKeys', [dc, index]);
			return row && row.expires > now ? row.key : null;
		},
		deleteByDc: async (dc: number) => {
			await this.#db.delete('authKeys', dc);
			await this.#db.delete('temporaryKeys', IDBKeyRange.bound([dc], [dc, []]));
		},
		deleteAll: async () => {
			await Promise.all([this.#db.clear('authKeys'), this.#db.clear('temporaryKeys')]);
		},
	};

	readonly peers = {
		store: (row: PeerRow) => {
			const known = this.#peers.get(row.id);
			// What is known of a person in full is not to be forgotten for a glimpse of them.
			if (row.isMin && known && !known.isMin) return;
			this.#peers.set(row.id, row);
			this.#newPeers.add(row.id);
		},
		getById: (id: number) => this.#peers.get(id) ?? null,
		getByUsername: (name: string) => this.#find((row) => row.usernames.includes(name)),
		getByPhone: (phone: string) => this.#find((row) => row.phone === phone),
		deleteAll: () => {
			this.#peers.clear();
			this.#newPeers.clear();
			return this.#db.clear('peers');
		},
	};

	readonly refMessages = {
		store: async (peer: number, chat: number, message: number) => {
			const row = { peer, chat, message };
			this.#references.set(peer, row);
			await this.#db.put('references', row);
		},
		getByPeer: (peer: number): [number, number] | null => {
			const row = this.#references.get(peer);
			return row ? [row.chat, row.message] : null;
		},
		delete: async (chat: number, messages: number[]) => {
			const gone = [...this.#references.values()].filter((r) => r.chat === chat && messages.includes(r.message));
			for (const row of gone) await this.#forget(row);
		},
		deleteByPeer: async (peer: number) => {
			const row = this.#references.get(peer);
			if (row) await this.#forget(row);
		},
		deleteAll: () => {
			this.#references.clear();
			return this.#db.clear('references');
		},
	};

	#find(isWanted: (row: PeerRow) => boolean): PeerRow | null {
		for (const row of this.#peers.values()) if (!row.isMin && isWanted(row)) return row;
		return null;
	}

	async #forget(row: ReferenceRow) {
		this.#references.delete(row.peer);
		await this.#db.delete('references', [row.peer, row.chat]);
	}

	async #flushPeers() {
		if (this.#newPeers.size === 0) return;
		const tx = this.#db.transaction('peers', 'readwrite');
		for (const id of this.#newPeers) void tx.store.put(this.#peers.get(id)!);
		this.#newPeers.clear();
		await tx.done;
	}

	async #flushValues() {
		this.#flushing = undefined;
		if (this.#values.size === 0) return;
		const values = [...this.#values];
		const tx = this.#db.transaction('values', 'readwrite');
		for (const [key, value] of values) if (value) void tx.store.put(value, key);
		await tx.done;
		for (const [key, value] of values) if (this.#values.get(key) === value) this.#values.delete(key);
	}
}
