import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry, Words } from './language.svelte.ts';

const root = join(import.meta.dirname, '../../..');

/** Keys that are put together at run time begin with a prefix that stands there: t(`Prefix${kind}`). */
const composed = /`([A-Z][A-Za-z]+)\$\{/g;
const called = /\bt(n|Parts)?\(\s*'([A-Za-z0-9]+)'/g;
const named = /'([A-Z][A-Za-z0-9]+)'/g;

function readFolder(language: string): Map<string, Words> {
	const folder = join(root, 'lang', language);
	const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
	return new Map(files.map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Words]));
}

function keysOf(files: Map<string, Words>): string[] {
	return [...files.values()].flatMap((words) => Object.keys(words));
}

function readSources(): string[] {
	return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
		.filter((file) => /\.(svelte|ts)$/.test(file) && !file.endsWith('.test.ts'))
		.map((file) => readFileSync(join(root, 'src', file), 'utf8'));
}

function placeholders(entry: Entry): string[] {
	const text = typeof entry === 'string' ? entry : Object.values(entry).join(' ');
	return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

const english = readFolder('en');
const norwegian = readFolder('nb');
const sources = readSources();

describe('the words of the page', () => {
	test('no key is defined twice', () => {
		const keys = keysOf(english);
		expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
	});

	test('both languages have the same files and keys', () => {
		const shape = (files: Map<string, Words>) =>
			[...files].flatMap(([file, words]) => Object.keys(words).map((key) => `${file} ${key}`)).sort();
		expect(shape(norwegian)).toEqual(shape(english));
	});

	test('texts have the same placeholders, and forms in the same places', () => {
		for (const [file, words] of english) {
			for (const [key, entry] of Object.entries(words)) {
				const other = norwegian.get(file)?.[key] ?? '';
				expect.soft(placeholders(other), key).toEqual(placeholders(entry));
				expect.soft(typeof other, key).toBe(typeof entry);
			}
		}
	});

	test('texts with forms have one and other, and none is empty', () => {
		for (const files of [english, norwegian]) {
			for (const [key, entry] of [...files.values()].flatMap((words) => Object.entries(words))) {
				const texts = typeof entry === 'string' ? [entry] : [entry.one, entry.other];
				for (const text of texts) expect.soft(text, key).toBeTruthy();
			}
		}
	});

	test('every key that is asked for is there', () => {
		const keys = new Set(keysOf(english));
		const missing = sources
			.flatMap((source) => [...source.matchAll(called)].map((match) => match[2]!))
			.filter((key) => !keys.has(key));
		expect([...new Set(missing)].sort()).toEqual([]);
	});

	test('every key is asked for', () => {
		const prefixes = sources.flatMap((source) => [...source.matchAll(composed)].map((match) => match[1]!));
		const mentioned = new Set(sources.flatMap((source) => [...source.matchAll(named)].map((match) => match[1]!)));
		const unused = keysOf(english).filter(
			(key) => !mentioned.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)),
		);
		expect(unused).toEqual([]);
	});
});
