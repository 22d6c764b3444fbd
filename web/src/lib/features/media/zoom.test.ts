import { expect, test } from 'vitest';
import { clampView, zoomAt } from './zoom.ts';

test('the point under the pointer stays there', () => {
	expect(zoomAt({ scale: 1, x: 0, y: 0 }, 2, 100, -50)).toEqual({ scale: 2, x: -100, y: 50 });
});

test('a picture gets neither smaller than its box nor larger than eight times', () => {
	expect(zoomAt({ scale: 1, x: 0, y: 0 }, 0.2, 9, 9)).toEqual({ scale: 1, x: 0, y: 0 });
	expect(zoomAt({ scale: 8, x: 0, y: 0 }, 20, 0, 0).scale).toBe(8);
});

test('it does not leave the box', () => {
	expect(clampView({ scale: 2, x: 900, y: -900 }, 200, 100)).toEqual({ scale: 2, x: 100, y: -50 });
	expect(clampView({ scale: 1, x: 5, y: 5 }, 200, 100)).toEqual({ scale: 1, x: 0, y: 0 });
});
