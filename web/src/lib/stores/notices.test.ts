import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message, PeerKey } from '../api/types.ts';
import { canOffer, isWorthOffer, NoticeStore, titleWith } from './notices.svelte.ts';

const state = { isWatched: false, open: '' as string, muted: new Set<string>() };
const show = vi.fn();
const close = vi.fn();
const play = vi.fn();

function makeStore(): NoticeStore {
	return new NoticeStore({
		isMuted: ({ peer }) => state.muted.has(peer),
		isWatched: () => state.isWatched,
		isOpen: (peer) => state.open === peer,
		describe: ({ peer, isSilent }) => ({ peer, isSilent, title: peer, body: 'words' }),
		show,
		close,
		play,
	});
}

function message(change: Partial<Message> = {}): { message: Message; isNew: boolean; isSilent: boolean } {
	const plain = {
		peer: 'u1' as PeerKey,
		id: 1,
		date: Date.now() / 1000,
		isOut: false,
		isSilent: false,
		isMentioned: false,
		isScheduled: false,
		content: { kind: 'text' },
	};
	return { message: { ...plain, ...change } as Message, isNew: true, isSilent: false };
}

beforeEach(() => {
	Object.assign(state, { isWatched: false, open: '', muted: new Set() });
	vi.clearAllMocks();
});

describe('notices', () => {
	test('a message is shown and heard while nobody looks', () => {
		makeStore().takeMessage(message());
		expect([show.mock.calls.length, play.mock.calls.length]).toEqual([1, 1]);
	});

	test('while somebody looks there is a sound only, and nothing for the open chat', () => {
		state.isWatched = true;
		const store = makeStore();
		store.takeMessage(message());
		state.open = 'u1';
		store.takeMessage(message());
		expect([show.mock.calls.length, play.mock.calls.length]).toEqual([0, 1]);
	});

	test.each([
		['own', { isOut: true }],
		['old', { date: 1000 }],
		['scheduled', { isScheduled: true }],
	])('%s messages make no noise', (_, change) => {
		makeStore().takeMessage(message(change));
		expect([show.mock.calls.length, play.mock.calls.length]).toEqual([0, 0]);
	});

	test('edits make no noise', () => {
		makeStore().takeMessage({ ...message(), isNew: false });
		expect(show).not.toHaveBeenCalled();
	});

	test('a muted chat is quiet, unless it mentions the person', () => {
		state.muted.add('u1');
		const store = makeStore();
		store.takeMessage(message());
		expect(show).not.toHaveBeenCalled();
		store.takeMessage(message({ isMentioned: true }));
		expect(show).toHaveBeenCalledOnce();
	});

	test('a silent message is shown without a sound', () => {
		makeStore().takeMessage(message({ isSilent: true }));
		expect([show.mock.calls.length, play.mock.calls.length]).toEqual([1, 0]);
	});

	test('what is read elsewhere is closed, once', () => {
		const store = makeStore();
		store.takeMessage(message());
		store.takeRead({ peer: 'u1', inbox: 5 });
		store.takeRead({ peer: 'u1', inbox: 6 });
		expect(close.mock.calls).toEqual([['u1']]);
	});
});

test('the title says how much waits', () => {
	expect([titleWith('Hermod', 0), titleWith('Hermod', 3)]).toEqual(['Hermod', '(3) Hermod']);
});

describe('the offer of notifications', () => {
	test('comes when somebody has written', () => {
		expect(isWorthOffer(message())).toBe(true);
		expect(isWorthOffer(message({ isOut: true }))).toBe(false);
		expect(isWorthOffer({ ...message(), isNew: false })).toBe(false);
		expect(isWorthOffer(message({ content: { kind: 'service' } as Message['content'] }))).toBe(false);
	});

	test('comes only until somebody has answered, here or in the browser', () => {
		const open = { notifies: false, offersNotices: true };
		expect(canOffer(open, { permission: 'default' })).toBe(true);
		expect(canOffer(open, { permission: 'denied' })).toBe(false);
		expect(canOffer(open, undefined)).toBe(false);
		expect(canOffer({ ...open, offersNotices: false }, { permission: 'default' })).toBe(false);
		expect(canOffer({ ...open, notifies: true }, { permission: 'default' })).toBe(false);
	});
});
