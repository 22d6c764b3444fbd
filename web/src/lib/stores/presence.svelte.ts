import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Peer, PeerKey, Presence } from '../api/types.ts';

const TICK = 15_000;

/** When people were last seen. `now` moves on, so that "5 minutes ago" does not stand still. */
export class PresenceStore {
	readonly #byPeer = new SvelteMap<PeerKey, Presence>();
	/** Seconds since 1970. */
	now = $state(seconds());
	#timer?: ReturnType<typeof setInterval>;

	start() {
		this.#timer ??= setInterval(() => (this.now = seconds()), TICK);
	}

	close() {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	/** Somebody whose "online" has run out was last seen at its end. */
	of(peer: PeerKey): Presence | undefined {
		const presence = this.#byPeer.get(peer);
		if (presence?.kind !== 'online' || presence.until > this.now) return presence;
		return { kind: 'offline', at: presence.until };
	}

	isOnline(peer: PeerKey): boolean {
		return this.of(peer)?.kind === 'online';
	}

	take(peer: PeerKey, presence: Presence) {
		if (presence.kind === 'online') this.now = seconds();
		this.#byPeer.set(peer, presence);
	}

	takePeers(peers: readonly Peer[]) {
		for (const peer of peers) if (peer.presence) this.#byPeer.set(peer.key, peer.presence);
	}
}

function seconds(): number {
	return Math.floor(Date.now() / 1000);
}

export const [usePresence, providePresence] = createContext<PresenceStore>();
