/** A place in an album, in hundredths of the album's width. */
export interface Cell {
	x: number;
	y: number;
	width: number;
	height: number;
}

export interface AlbumLayout {
	cells: Cell[];
	/** Of the whole album, in hundredths of its width. */
	height: number;
}

const minRatio = 0.6;
const maxRatio = 2;
/** The height that an album of several rows comes near to. */
const wantedHeight = 110;

/**
 * Lays pictures of the given ratios (width to height) out in full rows of one to four, in their order, so that
 * the whole comes nearest to a calm, not too tall form.
 */
export function layOutAlbum(ratios: readonly number[], gap = 0.6): AlbumLayout {
	const bounded = ratios.map((ratio) => Math.min(maxRatio, Math.max(minRatio, ratio || 1)));
	let best: number[] = [bounded.length];
	let bestCost = Infinity;
	for (const split of splitRows(bounded.length)) {
		const cost = rateSplit(bounded, split);
		if (cost < bestCost) [best, bestCost] = [split, cost];
	}
	return placeRows(bounded, best, gap);
}

/** All ways to cut n into rows of one to four. For ten pictures that are some four hundred. */
function* splitRows(n: number): Generator<number[]> {
	if (n === 0) yield [];
	for (let first = 1; first <= Math.min(4, n); first++) {
		for (const rest of splitRows(n - first)) yield [first, ...rest];
	}
}

function findHeights(ratios: readonly number[], split: readonly number[]): number[] {
	let at = 0;
	return split.map((count) => {
		const sum = ratios.slice(at, (at += count)).reduce((total, ratio) => total + ratio, 0);
		return 100 / sum;
	});
}

/** Lower is better: the whole near its wanted height, rows alike, no slivers, no lone picture in the middle. */
function rateSplit(ratios: readonly number[], split: readonly number[]): number {
	const heights = findHeights(ratios, split);
	const total = heights.reduce((sum, height) => sum + height, 0);
	const mean = total / heights.length;
	const uneven = heights.reduce((sum, height) => sum + Math.abs(height - mean), 0);
	const slivers = heights.filter((height) => height < 22).length;
	const lone = split.slice(1).filter((count) => count === 1).length;
	return Math.abs(total - wantedHeight) + uneven / 2 + slivers * 60 + lone * 25;
}

function placeRows(ratios: readonly number[], split: readonly number[], gap: number): AlbumLayout {
	const cells: Cell[] = [];
	let at = 0;
	let y = 0;
	for (const count of split) {
		const row = ratios.slice(at, (at += count));
		const sum = row.reduce((total, ratio) => total + ratio, 0);
		const height = (100 - gap * (count - 1)) / sum;
		let x = 0;
		for (const ratio of row) {
			cells.push({ x, y, width: ratio * height, height });
			x += ratio * height + gap;
		}
		y += height + gap;
	}
	return { cells, height: Math.max(0, y - gap) };
}
