import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { PeerKey } from '../api/types.ts';

/** Which messages of one chat are chosen, to be forwarded, copied or deleted together. */
export class SelectionStore {
	peer = $state<PeerKey>();
	readonly #ids = new SvelteSet<number>();
	/** Where a range begins that is drawn with the shift key. */
	#anchor?: number;

	get isActive(): boolean {
		return this.#ids.size > 0;
	}

	get count(): number {
		return this.#ids.size;
	}

	/** Ascending. */
	get ids(): number[] {
		return [...this.#ids].sort((a, b) => a - b);
	}

	has(id: number): boolean {
		return this.#ids.has(id);
	}

	/** Chooses or lets go what one row shows. In another chat than before the choice begins anew. */
	toggle(peer: PeerKey, ids: readonly number[]) {
		if (peer !== this.peer) this.clear();
		this.peer = peer;
		this.#anchor = ids[0];
		const isChosen = ids.every((id) => this.#ids.has(id));
		for (const id of ids) {
			if (isChosen) this.#ids.delete(id);
			else this.#ids.add(id);
		}
	}

	/** Chooses all of `known`, ascending ids, from the last one that was touched to this. */
	extend(peer: PeerKey, id: number, known: readonly number[]) {
		if (peer !== this.peer || this.#anchor === undefined) return this.toggle(peer, [id]);
		const [from, to] = this.#anchor < id ? [this.#anchor, id] : [id, this.#anchor];
		for (const other of known) if (other >= from && other <= to) this.#ids.add(other);
	}

	/** Messages that do not exist any more are not chosen either. */
	drop(peer: PeerKey, ids: readonly number[]) {
		if (peer === this.peer) for (const id of ids) this.#ids.delete(id);
	}

	clear() {
		this.#ids.clear();
		this.#anchor = undefined;
		this.peer = undefined;
	}
}

export const [useSelection, provideSelection] = createContext<SelectionStore>();
