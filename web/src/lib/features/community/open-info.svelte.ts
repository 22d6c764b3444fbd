import { createContext } from 'svelte';
import type { Api } from '$lib/api/api.ts';
import type { ChatInfo, PersonInfo } from '$lib/api/community.ts';
import type { PeerKey } from '$lib/api/types.ts';
import { Loaded } from '$lib/stores/loaded.svelte.ts';
import type { RouteStore } from '$lib/stores/route.svelte.ts';

/** What the right column is about. Its pages share what the server told. */
export class OpenInfo {
	readonly peer: PeerKey;
	readonly #route: RouteStore;
	readonly chat?: Loaded<ChatInfo>;
	readonly person?: Loaded<PersonInfo>;

	constructor(api: Pick<Api, 'chats' | 'people'>, route: RouteStore, peer: PeerKey) {
		this.peer = peer;
		this.#route = route;
		if (peer[0] === 'u') this.person = new Loaded(() => api.people.info(peer));
		else if (peer[0] !== 's') this.chat = new Loaded(() => api.chats.info(peer));
	}

	async reload() {
		await Promise.all([this.chat?.load(), this.person?.load()]);
	}

	/** A change may have made a supergroup of a basic group: the chat goes on under another key. */
	follow(peer: PeerKey) {
		if (peer !== this.peer && this.#route.chat?.peer === this.peer) this.#route.moveChat(peer);
	}
}

export const [useInfo, provideInfo] = createContext<OpenInfo>();
