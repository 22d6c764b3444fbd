import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Api } from '../api/api.ts';
import type { Dialog, DialogPage, PeerKey } from '../api/types.ts';
import { compareDialogs, isLater, withMessage, withoutMessages, withRead } from './dialog-rules.ts';
import { DialogStore } from './dialogs.svelte.ts';
import { PeerStore } from './peers.svelte.ts';
import { dialog, message, person } from './sample.ts';

function fakeApi(pages: DialogPage[], more: Partial<Api['dialogs']> = {}) {
	const dialogs = {
		load: vi.fn(async ({ folder }: { folder: number }) => (folder === 0 && pages.shift()) || { dialogs: [] }),
		refresh: vi.fn(async (peers: PeerKey[]) => peers.map((peer) => dialog(peer, { unread: 7, last: message(1) }))),
		keep: vi.fn(async () => {}),
		forget: vi.fn(async () => {}),
		notifyDefaults: vi.fn(async () => []),
		pin: vi.fn(async () => {}),
		archive: vi.fn(async () => {}),
		setNotify: vi.fn(async () => {}),
		...more,
	};
	return { dialogs, peers: { get: vi.fn(async () => []) } } as unknown as Api & { dialogs: typeof dialogs };
}

function open(pages: DialogPage[] = [], more: Partial<Api['dialogs']> = {}) {
	const api = fakeApi(pages, more);
	const peers = new PeerStore(api);
	return { api, peers, store: new DialogStore(api, peers) };
}

function keys(dialogs: readonly Dialog[]): PeerKey[] {
	return dialogs.map(({ peer }) => peer);
}

const arrival = { isNew: true, isSilent: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the list of chats', () => {
	test('pinned ones first in their order, then the newest', async () => {
		const { store } = open([
			{
				dialogs: [
					dialog('u1', { date: 5 }),
					dialog('u2', { pinned: 1 }),
					dialog('u3', { date: 9 }),
					dialog('u4', { pinned: 0 }),
				],
			},
		]);
		await store.load();
		expect(keys(store.main)).toEqual(['u4', 'u2', 'u3', 'u1']);
	});

	test('is ready with its first part, and complete with the last', async () => {
		const { store, api } = open([{ dialogs: [dialog('u1')], next: { date: 1, id: 1 } }, { dialogs: [dialog('u2')] }]);
		const loading = store.load();
		await vi.waitFor(() => expect(store.status).toBe('ready'));
		await loading;
		expect([keys(store.main), store.isComplete]).toEqual([['u1', 'u2'], true]);
		expect(api.dialogs.load).toHaveBeenCalledWith({ folder: 0, after: { date: 1, id: 1 }, limit: 100 });
	});

	test('what the browser kept and the server does not list is dropped', async () => {
		const { store } = open([{ dialogs: [dialog('u1')] }]);
		store.warm([dialog('u1'), dialog('u9'), dialog('s5')]);
		expect(store.status).toBe('ready');
		await store.load();
		expect(keys(store.main).sort()).toEqual(['s5', 'u1']);
	});

	test('a failure is told, unless there is something to show', async () => {
		const load = async () => Promise.reject(new Error('no network'));
		const cold = open([], { load });
		await cold.store.load();
		expect(cold.store.status).toBe('failed');
		const warm = open([], { load });
		warm.store.warm([dialog('u1')]);
		await warm.store.load();
		expect(warm.store.status).toBe('ready');
	});

	test('a message lifts its chat and counts', async () => {
		const { store } = open([{ dialogs: [dialog('u1', { date: 5 }), dialog('u2', { date: 9 })] }]);
		await store.load();
		store.takeMessage({ message: message(20, { peer: 'u1', date: 50, isMentioned: true }), ...arrival });
		expect(keys(store.main)).toEqual(['u1', 'u2']);
		expect(store.get('u1')).toMatchObject({ unread: 1, mentions: 1 });
		expect(store.unread).toMatchObject({ chats: 1, loudMessages: 1 });
	});

	test('a message of an unknown chat makes it known', async () => {
		const { store, api } = open();
		store.takeMessage({ message: message(1, { peer: 'u5' }), ...arrival });
		store.takeMessage({ message: message(2, { peer: 'u5' }), ...arrival });
		await vi.advanceTimersByTimeAsync(100);
		expect(api.dialogs.refresh).toHaveBeenCalledExactlyOnceWith(['u5']);
		expect(store.get('u5')!.unread).toBe(7);
	});

	test('when the last message is deleted the server is asked for the one before', async () => {
		const { store, api } = open([{ dialogs: [dialog('u1', { last: message(4) })] }]);
		await store.load();
		store.takeDeleted({ peer: 'u1', ids: [4] });
		expect(store.get('u1')!.last).toBeUndefined();
		await vi.advanceTimersByTimeAsync(100);
		expect(api.dialogs.refresh).toHaveBeenCalledOnce();
	});

	test('a private chat whose messages the other side deleted leaves the list', async () => {
		const refresh = async (peers: PeerKey[]) => peers.map((peer) => dialog(peer));
		const { store } = open([{ dialogs: [dialog('u1', { last: message(4) }), dialog('c2', { last: message(4) })] }], {
			refresh,
		});
		await store.load();
		store.takeDeleted({ peer: 'u1', ids: [4] });
		store.takeDeleted({ peer: 'c2', ids: [4] });
		await vi.advanceTimersByTimeAsync(100);
		expect(keys(store.all())).toEqual(['c2']);
	});

	test('pinning shows at once, and goes back when it is refused', async () => {
		const pin = async () => Promise.reject(new Error('too many'));
		const { store } = open([{ dialogs: [dialog('u1'), dialog('u2', { pinned: 0 })] }], { pin });
		await store.load();
		const pinning = store.setPinned('u1', true);
		expect(store.get('u1')!.pinned).toBe(0);
		await expect(pinning).rejects.toThrow();
		expect([store.get('u1')!.pinned, store.get('u2')!.pinned]).toEqual([undefined, 0]);
	});

	test('an answer from before a change does not undo it', async () => {
		const { store } = open([{ dialogs: [dialog('u1')] }]);
		await store.load();
		const muting = store.setNotify('u1', { muteUntil: 4e9 });
		store.take(dialog('u1'));
		await muting;
		expect(store.isMuted(store.get('u1')!)).toBe(true);
	});

	test('a chat without settings of its own is as its kind', () => {
		const { store, peers } = open();
		peers.take([person('c1', { kind: 'channel' })]);
		store.takeNotify({ scope: 'channels', settings: { muteUntil: 4e9 } });
		expect([store.isMuted(dialog('c1')), store.isMuted(dialog('u1'))]).toEqual([true, false]);
		expect(store.isMuted(dialog('c1', { notify: { muteUntil: 0 } }))).toBe(false);
	});

	test('changed chats are kept for the next start, once for many changes', async () => {
		const { store, api } = open([{ dialogs: [dialog('u1')] }]);
		await store.load();
		for (let id = 1; id < 100; id++) store.takeMessage({ message: message(id), ...arrival });
		await vi.advanceTimersByTimeAsync(10_000);
		expect(api.dialogs.keep).toHaveBeenCalledOnce();
	});

	test('nothing is unread in the chat with oneself', async () => {
		const { store, peers } = open([{ dialogs: [dialog('u1')] }]);
		peers.take([person('u1', { isSelf: true })]);
		await store.load();
		store.takeMessage({ message: message(1), ...arrival });
		expect(store.get('u1')!.unread).toBe(0);
	});
});

describe('rules', () => {
	const known = dialog('u1', { last: message(10), unread: 2, readInbox: 8, readOutbox: 5, date: 1010 });

	test('what the server counted already is not counted again', () => {
		expect(withMessage(known, message(10), { isNew: true }).unread).toBe(2);
		expect(withMessage(known, message(9), { isNew: true }).unread).toBe(2);
		expect(withMessage(known, message(11), { isNew: true }).unread).toBe(3);
	});

	test('own messages and edits count nothing', () => {
		expect(withMessage(known, message(11, { isOut: true }), { isNew: true }).unread).toBe(2);
		expect(withMessage(known, message(10, { views: 1 }), { isNew: false })).toMatchObject({
			unread: 2,
			last: { views: 1 },
		});
	});

	test('who writes into a group has read it', () => {
		const group = { ...known, peer: 'c1' as const };
		const sent = message(12, { peer: 'c1', isOut: true });
		expect(withMessage(group, sent, { isNew: true })).toMatchObject({ unread: 0, readInbox: 12 });
	});

	test('a first message that is not sent yet makes a chat, which the list from the server does not take away', async () => {
		const { store } = open([{ dialogs: [dialog('u1')] }], { refresh: vi.fn(() => new Promise<Dialog[]>(() => {})) });
		store.takeMessage({ message: message(-5, { peer: 'u9', date: 90, isOut: true }), ...arrival });
		expect(keys(store.main)).toEqual(['u9']);
		await vi.advanceTimersByTimeAsync(10_000);
		await store.load();
		expect(store.get('u9')?.last?.id).toBe(-5);
		store.takeMessage({ message: message(3, { peer: 'u9', date: 91, isOut: true }), ...arrival, replaces: -5 });
		expect(store.get('u9')).toMatchObject({ last: { id: 3 }, date: 91 });
	});

	test('what is being written in a secret chat stays when its row is told anew', () => {
		const { store } = open();
		const draft = { text: { text: 'half', entities: [] }, date: 1 };
		store.take(dialog('s1'));
		store.takeDraft({ peer: 's1', draft });
		store.take(dialog('s1', { unread: 1 }));
		expect(store.get('s1')).toMatchObject({ unread: 1, draft });
		store.takeDraft({ peer: 's1', draft: undefined });
		store.take(dialog('s1'));
		expect(store.get('s1')?.draft).toBeUndefined();
	});

	test('what comes while the list is read stays, and counts once', async () => {
		const served = dialog('u1', { last: message(5), unread: 1 });
		const { store } = open([{ dialogs: [served] }]);
		const loading = store.load();
		store.takeMessage({ message: message(5), ...arrival });
		store.takeMessage({ message: message(6), ...arrival });
		await loading;
		expect(store.get('u1')).toMatchObject({ last: { id: 6 }, unread: 2 });
	});

	test('what comes behind an unsent message counts once', async () => {
		const { store } = open();
		store.take(dialog('u1', { last: message(5), unread: 1 }));
		store.takeMessage({ message: message(-5, { isOut: true }), ...arrival });
		store.takeMessage({ message: message(5), ...arrival });
		store.takeMessage({ message: message(6), ...arrival });
		store.take(dialog('u1', { last: message(6), unread: 2 }));
		store.takeMessage({ message: message(6), ...arrival });
		expect(store.get('u1')).toMatchObject({ last: { id: -5 }, unread: 2 });
	});

	test('an unsent message is the last until it is sent', () => {
		const writing = withMessage(known, message(-1, { isOut: true }), { isNew: true });
		expect(writing.last!.id).toBe(-1);
		const got = withMessage(writing, message(11), { isNew: true });
		expect([got.last!.id, got.unread]).toEqual([-1, 3]);
		expect(withMessage(got, message(12, { isOut: true }), { isNew: true, replaces: -1 }).last!.id).toBe(12);
	});

	test('marks of reading only go forward', () => {
		expect(withRead(known, { inbox: 10, unread: 0 })).toMatchObject({ readInbox: 10, unread: 0 });
		expect(withRead(known, { inbox: 7, unread: 3 })).toMatchObject({ readInbox: 8, unread: 2 });
		expect(withRead(known, { outbox: 4 }).readOutbox).toBe(5);
	});

	test('reading up to the last without a count is reading all', () => {
		expect(withRead(known, { inbox: 10 }).unread).toBe(0);
		expect(withRead(known, { inbox: 9 }).unread).toBe(2);
	});

	test('deleting something read changes nothing', () => {
		expect(withoutMessages(known, [3])).toEqual({ dialog: known, isDoubtful: false });
		expect(withoutMessages(known, [9]).isDoubtful).toBe(true);
	});

	test('order', () => {
		expect(isLater(message(2), message(1))).toBe(true);
		expect(isLater(message(-9), message(5))).toBe(true);
		expect([dialog('u1', { date: 1 }), dialog('u2', { date: 2 })].sort(compareDialogs)[0]!.peer).toBe('u2');
	});
});

test('500 chats and fifty messages a second for a minute', async () => {
	const { store } = open([{ dialogs: Array.from({ length: 500 }, (_, i) => dialog(`u${i + 1}`, { date: i })) }]);
	await store.load();
	for (let id = 1; id <= 3000; id++) {
		store.takeMessage({ message: message(id, { peer: `u${(id % 500) + 1}`, date: 10_000 + id }), ...arrival });
		if (id % 10 === 0) expect(store.main.length + store.unread.messages).toBe(500 + id); // five drawings a second
	}
});
