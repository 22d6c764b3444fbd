import { describe, expect, test } from 'vitest';
import type { Peer } from '$lib/api/types.ts';
import { findAsked, pieceOf } from './completions.svelte.ts';

const at = (text: string, caret = text.length) => findAsked(text, { from: caret, to: caret });

describe('what is asked to be completed', () => {
	test.each([
		['hi @an', { sign: '@', word: 'an', from: 3, to: 6 }],
		['@', { sign: '@', word: '', from: 0, to: 1 }],
		['x #tå', { sign: '#', word: 'tå', from: 2, to: 5 }],
		[':smi', { sign: ':', word: 'smi', from: 0, to: 4 }],
		['/sta', { sign: '/', word: 'sta', from: 0, to: 4 }],
	])('%s', (text, want) => expect(at(text)).toEqual(want));

	test.each(['mail@example', 'at 10:30', ':s', 'a /b', '@ann '])('nothing in %s', (text) =>
		expect(at(text)).toBeUndefined(),
	);

	test('nothing where text is selected', () => {
		expect(findAsked('@an', { from: 1, to: 3 })).toBeUndefined();
	});
});

test('somebody without a username is named by a styled name', () => {
	const peer = { key: 'u7', title: 'Ann Lee', firstName: 'Ann' } as unknown as Peer;
	expect(pieceOf({ kind: 'person', peer })).toEqual({
		text: 'Ann ',
		entities: [{ kind: 'name', offset: 0, length: 3, user: 'u7' }],
	});
	expect(pieceOf({ kind: 'person', peer: { ...peer, username: 'ann' } }).text).toBe('@ann ');
});
