import { describe, expect, test } from 'vitest';
import { RowFocus } from './row-focus.svelte.ts';

/** A list in which the row of a key is drawn, or can have the focus, only after some steps. */
function open(drawnAfter: number, focusableAfter = drawnAfter) {
	const document: { activeElement?: unknown } = {};
	const shown: number[] = [];
	let steps = 0;
	const rows = new Map<string, HTMLElement>();
	const makeRow = () => {
		const row = { ownerDocument: document, focus: () => steps >= focusableAfter && (document.activeElement = row) };
		return row as unknown as HTMLElement;
	};
	const focus = new RowFocus({
		show: (index) => void shown.push(index),
		find(key) {
			if (steps < drawnAfter) return undefined;
			if (!rows.has(key)) rows.set(key, makeRow());
			return rows.get(key);
		},
		wait: async () => void steps++,
	});
	return { focus, shown, rows, isAt: (key: string) => document.activeElement === rows.get(key) };
}

const some = ['a', 'b', 'c'].map((key) => ({ key }));

describe('the focus in the list of messages', () => {
	test('goes to a row that is drawn', async () => {
		const { focus, shown, isAt } = open(0);
		await focus.go(7, 'c');
		expect([shown, isAt('c')]).toEqual([[7], true]);
	});

	test('waits for a row far away, and until it is measured: what is hidden takes no focus', async () => {
		const { focus, isAt } = open(4, 6);
		await focus.go(7, 'c');
		expect(isAt('c')).toBe(true);
	});

	test('keys that come faster lead on from where the focus was to go', async () => {
		const { focus, rows, isAt } = open(4);
		const first = focus.go(7, 'c');
		expect(focus.indexIn(some, 'a')).toBe(2);
		const second = focus.go(6, 'b');
		expect(focus.indexIn(some, 'a')).toBe(1);
		await Promise.all([first, second]);
		expect([isAt('b'), rows.has('c'), focus.indexIn(some, 'b')]).toEqual([true, false, 1]);
	});

	test('the row that has it stays drawn', () => {
		const { focus } = open(0);
		expect(focus.keptIn(some)).toBeUndefined();
		focus.kept = 'b';
		expect(focus.keptIn(some)).toEqual([1]);
		focus.kept = 'gone';
		expect(focus.keptIn(some)).toBeUndefined();
	});

	test('gives up on a row that never comes', async () => {
		const { focus } = open(1000);
		await focus.go(7, 'c');
		expect(focus.indexIn(some, 'a')).toBe(0);
	});
});
