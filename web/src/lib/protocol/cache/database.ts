import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Dialog, Message, Peer, PeerKey } from '../../api/types.ts';
import { databaseName } from '../database.ts';
import type { Span } from './spans.ts';

export interface MessageRow {
	peer: PeerKey;
	id: number;
	/** Its id where the numbering is common to all private chats and groups: some updates name only that. */
	common?: number;
	message: Message;
}

export interface CacheSchema extends DBSchema {
	peers: { key: PeerKey; value: Peer };
	dialogs: { key: PeerKey; value: Dialog };
	messages: { key: [PeerKey, number]; value: MessageRow; indexes: { common: number } };
	spans: { key: PeerKey; value: Span[] };
	values: { key: string; value: unknown };
}

export type CacheDatabase = IDBPDatabase<CacheSchema>;

/** To be raised with every change of the plain objects in api/types.ts: the cache begins anew. */
const version = 1;

export function openCacheDatabase(slot: number): Promise<CacheDatabase> {
	return openDB<CacheSchema>(`${databaseName(slot)}-cache`, version, {
		upgrade(db) {
			for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name);
			db.createObjectStore('peers', { keyPath: 'key' });
			db.createObjectStore('dialogs', { keyPath: 'peer' });
			const messages = db.createObjectStore('messages', { keyPath: ['peer', 'id'] });
			messages.createIndex('common', 'common');
			db.createObjectStore('spans');
			db.createObjectStore('values');
		},
		blocking: (_, __, event) => (event.target as IDBDatabase).close(),
	});
}
