import type { Draft, PeerKey } from '../api/types.ts';

export type Place = `${PeerKey}/${number}`;

/** What localStorage holds: `null` for a draft that was emptied. */
type Kept = Partial<Record<Place, Draft | null>>;

/**
 * What was written and is not at the server yet, in this browser: a page may be closed at any moment, and only this
 * storage takes a word without waiting. Nothing of secret chats comes here.
 */
export class DraftShelf {
	readonly #key: string;
	readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
	readonly #kept: Kept;

	constructor(slot: number, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage) {
		this.#key = `hermod.drafts.${slot}`;
		this.#storage = storage;
		this.#kept = this.#read();
	}

	/** What the last page left. */
	get all(): [Place, Draft | undefined][] {
		return (Object.keys(this.#kept) as Place[]).map((place) => [place, this.#kept[place] ?? undefined]);
	}

	put(place: Place, draft: Draft | undefined) {
		if (place.startsWith('s')) return;
		this.#kept[place] = draft ?? null;
		this.#write();
	}

	/** The server has it. Something newer stays. */
	drop(place: Place, draft?: Draft) {
		if (!(place in this.#kept) || (draft && this.#kept[place] !== draft)) return;
		delete this.#kept[place];
		this.#write();
	}

	#write() {
		if (Object.keys(this.#kept).length === 0) this.#storage.removeItem(this.#key);
		else this.#storage.setItem(this.#key, JSON.stringify(this.#kept));
	}

	#read(): Kept {
		try {
			return JSON.parse(this.#storage.getItem(this.#key) ?? '{}') as Kept;
		} catch {
			return {};
		}
	}
}
