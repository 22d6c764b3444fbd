import { describe, expect, test } from 'vitest';
import { isDisguised, safeUrl } from './links.ts';

describe('safeUrl', () => {
	const cases: Record<string, string | undefined> = {
		'https://example.org/a?b#c': 'https://example.org/a?b#c',
		'example.org': 'https://example.org/',
		'example.org:8080/x': 'https://example.org:8080/x',
		'mailto:a@example.org': 'mailto:a@example.org',
		'tel:+4712345678': 'tel:+4712345678',
		'tg://resolve?domain=a': 'tg://resolve?domain=a',
		'javascript:alert(1)': undefined,
		' JaVaScRiPt:alert(1)': undefined,
		'data:text/html,x': undefined,
		'blob:https://example.org/1': undefined,
		'file:///etc/passwd': undefined,
		'vbscript:x': undefined,
		'http://': undefined,
		'': undefined,
	};
	for (const [text, want] of Object.entries(cases)) {
		test(JSON.stringify(text), () => expect(safeUrl(text)).toBe(want));
	}
});

describe('isDisguised', () => {
	test('words that name the host say where the link leads', () => {
		expect(isDisguised('example.org/page', 'https://example.org/page')).toBe(false);
		expect(isDisguised('https://example.org', 'https://example.org/other')).toBe(false);
	});
	test('other words, and another host, do not', () => {
		expect(isDisguised('click here', 'https://example.org/')).toBe(true);
		expect(isDisguised('https://bank.example', 'https://evil.example/')).toBe(true);
		expect(isDisguised('https://bank.example@evil.example', 'https://evil.example/')).toBe(true);
	});
});
