import { beforeEach, describe, expect, test } from 'vitest';
import {
	chooseLanguage,
	chooseVariant,
	formatCount,
	formatDateTime,
	formatDay,
	formatDuration,
	formatListDate,
	formatNames,
	formatPeriod,
	formatSize,
	language,
	t,
	tn,
	tParts,
} from './index.ts';

const at = (text: string) => new Date(text).getTime() / 1000;
const now = at('2026-11-22T14:05:00');

beforeEach(() => language.use('en', { Greet: 'Hello {name}', Chats: { one: '{n} chat', other: '{n} chats' } }));

describe('translate', () => {
	test('fills in values, and leaves what it is not given', () => {
		expect(t('Greet', { name: 'Kari' })).toBe('Hello Kari');
		expect(t('Greet')).toBe('Hello {name}');
		expect(t('NoSuchKey')).toBe('NoSuchKey');
	});

	test('chooses the form for a number', () => {
		expect([0, 1, 2, 12345].map((n) => tn('Chats', n))).toEqual(['0 chats', '1 chat', '2 chats', '12,345 chats']);
	});

	test('splits a text at its places', () => {
		expect(tParts('Greet')).toEqual(['Hello ', { name: 'name' }]);
	});

	test('falls back to English', async () => {
		await language.use('nb');
		expect(t('TextToday')).toBe('I dag');
		await language.use('ar', { Other: 'x' });
		expect(t('TextToday')).toBe('Today');
		expect(language.direction).toBe('rtl');
	});

	test('knows the relatives of a language', () => {
		expect(chooseLanguage(['nn-NO', 'en'])).toBe('nb');
		expect(chooseLanguage(['fr', 'en-GB'])).toBe('en');
		expect(chooseLanguage(['fr'])).toBe('en');
	});

	test('writes dates as the variant that the browser prefers', () => {
		expect(chooseVariant('en', ['nb-NO', 'en-GB', 'en-US'])).toBe('en-GB');
		expect(chooseVariant('en', ['nb-NO', 'en'])).toBe('en');
	});
});

describe('format', () => {
	test('days', () => {
		expect(formatDay(now, now)).toBe('Today');
		expect(formatDay(at('2026-11-21T23:59:59'), now)).toBe('Yesterday');
		expect(formatDay(at('2026-11-03T10:00:00'), now)).toBe('November 3');
		expect(formatDay(at('2024-11-03T10:00:00'), now)).toBe('November 3, 2024');
		expect(formatDateTime(at('2026-11-21T09:30:00'), now)).toMatch(/^yesterday at 0?9:30/);
	});

	test('dates in the list', () => {
		expect(formatListDate(at('2026-11-17T10:00:00'), now)).toBe('Tue');
		expect(formatListDate(at('2026-11-03T10:00:00'), now)).toBe('Nov 3');
		expect(formatListDate(at('2024-11-03T10:00:00'), now)).toBe('11/03/24');
	});

	test('durations and periods', () => {
		expect([7, 185, 3723].map(formatDuration)).toEqual(['0:07', '3:05', '1:02:03']);
		expect([604800, 172800, 90].map(formatPeriod)).toEqual(['1 week', '2 days', '90 seconds']);
	});

	test('sizes and counts', () => {
		expect([12, 15300, 1_540_000].map(formatSize)).toEqual(['12 bytes', '15 kB', '1.5 MB']);
		expect([12, 1234, 1_500_000].map(formatCount)).toEqual(['12', '1.2K', '1.5M']);
		expect(formatNames(['Kari', 'Ola', 'Per'])).toBe('Kari, Ola, and Per');
	});
});
