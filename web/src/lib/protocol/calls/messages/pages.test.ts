import { describe, expect, test } from 'vitest';
import type { Message } from '../../../api/types.ts';
import { pageOf, windowOf } from './pages.ts';

function some(...ids: number[]): Message[] {
	return ids.map((id) => ({ id }) as Message);
}

describe('pages of a history', () => {
	test('the newest', () => {
		const request = { peer: 'u1', limit: 3 } as const;
		expect(windowOf(request)).toMatchObject({ offsetId: 0, addOffset: 0, limit: 3 });
		expect(pageOf(some(7, 8, 9), request, windowOf(request))).toMatchObject({ isStart: false, isEnd: true });
		expect(pageOf(some(8, 9), request, windowOf(request))).toMatchObject({ isStart: true, isEnd: true });
	});

	test('older ones', () => {
		const request = { peer: 'u1', before: 7, limit: 3 } as const;
		expect(windowOf(request)).toMatchObject({ offsetId: 7, addOffset: 0 });
		expect(pageOf(some(4, 5, 6), request, windowOf(request))).toMatchObject({ isStart: false, isEnd: false });
	});

	test('newer ones: the server begins at the message itself when it has no more', () => {
		const request = { peer: 'u1', after: 7, limit: 3 } as const;
		expect(windowOf(request)).toMatchObject({ offsetId: 8, addOffset: -3 });
		expect(pageOf(some(8, 9, 10), request, windowOf(request))).toMatchObject({ isEnd: false });
		const last = pageOf(some(6, 7, 8), request, windowOf(request));
		expect([last.messages.length, last.isEnd]).toEqual([1, true]);
	});

	test('around a message, which is among the older half', () => {
		const request = { peer: 'u1', around: 7, limit: 4 } as const;
		expect(windowOf(request)).toMatchObject({ offsetId: 8, addOffset: -2 });
		expect(pageOf(some(6, 7, 8, 9), request, windowOf(request))).toMatchObject({ isStart: false, isEnd: false });
		expect(pageOf(some(7, 8), request, windowOf(request))).toMatchObject({ isStart: true, isEnd: true });
	});
});
