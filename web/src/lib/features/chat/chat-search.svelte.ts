import type { Api } from '$lib/api/api.ts';
import type { Message, PeerKey } from '$lib/api/types.ts';
import type { ChatPlace } from './open-chat.svelte.ts';

/** Milliseconds without a key until the words are looked for. */
const patience = 250;
const pageSize = 50;

/** Days that a search keeps to, as their first and last second; a missing one: open. */
export interface Period {
	since?: number;
	until?: number;
}

/** Finds messages of one chat, by words, sender and days, and goes from hit to hit, newest first. */
export class ChatSearch {
	readonly #api: Pick<Api, 'search'>;
	readonly #place: ChatPlace;
	readonly #onhit: (id: number) => void;
	#timer?: ReturnType<typeof setTimeout>;
	/** Counts up when the answers to earlier questions do not matter any more. */
	#turn = 0;
	#query = $state('');
	from = $state.raw<PeerKey>();
	period = $state.raw<Period>({});
	hits = $state.raw<readonly Message[]>([]);
	at = $state(0);
	total = $state(0);
	isBusy = $state(false);
	/** What was asked for last was looked for. */
	isDone = $state(false);
	readonly hasOlder = $derived(this.at < this.total - 1);
	readonly hasNewer = $derived(this.at > 0);
	readonly isAsked = $derived(
		this.#query !== '' || this.from !== undefined || this.period.since !== undefined || this.period.until !== undefined,
	);

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

	/** Only what this one wrote; undefined: anybody. */
	findFrom(from?: PeerKey) {
		this.from = from;
		void this.#start();
	}

	findWithin(period: Period) {
		this.period = period;
		void this.#start();
	}

	async older() {
		if (this.at + 1 >= this.hits.length) await this.more();
		this.show(this.at + 1);
	}

	newer() {
		this.show(this.at - 1);
	}

	show(index: number) {
		const hit = this.hits[index];
		if (!hit) return;
		this.at = index;
		this.#onhit(hit.id);
	}

	/** Reads further hits. */
	async more() {
		if (!this.isBusy && this.hits.length < this.total) await this.#load(this.#turn);
	}

	close() {
		clearTimeout(this.#timer);
		this.#turn++;
	}

	async #start() {
		clearTimeout(this.#timer);
		const turn = ++this.#turn;
		this.hits = [];
		this.at = 0;
		this.total = 0;
		this.isBusy = false;
		if (!this.isAsked) return;
		await this.#load(turn);
		if (turn === this.#turn) this.show(0);
	}

	async #load(turn: number) {
		this.isBusy = true;
		const page = await this.#ask().catch(() => undefined);
		if (turn !== this.#turn) return;
		this.hits = [...this.hits, ...(page?.messages ?? [])];
		this.total = page?.messages.length ? Math.max(page.total ?? 0, this.hits.length) : this.hits.length;
		this.isDone = true;
		this.isBusy = false;
	}

	#ask() {
		const { peer, thread } = this.#place;
		const { since: minDate, until: maxDate } = this.period;
		const before = this.hits.at(-1)?.id;
		return this.#api.search.inChat({
			...{ peer, thread, query: this.#query, from: this.from, minDate, maxDate },
			...{ before, limit: pageSize },
		});
	}
}
