import type { StreamRequest } from '../lib/api/companion.ts';
import { worker } from './global.ts';

/** Bytes that are asked of the page at once. */
const piece = 512 * 1024;

const patience = 60_000;

interface Wanted {
	slot: number;
	id: string;
	size: number;
	mime: string;
}

/**
 * Answers /stream/<slot>/<file>?size=…&mime=… with the bytes that a player asks for, so that a video begins before it is
 * loaded. The page asks its worker for them: only that one has the keys. Undefined for other addresses.
 */
export function answerStream(event: FetchEvent): Promise<Response> | undefined {
	const url = new URL(event.request.url);
	if (url.origin !== worker.location.origin || !url.pathname.startsWith('/stream/')) return undefined;
	const wanted = readAddress(url);
	if (!wanted) return Promise.resolve(new Response(null, { status: 404 }));
	return answer(event, wanted).catch(() => new Response(null, { status: 503 }));
}

function readAddress(url: URL): Wanted | undefined {
	const [, , slot, id] = url.pathname.split('/');
	const size = Number(url.searchParams.get('size'));
	const mime = url.searchParams.get('mime') ?? '';
	if (!id || !Number.isSafeInteger(size) || size <= 0) return undefined;
	// What is not sound or picture could be a page of somebody's making, with our origin.
	const safe = /^(video|audio)\/[\w.+-]+$/.test(mime) ? mime : 'application/octet-stream';
	return { slot: Number(slot), id: decodeURIComponent(id), size, mime: safe };
}

async function answer(event: FetchEvent, wanted: Wanted): Promise<Response> {
	const client = await findPage(event.clientId);
	if (!client) return new Response(null, { status: 503 });
	const range = /^bytes=(\d+)-(\d*)$/.exec(event.request.headers.get('Range') ?? '');
	const headers = { 'Content-Type': wanted.mime, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' };
	if (!range) {
		return new Response(readAll(client, wanted), { headers: { ...headers, 'Content-Length': String(wanted.size) } });
	}
	const offset = Number(range[1]);
	if (offset >= wanted.size) {
		return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${wanted.size}` } });
	}
	const last = range[2] ? Math.min(Number(range[2]), wanted.size - 1) : wanted.size - 1;
	const bytes = await ask(client, wanted, offset, Math.min(piece, last - offset + 1));
	return new Response(bytes, {
		status: 206,
		headers: {
			...headers,
			'Content-Length': String(bytes.byteLength),
			'Content-Range': `bytes ${offset}-${offset + bytes.byteLength - 1}/${wanted.size}`,
		},
	});
}

function readAll(client: Client, wanted: Wanted): ReadableStream<Uint8Array> {
	let offset = 0;
	return new ReadableStream({
		async pull(controller) {
			const bytes = await ask(client, wanted, offset, Math.min(piece, wanted.size - offset));
			controller.enqueue(new Uint8Array(bytes));
			offset += bytes.byteLength;
			if (offset >= wanted.size) controller.close();
		},
	});
}

/** The page that asks, or, for a player without one, any. */
async function findPage(id: string): Promise<Client | undefined> {
	const asking = id ? await worker.clients.get(id) : undefined;
	return asking ?? (await worker.clients.matchAll({ type: 'window' }))[0];
}

function ask(client: Client, wanted: Wanted, offset: number, length: number): Promise<ArrayBuffer> {
	const { port1, port2 } = new MessageChannel();
	return new Promise<ArrayBuffer>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('the page does not answer')), patience);
		port1.onmessage = ({ data }: MessageEvent<ArrayBuffer | null>) => {
			clearTimeout(timer);
			port1.close();
			if (data && data.byteLength > 0) resolve(data);
			else reject(new Error('the file cannot be read'));
		};
		client.postMessage({ stream: { ...wanted, offset, length } } satisfies StreamRequest, [port2]);
	});
}
