import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Job } from './job.ts';

/** A peer as mtcute's storage keeps it. `id` is marked: users over 0, groups under 0, channels under -10^12. */
export interface PeerRow {
	id: number;
	accessHash: string;
	isMin: boolean;
	usernames: string[];
	updated: number;
	phone?: string;
	complete: Uint8Array;
}

/** A message by which a peer can be named whose access hash is not known. */
export interface ReferenceRow {
	peer: number;
	chat: number;
	message: number;
}

/** What must not get lost: keys, the place in the update log, access hashes, messages that are not sent yet. */
export interface AccountSchema extends DBSchema {
	values: { key: string; value: Uint8Array };
	authKeys: { key: number; value: Uint8Array };
	temporaryKeys: { key: [dc: number, index: number]; value: { key: Uint8Array; expires: number } };
	peers: { key: number; value: PeerRow };
	references: { key: [peer: number, chat: number]; value: ReferenceRow; indexes: { byChat: [number, number] } };
	outbox: { key: string; value: Job };
}

export type AccountDatabase = IDBPDatabase<AccountSchema>;

const version = 1;

/** Every database of an account begins with this name, so that all of them can be found when it is left. */
export function databaseName(slot: number): string {
	return `hermod-${slot}`;
}

export function openAccountDatabase(slot: number): Promise<AccountDatabase> {
	return openDB<AccountSchema>(databaseName(slot), version, {
		upgrade(db) {
			db.createObjectStore('values');
			db.createObjectStore('authKeys');
			db.createObjectStore('temporaryKeys');
			db.createObjectStore('peers', { keyPath: 'id' });
			const references = db.createObjectStore('references', { keyPath: ['peer', 'chat'] });
			references.createIndex('byChat', ['chat', 'message']);
			db.createObjectStore('outbox', { keyPath: 'key' });
		},
		// Another tab wants a newer form or the deletion: it does not have to wait for this one.
		blocking: (_, __, event) => (event.target as IDBDatabase).close(),
	});
}

/** A database that something still holds open is deleted when the worker ends. Milliseconds. */
const longestErase = 3_000;

/** Deletes everything that this browser keeps of an account. */
export async function eraseAccount(slot: number): Promise<void> {
	const own = databaseName(slot);
	const names = (await indexedDB.databases()).map((database) => database.name ?? '');
	const ours = names.filter((name) => name === own || name.startsWith(`${own}-`));
	const late = new Promise((resolve) => setTimeout(resolve, longestErase));
	await Promise.race([Promise.all(ours.map(eraseDatabase)), late]);
}

function eraseDatabase(name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.deleteDatabase(name);
		request.onsuccess = () => resolve();
		request.onerror = () => reject(request.error ?? new Error(`cannot delete ${name}`));
	});
}
