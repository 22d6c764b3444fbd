import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { FileStats } from '../../api/media.ts';
import { databaseName } from '../database.ts';

interface Row {
	key: string;
	blob: Blob;
	size: number;
	used: number;
}

/** Sizes stand apart from the contents, so that what is to go can be chosen without reading them. */
interface FileSchema extends DBSchema {
	contents: { key: string; value: Blob };
	files: { key: string; value: Omit<Row, 'blob'>; indexes: { used: number } };
	settings: { key: string; value: number };
}

export const DEFAULT_LIMIT = 512 * 1024 * 1024;

/** Files that were loaded before. At most `limit` bytes; those not used for longest go first. */
export class FileCache {
	readonly #open: Promise<IDBPDatabase<FileSchema>>;
	#stats?: Promise<FileStats>;

	constructor(slot: number) {
		this.#open = openDB<FileSchema>(`${databaseName(slot)}-files`, 1, {
			upgrade(db) {
				db.createObjectStore('contents');
				db.createObjectStore('files', { keyPath: 'key' }).createIndex('used', 'used');
				db.createObjectStore('settings');
			},
			blocking: (_, __, event) => (event.target as IDBDatabase).close(),
		});
		this.#open.catch(() => undefined); // every use tells it
	}

	async get(key: string): Promise<Blob | undefined> {
		const db = await this.#open;
		const transaction = db.transaction(['contents', 'files'], 'readwrite');
		const [blob, row] = await Promise.all([
			transaction.objectStore('contents').get(key),
			transaction.objectStore('files').get(key),
		]);
		if (row) await transaction.objectStore('files').put({ ...row, used: Date.now() });
		await transaction.done;
		return blob;
	}

	async put(key: string, blob: Blob): Promise<void> {
		const stats = await this.stats();
		if (blob.size > stats.limit / 4) return;
		const db = await this.#open;
		const transaction = db.transaction(['contents', 'files'], 'readwrite');
		const known = await transaction.objectStore('files').get(key);
		await transaction.objectStore('contents').put(blob, key);
		await transaction.objectStore('files').put({ key, size: blob.size, used: Date.now() });
		await transaction.done;
		stats.bytes += blob.size - (known?.size ?? 0);
		stats.files += known ? 0 : 1;
		if (stats.bytes > stats.limit) await this.#shrink(stats);
	}

	/** Bytes and files kept, counted once and then carried on. */
	stats(): Promise<FileStats> {
		return (this.#stats ??= this.#count());
	}

	async setLimit(limit: number): Promise<void> {
		const stats = await this.stats();
		stats.limit = limit;
		await (await this.#open).put('settings', limit, 'limit');
		if (stats.bytes > limit) await this.#shrink(stats);
	}

	async clear(): Promise<void> {
		const transaction = (await this.#open).transaction(['contents', 'files'], 'readwrite');
		await Promise.all([transaction.objectStore('contents').clear(), transaction.objectStore('files').clear()]);
		await transaction.done;
		this.#stats = undefined;
	}

	async #count(): Promise<FileStats> {
		const db = await this.#open;
		const rows = await db.getAll('files');
		const limit = (await db.get('settings', 'limit')) ?? DEFAULT_LIMIT;
		return { bytes: rows.reduce((sum, row) => sum + row.size, 0), files: rows.length, limit };
	}

	/** Down to nine tenths, so that it is not done for every file. */
	async #shrink(stats: FileStats): Promise<void> {
		const transaction = (await this.#open).transaction(['contents', 'files'], 'readwrite');
		let cursor = await transaction.objectStore('files').index('used').openCursor();
		while (cursor && stats.bytes > stats.limit * 0.9) {
			stats.bytes -= cursor.value.size;
			stats.files--;
			await transaction.objectStore('contents').delete(cursor.value.key);
			await cursor.delete();
			cursor = await cursor.continue();
		}
		await transaction.done;
	}
}
