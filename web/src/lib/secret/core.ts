import { isSecretError, SecretError } from './errors.ts';
import type { ClientEvent } from './events.ts';
import { Lock } from './lock.ts';
import { decodeRecord } from './record.ts';
import type { Settings } from './settings.ts';
import { chatPrefix, checkState, publicOf, type ChatState } from './state.ts';
import { Step } from './step.ts';
import type { ChatUpdate } from './transport.ts';
import type { ChatId } from './types.ts';

/** What the parts of a client share: the records of the chats, the order of commits, and what waits to be told. */
export class Core {
	readonly settings: Settings;
	readonly chats = new Map<ChatId, ChatState>();
	/** Updates of chats whose request was not answered yet. */
	readonly early = new Map<ChatId, ChatUpdate>();
	/** Chats that were removed: a connection that breaks may bring what the server said of them once more. */
	readonly removed = new Set<ChatId>();
	/** Calls of `Transport.request` under way. */
	requesting = 0;
	/** Read up to these unix seconds, not yet told the server. */
	readonly reads = new Map<ChatId, number>();
	/** Held while the server is called to send; taken before a commit. */
	readonly sending = new Lock();
	/** Called when there is something to send or another time to wait for. */
	nudge: () => void = () => undefined;

	/** Orders the commits: held while the store takes a change, never while the server is called. */
	readonly #commits = new Lock();
	readonly #events: ClientEvent[] = [];
	#isTelling = false;

	constructor(settings: Settings) {
		this.settings = settings;
	}

	/** Reads the store. Throws `store`. */
	async load() {
		for (const key of await this.settings.store.keys(chatPrefix)) {
			const bytes = await this.settings.store.get(key);
			if (!bytes) continue;
			const state = decodeRecord<ChatState>(bytes);
			checkState(state);
			this.chats.set(state.id, state);
		}
	}

	get ids(): ChatId[] {
		return [...this.chats.keys()].sort((a, b) => a - b);
	}

	/** The record of a chat, not to be changed. Throws `no-chat`. */
	state(id: ChatId): ChatState {
		const s = this.chats.get(id);
		if (!s) throw new SecretError('no-chat', `chat ${id}`);
		return s;
	}

	/** Lets work on the chats and the store run in its turn. */
	exclusively<T>(work: () => Promise<T>): Promise<T> {
		return this.#commits.run(work);
	}

	/** Runs `change` on the chat and commits what it did, unless it throws. Throws `no-chat`. */
	async update<T>(id: ChatId, change: (t: Step) => T | Promise<T>): Promise<T> {
		const result = await this.exclusively(() => this.commit(this.state(id), change));
		this.tell();
		return result;
	}

	/** Like `update` on a record that may be new. The caller is alone, and tells the events when it is no longer. */
	async commit<T>(state: ChatState, change: (t: Step) => T | Promise<T>): Promise<T> {
		const t = new Step(this.settings, state);
		const result = await change(t);
		await t.commit();
		this.chats.set(t.s.id, t.s);
		this.#events.push(...t.events);
		if (t.isUrgent) this.nudge();
		return result;
	}

	/** Like `update`; does nothing if there is no such chat (any more). */
	async updateIfKnown(id: ChatId, change: (t: Step) => void | Promise<void>) {
		try {
			await this.update(id, change);
		} catch (error) {
			if (!isSecretError(error, 'no-chat')) throw error;
		}
	}

	/** Runs `look` on the chat as it is and commits nothing. Throws `no-chat`. */
	view<T>(id: ChatId, look: (t: Step) => T | Promise<T>): Promise<T> {
		return this.exclusively(async () => look(new Step(this.settings, this.state(id))));
	}

	/** Like `view`; undefined if there is no such chat (any more). */
	async viewIfKnown<T>(id: ChatId, look: (t: Step) => T | Promise<T>): Promise<T | undefined> {
		return this.exclusively(async () => {
			const s = this.chats.get(id);
			return s && look(new Step(this.settings, s));
		});
	}

	/** Tells of something that is nowhere kept. */
	announce(event: ClientEvent) {
		this.#events.push(event);
		this.tell();
	}

	/** Hands out what was committed, in that order. A listener that calls the client hears of it afterwards. */
	tell() {
		if (this.#isTelling) return;
		this.#isTelling = true;
		try {
			for (let e = this.#events.shift(); e; e = this.#events.shift()) this.settings.onEvent(e);
		} finally {
			this.#isTelling = false;
		}
	}

	public(id: ChatId) {
		return publicOf(this.state(id));
	}
}
