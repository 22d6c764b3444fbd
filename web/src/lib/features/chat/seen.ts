import type { Api } from '$lib/api/api.ts';
import type { Dialog, Message } from '$lib/api/types.ts';
import type { ChatPlace } from './open-chat.svelte.ts';
import type { Row } from './rows.ts';

/** Milliseconds that what was seen is gathered before it is told. */
const pause = 400;

/** Tells the server what was seen: messages, posts, mentions. Counts only while somebody can look. */
export class SeenTracker {
	readonly #api: Pick<Api, 'messages'>;
	readonly #place: ChatPlace;
	#readUpTo = 0;
	#told = 0;
	#posts = new Set<number>();
	/** Mentions of the user and reactions to what he wrote. */
	#news = new Set<number>();
	readonly #counted = new Set<number>();
	#timer?: ReturnType<typeof setTimeout>;
	#last: readonly Row[] = [];
	readonly #lookAgain = () => this.#take();

	constructor(api: Pick<Api, 'messages'>, place: ChatPlace) {
		this.#api = api;
		this.#place = place;
		addEventListener('focus', this.#lookAgain);
		document.addEventListener('visibilitychange', this.#lookAgain);
	}

	/** These rows are in view. */
	look(rows: readonly Row[], dialog?: Dialog) {
		this.#last = rows;
		this.#told = Math.max(this.#told, this.#place.thread === undefined ? (dialog?.readInbox ?? 0) : 0);
		this.#take();
	}

	/** The messages in view. */
	shown(): number[] {
		return this.#last.flatMap((row) => (row.album ?? [row.message]).map((message) => message.id));
	}

	close() {
		removeEventListener('focus', this.#lookAgain);
		document.removeEventListener('visibilitychange', this.#lookAgain);
		clearTimeout(this.#timer);
		this.#tell();
	}

	#take() {
		if (this.#place.kind !== 'history' || document.visibilityState === 'hidden' || !document.hasFocus()) return;
		for (const row of this.#last) for (const message of row.album ?? [row.message]) this.#note(message);
		this.#timer ??= setTimeout(() => this.#tell(), pause);
	}

	#note(message: Message) {
		const { id } = message;
		if (id < 0) return;
		if (!message.isOut) this.#readUpTo = Math.max(this.#readUpTo, id);
		if (message.isPost && !this.#counted.has(id)) this.#posts.add(id);
		if (isNews(message)) this.#news.add(id);
	}

	#tell() {
		this.#timer = undefined;
		const { peer, thread } = this.#place;
		const { messages } = this.#api;
		if (this.#readUpTo > this.#told) {
			this.#told = this.#readUpTo;
			ignore(messages.read(peer, this.#readUpTo, thread));
		}
		if (this.#posts.size > 0) {
			for (const id of this.#posts) this.#counted.add(id);
			ignore(messages.views(peer, [...this.#posts]));
			this.#posts = new Set();
		}
		if (this.#news.size > 0) {
			ignore(messages.readContents(peer, [...this.#news]));
			this.#news = new Set();
		}
	}
}

/** What is heard is not news by being seen. */
function isNews({ isMentioned, isUnheard, content, reactions }: Message): boolean {
	const isMention = isMentioned && isUnheard && content.kind !== 'voice' && content.kind !== 'round';
	return isMention || reactions.some((reaction) => reaction.isUnseen);
}

/** What could not be told now is told with the next look. */
function ignore(call: Promise<unknown>) {
	call.catch(() => undefined);
}
