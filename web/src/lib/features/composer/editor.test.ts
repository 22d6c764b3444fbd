import { describe, expect, test } from 'vitest';
import { plain } from '$lib/text/formatting.ts';
import { findChange, stretches } from './editor-dom.ts';
import { EditorHistory } from './editor-history.ts';

describe('what typing changed', () => {
	test.each([
		['ab', 'aXb', 2, { from: 1, to: 1, text: 'X' }],
		['aa', 'aaa', 1, { from: 1, to: 1, text: 'a' }],
		['aaa', 'aa', 1, { from: 1, to: 2, text: '' }],
		['one two', 'one three', 9, { from: 5, to: 7, text: 'hree' }],
		['', 'x', 1, { from: 0, to: 0, text: 'x' }],
	])('%s to %s', (before, after, caret, want) => expect(findChange(before, after, caret)).toEqual(want));
});

test('text is cut where styles begin and end', () => {
	const rich = {
		text: 'abcd',
		entities: [
			{ kind: 'bold', offset: 0, length: 3 },
			{ kind: 'italic', offset: 2, length: 2 },
		],
	} as const;
	expect(stretches({ text: rich.text, entities: [...rich.entities] })).toEqual([
		{ text: 'ab', style: 'bold' },
		{ text: 'c', style: 'bold italic' },
		{ text: 'd', style: 'italic' },
	]);
});

test('keys that follow each other are undone together', () => {
	const history = new EditorHistory(plain(''));
	const caret = { from: 0, to: 0 };
	history.add({ text: plain('a'), caret }, true, 1000);
	history.add({ text: plain('ab'), caret }, true, 1100);
	history.add({ text: plain('ab c'), caret }, true, 5000);
	expect(history.undo()?.text.text).toBe('ab');
	expect(history.undo()?.text.text).toBe('');
	expect(history.undo()).toBeUndefined();
	expect(history.redo()?.text.text).toBe('ab');
	expect(history.redo()?.text.text).toBe('ab c');
	expect(history.redo()).toBeUndefined();
});
