import { describe, expect, test } from 'vitest';
import type { Entity, EntityKind } from '../api/types.ts';
import { segmentsOf, wordsOf, type Segment } from './segments.ts';

function entity(kind: EntityKind, offset: number, length: number): Entity {
	return { kind, offset, length };
}

/** `b(i(x)y)` for bold around italic x and y. */
function write(segments: Segment[]): string {
	return segments
		.map((segment) => ('text' in segment ? segment.text : `${segment.entity.kind[0]}(${write(segment.children)})`))
		.join('');
}

describe('segments of a text', () => {
	const cases: Record<string, { text: string; entities: Entity[]; want: string }> = {
		'no entities': { text: 'abc', entities: [], want: 'abc' },
		'one in the middle': { text: 'abcd', entities: [entity('bold', 1, 2)], want: 'ab(bc)d' },
		'one in another': { text: 'abcd', entities: [entity('italic', 1, 1), entity('bold', 0, 3)], want: 'b(ai(b)c)d' },
		'same place': { text: 'ab', entities: [entity('bold', 0, 2), entity('quote', 0, 2)], want: 'q(b(ab))' },
		'overlap halfway': {
			text: 'abcd',
			entities: [entity('bold', 0, 3), entity('italic', 2, 2)],
			want: 'b(abi(c))i(d)',
		},
		'beyond the end': { text: 'ab', entities: [entity('bold', 1, 9)], want: 'ab(b)' },
		outside: { text: 'ab', entities: [entity('bold', 5, 1), entity('italic', 0, 0)], want: 'ab' },
	};
	for (const [name, { text, entities, want }] of Object.entries(cases)) {
		test(name, () => {
			const segments = segmentsOf({ text, entities });
			expect(write(segments)).toBe(want);
			expect(segments.map(wordsOf).join('')).toBe(text);
		});
	}

	test('units are those of JavaScript: an emoji is two', () => {
		expect(write(segmentsOf({ text: '😀b', entities: [entity('bold', 2, 1)] }))).toBe('😀b(b)');
	});
});
