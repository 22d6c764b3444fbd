import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Api, Session } from '../api/api.ts';
import type { EventName, Events } from '../api/events.ts';
import { DialogStore } from './dialogs.svelte.ts';
import { Feed } from './feed.ts';
import { Histories } from './histories.svelte.ts';
import { PeerStore } from './peers.svelte.ts';
import { PresenceStore } from './presence.svelte.ts';
import { dialog, message, messages, person } from './sample.ts';
import { TypingStore } from './typing.svelte.ts';

const api = {
	peers: { get: async () => [] },
	dialogs: { keep: async () => {}, forget: async () => {}, refresh: async () => [] },
	messages: {
		history: async () => ({ messages: messages(1, 5), isStart: true, isEnd: true }),
		cached: async () => ({ messages: [], isStart: false, isEnd: true }),
	},
} as unknown as Api;

function open() {
	const listeners = new Map<EventName, (data: never) => void>();
	const session = {
		on: (name: EventName, fn: (data: never) => void) => (listeners.set(name, fn), () => listeners.delete(name)),
	} as Pick<Session, 'on'>;
	const peers = new PeerStore(api);
	const stores = {
		peers,
		dialogs: new DialogStore(api, peers),
		histories: new Histories(api),
		typing: new TypingStore(),
		presence: new PresenceStore(),
	};
	stores.dialogs.warm([dialog('u1', { last: message(5) }), dialog('u2')]);
	const feed = new Feed(session, stores);
	const tell = <N extends EventName>(name: N, data: Events[N]) =>
		(listeners.get(name) as ((data: Events[N]) => void) | undefined)?.(data);
	return { ...stores, feed, tell };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Lets waiting events through. */
const frame = () => vi.advanceTimersByTimeAsync(300);

describe('the feed', () => {
	test('a message reaches the open history and the list of chats', async () => {
		const { tell, histories, dialogs } = open();
		const history = histories.of({ peer: 'u1' });
		await history.loadEnd();
		tell('message', { message: message(6), isNew: true, isSilent: false });
		await frame();
		expect(history.messages.at(-1)!.id).toBe(6);
		expect(dialogs.get('u1')).toMatchObject({ unread: 1, last: { id: 6 } });
	});

	test('fifty messages are handed on together, and a listener hears each', async () => {
		const { tell, feed, histories } = open();
		const taken = vi.spyOn(histories, 'takeMessages');
		const heard: number[] = [];
		feed.on('message', ({ message }) => heard.push(message.id));
		tell('message', { message: message(6), isNew: true, isSilent: false });
		await frame();
		feed.flush(); // a frame has just been drawn
		for (let id = 7; id < 57; id++) tell('message', { message: message(id), isNew: true, isSilent: false });
		await frame();
		expect(taken.mock.calls.filter(([events]) => events.length > 0)).toHaveLength(2);
		expect(heard).toHaveLength(51);
	});

	test('one alone, and what the user wrote, is handed on at once; more of others wait a moment', async () => {
		const { tell, feed } = open();
		const heard: number[] = [];
		feed.on('message', ({ message }) => heard.push(message.id));
		tell('message', { message: message(6), isNew: true, isSilent: false });
		await vi.advanceTimersByTimeAsync(0);
		expect(heard).toEqual([6]);
		tell('message', { message: message(7), isNew: true, isSilent: false });
		await vi.advanceTimersByTimeAsync(10);
		expect(heard).toEqual([6]);
		tell('message', { message: message(-1, { isOut: true }), isNew: true, isSilent: true });
		await vi.advanceTimersByTimeAsync(0);
		expect(heard).toEqual([6, 7, -1]);
		await frame();
		expect(heard).toHaveLength(3);
	});

	test('order is kept: a message deleted right after it came is gone', async () => {
		const { tell, histories } = open();
		const history = histories.of({ peer: 'u1' });
		await history.loadEnd();
		tell('message', { message: message(6), isNew: true, isSilent: false });
		tell('deleted', { peer: 'u1', ids: [6] });
		await frame();
		expect(history.messages.at(-1)!.id).toBe(5);
	});

	test('peers do not wait', () => {
		const { tell, peers, presence } = open();
		tell('peers', { peers: [person('u1', { title: 'Anna', presence: { kind: 'online', until: 1e10 } })] });
		expect([peers.title('u1'), presence.isOnline('u1')]).toEqual(['Anna', true]);
	});

	test('reactions, polls and marks change the message wherever it is shown', async () => {
		const { tell, histories, dialogs } = open();
		const history = histories.of({ peer: 'u1' });
		await history.loadEnd();
		const reactions = [{ reaction: '👍', count: 2, isChosen: true, recent: [] }];
		tell('reactions', { peer: 'u1', id: 5, reactions });
		tell('pinned', { peer: 'u1', ids: [5], isPinned: true });
		tell('reactions', {
			peer: 'u1',
			id: 5,
			reactions: [{ ...reactions[0]!, count: 3, isChosen: false }],
			isShort: true,
		});
		await frame();
		for (const shown of [history.get(5)!, dialogs.get('u1')!.last!]) {
			expect(shown).toMatchObject({ isPinned: true, reactions: [{ count: 3, isChosen: true }] });
		}
	});

	test('a message ends the typing of its sender, which else fades', async () => {
		const { tell, typing } = open();
		tell('typing', { peer: 'u1', user: 'u1', action: 'typing' });
		tell('typing', { peer: 'u2', user: 'u2', action: 'voice' });
		await frame();
		expect([typing.in('u1').length, typing.in('u2')[0]!.action]).toEqual([1, 'voice']);
		tell('message', { message: message(6), isNew: true, isSilent: false });
		await frame();
		expect(typing.in('u1')).toEqual([]);
		await vi.advanceTimersByTimeAsync(6000);
		expect(typing.in('u2')).toEqual([]);
	});

	test('a thread shows only its own', async () => {
		const { tell, histories } = open();
		const thread = histories.of({ peer: 'u1', thread: 3 });
		await thread.loadEnd();
		tell('message', { message: message(6), isNew: true, isSilent: false });
		tell('message', { message: message(7, { reply: { message: 6, top: 3 } }), isNew: true, isSilent: false });
		await frame();
		expect(thread.messages.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 7]);
	});

	test('one that fails does not keep the others from what comes after', async () => {
		const { tell, feed, dialogs } = open();
		const reported = vi.fn();
		vi.stubGlobal('reportError', reported);
		feed.on('presence', () => {
			throw new Error('a listener');
		});
		tell('presence', { peer: 'u1', presence: { kind: 'recently' } });
		tell('dialogGone', { peer: 'u1' });
		await frame();
		vi.unstubAllGlobals();
		expect([reported.mock.calls.length, dialogs.get('u1')]).toEqual([1, undefined]);
	});

	test('after its end nothing is heard', async () => {
		const { tell, feed, dialogs } = open();
		feed.close();
		tell('dialogGone', { peer: 'u1' });
		await frame();
		expect(dialogs.get('u1')).toBeDefined();
	});
});

test('somebody online is so until the server says it ends', () => {
	const presence = new PresenceStore();
	presence.take('u1', { kind: 'online', until: presence.now + 1 });
	expect(presence.isOnline('u1')).toBe(true);
	presence.now += 2;
	expect(presence.of('u1')).toEqual({ kind: 'offline', at: presence.now - 1 });
});
