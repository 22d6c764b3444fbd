import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

/** Pictures and pages that only the installation of the app reads are not part of the shell. */
const outside = /(^sw\.js$|\.map$|\.br$|\.gz$)/;

/**
 * Builds src/sw.ts into one classic script at a fixed address, which every browser can register. It is given the list
 * of the files of the page, so that it can keep them, and a version that changes when any of them does.
 */
export function serviceWorker(): Plugin {
	let root = '';
	let folder = '';
	let isWritten = false; // also a build that failed is closed
	return {
		name: 'hermod:service-worker',
		configResolved(config) {
			root = config.root;
			folder = resolve(root, config.build.outDir);
		},
		writeBundle() {
			isWritten = true;
		},
		closeBundle: {
			order: 'post',
			sequential: true,
			async handler() {
				if (this.meta.watchMode || !isWritten) return;
				const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
					.filter((entry) => entry.isFile())
					.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
					.filter((file) => !outside.test(file))
					.sort();
				const version = await digest(files.map((file) => join(folder, file)));
				await writeFile(join(folder, 'sw.js'), await bundle(root, files, version));
			},
		},
		configureServer(server) {
			server.middlewares.use('/sw.js', (_request, response, next) => {
				bundle(server.config.root, [], 'development').then((code) => {
					response.setHeader('Content-Type', 'text/javascript');
					response.end(code);
				}, next);
			});
		},
	};
}

async function digest(paths: string[]): Promise<string> {
	const hash = createHash('sha256');
	for (const path of paths) hash.update(await readFile(path));
	return hash.digest('hex').slice(0, 16);
}

/** Returns the code of the service worker as one script. */
async function bundle(root: string, files: string[], version: string): Promise<string> {
	const made = await build({
		configFile: false,
		root,
		publicDir: false,
		logLevel: 'warn',
		define: { __FILES__: JSON.stringify(files), __VERSION__: JSON.stringify(version) },
		build: {
			write: false,
			target: 'es2022',
			lib: { entry: 'src/sw.ts', formats: ['iife'], name: 'hermodServiceWorker', fileName: () => 'sw.js' },
		},
	});
	const [output] = Array.isArray(made) ? made : [made];
	if (!output || !('output' in output)) throw new Error('the service worker was not built');
	return output.output[0].code;
}
