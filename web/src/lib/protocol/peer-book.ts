import type { Peer, PeerKey } from '../api/types.ts';

/** Every peer that the worker has met, in its newest form. */
export class PeerBook {
	readonly #peers = new Map<PeerKey, Peer>();

	get(key: PeerKey): Peer | undefined {
		return this.#peers.get(key);
	}

	/** Keeps these, and returns those that were not known in this form. */
	take(peers: Peer[]): Peer[] {
		const changed = peers.filter((peer) => JSON.stringify(peer) !== JSON.stringify(this.#peers.get(peer.key)));
		for (const peer of changed) this.#peers.set(peer.key, peer);
		return changed;
	}
}
