import { describe, expect, it } from 'vitest';
import { rangeOf } from './history.ts';

const all = [2, 3, 5, 8, 13, 21];
const page = (request: Parameters<typeof rangeOf>[1]) => all.slice(...rangeOf(all, request));

describe('rangeOf', () => {
	it('is the newest without a place', () => {
		expect(page({ limit: 2 })).toEqual([13, 21]);
		expect(page({ limit: 99 })).toEqual(all);
	});

	it('is what stands before, after and around a place', () => {
		expect(page({ before: 8, limit: 2 })).toEqual([3, 5]);
		expect(page({ before: 3, limit: 5 })).toEqual([2]);
		expect(page({ after: 5, limit: 2 })).toEqual([8, 13]);
		expect(page({ after: 21, limit: 2 })).toEqual([]);
		expect(page({ around: 8, limit: 3 })).toEqual([5, 8, 13]);
		expect(page({ around: 7, limit: 2 })).toEqual([5, 8]);
	});
});
