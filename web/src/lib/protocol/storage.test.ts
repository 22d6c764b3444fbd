import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AccountDatabase, eraseAccount, openAccountDatabase, type PeerRow } from './database.ts';
import { createInputs } from './inputs.ts';
import { Storage } from './storage.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

function row(id: number, more: Partial<PeerRow> = {}): PeerRow {
	return { id, accessHash: '12|0', isMin: false, usernames: [], updated: 0, complete: bytes(), ...more };
}

let db: AccountDatabase;
let storage: Storage;

beforeEach(async () => {
	indexedDB = new IDBFactory();
	db = await openAccountDatabase(1);
	storage = new Storage(db);
});

async function reopened(): Promise<Storage> {
	const again = new Storage(db);
	await again.load();
	return again;
}

describe('keys', () => {
	it('are there at once and after a restart', async () => {
		await storage.authKeys.set(2, bytes(1, 2));
		await storage.authKeys.setTemp(2, 0, bytes(3), 100);
		const again = await reopened();
		expect(await again.authKeys.get(2)).toEqual(bytes(1, 2));
		expect(await again.authKeys.getTemp(2, 0, 99)).toEqual(bytes(3));
		expect(await again.authKeys.getTemp(2, 0, 100)).toBeNull();
	});

	it('of one server go together', async () => {
		await storage.authKeys.set(2, bytes(1));
		await storage.authKeys.setTemp(2, 0, bytes(2), 100);
		await storage.authKeys.setTemp(3, 0, bytes(3), 100);
		await storage.authKeys.deleteByDc(2);
		expect(await storage.authKeys.get(2)).toBeNull();
		expect(await storage.authKeys.getTemp(2, 0, 1)).toBeNull();
		expect(await storage.authKeys.getTemp(3, 0, 1)).toEqual(bytes(3));
	});
});

describe('values', () => {
	it('are written only when the updates before them are worked off', async () => {
		let settle = () => {};
		storage.settled = () => new Promise((resolve) => (settle = resolve));
		storage.kv.set('pts', bytes(7));
		await storage.driver.save();
		expect(await storage.kv.get('pts')).toEqual(bytes(7));
		expect(await db.get('values', 'pts')).toBeUndefined();
		settle();
		await new Promise((resolve) => setTimeout(resolve, 10));
		expect(await db.get('values', 'pts')).toEqual(bytes(7));
	});
});

describe('peers', () => {
	it('are found by id, name and number, also after a restart', async () => {
		storage.peers.store(row(5, { usernames: ['ada'], phone: '47' }));
		await storage.driver.save();
		const again = await reopened();
		expect(again.peers.getById(5)?.id).toBe(5);
		expect(again.peers.getByUsername('ada')?.id).toBe(5);
		expect(again.peers.getByPhone('47')?.id).toBe(5);
	});

	it('known in full are not forgotten for a glimpse', () => {
		storage.peers.store(row(5));
		storage.peers.store(row(5, { isMin: true, accessHash: '13|0' }));
		expect(storage.peers.getById(5)?.accessHash).toBe('12|0');
	});

	it('that only a message showed are named by it', async () => {
		storage.peers.store(row(-1_000_000_000_007));
		await storage.refMessages.store(5, -1_000_000_000_007, 33);
		const inputs = createInputs(storage, () => 1);
		expect(inputs.user('u5')).toMatchObject({ _: 'inputUserFromMessage', msgId: 33, userId: 5 });
		expect(() => inputs.peer('u6')).toThrow('PEER_ID_INVALID');
		expect(inputs.peer('u1')).toEqual({ _: 'inputPeerSelf' });
		expect(inputs.peer('g8')).toEqual({ _: 'inputPeerChat', chatId: 8 });
		expect(inputs.channel('c7')).toMatchObject({ _: 'inputChannel', channelId: 7 });
	});
});

describe('eraseAccount', () => {
	it('deletes every database of that account and no other', async () => {
		const other = await openAccountDatabase(12);
		const open = (name: string) => new Promise((resolve) => (indexedDB.open(name).onsuccess = resolve));
		await open('hermod-2');
		await open('hermod-2-files');
		await open('hermod-2-cache');
		other.close();
		db.close();
		await eraseAccount(1);
		const names = (await indexedDB.databases()).map(({ name }) => name).sort();
		expect(names).toEqual(['hermod-12', 'hermod-2', 'hermod-2-cache', 'hermod-2-files']);
	});
});
