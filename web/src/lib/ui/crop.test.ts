import { expect, test } from 'vitest';
import { middleSquare, mostZoom, moveSquare, zoomOf, zoomSquare } from './crop.ts';

const wide = { width: 400, height: 200 };

test('the middle is kept', () => {
	expect(middleSquare(wide)).toEqual({ x: 100, y: 0, side: 200 });
	expect(middleSquare({ width: 200, height: 400 })).toEqual({ x: 0, y: 100, side: 200 });
});

test('coming nearer keeps the middle', () => {
	const near = zoomSquare(middleSquare(wide), wide, 2);
	expect(near).toEqual({ x: 150, y: 50, side: 100 });
	expect(zoomOf(near, wide)).toBe(2);
	expect(zoomSquare(near, wide, 1)).toEqual(middleSquare(wide));
});

test('nothing beside the picture is ever kept', () => {
	expect(moveSquare(middleSquare(wide), wide, 500, 500)).toEqual({ x: 200, y: 0, side: 200 });
	expect(moveSquare(middleSquare(wide), wide, -500, -500)).toEqual({ x: 0, y: 0, side: 200 });
	const corner = moveSquare(zoomSquare(middleSquare(wide), wide, 2), wide, 500, 500);
	expect(zoomSquare(corner, wide, 1)).toEqual({ x: 200, y: 0, side: 200 });
	expect(zoomSquare(corner, wide, 100).side).toBe(200 / mostZoom);
	expect(zoomSquare(corner, wide, 0).side).toBe(200);
});
