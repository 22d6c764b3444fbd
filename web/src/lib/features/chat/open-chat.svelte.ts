import { createContext } from 'svelte';
import type { Message, PeerKey, Reaction } from '$lib/api/types.ts';
import type { ReadingPlace } from '$lib/stores/reading-places.ts';
import type { HistoryStore } from '$lib/stores/history.svelte.ts';

/** What the list of messages can do for others. */
export interface ListHandle {
	/** Brings the row into view and returns whether it is among the loaded ones. */
	show(id: number, how: 'center' | 'unread'): boolean;
	showEnd(): void;
	/** Lets the keyboard begin at the newest message. */
	focus(): void;
}

/** What a dialog over the chat asks about. */
export type ChatQuestion =
	| { kind: 'forward'; messages: Message[] }
	| { kind: 'delete'; messages: Message[] }
	| { kind: 'pin'; message: Message }
	| { kind: 'reactors'; message: Message; reaction?: Reaction['reaction'] }
	| { kind: 'readers'; message: Message }
	| { kind: 'voters'; message: Message }
	| { kind: 'todo'; message: Message }
	| { kind: 'link'; url: string }
	| { kind: 'date'; seconds: number };

export interface ChatPlace {
	peer: PeerKey;
	thread?: number;
	/** `past`: of the basic group that the supergroup was before. */
	kind: 'history' | 'scheduled' | 'pinned' | 'past';
}

/** One open chat: what its view, its list and its bubbles have in common. Lives as long as the view does. */
export class OpenChat {
	readonly place: ChatPlace;
	readonly history: HistoryStore;
	list?: ListHandle;
	/** Shows the messages of the basic group that this one was before. */
	openPast?: (group: PeerKey) => void;
	/** Where the reader was when the chat was left; the list begins there. */
	startAt?: ReadingPlace;
	/** The message that a jump led to; it lights up for a moment. */
	highlighted = $state<number>();
	/** The first message that was not read when the chat was opened. */
	unreadFrom = $state<number>();
	question = $state.raw<ChatQuestion>();
	/** Whether the end of the history is in view. */
	isAtBottom = $state(true);
	/** The first and the last message in view. */
	inView = $state.raw<readonly [number, number]>([0, Infinity]);
	/** Whether the messages of others carry their faces and names: where more than one may write. */
	hasFaces = $state(false);
	/** The newest message of ours that somebody has read. */
	readUpTo = $state(0);
	/** What is looked for in the chat; undefined: nothing. */
	searched = $state<string>();
	/** Where the way back of jumps leads. */
	#origins: number[] = [];
	#flash?: ReturnType<typeof setTimeout>;

	constructor(place: ChatPlace, history: HistoryStore) {
		this.place = place;
		this.history = history;
	}

	get peer(): PeerKey {
		return this.place.peer;
	}

	/** Shows the chat from `target`, else from where it was left, else from the first unread message, else from its end. */
	async open(target: number | undefined, unread: { count: number; readUpTo: number }, left?: ReadingPlace) {
		if (target !== undefined) return this.jumpTo(target);
		if (left) {
			this.startAt = left;
			return this.history.loadAround(left.id);
		}
		if (this.place.kind !== 'history' || unread.count === 0) return this.history.loadEnd();
		if (unread.count > nearEnd) await this.history.loadAround(Math.max(1, unread.readUpTo));
		else await this.history.loadEnd();
		this.unreadFrom = this.history.messages.find(({ id, isOut }) => id > unread.readUpTo && !isOut)?.id;
	}

	/** Goes to a message, loading what is about it; `origin` is where the way back leads. */
	async jumpTo(id: number, origin?: number) {
		if (origin !== undefined) this.#origins.push(origin);
		if (!this.list?.show(id, 'center')) {
			await this.history.loadAround(id);
			this.list?.show(id, 'center');
		}
		this.#light(id);
	}

	/** One step back to where a jump began, else to the end. */
	async goDown() {
		const origin = this.#origins.pop();
		if (origin !== undefined) return this.jumpTo(origin);
		await this.goToEnd();
	}

	async goToEnd() {
		this.#origins = [];
		if (!this.history.isAtEnd) await this.history.loadEnd();
		this.list?.showEnd();
	}

	/** These are in view, oldest first; what is not sent yet stands behind all others. */
	look(messages: readonly Message[]) {
		const [first = 0, last = Infinity] = [messages[0], messages.at(-1)].map((one) => placeOf(one));
		if (first !== this.inView[0] || last !== this.inView[1]) this.inView = [first, last];
	}

	ask(question: ChatQuestion) {
		this.question = question;
	}

	close() {
		clearTimeout(this.#flash);
	}

	#light(id: number) {
		clearTimeout(this.#flash);
		this.highlighted = id;
		this.#flash = setTimeout(() => (this.highlighted = undefined), flashTime);
	}
}

function placeOf(message?: Message): number | undefined {
	return message && (message.id < 0 ? Infinity : message.id);
}

/** So many unread messages are surely on the newest page. */
const nearEnd = 30;
const flashTime = 1600;

export const [useOpenChat, provideOpenChat] = createContext<OpenChat>();
