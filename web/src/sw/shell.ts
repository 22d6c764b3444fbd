import { worker } from './global.ts';

/** The files of the page, and a version that changes with any of them; see build/sw.ts. */
declare const __FILES__: string[];
declare const __VERSION__: string;

const prefix = 'hermod-page-';
const shell = prefix + __VERSION__;
const page = '/';

/** Milliseconds that the network has for the page itself; the kept one is as good when the server is slow. */
const patience = 1500;

/** What only few ever need is kept when it was first used: languages of emoji, scanners, players. */
const isSeldom = (file: string) => /^assets\/(data|src|lottie\w*|jsQR)-|\.map$/i.test(file);

/** Keeps the page, so that it opens without a network. Files that the browser just loaded come from its own cache. */
export async function keepShell(): Promise<void> {
	const cache = await caches.open(shell);
	await cache.addAll([
		page,
		...__FILES__.filter((file) => file !== 'index.html' && !isSeldom(file)).map((file) => `/${file}`),
	]);
}

/** Forgets the pages of earlier versions. */
export async function dropOldShells(): Promise<void> {
	const names = await caches.keys();
	await Promise.all(
		names.filter((name) => name.startsWith(prefix) && name !== shell).map((name) => caches.delete(name)),
	);
}

/** Answers what belongs to the page; undefined for all else, which goes to the network as ever. */
export function answerShell(event: FetchEvent): Promise<Response> | undefined {
	const url = new URL(event.request.url);
	if (url.origin !== worker.location.origin || event.request.method !== 'GET') return undefined;
	if (event.request.mode === 'navigate') return url.pathname === page ? answerPage(event.request) : undefined;
	if (url.pathname.startsWith('/assets/')) return answerAsset(event.request);
	return __FILES__.includes(url.pathname.slice(1)) ? answerFixed(event.request) : undefined;
}

/** The page comes from the network, as what the server says in it may have changed, or else as it was kept. */
async function answerPage(request: Request): Promise<Response> {
	const kept = await caches.match(page);
	if (!kept) return fetch(request);
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), patience);
	try {
		return await fetch(request, { signal: abort.signal });
	} catch {
		return kept;
	} finally {
		clearTimeout(timer); // what has begun to come may take its time
	}
}

/** Named by its content: what is kept is right. */
async function answerAsset(request: Request): Promise<Response> {
	const kept = await caches.match(request.url);
	if (kept) return kept;
	const answer = await fetch(request);
	if (answer.ok && answer.status === 200) {
		const cache = await caches.open(shell);
		await cache.put(request.url, answer.clone());
	}
	return answer;
}

async function answerFixed(request: Request): Promise<Response> {
	try {
		return await fetch(request);
	} catch (error) {
		const kept = await caches.match(request.url);
		if (kept) return kept;
		throw error;
	}
}
