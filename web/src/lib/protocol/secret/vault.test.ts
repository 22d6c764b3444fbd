import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { Vault } from './vault.ts';

const text = new TextEncoder();
let slot = 100;

/** What lies in the database, as whoever copies its files finds it. */
async function raw(of: number): Promise<Map<IDBValidKey, Uint8Array>> {
	const db = await opened(indexedDB.open(`hermod-${of}-secret`));
	const store = db.transaction('records').objectStore('records');
	const [names, values] = [await opened(store.getAllKeys()), await opened<Uint8Array[]>(store.getAll())];
	db.close();
	return new Map(names.map((name, i) => [name, values[i] ?? new Uint8Array()]));
}

function opened<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
	});
}

describe('Vault', () => {
	it('gives back what it took, also after a restart, and holds it sealed', async () => {
		const own = slot++;
		const vault = await Vault.open(own);
		await vault.apply(new Map([['message/1/2', text.encode('MARKER')]]));
		vault.close();
		const again = await Vault.open(own);
		expect(new TextDecoder().decode(await again.get('message/1/2'))).toBe('MARKER');
		for (const value of (await raw(own)).values())
			expect(Buffer.from(value).toString('latin1')).not.toContain('MARKER');
		again.close();
	});

	it('has a key that nobody can take out', async () => {
		const own = slot++;
		(await Vault.open(own)).close();
		const db = await opened(indexedDB.open(`hermod-${own}-secret`));
		const key = await opened<CryptoKey>(db.transaction('keys').objectStore('keys').get('records'));
		expect(key.extractable).toBe(false);
		await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
		db.close();
	});

	it('lists the keys below a prefix in order', async () => {
		const vault = await Vault.open(slot++);
		await vault.apply(new Map(['a/2', 'b/1', 'a/1', 'a/3', 'a'].map((name) => [name, text.encode(name)])));
		expect(await vault.keys('a/')).toEqual(['a/1', 'a/2', 'a/3']);
		expect(await vault.keys('a/', 'a/2')).toEqual(['a/2', 'a/3']);
		expect(await vault.keys('a/', 'a/', 1)).toEqual(['a/1']);
		await vault.apply(new Map([['a/2', undefined]]));
		expect(await vault.keys('a/')).toEqual(['a/1', 'a/3']);
		vault.close();
	});

	it('does not open a record that was put in the place of another', async () => {
		const own = slot++;
		const vault = await Vault.open(own);
		await vault.apply(new Map([['a', text.encode('x')]]));
		const value = (await raw(own)).get('a');
		const db = await opened(indexedDB.open(`hermod-${own}-secret`));
		await opened(db.transaction('records', 'readwrite').objectStore('records').put(value, 'b'));
		db.close();
		await expect(vault.get('b')).rejects.toThrow();
		vault.close();
	});

	it('forgets the files of messages, and of chats', async () => {
		const vault = await Vault.open(slot++);
		for (const [chat, order] of [
			[1, 1],
			[1, 2],
			[2, 1],
		] as const) {
			await vault.keepFile(chat, order, new Blob(['x']));
		}
		await vault.dropFiles(1, [1]);
		expect([await vault.file(1, 1), await vault.file(1, 2)]).toEqual([undefined, expect.anything()]);
		await vault.dropFiles(1);
		expect([await vault.file(1, 2), await vault.file(2, 1)]).toEqual([undefined, expect.anything()]);
		vault.close();
	});
});
