import { createContext } from 'svelte';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import type { Message, PeerKey } from '../api/types.ts';
import { sourceOf, type HistoryPlace, type HistorySource } from './history-source.ts';
import { HistoryStore } from './history.svelte.ts';

/** So many chats keep their messages after they were left, each so many. */
const CHATS_KEPT = 20;
const MESSAGES_KEPT = 200;

/** The topic of a forum in which everything is that belongs to no other. */
const GENERAL = 1;

/** The histories of all chats that were looked at. */
export class Histories {
	readonly #source: HistorySource;
	/** Longest not looked at first. */
	readonly #byPlace = new Map<string, HistoryStore>();
	/** Those that nobody looks at: what comes into them does not pile up. */
	readonly #left = new WeakSet<HistoryStore>();

	constructor(api: Pick<Api, 'messages'>) {
		this.#source = sourceOf(api);
	}

	/** The history of a chat or thread; the same one each time, until it has not been looked at for long. */
	of(place: HistoryPlace): HistoryStore {
		const name = nameOf(place);
		const history = this.#byPlace.get(name) ?? new HistoryStore(place, this.#source);
		this.#byPlace.delete(name);
		this.#byPlace.set(name, history);
		this.#left.delete(history);
		this.#forgetOldest();
		return history;
	}

	/** The view of the chat was left. */
	leave(place: HistoryPlace) {
		const history = this.#byPlace.get(nameOf(place));
		if (!history) return;
		history.shrink(MESSAGES_KEPT);
		this.#left.add(history);
	}

	/** A message that is known of a chat or one of its threads. */
	message(peer: PeerKey, id: number): Message | undefined {
		for (const history of this.#in(peer)) {
			const message = history.get(id);
			if (message) return message;
		}
		return undefined;
	}

	/** The loaded messages among which one stands, oldest first. */
	around(message: Message): readonly Message[] {
		return this.#in(message.peer).find((history) => history.get(message.id))?.messages ?? [message];
	}

	takeMessages(events: readonly Events['message'][]) {
		for (const [peer, ofPeer] of byPeer(events)) {
			for (const history of this.#in(peer)) {
				const { thread } = history;
				history.take(thread === undefined ? ofPeer : ofPeer.filter((event) => isInThread(event, thread)));
				if (this.#left.has(history)) history.shorten(2 * MESSAGES_KEPT, MESSAGES_KEPT);
			}
		}
	}

	change(peer: PeerKey, ids: readonly number[], change: (message: Message) => Message) {
		for (const history of this.#in(peer)) for (const id of ids) history.change(id, change);
	}

	takeDeleted({ peer, ids }: Events['deleted']) {
		for (const history of this.#in(peer)) history.remove(ids);
	}

	takeCleared({ peer, upTo }: Events['historyCleared']) {
		for (const history of this.#in(peer)) history.clear(upTo);
	}

	/** Reads anew what may have gaps: a chat, or all that are held. */
	reload(peer?: PeerKey) {
		for (const history of peer ? this.#in(peer) : this.#byPlace.values()) void history.reload();
	}

	#in(peer: PeerKey): HistoryStore[] {
		return [...this.#byPlace.values()].filter((history) => history.peer === peer);
	}

	#forgetOldest() {
		for (const name of this.#byPlace.keys()) {
			if (this.#byPlace.size <= CHATS_KEPT) return;
			this.#byPlace.delete(name);
		}
	}
}

function byPeer(events: readonly Events['message'][]): Map<PeerKey, Events['message'][]> {
	const groups = new Map<PeerKey, Events['message'][]>();
	for (const event of events) {
		const group = groups.get(event.message.peer);
		if (group) group.push(event);
		else groups.set(event.message.peer, [event]);
	}
	return groups;
}

/** Edits are let through: a history changes only what it knows. */
function isInThread({ message, isNew, replaces }: Events['message'], thread: number): boolean {
	if (!isNew && replaces === undefined && message.id > 0) return true;
	const top = message.reply?.top;
	if (thread === GENERAL) return (top ?? GENERAL) === GENERAL;
	return top === thread || message.reply?.message === thread || message.id === thread;
}

function nameOf({ peer, thread }: HistoryPlace): string {
	return thread === undefined ? peer : `${peer}/${thread}`;
}

export const [useHistories, provideHistories] = createContext<Histories>();
