import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import { contentKey } from '../api/file-key.ts';
import type { FileRef } from '../api/types.ts';

export interface FileProgress {
	done: number;
	total: number;
}

/** Addresses kept at a time; what shows a picture already keeps it when its address is given up. */
const KEPT = 1200;

/** Contents as addresses that elements can show. Each file is loaded once, however many ask for it. */
export class FileStore {
	readonly #api: Pick<Api, 'media'>;
	readonly #slot: number;
	readonly #urls = new Map<string, Promise<string>>();
	readonly #ready = new Map<string, string>();
	readonly #progress = new SvelteMap<string, FileProgress>();

	constructor(api: Pick<Api, 'media'>, slot: number) {
		this.#api = api;
		this.#slot = slot;
	}

	/** The address, without waiting, of what was loaded since the page began. */
	peek(ref: FileRef | undefined): string | undefined {
		return ref && this.#ready.get(contentKey(ref.id));
	}

	/** Loads the content, from this browser or the server. `isPassing`: it vanishes, and is not kept. */
	url(ref: FileRef, isPassing = false): Promise<string> {
		return this.#once(ref, () => this.#api.media.load(ref, isPassing));
	}

	/** The address if the content lies in this browser: nothing is asked of the server. */
	async find(ref: FileRef): Promise<string | undefined> {
		const known = this.#urls.get(contentKey(ref.id));
		if (known) return known;
		const blob = await this.#api.media.find(ref);
		return blob && this.#once(ref, () => Promise.resolve(blob));
	}

	/** Loads the content into this browser, for later. */
	fetchAhead(ref: FileRef) {
		if (this.#urls.has(contentKey(ref.id))) return;
		this.#api.media.load(ref).catch(() => undefined); // who asks for it is told
	}

	async blob(ref: FileRef): Promise<Blob> {
		return this.#api.media.load(ref);
	}

	/** How far a load is; undefined when none runs. */
	progress(ref: FileRef): FileProgress | undefined {
		return this.#progress.get(contentKey(ref.id));
	}

	isLoading(ref: FileRef): boolean {
		return this.#progress.has(contentKey(ref.id));
	}

	/** Forgets the address of a content that has vanished. */
	forget(ref: FileRef) {
		const key = contentKey(ref.id);
		const url = this.#ready.get(key);
		if (url) URL.revokeObjectURL(url);
		this.#ready.delete(key);
		this.#urls.delete(key);
	}

	/** Gives a load up; what came already is kept for the next. */
	stop(ref: FileRef) {
		const key = contentKey(ref.id);
		this.#progress.delete(key);
		this.#urls.delete(key);
		void this.#api.media.stopLoading(ref.id);
	}

	/** An address that a player reads piece by piece, by way of the service worker. */
	streamUrl(ref: FileRef): string {
		const query = new URLSearchParams({ size: String(ref.size), mime: ref.mime });
		return `/stream/${this.#slot}/${encodeURIComponent(ref.id)}?${query}`;
	}

	/** Puts a file into the person's downloads. */
	async save(ref: FileRef, name: string) {
		const link = document.createElement('a');
		link.href = await this.url(ref);
		link.download = name;
		link.click();
	}

	takeProgress({ file, done, total, isOver }: Events['progress']) {
		if (!file) return;
		const key = contentKey(file.id);
		if (isOver) this.#progress.delete(key);
		else if (this.#urls.has(key)) this.#progress.set(key, { done, total });
	}

	close() {
		for (const url of this.#ready.values()) URL.revokeObjectURL(url);
	}

	#once(ref: FileRef, load: () => Promise<Blob>): Promise<string> {
		const key = contentKey(ref.id);
		const known = this.#urls.get(key);
		if (known) return this.#touch(key, known);
		const url = load().then((blob) => this.#keep(key, blob, ref.mime));
		this.#urls.set(key, url);
		url.catch(() => this.#urls.get(key) === url && this.#urls.delete(key));
		this.#shrink();
		return url;
	}

	#touch(key: string, url: Promise<string>): Promise<string> {
		this.#urls.delete(key);
		this.#urls.set(key, url);
		return url;
	}

	#keep(key: string, blob: Blob, mime: string): string {
		const url = URL.createObjectURL(blob.type ? blob : new Blob([blob], { type: mime }));
		this.#ready.set(key, url);
		return url;
	}

	#shrink() {
		const oldest = this.#urls.size > KEPT ? this.#urls.keys().next().value : undefined;
		if (oldest === undefined) return;
		this.#urls.delete(oldest);
		const url = this.#ready.get(oldest);
		this.#ready.delete(oldest);
		if (url) URL.revokeObjectURL(url);
	}
}

export const [useFiles, provideFiles] = createContext<FileStore>();
