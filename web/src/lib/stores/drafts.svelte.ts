import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import type { Draft, PeerKey } from '../api/types.ts';
import type { DialogStore } from './dialogs.svelte.ts';
import type { DraftShelf, Place } from './draft-shelf.ts';

/** Milliseconds after the last key until the other devices are told. */
const PAUSE = 1500;

/** What was written and not sent, per chat or thread, kept in step with the other devices. */
export class DraftStore {
	readonly #api: Pick<Api, 'compose'>;
	readonly #dialogs: Pick<DialogStore, 'get' | 'takeDraft'>;
	readonly #shelf: Pick<DraftShelf, 'all' | 'put' | 'drop'>;
	readonly #inThreads = new SvelteMap<Place, Draft>();
	/** Written here since the server was last told; undefined: nothing is left. */
	readonly #unsaved = new Map<Place, Draft | undefined>();
	readonly #timers = new Map<Place, ReturnType<typeof setTimeout>>();

	constructor(
		api: Pick<Api, 'compose'>,
		dialogs: Pick<DialogStore, 'get' | 'takeDraft'>,
		shelf: Pick<DraftShelf, 'all' | 'put' | 'drop'>,
	) {
		this.#api = api;
		this.#dialogs = dialogs;
		this.#shelf = shelf;
		for (const [place, draft] of shelf.all) this.#restore(place, draft);
	}

	get(peer: PeerKey, thread?: number): Draft | undefined {
		const place = placeOf(peer, thread);
		// Looked at in any case: who asks while something is unsaved has to hear of what comes after it.
		const saved = thread === undefined ? this.#dialogs.get(peer)?.draft : this.#inThreads.get(place);
		return this.#unsaved.has(place) ? this.#unsaved.get(place) : saved;
	}

	/** From another device. What is being written here is newer. */
	take({ peer, topic, draft }: Events['draft']) {
		if (topic !== undefined) this.#keepInThread(placeOf(peer, topic), draft);
	}

	/** Keeps what is written now; undefined: nothing. The server hears of it after a pause. */
	set(peer: PeerKey, thread: number | undefined, draft: Draft | undefined) {
		const place = placeOf(peer, thread);
		this.#unsaved.set(place, draft);
		this.#shelf.put(place, draft);
		clearTimeout(this.#timers.get(place));
		this.#timers.set(
			place,
			setTimeout(() => this.#save(peer, thread, draft), PAUSE),
		);
	}

	/** The chat is left: the server is told now, and the list of chats shows it. */
	flush(peer: PeerKey, thread: number | undefined) {
		const place = placeOf(peer, thread);
		if (!this.#unsaved.has(place)) return;
		const draft = this.#unsaved.get(place);
		this.#save(peer, thread, draft);
		this.#unsaved.delete(place);
		if (thread === undefined) this.#dialogs.takeDraft({ peer, draft });
		else this.#keepInThread(place, draft);
	}

	/** It was sent: the server has cleared it by itself. */
	forget(peer: PeerKey, thread: number | undefined) {
		const place = placeOf(peer, thread);
		clearTimeout(this.#timers.get(place));
		this.#timers.delete(place);
		this.#unsaved.delete(place);
		this.#shelf.drop(place);
		this.#inThreads.delete(place);
		if (thread === undefined && this.#dialogs.get(peer)?.draft) this.#dialogs.takeDraft({ peer, draft: undefined });
	}

	#save(peer: PeerKey, thread: number | undefined, draft: Draft | undefined) {
		const place = placeOf(peer, thread);
		clearTimeout(this.#timers.get(place));
		if (!this.#timers.delete(place)) return;
		this.#api.compose.saveDraft(peer, thread, draft).then(
			() => this.#takeSaved(peer, thread, draft),
			() => undefined, // the next key, or the next page, tries again
		);
	}

	/** The server has it: what another device makes of it is newer from now on. */
	#takeSaved(peer: PeerKey, thread: number | undefined, draft: Draft | undefined) {
		const place = placeOf(peer, thread);
		this.#shelf.drop(place, draft);
		if (!this.#unsaved.has(place) || this.#unsaved.get(place) !== draft) return;
		this.#unsaved.delete(place);
		if (thread === undefined) this.#dialogs.takeDraft({ peer, draft });
		else this.#keepInThread(place, draft);
	}

	/** The page was closed before the server had it. */
	#restore(place: Place, draft: Draft | undefined) {
		const [peer, thread] = place.split('/') as [PeerKey, string];
		const topic = Number(thread) || undefined;
		this.#unsaved.set(place, draft);
		this.#timers.set(
			place,
			setTimeout(() => this.flush(peer, topic), PAUSE),
		);
	}

	#keepInThread(place: Place, draft: Draft | undefined) {
		if (draft) this.#inThreads.set(place, draft);
		else this.#inThreads.delete(place);
	}
}

function placeOf(peer: PeerKey, thread = 0): Place {
	return `${peer}/${thread}`;
}

export const [useDrafts, provideDrafts] = createContext<DraftStore>();
