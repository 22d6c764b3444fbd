import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '$lib/api/api.ts';
import type { Message, PeerKey } from '$lib/api/types.ts';

/** Messages that were answered and are not among the loaded ones. Looking at one asks for it, many in one call. */
export class Answered {
	readonly #api: Pick<Api, 'messages'>;
	readonly #found = new SvelteMap<string, Message | undefined>();
	readonly #asked = new Set<string>();
	#wanted = new Map<PeerKey, number[]>();

	constructor(api: Pick<Api, 'messages'>) {
		this.#api = api;
	}

	get(peer: PeerKey, id: number): Message | undefined {
		const name = `${peer}/${id}`;
		const message = this.#found.get(name);
		if (!message && !this.#asked.has(name)) this.#want(peer, id, name);
		return message;
	}

	#want(peer: PeerKey, id: number, name: string) {
		this.#asked.add(name);
		if (this.#wanted.size === 0) setTimeout(() => void this.#fetch());
		this.#wanted.set(peer, [...(this.#wanted.get(peer) ?? []), id]);
	}

	async #fetch() {
		const wanted = this.#wanted;
		this.#wanted = new Map();
		for (const [peer, ids] of wanted) {
			const messages = await this.#api.messages.byIds(peer, ids).catch(() => []);
			for (const message of messages) this.#found.set(`${peer}/${message.id}`, message);
		}
	}
}

export const [useAnswered, provideAnswered] = createContext<Answered>();
