import { expect, it } from 'vitest';
import { layOutAlbum } from './album.ts';

it.each([
	[[1.5, 1.5]],
	[[0.7, 0.7, 0.7]],
	[[1.78, 1, 1]],
	[[1, 1, 1, 1]],
	[[3, 0.3, 1, 1.5, 0.75]],
	[Array.from({ length: 10 }, (_, i) => 0.6 + i / 7)],
])('fills the width and never overlaps: %j', (ratios) => {
	const { cells, height } = layOutAlbum(ratios);
	expect(cells).toHaveLength(ratios.length);
	for (const cell of cells) {
		expect(cell.x + cell.width).toBeLessThanOrEqual(100.001);
		expect(cell.y + cell.height).toBeLessThanOrEqual(height + 0.001);
		expect(cell.width).toBeGreaterThan(10);
	}
	expect(height).toBeGreaterThan(30);
	expect(height).toBeLessThan(220);
});

it('does not crop what is neither very wide nor very tall', () => {
	const ratios = [1.5, 1.2, 0.8];
	layOutAlbum(ratios).cells.forEach((cell, i) => expect(cell.width / cell.height).toBeCloseTo(ratios[i]!, 3));
});
