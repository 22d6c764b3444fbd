import { expect, test } from 'vitest';
import { frameOf } from './frame.ts';

test.each([
	['wide', 1600, 900, 26, 16 / 9],
	['tall', 900, 1600, 26 * (9 / 16), 9 / 16],
	['tiny', 20, 20, 9, 1.5],
	['a strip', 4000, 100, 26, 26 / 6],
	['unknown', 0, 0, 9, 1.5],
])('%s', (_, width, height, wide, ratio) => {
	const frame = frameOf(width, height);
	expect(frame.width).toBeCloseTo(wide);
	expect(frame.ratio).toBeCloseTo(ratio);
});
