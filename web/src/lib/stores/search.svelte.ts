import type { Api } from '../api/api.ts';
import type { FoundMessages, GlobalCursor, MediaKind } from '../api/community.ts';
import type { Message, PeerKey } from '../api/types.ts';
import { failureOf } from '../api/failure.ts';

/** Milliseconds without a key until the words are looked for. */
const PAUSE = 250;
const PART = 30;

const nobody = { own: [] as PeerKey[], others: [] as PeerKey[] };

/** One search over everything: people and chats, messages, public posts with a tag. */
export class GlobalSearch {
	readonly #api: Pick<Api, 'search'>;
	#next?: GlobalCursor;
	#kind: 'all' | MediaKind = 'all';
	#timer?: ReturnType<typeof setTimeout>;
	/** The words that the shown results belong to. */
	words = $state('');
	own = $state.raw<readonly PeerKey[]>([]);
	others = $state.raw<readonly PeerKey[]>([]);
	messages = $state.raw<readonly Message[]>([]);
	posts = $state.raw<readonly Message[]>([]);
	top = $state.raw<readonly PeerKey[]>([]);
	/** Opened from the search before, the last first. */
	recent = $state.raw<readonly PeerKey[]>([]);
	isBusy = $state(false);
	failure = $state('');
	readonly isEmpty = $derived(this.own.length + this.others.length + this.messages.length + this.posts.length === 0);

	constructor(api: Pick<Api, 'search'>) {
		this.#api = api;
		api.search.top().then(
			(top) => (this.top = top),
			() => undefined,
		);
		api.search.recent().then(
			(recent) => (this.recent = recent),
			() => undefined,
		);
	}

	/** Somebody was opened from the results. */
	async remember(peer: PeerKey) {
		this.recent = await this.#api.search.remember(peer);
	}

	async forgetRecent() {
		await this.#api.search.forgetRecent();
		this.recent = [];
	}

	/** Looks for the words when no key was pressed for a moment. Returns what ends the wait. */
	look(words: string, kind: 'all' | MediaKind): () => void {
		const asked = words.trim();
		this.#timer = setTimeout(() => void this.#start(asked, kind), asked ? PAUSE : 0);
		return () => clearTimeout(this.#timer);
	}

	/** The next part of the messages. */
	async more() {
		const after = this.#next;
		if (!after || this.isBusy) return;
		await this.#during(async (isCurrent) => {
			const found = await this.#ask(after);
			if (isCurrent()) this.#put([...this.messages, ...found.messages], found);
		});
	}

	async #start(words: string, kind: 'all' | MediaKind) {
		this.words = words;
		this.#kind = kind;
		this.#next = undefined;
		if (words === '' && kind === 'all') return this.#empty();
		await this.#during(async (isCurrent) => {
			const isTag = words.startsWith('#') && words.length > 1;
			const [found, messages, posts] = await Promise.all([
				words && kind === 'all' && !isTag ? this.#api.search.peers(words) : nobody,
				this.#ask(),
				isTag ? this.#api.search.posts({ hashtag: words, limit: PART }) : { messages: [] },
			]);
			if (!isCurrent()) return;
			this.own = found.own;
			this.others = found.others;
			this.posts = posts.messages;
			this.#put(messages.messages, messages);
		});
	}

	#ask(after?: GlobalCursor): Promise<FoundMessages> {
		const media = this.#kind === 'all' ? undefined : this.#kind;
		return this.#api.search.everywhere({ query: this.words, after, media, limit: PART });
	}

	#put(messages: readonly Message[], { next }: FoundMessages) {
		this.messages = messages;
		this.#next = next;
	}

	#empty() {
		this.own = this.others = [];
		this.messages = this.posts = [];
		this.failure = '';
	}

	async #during(work: (isCurrent: () => boolean) => Promise<void>) {
		const [words, kind] = [this.words, this.#kind];
		const isCurrent = () => words === this.words && kind === this.#kind;
		this.isBusy = true;
		this.failure = '';
		try {
			await work(isCurrent);
		} catch (error) {
			if (isCurrent()) this.failure = failureOf(error).text;
		} finally {
			if (isCurrent()) this.isBusy = false;
		}
	}
}
