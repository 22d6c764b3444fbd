import type { Session } from '../api/api.ts';
import type { EventName, Events } from '../api/events.ts';
import type { Content, Message, PeerKey } from '../api/types.ts';
import { isOwn, type WorkerEvent } from '../api/wire.ts';
import type { DialogStore } from './dialogs.svelte.ts';
import type { Histories } from './histories.svelte.ts';
import type { PeerStore } from './peers.svelte.ts';
import type { PresenceStore } from './presence.svelte.ts';
import type { TypingStore } from './typing.svelte.ts';

export interface FeedStores {
	peers: PeerStore;
	dialogs: DialogStore;
	histories: Histories;
	typing: TypingStore;
	presence: PresenceStore;
}

type Listener<N extends EventName> = (data: Events[N]) => void;

/** Milliseconds between two drawings of what others do, while somebody looks and while nobody does. */
const PAUSE = 50;
const HIDDEN_PAUSE = 250;

/** All but `peers`. */
const queuedNames = [
	'connection',
	'signedOut',
	'presence',
	'message',
	'deleted',
	'historyCleared',
	'reactions',
	'poll',
	'markedUnread',
	'read',
	'heard',
	'pinned',
	'typing',
	'dialog',
	'dialogGone',
	'pinnedDialogs',
	'folders',
	'topic',
	'notify',
	'draft',
	'views',
	'progress',
	'stale',
	'reload',
	'notice',
	'secret',
	'screenshot',
] as const satisfies EventName[];

/**
 * The one way from the worker's events to the stores. Many events are gathered for a moment, so that fifty of them cost
 * a few drawings; one that comes after a quiet time is handed on at once, and so is what the user did himself. Peers
 * never wait.
 */
export class Feed {
	readonly #stores: FeedStores;
	readonly #listeners = new Map<EventName, Set<(data: never) => void>>();
	readonly #offs: (() => void)[];
	#queue: WorkerEvent[] = [];
	#timer?: ReturnType<typeof setTimeout>;
	#isDue = false;
	#last = -Infinity;

	constructor(session: Pick<Session, 'on'>, stores: FeedStores) {
		this.#stores = stores;
		this.#offs = [
			...queuedNames.map((name) => this.#collect(session, name)),
			session.on('peers', ({ peers }) => this.#takePeers(peers)),
		];
	}

	/** Calls `fn` with each event of a kind, after the stores have taken it. Returns how to end that. */
	on<N extends EventName>(name: N, fn: Listener<N>): () => void {
		const listeners = this.#listeners.get(name) ?? new Set();
		this.#listeners.set(name, listeners);
		listeners.add(fn);
		return () => listeners.delete(fn);
	}

	/** Hands on what waits. */
	flush() {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#isDue = false;
		this.#last = performance.now();
		const queue = this.#queue;
		this.#queue = [];
		for (const batch of inBatches(queue)) safely(() => this.#hand(batch));
		for (const { name, data } of queue) this.#tell(name, data);
	}

	close() {
		for (const off of this.#offs) off();
		clearTimeout(this.#timer);
		this.#listeners.clear();
		this.#queue = [];
	}

	#takePeers(peers: Events['peers']['peers']) {
		this.#stores.peers.take(peers);
		this.#stores.presence.takePeers(peers);
		this.#tell('peers', { peers });
	}

	#collect<N extends EventName>(session: Pick<Session, 'on'>, name: N): () => void {
		return session.on(name, (data) => {
			const event = { name, data } as WorkerEvent;
			this.#queue.push(event);
			this.#wait(isOwn(event));
		});
	}

	/** What comes in the same turn is taken together in any case. */
	#wait(isUrgent: boolean) {
		if (this.#isDue) return;
		const pause = globalThis.document?.visibilityState === 'visible' ? PAUSE : HIDDEN_PAUSE;
		const rest = this.#last + pause - performance.now();
		if (isUrgent || rest <= 0) {
			this.#isDue = true;
			queueMicrotask(() => this.#isDue && this.flush());
		} else {
			this.#timer ??= setTimeout(() => this.flush(), rest);
		}
	}

	#hand(batch: Batch) {
		const { dialogs, histories, typing } = this.#stores;
		if (batch.name !== 'message') return this.#handOne(batch.event);
		histories.takeMessages(batch.events);
		for (const event of batch.events) {
			dialogs.takeMessage(event);
			const { peer, sender, reply, isOut } = event.message;
			if (event.isNew && sender && !isOut) typing.stop(peer, sender, reply?.top);
		}
	}

	#handOne({ name, data }: WorkerEvent) {
		const { dialogs, histories, typing, presence } = this.#stores;
		switch (name) {
			case 'deleted':
				histories.takeDeleted(data);
				return dialogs.takeDeleted(data);
			case 'historyCleared':
				histories.takeCleared(data);
				return dialogs.takeCleared(data);
			case 'reactions':
				dialogs.takeSeen(data.peer, data.hasUnseen);
				return this.#change(data.peer, [data.id], withReactions(data));
			case 'poll':
				return this.#change(data.peer, [data.id], (message) => ({
					...message,
					content: { kind: 'poll', poll: data.poll },
				}));
			case 'markedUnread':
				return dialogs.takeMarkedUnread(data);
			case 'heard':
				dialogs.takeSeen(data.peer);
				return this.#change(data.peer, data.ids, withHeard);
			case 'pinned':
				return this.#change(data.peer, data.ids, (message) => ({ ...message, isPinned: data.isPinned }));
			case 'views':
				return data.views.forEach(({ id, ...counts }) => this.#change(data.peer, [id], withViews(counts)));
			case 'read':
				return dialogs.takeRead(data);
			case 'typing':
				return typing.take(data);
			case 'presence':
				return presence.take(data.peer, data.presence);
			case 'dialog':
				return dialogs.take(data.dialog);
			case 'dialogGone':
				return dialogs.drop(data.peer);
			case 'pinnedDialogs':
				return dialogs.takePinned(data);
			case 'notify':
				return dialogs.takeNotify(data);
			case 'draft':
				return dialogs.takeDraft(data);
			case 'reload':
				histories.reload(data.peer);
				return void (data.peer ? dialogs.refresh(data.peer) : dialogs.load());
		}
	}

	#change(peer: PeerKey, ids: readonly number[], change: (message: Message) => Message) {
		this.#stores.histories.change(peer, ids, change);
		for (const id of ids) this.#stores.dialogs.changeMessage(peer, id, change);
	}

	#tell<N extends EventName>(name: N, data: Events[N]) {
		for (const listener of this.#listeners.get(name) ?? []) safely(() => (listener as Listener<N>)(data));
	}
}

/** An event that one store cannot take must not keep the others from theirs: none of them comes again. */
function safely(take: () => void) {
	try {
		take();
	} catch (error) {
		reportError(error);
	}
}

/** Messages that came one after another are taken together: a long history is then copied once. */
type Batch = { name: 'message'; events: Events['message'][] } | { name: 'one'; event: WorkerEvent };

function inBatches(queue: readonly WorkerEvent[]): Batch[] {
	const batches: Batch[] = [];
	for (const event of queue) {
		const last = batches.at(-1);
		if (event.name !== 'message') batches.push({ name: 'one', event });
		else if (last?.name === 'message') last.events.push(event.data);
		else batches.push({ name: 'message', events: [event.data] });
	}
	return batches;
}

/** What is told to all alike leaves open which ones this user chose. */
function withReactions({ reactions, isShort }: Events['reactions']): (message: Message) => Message {
	if (!isShort) return (message) => ({ ...message, reactions });
	return (message) => {
		const chosen = new Set(message.reactions.filter((known) => known.isChosen).map((known) => known.reaction));
		return { ...message, reactions: reactions.map((one) => ({ ...one, isChosen: chosen.has(one.reaction) })) };
	};
}

function withViews(counts: Omit<Events['views']['views'][number], 'id'>): (message: Message) => Message {
	const views = counts.views ?? 0;
	const forwards = counts.forwards ?? 0;
	return (message) => ({
		...message,
		views: Math.max(message.views ?? 0, views) || undefined,
		forwards: Math.max(message.forwards ?? 0, forwards) || undefined,
		thread: counts.thread ?? message.thread,
	});
}

/** A voice message or a reaction is not new any more; what vanishes is gone once it was seen. */
function withHeard(message: Message): Message {
	const reactions = message.reactions.map((one) => (one.isUnseen ? { ...one, isUnseen: false } : one));
	return { ...message, isUnheard: false, content: withHeardContent(message.content), reactions };
}

function withHeardContent(content: Content): Content {
	switch (content.kind) {
		case 'voice':
		case 'round':
			return { ...content, isUnheard: false, isGone: content.ttl !== undefined || content.isGone };
		case 'photo':
		case 'video':
			return content.ttl === undefined ? content : { ...content, isGone: true };
		default:
			return content;
	}
}
