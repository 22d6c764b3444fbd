import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const compressible = /\.(html|js|css|json|svg|wasm|webmanifest|txt)$/;

/** Smaller files win nothing by being compressed. */
const minSize = 512;

/** Writes a .br and a .gz beside every file that gets smaller by it. The server sends them as they are. */
export function compress(): Plugin {
	let folder = '';
	let isWritten = false; // also a build that failed is closed
	return {
		name: 'hermod:compress',
		apply: 'build',
		enforce: 'post',
		configResolved(config) {
			folder = resolve(config.root, config.build.outDir);
		},
		writeBundle() {
			isWritten = true;
		},
		closeBundle: {
			order: 'post',
			sequential: true,
			async handler() {
				if (!isWritten) return;
				for (const file of await readdir(folder, { recursive: true })) {
					if (compressible.test(file)) await compressFile(join(folder, file));
				}
			},
		},
	};
}

async function compressFile(path: string) {
	const content = await readFile(path);
	if (content.length < minSize) return;
	const small = await brotli(content, {
		params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
	});
	await writeFile(`${path}.br`, small);
	await writeFile(`${path}.gz`, await zip(content, { level: 9 }));
}
