import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import type { Entity, EntityKind } from '../api/types.ts';
import RichText from './RichText.svelte';

/** The elements of a text, without what Svelte adds. */
function show(text: string, entities: Entity[] = [], isInert = false): string {
	const { body } = render(RichText, { props: { text: { text, entities }, isInert } });
	return body
		.replace(/<!--.*?-->/g, '')
		.replace(/ class="[^"]*"/g, '')
		.replace(/^<span dir="auto">|<\/span>$/g, '');
}

function entity(kind: EntityKind, offset: number, length: number, more: Partial<Entity> = {}): Entity {
	return { kind, offset, length, ...more };
}

describe('a formatted text', () => {
	test('is never taken as HTML, and keeps its spaces', () => {
		expect(show('<img src=x onerror=alert(1)>')).not.toContain('<img');
		expect(show('a  b\n\tc ')).toBe('a  b\n\tc ');
	});

	test('has its form as elements, and nothing between them', () => {
		const text = 'bold italic code';
		const html = show(text, [entity('bold', 0, 11), entity('italic', 5, 6), entity('code', 12, 4)]);
		expect(html).toBe('<strong>bold <em>italic</em></strong> <code dir="ltr">code</code>');
	});

	test('links lead only where we go', () => {
		expect(show('example.org', [entity('url', 0, 11)])).toContain('href="https://example.org/"');
		const bad = show('click', [entity('link', 0, 5, { url: 'javascript:alert(1)' })]);
		expect(bad).toBe('click');
		const good = show('click', [entity('link', 0, 5, { url: 'https://example.org' })]);
		expect(good).toContain('rel="noopener noreferrer nofollow"');
	});

	test('names lead into the page', () => {
		expect(show('@anna Bo', [entity('mention', 0, 5), entity('name', 6, 2, { user: 'u7' })])).toMatch(
			/<a href="#@anna">@anna<\/a> <a href="#u7">Bo<\/a>/,
		);
	});

	test('without somebody who takes them, tags and commands are words', () => {
		expect(show('#tag /start', [entity('hashtag', 0, 4), entity('command', 5, 6)])).toBe('#tag /start');
	});

	test('a covered text is a button with a name that does not tell it', () => {
		const html = show('a secret', [entity('spoiler', 2, 6)]);
		expect(html).toMatch(/role="button"/);
		expect(html).toMatch(/aria-label="[^"]+"/);
		expect(html).not.toMatch(/aria-label="[^"]*secret/);
	});

	test('inside a link or row there is nothing to press', () => {
		const html = show('x example.org y', [entity('url', 2, 11), entity('spoiler', 14, 1)], true);
		expect(html).not.toMatch(/<a|<button|role="button"/);
	});
});
