import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Defines __WORDS__: for each language the version of the words that the page is built with. The server makes the same
 * sum of its own (internal/api/boot), so a page only asks for words when they differ.
 */
export function wordVersions(folder: string): Plugin {
	return {
		name: 'hermod:words',
		async config() {
			const languages = await readdir(folder);
			const versions = await Promise.all(languages.map(async (code) => [code, await versionOf(join(folder, code))]));
			return { define: { __WORDS__: JSON.stringify(Object.fromEntries(versions)) } };
		},
	};
}

async function versionOf(folder: string): Promise<number> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
	let sum = 0;
	for (const file of files) sum = crc32(await readFile(join(folder, file)), sum);
	return sum & 0x7fffffff;
}
