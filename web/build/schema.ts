import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Entry {
	kind: 'class' | 'method';
	name: string;
	id: number;
	type: string;
	arguments: { type: string }[];
}

/** What the library itself asks and answers. Its methods for applications are not used, so they are not looked at. */
const libraryParts = [
	'network',
	'storage',
	'utils',
	'highlevel/base.js',
	'highlevel/managers',
	'highlevel/methods/chats/batched-queries.js',
	'highlevel/storage',
	'highlevel/updates',
	'highlevel/utils',
];

/** Kept by the library in its storage, or told without being asked for. */
const storedTypes = ['User', 'Chat'];
const toldTypes = ['Updates', 'Error'];

/**
 * Takes out of the library's tables what the page never sends and can never be sent. Of eight hundred methods it calls a
 * third; with what only the others need, half of the worker goes.
 *
 * A method counts as called when its name stands in quotes anywhere in the worker's sources or the library's own parts.
 */
export function trimSchema(root: string): Plugin {
	const core = join(root, 'node_modules/@mtcute/core');
	let kept: Kept | undefined;
	return {
		name: 'hermod:schema',
		apply: 'build',
		transform(code, id) {
			const table = /@mtcute\/core\/tl\/binary\/(reader|writer)\.js$/.exec(id)?.[1];
			if (!table) return undefined;
			kept ??= findKept(core, join(root, 'src/lib/protocol'));
			return { code: cutTable(code, table === 'reader' ? kept.read : kept.written), map: null };
		},
	};
}

interface Kept {
	read: (key: string) => boolean;
	written: (key: string) => boolean;
}

function findKept(core: string, sources: string): Kept {
	const schema = JSON.parse(readFileSync(join(core, 'tl/api-schema.json'), 'utf8')) as { e: Entry[] };
	const files = [...sourceFiles(sources), ...libraryParts.flatMap((part) => sourceFiles(join(core, part)))];
	return keptOf(
		schema.e,
		files.map((file) => readFileSync(file, 'utf8')),
	);
}

/** Which keys of the tables stay: readers have numbers, writers names. Those of the protocol below the schema all do. */
export function keptOf(entries: Entry[], sources: string[]): Kept {
	const called = calledMethods(entries, sources);
	const read = classesOf(entries, [...called.map((method) => method.type), ...storedTypes, ...toldTypes]);
	const sent = called.flatMap((method) => method.arguments.map((argument) => argument.type));
	const written = new Set([...classesOf(entries, [...sent, ...storedTypes]), ...called].map((entry) => entry.name));
	const readIds = new Set([...read].map((entry) => String(entry.id)));
	const names = new Set(entries.map((entry) => entry.name));
	const ids = new Set(entries.map((entry) => String(entry.id)));
	return {
		read: (id) => !ids.has(id) || readIds.has(id),
		written: (name) => !names.has(name) || written.has(name),
	};
}

function calledMethods(entries: Entry[], sources: string[]): Entry[] {
	const quoted = new Set(
		sources.flatMap((source) => [...source.matchAll(/['"`]([\w.]+)['"`]/g)].map(([, name]) => name)),
	);
	return entries.filter((entry) => entry.kind === 'method' && quoted.has(entry.name));
}

/** All classes of some types, and of the types that they are made of. */
function classesOf(entries: Entry[], types: string[]): Set<Entry> {
	const byType = new Map<string, Entry[]>();
	for (const entry of entries) {
		if (entry.kind === 'class') byType.set(entry.type, [...(byType.get(entry.type) ?? []), entry]);
	}
	const found = new Set<Entry>();
	const waiting = [...types];
	for (let type = waiting.pop(); type !== undefined; type = waiting.pop()) {
		for (const entry of byType.get(type) ?? []) {
			if (found.has(entry)) continue;
			found.add(entry);
			waiting.push(...entry.arguments.map((argument) => argument.type));
		}
	}
	return found;
}

/** Every entry of a table begins with its key and ends with a brace at the depth of two spaces. A key may be `1048699e3`. */
export function cutTable(code: string, isKept: (key: string) => boolean): string {
	const entry = /^ {2}(?:"([\w.]+)"|(\d[\de]*)): function\([^]*?^ {2}\},?\n/gm;
	return code.replace(entry, (whole, name: string | undefined, id: string | undefined) =>
		isKept(name ?? String(Number(id))) ? whole : '',
	);
}

function sourceFiles(path: string): string[] {
	if (/\.(js|ts)$/.test(path)) return [path];
	return readdirSync(path, { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.(js|ts)$/.test(name) && !/\.(test|d)\.ts$/.test(name))
		.map((name) => join(path, name));
}
