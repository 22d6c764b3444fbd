import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventName, Events } from '../../api/events.ts';
import type { SecretInfo } from '../../api/secret.ts';
import type { Message, PeerKey } from '../../api/types.ts';
import { auth } from '../calls/auth.ts';
import { messages } from '../calls/messages.ts';
import { secret } from '../calls/secret.ts';
import { Account } from '../account.ts';
import { WebCrypto } from '../crypto.ts';

// The web client's half of the test `TestWeb` of test/secret, which runs a server and a partner with the Go package `secret`
// and then this. The partner does what the first word of a text tells it, and says everything else back.

const server = process.env['HERMOD_PARTNER'];
const phone = '9996625011';
const partnerPhone = '9996625012';
const patience = 50_000;

type Told = { [N in EventName]: { name: N; data: Events[N] } }[EventName];

/** The worker of an account, without its browser. */
class Client {
	account!: Account;
	readonly told: Told[] = [];

	async open() {
		const require = createRequire(import.meta.url);
		const wasm = readFileSync(require.resolve('@mtcute/wasm/mtcute.wasm'));
		const options = {
			slot: 7,
			origin: `http://${server}`,
			config: {
				name: 'test',
				version: '0',
				dc: 2,
				test: false,
				key: readFileSync(process.env['HERMOD_PARTNER_KEY'] ?? '', 'utf8'),
				fingerprint: '',
				vapid: '',
				codes: 'log',
				connect: '/connect',
			} as const,
			device: { model: 'test', system: 'test', language: 'en' },
			crypto: new WebCrypto(async () => (await WebAssembly.instantiate(wasm)).instance),
			secrets: { askAgain: 2000 },
			emit: <N extends EventName>(name: N, data: Events[N]) => void this.told.push({ name, data } as Told),
		};
		this.account = await Account.open(options);
	}

	async signUp() {
		const entry = await auth.sendCode(this.account, phone);
		if (!('sent' in entry)) throw new Error(JSON.stringify(entry));
		const next = await auth.signIn(this.account, phone, entry.sent, '22222');
		if ('isNew' in next || !('self' in next)) {
			await auth.signUp(this.account, phone, entry.sent.hash, { first: 'Web', last: '' });
		}
	}

	/** Makes the partner known. */
	async meet(): Promise<PeerKey> {
		const contact = {
			_: 'inputPhoneContact',
			clientId: (await import('@mtcute/core')).Long.ONE,
			phone: partnerPhone,
			firstName: 'Partner',
			lastName: '',
		} as const;
		const answer = await this.account.call({ _: 'contacts.importContacts', contacts: [contact] });
		this.account.take({ users: answer.users, chats: [] });
		return `u${answer.users[0]?.id ?? 0}`;
	}

	/** Waits for something that was told from a place in the list on. */
	async until<T>(find: (told: Told[]) => T | undefined, from = 0): Promise<T> {
		for (const end = Date.now() + patience; Date.now() < end;) {
			const found = find(this.told.slice(from));
			if (found !== undefined) return found;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		throw new Error('it did not happen');
	}

	/** The next message that came in since a place in the list. */
	answer(from: number, isIt: (m: Message) => boolean = () => true): Promise<Message> {
		return this.until(
			(told) =>
				told
					.map((event) => (event.name === 'message' && event.data.isNew ? event.data.message : undefined))
					.find((m) => m !== undefined && !m.isOut && m.content.kind !== 'service' && isIt(m)),
			from,
		);
	}

	async say(peer: PeerKey, text: string): Promise<Message> {
		const [message] = await messages.send(this.account, { peer, text: { text, entities: [] } });
		if (!message) throw new Error('nothing was sent');
		return message;
	}

	/** Says something and returns the text of the answer. */
	async ask(peer: PeerKey, text: string): Promise<string> {
		const from = this.told.length;
		await this.say(peer, text);
		return (await this.answer(from)).text.text;
	}

	async history(peer: PeerKey): Promise<Message[]> {
		return (await messages.history(this.account, { peer, limit: 1000 })).messages;
	}
}

async function sumOf(blob: Blob): Promise<string> {
	const sum = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
	return Buffer.from(sum).toString('hex');
}

function isDone(told: Told[], peer: PeerKey, state: SecretInfo['state']): true | undefined {
	return told.some((e) => e.name === 'secret' && e.data.peer === peer && e.data.state === state) || undefined;
}

describe.skipIf(!server)('with the Go package', { timeout: 2 * patience }, () => {
	const client = new Client();
	let peer: PeerKey;

	beforeAll(async () => {
		Object.assign(globalThis, {
			navigator: { onLine: true },
			CloseEvent: class extends Event {},
			addEventListener: () => undefined,
			removeEventListener: () => undefined,
		});
		await client.open();
		await client.signUp();
		peer = await secret.request(client.account, await client.meet());
		await client.until((told) => isDone(told, peer, 'ready'));
	}, patience);

	afterAll(() => client.account.close());

	it('has the same key', async () => {
		const { key } = await secret.info(client.account, peer);
		const lines = [...(key?.emoji.map((row) => row.join('')) ?? []), ...(key?.text ?? [])];
		expect(await client.ask(peer, 'key')).toBe(lines.join('\n'));
	});

	it('says and hears everything once and in order while messages get lost and keys change', async () => {
		await client.say(peer, 'lose on');
		const from = client.told.length;
		for (let i = 0; i < 80; i++) {
			await client.say(peer, `line ${i}`);
			if (i % 10 === 9) await client.answer(from, (m) => m.text.text === `you said line ${i - 9}`);
		}
		await client.say(peer, 'lose off');
		await client.say(peer, 'over');
		await client.answer(from, (m) => m.text.text === 'you said over');
		const heard = (await client.history(peer)).filter((m) => !m.isOut && m.text.text.startsWith('you said line'));
		expect(heard.map((m) => m.text.text)).toEqual(Array.from({ length: 80 }, (_, i) => `you said line ${i}`));
		const answered = await client.history(peer);
		const byId = new Map(answered.map((m) => [m.id, m.text.text]));
		expect(byId.get(heard[5]?.reply?.message ?? 0)).toBe('line 5');
	});

	it('sends and loads files', async () => {
		const blob = new Blob([
			crypto.getRandomValues(new Uint8Array(60_000)),
			crypto.getRandomValues(new Uint8Array(65_535)),
		]);
		const from = client.told.length;
		const file = { kind: 'document', blob, name: 'f', mime: 'a/b' } as const;
		const text = { text: 'sum', entities: [] };
		await client.account.secrets.files.uploads.add({ peer, text, items: [{ kind: 'file', file }] });
		expect((await client.answer(from)).text.text).toBe(await sumOf(blob));
		const asked = client.told.length;
		await client.say(peer, 'file');
		const { content } = await client.answer(asked);
		if (content.kind !== 'document') throw new Error(content.kind);
		const loaded = await client.account.secrets.files.load(content.file);
		expect(loaded.size).toBe(200_001);
		expect(await sumOf(loaded)).toBe(content.name);
	});

	it('lets messages destroy themselves on both sides', async () => {
		await secret.setTtl(client.account, peer, 2);
		const from = client.told.length;
		const burning = await client.say(peer, 'burn MARKER');
		const isGone = (told: Told[]) =>
			told.some((e) => e.name === 'deleted' && e.data.ids.includes(burning.id)) || undefined;
		await client.until(isGone, from);
		expect((await client.history(peer)).some((m) => m.text.text.includes('MARKER'))).toBe(false);
		await new Promise((resolve) => setTimeout(resolve, 1500));
		expect(await client.ask(peer, 'have MARKER')).toBe('0');
		await secret.setTtl(client.account, peer, 0);
	});

	it('hears of deletion, a screenshot and typing', async () => {
		const from = client.told.length;
		const doomed = await client.say(peer, 'delete');
		await client.until(
			(told) => told.some((e) => e.name === 'deleted' && e.data.ids.includes(doomed.id)) || undefined,
			from,
		);
		await client.say(peer, 'screenshot');
		await client.until((told) => told.some((e) => e.name === 'screenshot' && e.data.peer === peer) || undefined, from);
		await client.say(peer, 'type');
		const isTyping = (told: Told[]) => told.some((e) => e.name === 'typing' && e.data.action === 'voice') || undefined;
		await client.until(isTyping, from);
	});

	it('gets what came while it was away, and goes on with its keys', async () => {
		const before = (await client.history(peer)).length;
		await client.say(peer, 'while I am away');
		await new Promise((resolve) => setTimeout(resolve, 300));
		await client.account.close();
		await new Promise((resolve) => setTimeout(resolve, 1500));
		const from = client.told.length;
		await client.open();
		await client.until(
			(told) => told.some((e) => e.name === 'dialog' && e.data.dialog.peer === peer) || undefined,
			from,
		);
		for (let i = 0; i < 250; i++) {
			if ((await client.history(peer)).some((m) => m.text.text === 'you said while I am away')) break;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		expect((await client.history(peer)).length).toBe(before + 2);
		expect(await client.ask(peer, 'again')).toBe('you said again');
	});

	it('is asked, accepts, and loses the chat that the other side ends', async () => {
		const from = client.told.length;
		await client.say(peer, 'ask');
		const offered = await client.until(
			(told) =>
				told.map((e) => (e.name === 'secret' && e.data.state === 'requested' ? e.data.peer : undefined)).find(Boolean),
			from,
		);
		await secret.accept(client.account, offered);
		expect(await client.ask(offered, 'hello')).toBe('you said hello');
		expect((await secret.info(client.account, offered)).isCreator).toBe(false);
		await client.say(offered, 'end');
		await client.until((told) => isDone(told, offered, 'closed'), from);
		expect(await client.history(offered)).toEqual([]);
		await secret.remove(client.account, offered);
		expect((await client.account.secrets.dialogs()).map((dialog) => dialog.peer)).toEqual([peer]);
	});

	it('keeps nothing in the clear', async () => {
		const text = await dump();
		expect(text).not.toContain('you said');
		expect(text).not.toContain('line 1');
	});
});

/** Everything in all databases, as text. */
async function dump(): Promise<string> {
	let out = '';
	for (const { name = '' } of await indexedDB.databases()) {
		const db = await opened(indexedDB.open(name));
		for (const store of db.objectStoreNames) {
			for (const value of await opened(db.transaction(store).objectStore(store).getAll())) out += plain(value);
		}
		db.close();
	}
	return out;
}

function opened<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
	});
}

function plain(value: unknown): string {
	if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
	return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? '';
}
