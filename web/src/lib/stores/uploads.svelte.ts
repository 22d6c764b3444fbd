import { createContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import type { Message } from '../api/types.ts';
import type { FileProgress } from './files.svelte.ts';

/** Files on their way to the server, by the key of their message. */
export class UploadStore {
	readonly #api: Pick<Api, 'media'>;
	readonly #progress = new SvelteMap<string, FileProgress>();
	readonly #paused = new SvelteSet<string>();

	constructor(api: Pick<Api, 'media'>) {
		this.#api = api;
	}

	progress(message: Message): FileProgress | undefined {
		return this.#progress.get(message.key);
	}

	isPaused(message: Message): boolean {
		return this.#paused.has(message.key);
	}

	pause(message: Message) {
		this.#paused.add(message.key);
		void this.#api.media.pause(message.key);
	}

	resume(message: Message) {
		this.#paused.delete(message.key);
		void this.#api.media.resume(message.key);
	}

	cancel(message: Message) {
		this.#forget(message.key);
		void this.#api.media.cancel(message.key);
	}

	takeProgress({ key, file, done, total, isOver }: Events['progress']) {
		if (file) return;
		if (isOver) this.#forget(key);
		else this.#progress.set(key, { done, total });
	}

	#forget(key: string) {
		this.#progress.delete(key);
		this.#paused.delete(key);
	}
}

export const [useUploads, provideUploads] = createContext<UploadStore>();
