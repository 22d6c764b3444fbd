import { expect, it } from 'vitest';
import type { Entity } from '../api/types.ts';
import { cutBlocks } from './segments.ts';

function cut(text: string, ...entities: Entity[]) {
	return cutBlocks({ text, entities }).map((block) => ({
		kind: block.kind,
		parts: block.segments.map((segment) => [segment.text, [...segment.styles].sort().join(' ')]),
	}));
}

it('leaves a plain text whole', () => {
	expect(cut('hello')).toEqual([{ kind: 'text', parts: [['hello', '']] }]);
});

it('cuts where marks begin, end and overlap', () => {
	const blocks = cut('abcdef', { kind: 'bold', offset: 0, length: 4 }, { kind: 'italic', offset: 2, length: 4 });
	expect(blocks[0]?.parts).toEqual([
		['ab', 'bold'],
		['cd', 'bold italic'],
		['ef', 'italic'],
	]);
});

it('makes blocks of quotes and code, and takes the line end behind them', () => {
	const blocks = cut(
		'say\nquoted\nafter',
		{ kind: 'quote', offset: 4, length: 6 },
		{ kind: 'bold', offset: 4, length: 3 },
	);
	expect(blocks).toEqual([
		{ kind: 'text', parts: [['say\n', '']] },
		{
			kind: 'quote',
			parts: [
				['quo', 'bold'],
				['ted', ''],
			],
		},
		{ kind: 'text', parts: [['after', '']] },
	]);
});

it.each([
	['link', 'javascript:alert(1)', undefined],
	['link', 'data:text/html,x', undefined],
	['link', 'https://example.org/a', { kind: 'url', url: 'https://example.org/a' }],
	['link', 'tg://resolve?domain=x', { kind: 'url', url: 'tg://resolve?domain=x' }],
] as const)('a %s to %s', (kind, url, link) => {
	const [block] = cutBlocks({ text: 'here', entities: [{ kind, offset: 0, length: 4, url }] });
	expect(block?.segments[0]?.link).toEqual(link);
});

it('finds addresses in words', () => {
	const [block] = cutBlocks({ text: 'example.org', entities: [{ kind: 'url', offset: 0, length: 11 }] });
	expect(block?.segments[0]?.link).toEqual({ kind: 'url', url: 'https://example.org' });
});
