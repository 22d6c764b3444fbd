import type { Api } from '$lib/api/api.ts';
import type { Message, PeerKey } from '$lib/api/types.ts';
import type { Feed } from '$lib/stores/feed.ts';
import type { Row } from './rows.ts';

/** Milliseconds in which comments are gathered before their posts are asked about. */
const pause = 500;
/** Milliseconds after which the counts are asked for anyway: not everybody is told of each comment. */
const period = 30_000;

/** Keeps the numbers of comments under the posts in view true. */
export class CommentCounts {
	readonly #api: Pick<Api, 'messages'>;
	readonly #peer: PeerKey;
	readonly #off: () => void;
	readonly #clock: ReturnType<typeof setInterval>;
	#timer?: ReturnType<typeof setTimeout>;
	#posts: readonly Message[] = [];

	constructor(api: Pick<Api, 'messages'>, feed: Pick<Feed, 'on'>, peer: PeerKey) {
		this.#api = api;
		this.#peer = peer;
		this.#off = feed.on('message', ({ message }) => this.#takeComment(message));
		this.#clock = setInterval(() => document.visibilityState === 'visible' && this.#ask(), period);
	}

	/** These rows are in view. */
	look(rows: readonly Row[]) {
		this.#posts = rows.map((row) => row.message).filter(({ isPost, thread }) => isPost && thread?.chat !== undefined);
	}

	close() {
		this.#off();
		clearInterval(this.#clock);
		clearTimeout(this.#timer);
	}

	#takeComment({ peer, reply }: Message) {
		if (!reply || !this.#posts.some(({ thread }) => thread?.chat === peer)) return;
		this.#timer ??= setTimeout(() => this.#ask(), pause);
	}

	#ask() {
		this.#timer = undefined;
		const ids = this.#posts.map(({ id }) => id);
		if (ids.length > 0) this.#api.messages.views(this.#peer, ids, false).catch(() => undefined);
	}
}
