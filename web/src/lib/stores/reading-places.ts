import { createContext } from 'svelte';
import type { PeerKey } from '../api/types.ts';

/** The message at the upper edge of the view, and how many pixels below the edge it begins. */
export interface ReadingPlace {
	id: number;
	gap: number;
}

/** Where the reader was in the chats that were left above their end. */
export class ReadingPlaces {
	readonly #places = new Map<string, ReadingPlace>();

	get(peer: PeerKey, thread?: number): ReadingPlace | undefined {
		return this.#places.get(nameOf(peer, thread));
	}

	/** Without a place the chat was left at its end. */
	keep(peer: PeerKey, thread: number | undefined, place: ReadingPlace | undefined) {
		if (place) this.#places.set(nameOf(peer, thread), place);
		else this.#places.delete(nameOf(peer, thread));
	}
}

function nameOf(peer: PeerKey, thread?: number): string {
	return `${peer}/${thread ?? ''}`;
}

export const [useReadingPlaces, provideReadingPlaces] = createContext<ReadingPlaces>();
