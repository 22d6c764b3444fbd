import { readInt64 } from './bytes.ts';
import { isSecretError, SecretError } from './errors.ts';
import type { ClientEvent, EventBody } from './events.ts';
import type { Settings } from './settings.ts';
import { empty } from './send.ts';
import { chatKey, idKey, layerOf, messageKey, publicOf, timerKey, type ChatState } from './state.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import type { Message } from './types.ts';

/**
 * One change of one chat: a copy of its record, what is to be written, and what is to be told then. Nothing of it happens
 * unless the store takes it.
 */
export class Step {
	readonly settings: Settings;
	readonly s: ChatState;
	/** Unix milliseconds. */
	readonly now: number;
	readonly changes = new Map<string, Uint8Array | undefined>();
	readonly events: ClientEvent[] = [];
	/** There is something to send, or to wait for. */
	isUrgent = false;

	constructor(settings: Settings, state: ChatState) {
		this.settings = settings;
		this.s = structuredClone(state);
		this.now = settings.clock.now();
	}

	/** Unix seconds. */
	get second(): number {
		return Math.floor(this.now / 1000);
	}

	/** What messages to the other side are shaped for. */
	get layer(): number {
		return layerOf(this.s, this.settings.layer);
	}

	/** Writes the record with the rest. */
	async commit() {
		this.put(chatKey(this.s.id), this.s);
		await this.settings.store.apply(this.changes);
	}

	/** Tells of the chat as it is now. */
	tell(body: EventBody) {
		this.events.push({ ...body, chat: publicOf(this.s) });
	}

	put(key: string, record: unknown) {
		this.changes.set(key, encodeRecord(record));
	}

	remove(key: string) {
		this.changes.set(key, undefined);
	}

	/** Reads a record as this change left it. */
	async load<T>(key: string): Promise<T | undefined> {
		const bytes = this.changes.has(key) ? this.changes.get(key) : await this.settings.store.get(key);
		return bytes && decodeRecord<T>(bytes);
	}

	/** Tells whether there is a record, as this change left it. */
	async has(key: string): Promise<boolean> {
		if (this.changes.has(key)) return this.changes.get(key) !== undefined;
		return (await this.settings.store.get(key)) !== undefined;
	}

	/** The keys below a prefix and not before `start`, as this change left them, in order. */
	async keys(prefix: string, start = prefix): Promise<string[]> {
		const stored = await this.settings.store.keys(prefix, start);
		return this.#merge(stored, prefix, start);
	}

	/** The first key below a prefix. */
	async first(prefix: string): Promise<string | undefined> {
		const removed = [...this.changes.keys()].filter((key) => key.startsWith(prefix)).length;
		const stored = await this.settings.store.keys(prefix, prefix, removed + 1);
		return this.#merge(stored, prefix, prefix)[0];
	}

	#merge(stored: string[], prefix: string, start: string): string[] {
		const unchanged = stored.filter((key) => !this.changes.has(key));
		const isThere = ([key, value]: [string, Uint8Array | undefined]) =>
			value !== undefined && key.startsWith(prefix) && key >= start;
		const written = [...this.changes].filter(isThere).map(([key]) => key);
		return [...unchanged, ...written].sort();
	}

	/** Finds a message of the history by its random id. Throws `no-message`. */
	async message(id: bigint): Promise<Message> {
		const order = await this.load<number>(idKey(this.s.id, id));
		const message = order === undefined ? undefined : await this.load<Message>(messageKey(this.s.id, order));
		if (!message) throw new SecretError('no-message', `message ${id} of chat ${this.s.id}`);
		return message;
	}

	/** Like `message`; undefined if there is none. */
	async find(id: bigint): Promise<Message | undefined> {
		try {
			return await this.message(id);
		} catch (error) {
			if (isSecretError(error, 'no-message')) return undefined;
			throw error;
		}
	}

	/** Puts a message behind the history. A random id that the history has is not taken twice: the first message stays. */
	async add(m: Omit<Message, 'order' | 'chat'>): Promise<Message | undefined> {
		if (await this.has(idKey(this.s.id, m.id))) return undefined;
		const order = ++this.s.order;
		const message: Message = { ...m, chat: this.s.id, order };
		this.put(idKey(this.s.id, m.id), order);
		this.put(messageKey(this.s.id, order), message);
		this.tell({ kind: 'added', message });
		return message;
	}

	/** Writes a message back. */
	change(message: Message) {
		this.put(messageKey(this.s.id, message.order), message);
		this.tell({ kind: 'changed', message });
	}

	/**
	 * Removes a message and what was made to send it: who asks for it again gets an empty one.
	 * Spec: https://core.telegram.org/api/end-to-end/seq_no#deleting-unacknowledged-messages
	 */
	async erase(m: Message) {
		this.remove(messageKey(this.s.id, m.order));
		this.remove(idKey(this.s.id, m.id));
		if (m.destroy !== undefined) this.remove(timerKey(this.s.id, lastSecond(m.destroy), m.order));
		if (m.isOut && this.s.phase === 'ready') await empty(this, m.seq, m.id);
	}

	/** Removes everything below the prefixes. */
	async clear(prefixes: string[]) {
		for (const prefix of prefixes) {
			for (const key of await this.keys(prefix)) this.remove(key);
		}
	}

	/** Names a message or an exchange. It is not 0. */
	randomId(): bigint {
		return readInt64(this.settings.primitives.random(8), 0) || 1n;
	}
}

/** The unix second in which a message is gone: never before its time is over. */
export function lastSecond(destroy: number): number {
	return Math.ceil(destroy / 1000);
}
