import { expect, test } from 'vitest';
import type { Chart } from '$lib/api/community.ts';
import { barsOf, bottomOf, pathOf, topOf } from './chart-shape.ts';

const box = { width: 100, height: 50 };
const chart = (values: number[][], more: Partial<Chart> = {}): Chart => ({
	id: 'x',
	dates: values[0]!.map((_, day) => day),
	lines: values.map((line) => ({ name: '', values: line, kind: 'line' })),
	isStacked: false,
	...more,
});

test('a chart ends at a round number', () => {
	expect(topOf(chart([[1, 7]]))).toBe(10);
	expect(topOf(chart([[0, 0]]))).toBe(4);
	expect(topOf(chart([[30], [40]], { isStacked: true }))).toBe(100);
});

test('a line that moves little begins over its least value', () => {
	expect(bottomOf(chart([[1000, 1010]]))).toBe(990);
	expect(bottomOf(chart([[0, 10]]))).toBe(0);
});

test('points go from edge to edge', () => {
	expect(pathOf(chart([[0, 10]]).lines[0]!, box, 0, 10)).toBe('M0 50L100 0');
});

test('stacked bars stand on each other', () => {
	const [first, second] = barsOf(chart([[5], [5]], { isStacked: true }), box, 10);
	expect([first!.y, second!.y]).toEqual([25, 0]);
});
