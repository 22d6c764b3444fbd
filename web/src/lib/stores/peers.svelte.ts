import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Peer, PeerKey } from '../api/types.ts';
import { t } from '../text/index.ts';

/** Every person and chat the page has heard of. Reading an unknown one asks the worker for it. */
export class PeerStore {
	readonly #api: Pick<Api, 'peers'>;
	readonly #byKey = new SvelteMap<PeerKey, Peer>();
	/** Asked for already, so that a peer nobody knows is not asked for again and again. */
	readonly #asked = new Set<PeerKey>();
	#wanted: PeerKey[] = [];
	/** The signed-in user. */
	self = $state.raw<Peer | undefined>();

	constructor(api: Pick<Api, 'peers'>) {
		this.#api = api;
	}

	get(key: PeerKey | undefined): Peer | undefined {
		if (key === undefined) return undefined;
		const peer = this.#byKey.get(key);
		if (!peer) this.#want(key);
		return peer;
	}

	/** The name to show; empty until it is known. */
	title(key: PeerKey | undefined): string {
		return this.get(key)?.title ?? '';
	}

	has(key: PeerKey): boolean {
		return this.#byKey.has(key);
	}

	/** All that are known; search in the page goes over them. */
	all(): Peer[] {
		return [...this.#byKey.values()];
	}

	take(peers: readonly Peer[]) {
		for (const peer of peers) {
			this.#byKey.set(peer.key, named(peer));
			if (peer.isSelf) this.self = peer;
		}
	}

	#want(key: PeerKey) {
		if (this.#asked.has(key)) return;
		this.#asked.add(key);
		if (this.#wanted.push(key) === 1) setTimeout(() => void this.#fetch());
	}

	async #fetch() {
		const keys = this.#wanted;
		this.#wanted = [];
		try {
			this.take(await this.#api.peers.get(keys));
		} catch {
			for (const key of keys) this.#asked.delete(key); // the next look asks again
		}
	}
}

/** A deleted account has no name of its own; the worker does not know the language of the page. */
function named(peer: Peer): Peer {
	return peer.isDeleted ? { ...peer, title: t('ServiceDeletedAccount') } : peer;
}

export const [usePeers, providePeers] = createContext<PeerStore>();
