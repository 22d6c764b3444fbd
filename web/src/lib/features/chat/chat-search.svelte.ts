import type { Api } from '$lib/api/api.ts';
import type { Message } from '$lib/api/types.ts';
import type { ChatPlace } from './open-chat.svelte.ts';

/** Milliseconds without a key until the words are looked for. */
const patience = 250;
const pageSize = 50;

/** Finds messages of one chat and goes from hit to hit, newest first. */
export class ChatSearch {
	readonly #api: Pick<Api, 'search'>;
	readonly #place: ChatPlace;
	readonly #onhit: (id: number) => void;
	#query = '';
	#timer?: ReturnType<typeof setTimeout>;
	#hits = $state.raw<readonly Message[]>([]);
	at = $state(0);
	total = $state(0);
	isBusy = $state(false);
	/** The words in the field were looked for. */
	isDone = $state(false);
	readonly hasOlder = $derived(this.at < this.total - 1);
	readonly hasNewer = $derived(this.at > 0);

	constructor(api: Pick<Api, 'search'>, place: ChatPlace, onhit: (id: number) => void) {
		this.#api = api;
		this.#place = place;
		this.#onhit = onhit;
	}

	find(query: string) {
		this.#query = query.trim();
		this.isDone = false;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#start(), patience);
	}

	async older() {
		if (this.at + 1 >= this.#hits.length && this.hasOlder) await this.#load();
		this.#show(this.at + 1);
	}

	newer() {
		this.#show(this.at - 1);
	}

	close() {
		clearTimeout(this.#timer);
	}

	async #start() {
		this.#hits = [];
		this.at = 0;
		this.total = 0;
		if (this.#query === '') return;
		await this.#load();
		this.#show(0);
	}

	async #load() {
		const query = this.#query;
		this.isBusy = true;
		try {
			const { peer, thread } = this.#place;
			const page = await this.#api.search.inChat({
				peer,
				thread,
				query,
				before: this.#hits.at(-1)?.id,
				limit: pageSize,
			});
			if (query !== this.#query) return;
			this.#hits = [...this.#hits, ...page.messages];
			this.total = Math.max(page.total ?? 0, this.#hits.length);
			this.isDone = true;
		} catch {
			this.isDone = true;
		} finally {
			this.isBusy = false;
		}
	}

	#show(index: number) {
		const hit = this.#hits[index];
		if (!hit) return;
		this.at = index;
		this.#onhit(hit.id);
	}
}
