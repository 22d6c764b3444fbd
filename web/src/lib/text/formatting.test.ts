import { describe, expect, test } from 'vitest';
import type { RichText } from '../api/types.ts';
import {
	concat,
	hasStyle,
	normalise,
	plain,
	readLink,
	removeStyle,
	replace,
	slice,
	toggleStyle,
	trim,
} from './formatting.ts';
import { readMarkdown, writeMarkdown } from './markdown.ts';

const bold = (text: string, offset: number, length: number): RichText => ({
	text,
	entities: [{ kind: 'bold', offset, length }],
});

describe('pieces of formatted text', () => {
	test('entities that touch become one, those outside go', () => {
		const rich: RichText = {
			text: 'abcdef',
			entities: [
				{ kind: 'bold', offset: 3, length: 9 },
				{ kind: 'bold', offset: 0, length: 3 },
				{ kind: 'italic', offset: 6, length: 2 },
			],
		};
		expect(normalise(rich).entities).toEqual([{ kind: 'bold', offset: 0, length: 6 }]);
	});

	test('a slice counts emoji as two units', () => {
		expect(slice(bold('😀 bold', 3, 4), 2)).toEqual(bold(' bold', 1, 4));
	});

	test('text put into the middle of a style takes it on', () => {
		expect(replace(bold('abcd', 0, 4), 2, 2, plain('XY'))).toEqual(bold('abXYcd', 0, 6));
	});

	test('text put at the end of a style does not', () => {
		expect(replace(bold('abcd', 0, 4), 4, 4, plain('XY'))).toEqual(bold('abcdXY', 0, 4));
	});

	test('a style is cut by what replaces its end', () => {
		expect(replace(bold('abcd', 0, 4), 2, 4, plain(''))).toEqual(bold('ab', 0, 2));
	});

	test('white space at the ends goes, and styles move', () => {
		expect(trim(bold('  ab ', 1, 3))).toEqual(bold('ab', 0, 2));
		expect(trim(plain('   '))).toEqual(plain(''));
	});

	test('parts keep their styles', () => {
		expect(concat(plain('a'), bold('b', 0, 1))).toEqual(bold('ab', 1, 1));
	});
});

describe('a button of the toolbar', () => {
	test('puts a style on, and takes it away when all has it', () => {
		const styled = toggleStyle(plain('abcd'), 1, 3, 'bold');
		expect(styled).toEqual(bold('abcd', 1, 2));
		expect(hasStyle(styled, 1, 3, 'bold')).toBe(true);
		expect(hasStyle(styled, 0, 3, 'bold')).toBe(false);
		expect(toggleStyle(styled, 1, 3, 'bold')).toEqual(plain('abcd'));
	});

	test('takes a piece out of the middle', () => {
		expect(removeStyle(bold('abcd', 0, 4), 1, 2, 'bold').entities).toEqual([
			{ kind: 'bold', offset: 0, length: 1 },
			{ kind: 'bold', offset: 2, length: 2 },
		]);
	});

	test('makes blocks of whole lines', () => {
		expect(toggleStyle(plain('one\ntwo\nthree'), 5, 5, 'quote').entities).toEqual([
			{ kind: 'quote', offset: 4, length: 3 },
		]);
	});
});

describe('an address', () => {
	const cases: [string, string | undefined][] = [
		['example.org', 'https://example.org'],
		['http://a.b/c', 'http://a.b/c'],
		['mailto:a@b.no', 'mailto:a@b.no'],
		['localhost:8080', 'https://localhost:8080'],
		['javascript:alert(1)', undefined],
		['data:text/html,x', undefined],
		['two words', undefined],
	];
	test.each(cases)('%s', (text, want) => expect(readLink(text)).toBe(want));
});

describe('Markdown', () => {
	const cases: Record<string, [string, RichText]> = {
		bold: ['a **b** c', bold('a b c', 2, 1)],
		'emoji before': ['😀 **b**', bold('😀 b', 3, 1)],
		nested: [
			'**a __b__**',
			{
				text: 'a b',
				entities: [
					{ kind: 'bold', offset: 0, length: 3 },
					{ kind: 'italic', offset: 2, length: 1 },
				],
			},
		],
		'strike and spoiler': [
			'~~a~~ ||b||',
			{
				text: 'a b',
				entities: [
					{ kind: 'strike', offset: 0, length: 1 },
					{ kind: 'spoiler', offset: 2, length: 1 },
				],
			},
		],
		code: ['`a **b**`', { text: 'a **b**', entities: [{ kind: 'code', offset: 0, length: 7 }] }],
		block: [
			'x\n```go\nfunc a()\n```\ny',
			{ text: 'x\nfunc a()y', entities: [{ kind: 'pre', offset: 2, length: 8, language: 'go' }] },
		],
		link: [
			'see [this](example.org)!',
			{ text: 'see this!', entities: [{ kind: 'link', offset: 4, length: 4, url: 'https://example.org' }] },
		],
		'link with scheme': [
			'[a](https://x.org/b)',
			{ text: 'a', entities: [{ kind: 'link', offset: 0, length: 1, url: 'https://x.org/b' }] },
		],
		quote: ['> one\n> two\nafter', { text: 'one\ntwo\nafter', entities: [{ kind: 'quote', offset: 0, length: 7 }] }],
		'no link to code': ['[a](javascript:b)', plain('[a](javascript:b)')],
		'stars alone': ['2 ** 3 ** 4', plain('2 ** 3 ** 4')],
		'names of code': ['my__own__name', plain('my__own__name')],
		'an address': ['https://a.org/__x__/**y**', plain('https://a.org/__x__/**y**')],
		unfinished: ['**a', plain('**a')],
	};
	test.each(Object.entries(cases))('%s', (_, [source, want]) => expect(readMarkdown(plain(source))).toEqual(want));

	test('keeps styles that are there', () => {
		expect(readMarkdown(bold('x __y__', 0, 1)).entities).toEqual([
			{ kind: 'bold', offset: 0, length: 1 },
			{ kind: 'italic', offset: 2, length: 1 },
		]);
	});

	test.each(['**a** b', '__a__ `b`', '~~a **b**~~', '[a](https://b.org/)', '> one\n> two\nafter', '||a||'])(
		'%s is written as it was read',
		(source) => {
			expect(writeMarkdown(readMarkdown(plain(source)))).toBe(source);
		},
	);

	test('what is written reads back to the same', () => {
		const rich: RichText = {
			text: 'one two three\nfour',
			entities: [
				{ kind: 'bold', offset: 0, length: 7 },
				{ kind: 'italic', offset: 4, length: 3 },
				{ kind: 'pre', offset: 14, length: 4, language: 'c' },
			],
		};
		expect(readMarkdown(plain(writeMarkdown(rich)))).toEqual(rich);
	});
});
