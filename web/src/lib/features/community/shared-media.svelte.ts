import type { Api } from '$lib/api/api.ts';
import type { MediaCounts, MediaKind } from '$lib/api/community.ts';
import type { Message, PeerKey } from '$lib/api/types.ts';

const PART = 60;

/** What was shared in a chat, a kind at a time. */
export class SharedMedia {
	readonly #api: Pick<Api, 'search'>;
	readonly #place: { peer: PeerKey; thread?: number };
	#kind?: MediaKind;
	#isWhole = false;
	counts = $state.raw<MediaCounts>();
	messages = $state.raw<readonly Message[]>([]);
	isBusy = $state(false);

	constructor(api: Pick<Api, 'search'>, place: { peer: PeerKey; thread?: number }) {
		this.#api = api;
		this.#place = place;
		api.search.counts(place.peer, place.thread).then(
			(counts) => (this.counts = counts),
			() => undefined,
		);
	}

	async show(kind: MediaKind) {
		this.#kind = kind;
		this.#isWhole = false;
		this.messages = [];
		await this.more();
	}

	async more() {
		const kind = this.#kind;
		if (!kind || this.#isWhole || (this.isBusy && this.messages.length > 0)) return;
		this.isBusy = true;
		try {
			const before = this.messages.at(-1)?.id;
			const page = await this.#api.search.inChat({ ...this.#place, query: '', media: kind, before, limit: PART });
			if (kind !== this.#kind) return;
			this.messages = [...this.messages, ...page.messages];
			this.#isWhole = page.messages.length < PART;
		} catch {
			this.#isWhole = true;
		} finally {
			if (kind === this.#kind) this.isBusy = false;
		}
	}
}
