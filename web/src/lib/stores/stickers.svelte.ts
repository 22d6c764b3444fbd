import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import { documentId } from '../api/file-key.ts';
import type { PickItem, StickerSet } from '../api/media.ts';

/** What the pickers offer. Asked for when a picker first opens, and again when it changed elsewhere. */
export class StickerStore {
	readonly #api: Pick<Api, 'stickers'>;
	readonly #opened = new SvelteMap<string, StickerSet>();
	readonly #emoji = new SvelteMap<string, PickItem>();
	readonly #asked = new Set<string>();
	#wanted: string[] = [];
	sets = $state.raw<StickerSet[]>([]);
	/** Sets of custom emoji. */
	emojiSets = $state.raw<StickerSet[]>([]);
	recent = $state.raw<PickItem[]>([]);
	favourites = $state.raw<PickItem[]>([]);
	gifs = $state.raw<PickItem[]>([]);
	status = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');

	constructor(api: Pick<Api, 'stickers'>) {
		this.#api = api;
	}

	async load() {
		if (this.status === 'loading' || this.status === 'ready') return;
		this.status = 'loading';
		try {
			const { stickers } = this.#api;
			[this.sets, this.emojiSets, this.recent, this.favourites, this.gifs] = await Promise.all([
				stickers.sets(),
				stickers.emojiSets(),
				stickers.recent(),
				stickers.favourites(),
				stickers.gifs(),
			]);
			this.status = 'ready';
		} catch {
			this.status = 'failed';
		}
	}

	/** The stickers of a set, when they have come; asks for them. */
	stickers(set: StickerSet): readonly PickItem[] | undefined {
		return this.#opened.get(set.id)?.stickers ?? set.stickers;
	}

	async open(set: Pick<StickerSet, 'id' | 'hash'>): Promise<StickerSet> {
		const known = this.#opened.get(set.id);
		if (known) return known;
		const opened = await this.#api.stickers.set(set.id, set.hash);
		this.#opened.set(set.id, opened);
		return opened;
	}

	async install(set: StickerSet, isWanted: boolean) {
		if (isWanted) await this.#api.stickers.install(set.id, set.hash);
		else await this.#api.stickers.uninstall(set.id, set.hash);
		this.#opened.delete(set.id);
	}

	isInstalled(id: string): boolean {
		return [...this.sets, ...this.emojiSets].some((set) => set.id === id);
	}

	isFavourite(item: PickItem): boolean {
		return this.favourites.some((other) => isSame(other, item));
	}

	async setFavourite(item: PickItem, isWanted: boolean) {
		await this.#api.stickers.setFavourite(item.content.file, isWanted);
	}

	isSavedGif(item: PickItem): boolean {
		return this.gifs.some((other) => isSame(other, item));
	}

	async saveGif(item: PickItem, isWanted: boolean) {
		await this.#api.stickers.saveGif(item.content.file, isWanted);
	}

	/** It was sent: it stands first among the recent ones now. */
	used(item: PickItem) {
		if (item.content.kind !== 'sticker') return;
		this.recent = [item, ...this.recent.filter((other) => !isSame(other, item))].slice(0, 40);
		void this.#api.stickers.addRecent(item.content.file).catch(() => undefined);
	}

	/** The picture of a custom emoji; those that are looked at together are asked for together. */
	emoji(document: string): PickItem | undefined {
		const known = this.#emoji.get(document);
		if (known || this.#asked.has(document)) return known;
		this.#asked.add(document);
		if (this.#wanted.push(document) === 1) setTimeout(() => void this.#askEmoji());
		return undefined;
	}

	takeStale({ what }: Events['stale']) {
		if (what !== 'stickers' && what !== 'savedGifs' && what !== 'recentStickers') return;
		if (this.status !== 'ready') return;
		this.status = 'idle';
		void this.load();
	}

	async #askEmoji() {
		const documents = this.#wanted;
		this.#wanted = [];
		const found = await this.#api.stickers.customEmoji(documents).catch(() => ({}));
		for (const [document, item] of Object.entries(found)) this.#emoji.set(document, item);
	}
}

function isSame(a: PickItem, b: PickItem): boolean {
	return documentId(a.content.file) === documentId(b.content.file);
}

export const [useStickers, provideStickers] = createContext<StickerStore>();
