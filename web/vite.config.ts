import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress.ts';
import { givenConfig } from './build/config.ts';
import { trimSchema } from './build/schema.ts';
import { serviceWorker } from './build/sw.ts';
import { wordVersions } from './build/words.ts';

/** The server that a page in development talks to. */
const server = process.env['HERMOD_SERVER'] ?? 'http://127.0.0.1:8080';

/** What the server answers itself; all else is the page's. */
const answered = ['/apiws', '/apiw', '/connect', '/status', '/rsa_public.pem', '/config.json'];

export default defineConfig({
	plugins: [
		svelte(),
		wordVersions(fileURLToPath(new URL('./lang', import.meta.url))),
		givenConfig(server),
		serviceWorker(),
		compress(),
	],
	resolve: {
		alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
		...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
	},
	worker: { format: 'es', plugins: () => [trimSchema(fileURLToPath(new URL('.', import.meta.url)))] },
	build: {
		target: 'es2022',
		// Beside it lies a file that is in the repository: the server embeds the folder, built or not.
		outDir: 'dist/page',
		emptyOutDir: true,
		// Nothing is put in as a data URL: the content security policy is stricter without, and the files are kept forever.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		chunkSizeWarningLimit: 1024,
	},
	server: {
		host: '127.0.0.1',
		proxy: Object.fromEntries(answered.map((path) => [path, { target: server, ws: path.startsWith('/api') }])),
	},
	test: {
		include: ['src/**/*.test.ts', 'build/**/*.test.ts'],
		environment: 'node',
		// For a test that hangs; a busy machine may take its time.
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
