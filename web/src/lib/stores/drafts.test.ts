import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Draft } from '../api/types.ts';
import { plain } from '../text/formatting.ts';
import { DraftShelf } from './draft-shelf.ts';
import { DraftStore } from './drafts.svelte.ts';
import { memoryStorage } from './sample.ts';

const draft = (text: string): Draft => ({ text: plain(text), date: 1 });

let storage: ReturnType<typeof memoryStorage>;
const saveDraft = vi.fn(() => Promise.resolve());
const takeDraft = vi.fn();

function openPage() {
	return new DraftStore(
		{ compose: { saveDraft } } as never,
		{ get: () => undefined, takeDraft },
		new DraftShelf(1, storage),
	);
}

beforeEach(() => {
	vi.useFakeTimers();
	storage = memoryStorage();
});
afterEach(() => {
	vi.useRealTimers();
	vi.clearAllMocks();
});

test('what was written before the page was closed is there again, and the server hears of it', async () => {
	openPage().set('u1', undefined, draft('half'));
	const drafts = openPage();
	expect(drafts.get('u1')?.text.text).toBe('half');
	await vi.runAllTimersAsync();
	expect(saveDraft).toHaveBeenLastCalledWith('u1', undefined, expect.objectContaining({ text: plain('half') }));
	expect(takeDraft).toHaveBeenCalledWith({ peer: 'u1', draft: expect.objectContaining({ text: plain('half') }) });
	expect(new DraftShelf(1, storage).all).toEqual([]);
});

test('also one that was emptied, and one of a thread', async () => {
	const before = openPage();
	before.set('u1', undefined, undefined);
	before.set('c2', 7, draft('there'));
	expect(new DraftShelf(1, storage).all).toHaveLength(2);
	const drafts = openPage();
	expect(drafts.get('c2', 7)?.text.text).toBe('there');
	await vi.runAllTimersAsync();
	expect(saveDraft).toHaveBeenCalledWith('u1', undefined, undefined);
});

test('a draft that the server could not take waits for the next page', async () => {
	saveDraft.mockRejectedValueOnce(new Error('offline'));
	openPage().set('u1', undefined, draft('half'));
	await vi.runAllTimersAsync();
	expect(openPage().get('u1')?.text.text).toBe('half');
});

test('what was sent is forgotten, and nothing of secret chats is kept', () => {
	const drafts = openPage();
	drafts.set('u1', undefined, draft('sent'));
	drafts.set('s9', undefined, draft('secret'));
	drafts.forget('u1', undefined);
	expect(new DraftShelf(1, storage).all).toEqual([]);
});

test('who asks before the server has it hears of what another device makes of it later', () => {
	const get = vi.fn(() => undefined);
	const drafts = new DraftStore({ compose: { saveDraft } } as never, { get, takeDraft }, new DraftShelf(1, storage));
	drafts.set('u1', undefined, draft('half'));
	get.mockClear();
	expect(drafts.get('u1')?.text.text).toBe('half');
	expect(get).toHaveBeenCalledWith('u1'); // an effect depends on what it has read
});
