import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../api/types.ts';
import { message } from '../fixtures.ts';
import { Cache } from './cache.ts';
import { openCacheDatabase } from './database.ts';

const ids = (messages: Message[]) => messages.map(({ id }) => id);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => message('u1', from + n));

let cache: Cache;

beforeEach(async () => {
	indexedDB = new IDBFactory();
	cache = new Cache(await openCacheDatabase(1));
});

async function reopen() {
	await cache.close();
	cache = new Cache(await openCacheDatabase(1));
}

describe('history', () => {
	it('gives the newest messages of a stretch, ascending', async () => {
		await cache.putHistory('u1', range(10, 20));
		expect(ids((await cache.history('u1', { limit: 3 })).messages)).toEqual([18, 19, 20]);
		expect(ids((await cache.history('u1', { before: 12, limit: 5 })).messages)).toEqual([10, 11]);
	});

	it('never gives messages over a gap', async () => {
		await cache.putHistory('u1', range(1, 5));
		await cache.putHistory('u1', range(50, 52));
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([50, 51, 52]);
		expect(ids((await cache.history('u1', { before: 50, limit: 10 })).messages)).toEqual([]);
	});

	it('knows when it begins with the first of the chat', async () => {
		await cache.putHistory('u1', range(3, 5), 0);
		expect((await cache.history('u1', { limit: 10 })).isStart).toBe(true);
		expect((await cache.history('u1', { limit: 2 })).isStart).toBe(false);
	});

	it('finds messages whose ids are far apart, as in private chats of somebody who writes much', async () => {
		const sparse = [1, 2, 900, 7_000, 7_001, 90_000].map((id) => message('u1', id));
		await cache.putHistory('u1', sparse, 0);
		expect(ids((await cache.history('u1', { limit: 2 })).messages)).toEqual([7_001, 90_000]);
		expect(ids((await cache.history('u1', { before: 7_001, limit: 3 })).messages)).toEqual([2, 900, 7_000]);
		expect(await cache.history('u1', { limit: 20 })).toEqual({ messages: sparse, isStart: true });
	});

	it('grows by messages that come live, without a gap', async () => {
		await cache.putHistory('u1', range(1, 3));
		await cache.putMessages([message('u1', 9)], { areLive: true });
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([1, 2, 3, 9]);
	});

	it('does not wait for what is written of other chats, which is not lost', async () => {
		await cache.putHistory('u1', range(1, 3));
		await cache.flush();
		await cache.putMessages([message('u2', 7)]);
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([1, 2, 3]);
		await reopen();
		expect(await cache.message('u2', 7)).toBeDefined();
	});

	it('survives a restart', async () => {
		await cache.putHistory('u1', range(1, 3));
		await reopen();
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([1, 2, 3]);
	});

	it('loses deleted messages', async () => {
		await cache.putHistory('u1', range(1, 5));
		cache.deleteMessages('u1', [2, 4]);
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([1, 3, 5]);
		await cache.deleteHistory('u1', 3);
		expect(ids((await cache.history('u1', { limit: 10 })).messages)).toEqual([5]);
		await cache.deleteHistory('u1');
		expect((await cache.history('u1', { limit: 10 })).messages).toEqual([]);
	});
});

describe('messages', () => {
	it('are found by an id of the common numbering, but not those of channels', async () => {
		await cache.putMessages([message('u1', 7), message('g2', 8), message('c3', 9)]);
		expect(await cache.chatsOf([7, 8, 9])).toEqual(
			new Map([
				[7, 'u1'],
				[8, 'g2'],
			]),
		);
	});

	it('of secret chats and unsent ones are not kept', async () => {
		await cache.putMessages([message('s1', 7), message('u1', -5)]);
		expect(await cache.message('s1', 7)).toBeUndefined();
		expect(await cache.message('u1', -5)).toBeUndefined();
	});

	it('are the last form that was written', async () => {
		await cache.putMessages([message('u1', 7, 'first')]);
		await cache.putMessages([message('u1', 7, 'second')]);
		expect((await cache.message('u1', 7))?.text.text).toBe('second');
	});
});

describe('trim', () => {
	it('keeps the newest of each chat, and what it says to have is there', async () => {
		await cache.putHistory('u1', range(1, 50), 0);
		await cache.trim(20, 10);
		const kept = await cache.history('u1', { limit: 100 });
		expect(ids(kept.messages)).toEqual(range(41, 50).map(({ id }) => id));
		expect(kept.isStart).toBe(false);
	});

	it('leaves a small cache alone', async () => {
		await cache.putHistory('u1', range(1, 50));
		await cache.trim(50, 10);
		expect((await cache.history('u1', { limit: 100 })).messages).toHaveLength(50);
	});
});
