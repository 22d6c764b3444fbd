import { describe, expect, test } from 'vitest';
import { message, messages } from './sample.ts';
import { findMessage, mergePage, withMessages, type Stretch } from './stretches.ts';

function stretch(from: number, to: number, more: Partial<Stretch> = {}): Stretch {
	return { messages: messages(from, to), isStart: false, isEnd: false, ...more };
}

function spans(stretches: readonly Stretch[]): [number, number][] {
	return stretches.map(({ messages }) => [messages[0]!.id, messages.at(-1)!.id]);
}

describe('mergePage', () => {
	test('what is read before a stretch lengthens it, also over a gap in the ids', () => {
		const { stretches, current } = mergePage([stretch(50, 60)], stretch(10, 20), { before: 50 });
		expect(spans(stretches)).toEqual([[10, 60]]);
		expect(current.messages).toHaveLength(22);
	});

	test('what is read elsewhere stands apart', () => {
		const { stretches, current } = mergePage([stretch(50, 60, { isEnd: true })], stretch(10, 20));
		expect(spans(stretches)).toEqual([
			[10, 20],
			[50, 60],
		]);
		expect(current.isEnd).toBe(false);
	});

	test('reading on until stretches touch makes one of them', () => {
		const apart = [stretch(10, 20), stretch(40, 60, { isEnd: true })];
		const { stretches, current } = mergePage(apart, stretch(21, 45), { after: 20 });
		expect(spans(stretches)).toEqual([[10, 60]]);
		expect(current.isEnd).toBe(true);
	});

	test('inside its reach a page is right about what is gone', () => {
		const page: Stretch = { messages: [message(12), message(15)], isStart: false, isEnd: true };
		const { current } = mergePage([stretch(10, 20, { isEnd: true })], page);
		expect(current.messages.map(({ id }) => id)).toEqual([10, 11, 12, 15]);
	});

	test('an empty page before the first message says that it is the first', () => {
		const { current } = mergePage([stretch(10, 20)], { messages: [], isStart: true, isEnd: false }, { before: 10 });
		expect(current.isStart).toBe(true);
		expect(current.messages).toHaveLength(11);
	});

	test('an empty chat', () => {
		const { current } = mergePage([], { messages: [], isStart: true, isEnd: true });
		expect(current).toEqual({ messages: [], isStart: true, isEnd: true });
	});

	test('a row keeps its key', () => {
		const known: Stretch = { messages: [message(10, { key: 'own' })], isStart: false, isEnd: true };
		const { current } = mergePage([known], stretch(8, 10, { isEnd: true }));
		expect(current.messages.at(-1)!.key).toBe('own');
	});
});

test('messages find their places, and known ones give way', () => {
	const next = withMessages(messages(1, 3), [message(5), message(2, { views: 7 }), message(4)]);
	expect(next.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
	expect(findMessage(next, 2)!.views).toBe(7);
	expect(findMessage(next, 9)).toBeUndefined();
});
