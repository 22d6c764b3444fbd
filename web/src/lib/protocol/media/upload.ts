import { Long, type tl } from '@mtcute/core';
import type { Account } from '../account.ts';

/** Parts on their way at the same time; with a part of 512 KiB no more than 2 MiB of a file are in memory. */
const PARALLEL = 4;
const BIG_FILE = 10 * 1024 * 1024;
const MAX_PARTS = 8000;

export interface UploadOptions {
	/** With its ending: the server takes the kind of a picture from it. */
	name: string;
	signal?: AbortSignal;
	/** Resolves when the next part may go; a paused upload waits here. */
	gate?: () => Promise<void>;
	onprogress?: (done: number, total: number) => void;
}

/**
 * Sends the bytes of a file to the server, which keeps them for some hours until a message, a profile or a chat takes
 * them. Rejects with an ApiError, or with the signal's reason.
 *
 * Spec: https://core.telegram.org/api/files#uploading-files
 */
export async function uploadFile(account: Account, blob: Blob, options: UploadOptions): Promise<tl.TypeInputFile> {
	const partSize = choosePartSize(blob.size);
	const upload: Upload = {
		account,
		blob,
		options,
		partSize,
		id: randomId(),
		parts: Math.max(1, Math.ceil(blob.size / partSize)),
		isBig: blob.size > BIG_FILE,
		next: 0,
		done: 0,
	};
	options.onprogress?.(0, blob.size);
	await Promise.all(Array.from({ length: Math.min(PARALLEL, upload.parts) }, () => sendParts(upload)));
	if (upload.isBig) return { _: 'inputFileBig', id: upload.id, parts: upload.parts, name: options.name };
	return { _: 'inputFile', id: upload.id, parts: upload.parts, name: options.name, md5Checksum: '' };
}

interface Upload {
	account: Account;
	blob: Blob;
	options: UploadOptions;
	id: tl.Long;
	partSize: number; // bytes
	parts: number;
	isBig: boolean;
	next: number;
	done: number; // bytes
}

/** Small parts for small files, so that their progress can be seen; a power of two, as the server wants it. */
export function choosePartSize(size: number): number {
	let part = size <= BIG_FILE ? 64 * 1024 : 256 * 1024;
	while (part < 512 * 1024 && size / part > MAX_PARTS / 40) part *= 2;
	return part;
}

async function sendParts(upload: Upload): Promise<void> {
	const { options } = upload;
	while (upload.next < upload.parts) {
		const part = upload.next++;
		await options.gate?.();
		options.signal?.throwIfAborted();
		upload.done += await sendPart(upload, part);
		options.onprogress?.(upload.done, upload.blob.size);
	}
}

async function sendPart(upload: Upload, part: number): Promise<number> {
	const start = part * upload.partSize;
	const bytes = new Uint8Array(await upload.blob.slice(start, start + upload.partSize).arrayBuffer());
	const shared = { fileId: upload.id, filePart: part, bytes };
	const options = { kind: upload.isBig ? 'upload' : 'main', abortSignal: upload.options.signal } as const;
	if (upload.isBig)
		await upload.account.call({ _: 'upload.saveBigFilePart', fileTotalParts: upload.parts, ...shared }, options);
	else await upload.account.call({ _: 'upload.saveFilePart', ...shared }, options);
	return bytes.length;
}

function randomId(): tl.Long {
	const [low = 0, high = 0] = crypto.getRandomValues(new Int32Array(2));
	return Long.fromBits(low, high);
}
