import type { Message } from '../api/types.ts';

/**
 * What is known of one history: stretches without gaps, apart from each other. Reading around an old message
 * begins a new stretch; when reading on makes two touch, they become one.
 */
export interface Stretch {
	/** Oldest first, only messages of the server. */
	readonly messages: readonly Message[];
	readonly isStart: boolean;
	readonly isEnd: boolean;
}

/** Beside which known message a page was read: it holds what stands directly before or after it. */
export interface PageEdge {
	before?: number;
	after?: number;
}

/** Puts a page into the stretches and returns them all, oldest first, and the one that holds the page. */
export function mergePage(stretches: readonly Stretch[], page: Stretch, edge: PageEdge = {}) {
	let current: Stretch = { ...page, messages: page.messages.filter((message) => message.id > 0) };
	const from = page.isStart ? 0 : edge.after === undefined ? firstId(current) : edge.after + 1;
	const to = page.isEnd ? Infinity : edge.before === undefined ? lastId(current) : edge.before - 1;
	const apart: Stretch[] = [];
	for (const stretch of stretches) {
		if (touches(stretch, from, to)) current = join(stretch, current, from, to);
		else apart.push(stretch);
	}
	return { stretches: [...apart, current].sort((a, b) => firstId(a) - firstId(b)), current };
}

/** Whether nothing can stand between the stretch and the ids `from` to `to`. */
function touches(stretch: Stretch, from: number, to: number): boolean {
	const first = stretch.isStart ? 0 : firstId(stretch);
	const last = stretch.isEnd ? Infinity : lastId(stretch);
	return first <= to + 1 && last >= from - 1;
}

/** Between `from` and `to` the page is right, also about what is not there any more; outside, the stretch goes on. */
function join(stretch: Stretch, page: Stretch, from: number, to: number): Stretch {
	const { messages } = stretch;
	const [start, end] = [placeOf(messages, from), placeOf(messages, to + 1)];
	const keys = new Map(messages.slice(start, end).map((message) => [message.id, message.key]));
	const own = page.messages.map((message) => withKey(message, keys.get(message.id)));
	return {
		messages: [...messages.slice(0, start), ...own, ...messages.slice(end)],
		isStart: page.isStart || stretch.isStart,
		isEnd: page.isEnd || stretch.isEnd,
	};
}

/** A row keeps the key that it was first shown under. */
export function withKey(message: Message, key: string | undefined): Message {
	return key === undefined || key === message.key ? message : { ...message, key };
}

export function firstId(stretch: Stretch): number {
	return stretch.messages[0]?.id ?? Infinity;
}

export function lastId(stretch: Stretch): number {
	return stretch.messages.at(-1)?.id ?? 0;
}

/** Place of the first message whose id is not under `id`. */
export function placeOf(messages: readonly Message[], id: number): number {
	let low = 0;
	let high = messages.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (messages[middle]!.id < id) low = middle + 1;
		else high = middle;
	}
	return low;
}

export function findMessage(messages: readonly Message[], id: number): Message | undefined {
	const message = messages[placeOf(messages, id)];
	return message?.id === id ? message : undefined;
}

/** Puts messages in their places; one that is known gives way to its new form. */
export function withMessages(messages: readonly Message[], added: readonly Message[]): Message[] {
	const next = [...messages];
	for (const message of added) {
		const place = placeOf(next, message.id);
		const known = next[place]?.id === message.id ? next[place] : undefined;
		next.splice(place, known ? 1 : 0, withKey(message, known?.key));
	}
	return next;
}

/** Gives a message of the stretch another form. */
export function changeIn(stretch: Stretch, id: number, change: (message: Message) => Message): Stretch {
	const place = placeOf(stretch.messages, id);
	const known = stretch.messages[place];
	if (known?.id !== id) return stretch;
	const next = withKey(change(known), known.key);
	return { ...stretch, messages: stretch.messages.with(place, next) };
}

/** Whether the other stretch is a part of this one now. */
export function holds(stretch: Stretch, other: Stretch): boolean {
	return other.messages.length > 0 && firstId(stretch) <= firstId(other) && lastId(stretch) >= lastId(other);
}
