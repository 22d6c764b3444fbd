import { beforeEach, expect, test, vi } from 'vitest';
import type { Api } from '../api/api.ts';
import { builtInVersions, language, t } from '../text/index.ts';
import { LanguageStore } from './language.svelte.ts';

class Memory {
	readonly items = new Map<string, string>();
	getItem = (key: string) => this.items.get(key) ?? null;
	setItem = (key: string, value: string) => void this.items.set(key, value);
	removeItem = (key: string) => void this.items.delete(key);
}

function apiWith(words: (code: string, known: number) => Promise<unknown>): Api {
	return { language: { words, list: () => Promise.resolve([]) } } as unknown as Api;
}

beforeEach(() => language.use('en'));

test('the page asks for words that differ from its own, and keeps them', async () => {
	const storage = new Memory();
	const words = vi.fn(() => Promise.resolve({ version: 7, words: { TextToday: 'Denne dagen' } }));
	await new LanguageStore(apiWith(words), storage).use('nb');
	expect(words).toHaveBeenCalledWith('nb', builtInVersions['nb']);
	expect([t('TextToday'), t('TextYesterday')]).toEqual(['Denne dagen', 'I går']);

	await language.use('en');
	const later = vi.fn(() => Promise.reject(new Error('no network')));
	await new LanguageStore(apiWith(later), storage).use('nb');
	expect(later).toHaveBeenCalledWith('nb', 7);
	expect(t('TextToday')).toBe('Denne dagen');
});

test('without a network the words of the page are used', async () => {
	await new LanguageStore(
		apiWith(() => Promise.reject(new Error('no network'))),
		new Memory(),
	).use('nb');
	expect(t('TextToday')).toBe('I dag');
});

test('words kept for another build are forgotten', async () => {
	const storage = new Memory();
	storage.setItem('hermod.words', JSON.stringify({ code: 'nb', builtIn: 1, version: 7, words: { TextToday: 'Old' } }));
	await new LanguageStore(
		apiWith(() => Promise.reject(new Error('no network'))),
		storage,
	).use('nb');
	expect(t('TextToday')).toBe('I dag');
});
