import type { FileRef } from '$lib/api/types.ts';
import type { FileStore } from '$lib/stores/files.svelte.ts';

/** Smaller ones are loaded whole: they are there before a stream would begin. */
const STREAMED = 2 * 1024 * 1024; // bytes

/**
 * Where a video is played from: this browser, a stream through the service worker, or the whole file. What is not to be
 * kept or not yet sent does not go through the service worker.
 */
export async function chooseSource(files: FileStore, file: FileRef, isVanishing: boolean): Promise<string> {
	const kept = await files.find(file);
	if (kept) return kept;
	const canStream =
		file.size > STREAMED && !isVanishing && file.id.startsWith('d~') && navigator.serviceWorker?.controller;
	return canStream ? files.streamUrl(file) : files.url(file, isVanishing);
}
