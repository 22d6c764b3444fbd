import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Batch, Store } from '../../secret/index.ts';
import { databaseName } from '../database.ts';

interface VaultSchema extends DBSchema {
	keys: { key: string; value: CryptoKey };
	/** Names are in the clear, contents are sealed: the nonce, then what AES-GCM made. */
	records: { key: string; value: Uint8Array };
	/** Files as the server had them, by chat and place in the history: sealed with keys that are in the records. */
	files: { key: [chat: number, order: number]; value: Blob };
}

type VaultDatabase = IDBPDatabase<VaultSchema>;
type Bytes = Uint8Array<ArrayBuffer>;

const nonceSize = 12;
const keyName = 'records';

/**
 * The store of the secret chats of an account. Each record is encrypted with a key that the browser keeps and does not hand
 * out, bound to its name: who copies the files of the browser has ciphertexts, and cannot put one in the place of another.
 * A batch is one transaction.
 */
export class Vault implements Store {
	readonly #db: VaultDatabase;
	readonly #key: CryptoKey;

	private constructor(db: VaultDatabase, key: CryptoKey) {
		this.#db = db;
		this.#key = key;
	}

	/** The name begins with that of the account's database, so that it is found when the account is left. */
	static async open(slot: number): Promise<Vault> {
		const db = await openDB<VaultSchema>(`${databaseName(slot)}-secret`, 1, {
			upgrade(created) {
				created.createObjectStore('keys');
				created.createObjectStore('records');
				created.createObjectStore('files');
			},
			blocking: (_, __, event) => (event.target as IDBDatabase).close(),
		});
		return new Vault(db, (await db.get('keys', keyName)) ?? (await makeKey(db)));
	}

	async get(name: string): Promise<Uint8Array | undefined> {
		const sealed = await this.#db.get('records', name);
		return sealed && this.#open(name, sealed as Bytes);
	}

	keys(prefix: string, start = prefix, limit?: number): Promise<string[]> {
		const from = start > prefix ? start : prefix;
		return this.#db.getAllKeys('records', IDBKeyRange.bound(from, `${prefix}\uffff`), limit);
	}

	/** A transaction ends by itself while something else is awaited, so everything is sealed before it begins. */
	async apply(batch: Batch): Promise<void> {
		const sealed = await Promise.all(
			[...batch].map(async ([name, plain]) => [name, plain && (await this.#seal(name, plain))] as const),
		);
		const change = this.#db.transaction('records', 'readwrite', { durability: 'strict' });
		for (const [name, value] of sealed) {
			if (value) void change.store.put(value, name);
			else void change.store.delete(name);
		}
		await change.done;
	}

	file(chat: number, order: number): Promise<Blob | undefined> {
		return this.#db.get('files', [chat, order]);
	}

	/** The server forgets a file once it was loaded, so that it is kept here. */
	async keepFile(chat: number, order: number, sealed: Blob) {
		await this.#db.put('files', sealed, [chat, order]);
	}

	/** Of messages that are gone; of all of a chat if none are named. */
	async dropFiles(chat: number, orders?: readonly number[]) {
		if (!orders) return this.#db.delete('files', IDBKeyRange.bound([chat], [chat, []]));
		await Promise.all(orders.map((order) => this.#db.delete('files', [chat, order])));
	}

	close() {
		this.#db.close();
	}

	async #seal(name: string, plain: Uint8Array): Promise<Uint8Array> {
		const nonce = crypto.getRandomValues(new Uint8Array(nonceSize));
		const sealed = await crypto.subtle.encrypt(algorithm(name, nonce), this.#key, plain as Bytes);
		const out = new Uint8Array(nonceSize + sealed.byteLength);
		out.set(nonce);
		out.set(new Uint8Array(sealed), nonceSize);
		return out;
	}

	async #open(name: string, sealed: Bytes): Promise<Uint8Array> {
		const nonce = sealed.subarray(0, nonceSize);
		return new Uint8Array(await crypto.subtle.decrypt(algorithm(name, nonce), this.#key, sealed.subarray(nonceSize)));
	}
}

function algorithm(name: string, nonce: Bytes): AesGcmParams {
	return { name: 'AES-GCM', iv: nonce, additionalData: new TextEncoder().encode(name) };
}

async function makeKey(db: VaultDatabase): Promise<CryptoKey> {
	const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
	await db.put('keys', key, keyName);
	return key;
}
