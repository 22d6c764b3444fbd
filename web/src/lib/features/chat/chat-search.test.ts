import { expect, test, vi } from 'vitest';
import type { Api } from '$lib/api/api.ts';
import { message } from '$lib/stores/sample.ts';
import { ChatSearch } from './chat-search.svelte.ts';

const place = { peer: 'c1', kind: 'history' } as const;

/** A chat of which the search finds the messages 1 to `total`, `sizes` at a time. */
function open(total: number) {
	const inChat = vi.fn<Api['search']['inChat']>(({ before = total + 1, limit }) => {
		const ids = Array.from({ length: Math.min(limit, before - 1) }, (_, i) => before - 1 - i);
		return Promise.resolve({ messages: ids.map((id) => message(id)), total });
	});
	const hits: number[] = [];
	const search = new ChatSearch({ search: { inChat } as unknown as Api['search'] }, place, (id) => hits.push(id));
	return { search, hits, inChat };
}

test('a sender alone is enough to look for, the newest comes first', async () => {
	const { search, hits, inChat } = open(3);
	search.findFrom('u7');
	await vi.waitFor(() => expect(hits).toEqual([3]));
	expect(inChat).toHaveBeenCalledWith(expect.objectContaining({ from: 'u7', query: '' }));
	await search.older();
	expect(hits).toEqual([3, 2]);
	search.newer();
	expect(hits).toEqual([3, 2, 3]);
});

test('beyond the hits that are there more are read', async () => {
	const { search, hits } = open(60);
	search.findWithin({ since: 5 });
	await vi.waitFor(() => expect(search.isDone).toBe(true));
	search.show(49);
	await search.older();
	expect(hits.at(-1)).toBe(10);
	expect(search.total).toBe(60);
});

test('without words, sender and days nothing is asked', async () => {
	const { search, inChat } = open(1);
	search.findFrom('u7');
	search.findFrom();
	await vi.waitFor(() => expect(search.isBusy).toBe(false));
	expect(inChat).toHaveBeenCalledTimes(1);
	expect(search.total).toBe(0);
});
