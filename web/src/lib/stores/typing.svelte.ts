import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Events } from '../api/events.ts';
import type { PeerKey, Typing } from '../api/types.ts';

/** The protocol lets a typing notice count for six seconds. */
const LASTS = 6000;

export interface Typist {
	user: PeerKey;
	action: Typing;
	/** What a bot has written so far, where it streams its answer. */
	text?: string;
}

/** Who is typing where. Notices fade by themselves. */
export class TypingStore {
	readonly #byPlace = new SvelteMap<string, readonly Typist[]>();
	readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

	in(peer: PeerKey, topic?: number): readonly Typist[] {
		return this.#byPlace.get(place(peer, topic)) ?? none;
	}

	take({ peer, topic, user, action, text }: Events['typing']) {
		if (!action) return this.stop(peer, user, topic);
		this.#put(place(peer, topic), { user, action, text });
		if (topic !== undefined) this.#put(place(peer), { user, action, text });
	}

	/** Somebody's message has come, so that he is not typing any more. */
	stop(peer: PeerKey, user: PeerKey, topic?: number) {
		this.#drop(place(peer), user);
		if (topic !== undefined) this.#drop(place(peer, topic), user);
	}

	#put(where: string, typist: Typist) {
		const others = (this.#byPlace.get(where) ?? none).filter((t) => t.user !== typist.user);
		this.#byPlace.set(where, [...others, typist]);
		const timer = `${where} ${typist.user}`;
		clearTimeout(this.#timers.get(timer));
		this.#timers.set(
			timer,
			setTimeout(() => this.#drop(where, typist.user), LASTS),
		);
	}

	#drop(where: string, user: PeerKey) {
		const timer = `${where} ${user}`;
		clearTimeout(this.#timers.get(timer));
		this.#timers.delete(timer);
		const typists = this.#byPlace.get(where);
		if (!typists) return;
		const left = typists.filter((t) => t.user !== user);
		if (left.length === 0) this.#byPlace.delete(where);
		else if (left.length < typists.length) this.#byPlace.set(where, left);
	}
}

const none: readonly Typist[] = [];

function place(peer: PeerKey, topic?: number): string {
	return topic === undefined ? peer : `${peer}/${topic}`;
}

export const [useTyping, provideTyping] = createContext<TypingStore>();
