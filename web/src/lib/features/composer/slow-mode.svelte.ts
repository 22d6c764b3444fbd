import type { Api } from '$lib/api/api.ts';
import type { Message, Peer, PeerKey } from '$lib/api/types.ts';
import type { Feed } from '$lib/stores/feed.ts';

/** Whether the user has to wait between two messages in this chat. Admins do not. */
export function mustWait(peer: Peer | undefined): boolean {
	return peer !== undefined && peer.isSlow && !peer.isLeft && !peer.isCreator && peer.admin === undefined;
}

/** How long a member of a group with slow mode still has to wait. */
export class SlowMode {
	readonly #api: Pick<Api, 'chats'>;
	readonly #peer: PeerKey;
	#pause = $state(0);
	/** Seconds since 1970, as `#now` is. */
	#until = $state(0);
	#now = $state(seconds());
	/** Seconds; never more than the pause, whatever the clock of this device says. */
	readonly left = $derived(Math.max(0, Math.min(this.#pause, this.#until - this.#now)));

	constructor(api: Pick<Api, 'chats'>, peer: PeerKey) {
		this.#api = api;
		this.#peer = peer;
	}

	/** Asks, and follows what is sent until the returned function is called. */
	start(feed: Pick<Feed, 'on'>): () => void {
		void this.#load();
		const clock = setInterval(() => (this.#now = seconds()), 1000);
		const ends = [
			feed.on('message', ({ message, isNew }) => isNew && this.#take(message)),
			feed.on('stale', ({ what, peer }) => what === 'chat' && peer === this.#peer && void this.#load()),
		];
		return () => {
			clearInterval(clock);
			for (const end of ends) end();
		};
	}

	/** Without an answer the server refuses what comes too early. */
	async #load() {
		const info = await this.#api.chats.info(this.#peer).catch(() => undefined);
		if (!info) return;
		this.#now = seconds();
		this.#pause = info.slowMode;
		this.#until = Math.max(this.#until, info.nextSend ?? 0);
	}

	#take({ peer, isOut, isScheduled, content, date }: Message) {
		if (peer !== this.#peer || !isOut || isScheduled || content.kind === 'service') return;
		this.#now = seconds();
		this.#until = Math.max(this.#until, date + this.#pause);
	}
}

function seconds(): number {
	return Math.floor(Date.now() / 1000);
}
