import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { FileCache } from './cache.ts';

let slot = 0;
let cache: FileCache;
beforeEach(() => {
	cache = new FileCache(++slot);
});

const blob = (size: number) => new Blob([new Uint8Array(size)]);

test('what was put comes back, also to another one on the same database', async () => {
	await cache.put('a', blob(10));
	expect((await new FileCache(slot).get('a'))?.size).toBe(10);
	expect(await cache.get('b')).toBeUndefined();
	expect(await cache.stats()).toMatchObject({ bytes: 10, files: 1 });
});

test('the same key counts once', async () => {
	await cache.put('a', blob(10));
	await cache.put('a', blob(4));
	expect(await cache.stats()).toMatchObject({ bytes: 4, files: 1 });
});

test('those not used for longest go when the limit is passed', async () => {
	await cache.setLimit(100);
	for (const key of ['a', 'b', 'c', 'd']) {
		await cache.put(key, blob(24));
		await new Promise((done) => setTimeout(done, 3));
	}
	await cache.get('a');
	await cache.put('e', blob(24));
	expect(await cache.get('a')).toBeDefined();
	expect(await cache.get('b')).toBeUndefined();
	expect((await cache.stats()).bytes).toBeLessThanOrEqual(100);
});

test('one that would fill a quarter is not kept', async () => {
	await cache.setLimit(100);
	await cache.put('a', blob(26));
	expect(await cache.get('a')).toBeUndefined();
});

test('clearing forgets all', async () => {
	await cache.put('a', blob(10));
	await cache.clear();
	expect(await cache.get('a')).toBeUndefined();
	expect(await cache.stats()).toMatchObject({ bytes: 0, files: 0 });
});
