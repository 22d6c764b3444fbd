import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { tl } from '@mtcute/core';
import { ApiError } from '../api/failure.ts';
import type { Events } from '../api/events.ts';
import type { PeerKey } from '../api/types.ts';
import type { Account } from './account.ts';
import { type AccountDatabase, openAccountDatabase } from './database.ts';
import { message } from './fixtures.ts';
import type { Job } from './job.ts';
import { Outbox } from './outbox.ts';

type Send = (account: Account, job: Job, signal: AbortSignal) => Promise<tl.TypeUpdates>;

const sender = vi.hoisted(() => ({ send: (() => Promise.reject(new Error('no sender'))) as Send }));
vi.mock('./senders.ts', () => ({
	senders: { text: ((...args) => sender.send(...args)) as Send, media: ((...args) => sender.send(...args)) as Send },
	slowKinds: new Set(['media']),
}));

/** A server as the outbox sees it: it takes a random id once and answers a repeated one with the first message. */
class Server {
	readonly got: string[] = [];
	readonly #known = new Map<string, number>();

	take(job: Job): tl.TypeUpdates {
		const randomId = job.randomIds[0]!;
		if (!this.#known.has(randomId)) {
			this.got.push(job.messages[0]!.text.text);
			this.#known.set(randomId, this.got.length);
		}
		return { _: 'updateShortSentMessage', id: this.#known.get(randomId)!, pts: 1, ptsCount: 1, date: 1 };
	}
}

let db: AccountDatabase;
let told: { name: string; data: unknown }[];
let server: Server;

function open(): Outbox {
	const account = {
		emit: (name: string, data: unknown) => told.push({ name, data: structuredClone(data) }),
		cache: { putMessages: () => Promise.resolve(), flush: () => Promise.resolve() },
		client: { handleClientUpdate: () => {} },
		apply: () => {},
	};
	return new Outbox(account as unknown as Account, db);
}

function put(outbox: Outbox, text: string, peer: PeerKey = 'u1', kind: 'text' | 'media' = 'text') {
	return outbox.add(kind as 'text', peer, {} as never, [message(peer, 0, text)]);
}

const messagesTold = () => told.filter(({ name }) => name === 'message').map(({ data }) => data as Events['message']);
const isEmpty = (outbox: Outbox) => vi.waitFor(() => expect(outbox.pending()).toEqual([]));

beforeEach(async () => {
	indexedDB = new IDBFactory();
	db = await openAccountDatabase(1);
	told = [];
	server = new Server();
	sender.send = async (_, job) => server.take(job);
});

describe('the outbox', () => {
	it('tells a message at once, and its place on the server when it is there', async () => {
		const outbox = open();
		outbox.start();
		const adding = put(outbox, 'hello');
		expect(messagesTold()).toMatchObject([{ message: { state: 'sending', text: { text: 'hello' } } }]);
		const [local] = await adding;
		await isEmpty(outbox);
		const last = messagesTold().at(-1);
		expect(last).toMatchObject({ message: { id: 1, state: 'sent', key: local!.key }, replaces: local!.id });
	});

	it('knows a message that arrived without an answer, once', async () => {
		let answer: (updates: tl.TypeUpdates) => void = () => {};
		sender.send = () => new Promise((resolve) => (answer = resolve));
		const outbox = open();
		outbox.start();
		const [local] = await put(outbox, 'hello');
		const arrived = { ...message('u1', 7, 'hello'), isOut: true };
		expect(outbox.findArrived({ ...arrived, text: { text: 'other', entities: [] } })).toBeUndefined();
		expect(outbox.findArrived(arrived)).toMatchObject({ id: local!.id });
		expect(outbox.findArrived(arrived)).toBeUndefined();
		answer({ _: 'updateShortSentMessage', id: 7, pts: 1, ptsCount: 1, date: 1 });
		await isEmpty(outbox);
		expect(outbox.findArrived(arrived)).toBeUndefined();
	});

	it('keeps the order of a chat, and of what was written before a restart', async () => {
		const first = open();
		for (const text of ['a', 'b', 'c']) await put(first, text);
		const second = open();
		await second.load();
		await put(second, 'd');
		second.start();
		await isEmpty(second);
		expect(server.got).toEqual(['a', 'b', 'c', 'd']);
	});

	it('gives ids under 0 that ascend, also over a restart', async () => {
		const first = open();
		const before = (await put(first, 'a'))[0]!.id;
		const second = open();
		await second.load();
		const after = (await put(second, 'b'))[0]!.id;
		expect(after).toBeGreaterThan(before);
		expect(after).toBeLessThan(0);
	});

	it('sends once what was answered into the void', async () => {
		let isLost = true;
		sender.send = async (_, job) => {
			const answer = server.take(job);
			if (!isLost) return answer;
			isLost = false;
			throw new ApiError({ text: 'FLOOD_WAIT', code: 420, value: 0 });
		};
		const outbox = open();
		outbox.start();
		await put(outbox, 'a');
		await put(outbox, 'b');
		await isEmpty(outbox);
		expect(server.got).toEqual(['a', 'b']);
	});

	it('sends once what the page was closed upon', async () => {
		sender.send = async (_, job) => {
			server.take(job);
			return new Promise<never>(() => {});
		};
		const first = open();
		first.start();
		await put(first, 'a');
		await vi.waitFor(() => expect(server.got).toEqual(['a']));
		sender.send = async (_, job) => server.take(job);
		const second = open();
		await second.load();
		second.start();
		await isEmpty(second);
		expect(server.got).toEqual(['a']);
	});

	it('goes on with the next when one is refused, and tries again when told to', async () => {
		let isRefused = true;
		sender.send = async (_, job) => {
			if (isRefused && job.messages[0]!.text.text === 'a')
				throw new ApiError({ text: 'CHAT_WRITE_FORBIDDEN', code: 403 });
			return server.take(job);
		};
		const outbox = open();
		outbox.start();
		const [refused] = await put(outbox, 'a');
		await put(outbox, 'b');
		await vi.waitFor(() => expect(server.got).toEqual(['b']));
		expect(outbox.pending()).toMatchObject([{ state: 'failed', error: { text: 'CHAT_WRITE_FORBIDDEN', code: 403 } }]);
		isRefused = false;
		await outbox.retry(refused!.key);
		await isEmpty(outbox);
		expect(server.got).toEqual(['b', 'a']);
	});

	it('does not send by itself after a restart what was refused', async () => {
		sender.send = () => Promise.reject(new ApiError({ text: 'PEER_ID_INVALID', code: 400 }));
		const first = open();
		first.start();
		await put(first, 'a');
		await vi.waitFor(() => expect(first.pending()[0]!.state).toBe('failed'));
		sender.send = async (_, job) => server.take(job);
		await vi.waitFor(async () => expect((await db.getAll('outbox'))[0]!.failure).toBeDefined());
		const second = open();
		await second.load();
		second.start();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(second.pending()).toMatchObject([{ state: 'failed' }]);
		expect(server.got).toEqual([]);
	});

	it('gives up what is discarded while it is being sent', async () => {
		sender.send = (_, _job, signal) =>
			new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
		const outbox = open();
		outbox.start();
		const [local] = await put(outbox, 'a');
		await outbox.discard(local!.key);
		expect(outbox.pending()).toEqual([]);
		expect(await db.getAll('outbox')).toEqual([]);
		expect(told.at(-1)).toEqual({ name: 'deleted', data: { peer: 'u1', ids: [local!.id] } });
	});

	it('lets texts overtake files, and other chats everything', async () => {
		let finish = () => {};
		sender.send = async (_, job) => {
			if (job.kind === 'media') await new Promise<void>((resolve) => (finish = resolve));
			return server.take(job);
		};
		const outbox = open();
		outbox.start();
		await put(outbox, 'film', 'u1', 'media');
		await put(outbox, 'a');
		await put(outbox, 'b', 'u2');
		await vi.waitFor(() => expect(server.got).toEqual(['a', 'b']));
		finish();
		await isEmpty(outbox);
		expect(server.got).toEqual(['a', 'b', 'film']);
	});
});
