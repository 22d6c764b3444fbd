import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { PeerKey } from '../api/types.ts';

/** Which reactions can be put where. Asked for when the first menu opens; what is usual stands in until then. */
export class ReactionStore {
	readonly #api: Pick<Api, 'reactions'>;
	#available = $state.raw<readonly string[]>(usual);
	readonly #allowed = new SvelteMap<PeerKey, readonly string[] | 'all'>();
	readonly #asked = new Set<PeerKey>();
	#isAsked = false;

	constructor(api: Pick<Api, 'reactions'>) {
		this.#api = api;
	}

	/** What can be chosen in a chat, most used first. */
	offeredIn(peer: PeerKey): readonly string[] {
		if (!this.#isAsked) void this.#load();
		if (!peer.startsWith('u') && !this.#asked.has(peer)) void this.#loadAllowed(peer);
		const allowed = this.#allowed.get(peer);
		if (allowed === undefined || allowed === 'all') return this.#available;
		return allowed;
	}

	/** What a chat allows was changed. */
	forget(peer: PeerKey) {
		this.#asked.delete(peer);
	}

	async #load() {
		this.#isAsked = true;
		try {
			const [top, all] = await Promise.all([this.#api.reactions.top(), this.#api.reactions.available()]);
			const plain = top.filter((reaction) => all.includes(reaction));
			if (all.length > 0) this.#available = [...new Set([...plain, ...all])];
		} catch {
			this.#isAsked = false;
		}
	}

	async #loadAllowed(peer: PeerKey) {
		this.#asked.add(peer);
		try {
			const { isAll, reactions } = await this.#api.reactions.allowed(peer);
			this.#allowed.set(peer, isAll ? 'all' : reactions);
		} catch {
			this.#asked.delete(peer);
		}
	}
}

/** What the server offers first, in its order: nothing changes its place when the answer comes. */
const usual = ['❤', '👍', '👎', '🔥', '🥰', '👏', '😁'];

export const [useReactions, provideReactions] = createContext<ReactionStore>();
