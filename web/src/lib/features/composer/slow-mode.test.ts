import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Events } from '$lib/api/events.ts';
import type { Message } from '$lib/api/types.ts';
import { message, person } from '$lib/stores/sample.ts';
import { mustWait, SlowMode } from './slow-mode.svelte.ts';

const start = 1_000_000;
let tell: (data: Events['message']) => void;
const feed = {
	on: (name: string, listener: never) => {
		if (name === 'message') tell = listener;
		return () => undefined;
	},
};

function open(nextSend?: number) {
	const api = { chats: { info: () => Promise.resolve({ slowMode: 30, nextSend }) } };
	const slow = new SlowMode(api as never, 'c5');
	return { slow, end: slow.start(feed as never) };
}

function send(more: Partial<Message>) {
	tell({ message: message(7, { peer: 'c5', date: start, ...more }), isNew: true, isSilent: false });
}

beforeEach(() => {
	vi.useFakeTimers();
	vi.setSystemTime(start * 1000);
});
afterEach(() => vi.useRealTimers());

test('the wait of the server runs down', async () => {
	const { slow, end } = open(start + 12);
	await vi.advanceTimersByTimeAsync(0);
	expect(slow.left).toBe(12);
	await vi.advanceTimersByTimeAsync(5000);
	expect(slow.left).toBe(7);
	await vi.advanceTimersByTimeAsync(20_000);
	expect(slow.left).toBe(0);
	end();
});

test('an own message begins a pause; those of others and what is only planned do not', async () => {
	const { slow, end } = open();
	await vi.advanceTimersByTimeAsync(0);
	send({ isOut: false });
	send({ isOut: true, isScheduled: true });
	send({ isOut: true, peer: 'c6' });
	expect(slow.left).toBe(0);
	send({ isOut: true });
	expect(slow.left).toBe(30);
	end();
});

test('a clock that goes wrong makes nobody wait longer than the pause', async () => {
	const { slow, end } = open(start + 9000);
	await vi.advanceTimersByTimeAsync(0);
	expect(slow.left).toBe(30);
	end();
});

test('members wait, admins do not', () => {
	const group = person('c5', { kind: 'supergroup', isSlow: true });
	expect(mustWait(group)).toBe(true);
	expect(mustWait({ ...group, isCreator: true })).toBe(false);
	expect(mustWait(undefined)).toBe(false);
});
