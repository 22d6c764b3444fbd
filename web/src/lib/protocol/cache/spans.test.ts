import { describe, expect, it } from 'vitest';
import { addSpan, extendNewest, findSpan, type Span } from './spans.ts';

describe('addSpan', () => {
	const cases: Record<string, { spans: Span[]; add: Span; want: Span[] }> = {
		'the first': { spans: [], add: [5, 9], want: [[5, 9]] },
		'apart from the others': {
			spans: [[20, 30]],
			add: [5, 9],
			want: [
				[5, 9],
				[20, 30],
			],
		},
		'touching by one id': { spans: [[9, 12]], add: [5, 9], want: [[5, 12]] },
		'over several': {
			spans: [
				[1, 3],
				[5, 7],
				[9, 11],
			],
			add: [2, 10],
			want: [[1, 11]],
		},
		'inside of one': { spans: [[1, 30]], add: [5, 9], want: [[1, 30]] },
	};
	for (const [name, { spans, add, want }] of Object.entries(cases)) {
		it(name, () => expect(addSpan(spans, add)).toEqual(want));
	}
});

describe('extendNewest', () => {
	it('takes a live message as the next after the newest known', () => {
		expect(
			extendNewest(
				[
					[1, 3],
					[8, 10],
				],
				15,
			),
		).toEqual([
			[1, 3],
			[8, 15],
		]);
	});

	it('begins with a message where nothing is known', () => {
		expect(extendNewest([], 15)).toEqual([[15, 15]]);
	});

	it('is not moved by an old one', () => {
		expect(extendNewest([[8, 10]], 9)).toEqual([[8, 10]]);
	});
});

describe('findSpan', () => {
	it('finds the stretch around an id, or the newest', () => {
		const spans: Span[] = [
			[1, 3],
			[8, 10],
		];
		expect(findSpan(spans, 2)).toEqual([1, 3]);
		expect(findSpan(spans, 5)).toBeUndefined();
		expect(findSpan(spans)).toEqual([8, 10]);
	});
});
