import { describe, expect, it } from 'vitest';
import type { Message } from '$lib/api/types.ts';
import { buildRows, compareRows, findRow, noRows } from './rows.ts';

const noon = new Date(2026, 4, 3, 12).getTime() / 1000;

function make(id: number, over: Partial<Message> = {}): Message {
	return {
		peer: 'g1',
		id,
		key: `k${id}`,
		sender: 'u1',
		date: noon + id,
		isOut: false,
		isPost: false,
		isSilent: false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: false,
		state: 'sent',
		text: { text: `${id}`, entities: [] },
		content: { kind: 'none' },
		reactions: [],
		...over,
	};
}

const start = { isAtStart: true };

describe('buildRows', () => {
	it('joins what one sender wrote within ten minutes', () => {
		const { rows } = buildRows(
			[make(1), make(2), make(3, { sender: 'u2' }), make(4, { sender: 'u2', date: noon + 2000 })],
			start,
		);
		expect(rows.map((row) => [row.isFirst, row.isLast])).toEqual([
			[true, false],
			[false, true],
			[true, true],
			[true, true],
		]);
	});

	it('writes each day once, and above the first row only where the history begins', () => {
		const messages = [make(1), make(2, { date: noon + 86400 }), make(3, { date: noon + 86401 })];
		expect(buildRows(messages, start).rows.map((row) => row.day !== undefined)).toEqual([true, true, false]);
		expect(buildRows(messages, { isAtStart: false }).rows.map((row) => row.day !== undefined)).toEqual([
			false,
			true,
			false,
		]);
	});

	it('draws the unread line above the first unread one of somebody else', () => {
		const { rows } = buildRows([make(1), make(2, { isOut: true }), make(3), make(4)], { ...start, unreadFrom: 2 });
		expect(rows.map((row) => row.isFirstUnread)).toEqual([false, false, true, false]);
	});

	it('makes one row of an album', () => {
		const { rows } = buildRows([make(1, { album: 'a' }), make(2, { album: 'a' }), make(3, { album: 'b' })], start);
		expect(rows.map((row) => row.album?.length)).toEqual([2, undefined]);
	});

	it('keeps the rows that did not change', () => {
		const messages = [make(1), make(2), make(3)];
		const before = buildRows(messages, start);
		const after = buildRows([messages[0]!, { ...messages[1]!, editDate: 5 }, messages[2]!, make(4)], start, before);
		expect(after.rows.map((row, i) => row === before.rows[i])).toEqual([true, false, false, false]);
	});
});

describe('buildRows, going on from what is there', () => {
	const first = [make(1), make(2, { sender: 'u2', album: 'a' }), make(3, { sender: 'u2', album: 'a' })];
	const before = buildRows(first, { ...start, unreadFrom: 4 });

	it.each([
		['one of the same run', [make(4, { sender: 'u2' })]],
		['a part of the album', [make(4, { sender: 'u2', album: 'a' })]],
		['many', [make(4, { sender: 'u3' }), make(5, { sender: 'u3' }), make(6, { date: noon + 86400 })]],
		['nothing', []],
	])('gives the same rows as from the beginning: %s', (_, more) => {
		const options = { ...start, unreadFrom: 4 };
		const messages = [...first, ...more];
		const after = buildRows(messages, options, before);
		expect(after.rows).toEqual(buildRows(messages, options).rows);
		expect(after.rows[0]).toBe(before.rows[0]);
		expect([...after.byKey.values()]).toEqual(expect.arrayContaining(after.rows));
	});
});

describe('buildRows, with more in front', () => {
	const all = [
		make(1),
		make(2, { sender: 'u2', album: 'a' }),
		make(3, { sender: 'u2', album: 'a' }),
		make(4, { sender: 'u2', album: 'a' }),
		make(5, { sender: 'u2' }),
		make(6),
		make(7, { date: noon + 86400 }),
		make(8, { date: noon + 86401 }),
	];

	it.each([
		[undefined, true],
		[undefined, false],
		[6, false],
		[3, true],
	])('makes the same as from all (unread from %s, at the start %s)', (unreadFrom, isAtStart) => {
		for (let from = 1; from < all.length; from++) {
			const before = buildRows(all.slice(from), { unreadFrom, isAtStart: false });
			const rows = buildRows(all, { unreadFrom, isAtStart }, before);
			const wanted = buildRows(all, { unreadFrom, isAtStart });
			expect(rows.rows).toEqual(wanted.rows);
			expect([...rows.byKey.keys()].sort()).toEqual([...wanted.byKey.keys()].sort());
		}
	});

	it('takes over what is behind', () => {
		const before = buildRows(all.slice(4), { isAtStart: false });
		const behind = [...before.rows];
		const { rows } = buildRows(all, start, before);
		expect(rows.slice(-3).every((row, i) => row === behind[i + 1])).toBe(true);
	});
});

describe('compareRows', () => {
	const before = buildRows([make(5), make(6)], start);

	it.each([
		['front', [make(3), make(4), make(5), make(6)]],
		['front', [make(6)]],
		['back', [make(5), make(6), make(7)]],
		['same', [make(5), make(6)]],
		['other', [make(30), make(31)]],
	] as const)('%s', (change, messages) => {
		expect(compareRows(before, buildRows(messages, start))).toBe(change);
	});

	it('is another part when the first rows come', () => {
		expect(compareRows(noRows, before)).toBe('other');
	});
});

describe('findRow', () => {
	const set = buildRows([make(2), make(4, { album: 'a' }), make(5, { album: 'a' }), make(9), make(-1)], start);

	it.each([
		[2, 0],
		[5, 1],
		[9, 2],
		[-1, 3],
		[3, -1],
		[10, -1],
	])('%i is in row %i', (id, row) => {
		expect(findRow(set, id)).toBe(row);
	});
});
