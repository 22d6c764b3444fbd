import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import type { SecretInfo } from '../api/secret.ts';
import type { PeerKey } from '../api/types.ts';

/** What is known of the secret chats of this browser beside their messages: state, timer, key. */
export class SecretStore {
	readonly #api: Pick<Api, 'secret'>;
	readonly #infos = new SvelteMap<PeerKey, SecretInfo>();
	readonly #asked = new Set<PeerKey>();

	constructor(api: Pick<Api, 'secret'>) {
		this.#api = api;
	}

	/** Undefined until the worker has told; `load` asks it. */
	of(peer: PeerKey): SecretInfo | undefined {
		return this.#infos.get(peer);
	}

	/** Asks for a chat that is not known yet. One that was just forgotten stays unknown. */
	async load(peer: PeerKey) {
		if (this.#infos.has(peer) || this.#asked.has(peer)) return;
		this.#asked.add(peer);
		await this.#reload(peer).catch(() => undefined);
		this.#asked.delete(peer);
	}

	async #reload(peer: PeerKey) {
		this.#infos.set(peer, await this.#api.secret.info(peer));
	}

	/** A chat changed its state, its timer or its key. */
	take({ peer, state, ttl }: Events['secret']) {
		const known = this.#infos.get(peer);
		if (known) this.#infos.set(peer, { ...known, state, ttl });
		void this.#reload(peer).catch(() => this.#infos.delete(peer)); // it may be forgotten by now
	}

	/** The chat is not in the list any more. */
	drop(peer: PeerKey) {
		this.#infos.delete(peer);
	}

	/** Asks a person for a secret chat; resolves with its name. */
	request(user: PeerKey): Promise<PeerKey> {
		return this.#api.secret.request(user);
	}

	accept(peer: PeerKey): Promise<void> {
		return this.#api.secret.accept(peer);
	}

	/** Ends the chat, or refuses the request for it. */
	end(peer: PeerKey, deleteHistory: boolean): Promise<void> {
		return this.#api.secret.discard(peer, { deleteHistory });
	}

	/** Forgets a chat that is over, with its messages. */
	remove(peer: PeerKey): Promise<void> {
		return this.#api.secret.remove(peer);
	}

	setTtl(peer: PeerKey, seconds: number): Promise<void> {
		return this.#api.secret.setTtl(peer, seconds);
	}

	clear(peer: PeerKey): Promise<void> {
		return this.#api.secret.clear(peer);
	}

	tookScreenshot(peer: PeerKey, ids: number[]): Promise<void> {
		return this.#api.secret.tookScreenshot(peer, ids);
	}
}

export const [useSecrets, provideSecrets] = createContext<SecretStore>();
