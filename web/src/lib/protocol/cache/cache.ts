import type { Dialog, Message, Peer, PeerKey } from '../../api/types.ts';
import type { CacheDatabase, MessageRow } from './database.ts';
import { addSpan, extendNewest, findSpan, type Span } from './spans.ts';
import { type Key, WriteBehind } from './write-behind.ts';

/** Messages that stay when the cache is trimmed, in all and of each chat. */
const mostMessages = 60_000;
const keptPerChat = 200;

/**
 * What the page saw last, for a start without a network and for chats that open at once. Nothing here is the truth:
 * the server's answer always wins, and the whole may be dropped at any time.
 *
 * Writes are gathered and done together; reads see them at once. Nothing of secret chats is kept: it would lie here open.
 */
export class Cache {
	readonly #db: CacheDatabase;
	/** People and chats, and small things. */
	readonly #lists: WriteBehind;
	/** Messages, apart from the rest: a chat that is opened does not wait until five hundred chats are written. */
	readonly #histories: WriteBehind;
	readonly #spans = new Map<PeerKey, Span[]>();

	constructor(db: CacheDatabase) {
		this.#db = db;
		this.#lists = new WriteBehind(db);
		this.#histories = new WriteBehind(db);
	}

	putPeers(peers: Peer[]) {
		for (const peer of peers) if (!isSecret(peer.key)) this.#lists.put('peers', peer.key, peer);
	}

	/** The peers of these keys, or all. */
	async peers(keys?: PeerKey[]): Promise<Peer[]> {
		await this.#lists.flush();
		if (!keys) return this.#db.getAll('peers');
		const found = await Promise.all(keys.map((key) => this.#db.get('peers', key)));
		return found.filter((peer) => peer !== undefined);
	}

	putDialogs(dialogs: Dialog[]) {
		for (const dialog of dialogs) if (!isSecret(dialog.peer)) this.#lists.put('dialogs', dialog.peer, dialog);
	}

	/** All dialogs, in no order. */
	async dialogs(): Promise<Dialog[]> {
		await this.#lists.flush();
		return this.#db.getAll('dialogs');
	}

	async dialog(peer: PeerKey): Promise<Dialog | undefined> {
		await this.#lists.flush();
		return this.#db.get('dialogs', peer);
	}

	deleteDialog(peer: PeerKey) {
		this.#lists.delete('dialogs', peer);
	}

	/** Keeps messages, in any order and from anywhere. A new one that came live extends the known stretch. */
	async putMessages(messages: Message[], options: { areLive?: boolean } = {}): Promise<void> {
		for (const message of messages) {
			if (message.id <= 0 || message.isScheduled || isSecret(message.peer)) continue;
			this.#histories.put('messages', [message.peer, message.id], toRow(message));
			if (options.areLive) await this.#changeSpans(message.peer, (spans) => extendNewest(spans, message.id));
		}
	}

	/**
	 * Keeps a stretch of a chat's history between whose ends no message is missing. `from` and `to` widen it beyond
	 * the messages themselves: to 0 when the beginning of the chat was reached.
	 */
	async putHistory(peer: PeerKey, messages: Message[], from?: number, to?: number): Promise<void> {
		const ids = messages.map((message) => message.id).filter((id) => id > 0);
		if (ids.length === 0 || isSecret(peer)) return;
		await this.putMessages(messages);
		const span: Span = [Math.min(from ?? Infinity, ...ids), Math.max(to ?? 0, ...ids)];
		await this.#changeSpans(peer, (spans) => addSpan(spans, span));
	}

	/**
	 * The newest messages before an id, or of the chat, without gaps, ascending. `isStart`: they begin with the first
	 * of the chat. Empty when nothing is known.
	 */
	async history(
		peer: PeerKey,
		options: { before?: number; limit: number },
	): Promise<{ messages: Message[]; isStart: boolean }> {
		await this.#histories.flush((key) => isOf(peer, key)); // not the last messages of all chats, as when the page starts
		const span = findSpan(await this.#spansOf(peer), options.before);
		if (!span) return { messages: [], isStart: false };
		const last = options.before === undefined ? span[1] : options.before - 1;
		if (last < span[0]) return { messages: [], isStart: span[0] === 0 };
		const messages = await this.#newest(peer, span[0], last, options.limit);
		return { messages, isStart: span[0] === 0 && messages.length < options.limit };
	}

	async message(peer: PeerKey, id: number): Promise<Message | undefined> {
		await this.#histories.flush();
		return (await this.#db.get('messages', [peer, id]))?.message;
	}

	/** Which chats hold these ids of the numbering that private chats and basic groups have in common. */
	async chatsOf(ids: number[]): Promise<Map<number, PeerKey>> {
		await this.#histories.flush();
		const found = await Promise.all(ids.map((id) => this.#db.getFromIndex('messages', 'common', id)));
		return new Map(found.filter((row) => row !== undefined).map((row) => [row.id, row.peer]));
	}

	deleteMessages(peer: PeerKey, ids: number[]) {
		for (const id of ids) this.#histories.delete('messages', [peer, id]);
	}

	/** Forgets a chat's messages up to an id, or all: also when the stretch that is known no longer ends at the newest. */
	async deleteHistory(peer: PeerKey, upTo = Number.MAX_SAFE_INTEGER): Promise<void> {
		await this.#histories.flush();
		await this.#db.delete('messages', IDBKeyRange.bound([peer, 0], [peer, upTo]));
		await this.#changeSpans(peer, (spans) => spans.filter((span) => span[1] > upTo));
	}

	/** Small things by name: folders, settings, the last state of something. */
	put(name: string, value: unknown) {
		this.#lists.put('values', name, value);
	}

	async get<T>(name: string): Promise<T | undefined> {
		await this.#lists.flush();
		return (await this.#db.get('values', name)) as T | undefined;
	}

	/** Writes what is gathered. */
	async flush(): Promise<void> {
		await Promise.all([this.#lists.flush(), this.#histories.flush()]);
	}

	/** Forgets old messages when there are too many. To be called when nothing else is to be done. */
	async trim(most = mostMessages, kept = keptPerChat): Promise<void> {
		await this.#histories.flush();
		if ((await this.#db.count('messages')) <= most) return;
		const ids = new Map<PeerKey, number[]>();
		for (const [peer, id] of await this.#db.getAllKeys('messages')) {
			const ofPeer = ids.get(peer);
			if (ofPeer) ofPeer.push(id);
			else ids.set(peer, [id]);
		}
		for (const [peer, all] of ids) {
			const oldest = all.at(-kept);
			if (oldest !== undefined && oldest !== all[0]) await this.#forgetBefore(peer, oldest);
		}
	}

	async close(): Promise<void> {
		await this.flush();
		this.#db.close();
	}

	/**
	 * Finds the ids first, which costs little, and then reads all messages at once: a cursor would take a turn of the
	 * busy worker for each of them. How far down the ids reach is not known, so it looks further and further.
	 */
	async #newest(peer: PeerKey, first: number, last: number, limit: number): Promise<Message[]> {
		let from = last + 1;
		const ids: number[] = [];
		for (let reach = limit * 2; from > first && ids.length < limit; reach *= 8) {
			const to = from - 1;
			from = Math.max(first, from - reach);
			const keys = await this.#db.getAllKeys('messages', IDBKeyRange.bound([peer, from], [peer, to]));
			ids.unshift(...keys.map(([, id]) => id));
		}
		const oldest = ids.slice(-limit)[0];
		if (oldest === undefined) return [];
		const rows = await this.#db.getAll('messages', IDBKeyRange.bound([peer, oldest], [peer, last]));
		return rows.map(({ message }) => message);
	}

	async #forgetBefore(peer: PeerKey, id: number) {
		await this.#db.delete('messages', IDBKeyRange.bound([peer, 0], [peer, id], false, true));
		await this.#changeSpans(peer, (spans) =>
			spans.filter((span) => span[1] >= id).map((span) => [Math.max(span[0], id), span[1]]),
		);
	}

	async #spansOf(peer: PeerKey): Promise<Span[]> {
		const known = this.#spans.get(peer) ?? (await this.#db.get('spans', peer)) ?? [];
		if (!this.#spans.has(peer)) this.#spans.set(peer, known);
		return this.#spans.get(peer)!;
	}

	async #changeSpans(peer: PeerKey, change: (spans: Span[]) => Span[]) {
		await this.#spansOf(peer);
		const spans = change(this.#spans.get(peer)!);
		this.#spans.set(peer, spans);
		this.#histories.put('spans', peer, spans);
	}
}

function toRow(message: Message): MessageRow {
	const { peer, id } = message;
	return peer.startsWith('c') ? { peer, id, message } : { peer, id, common: id, message };
}

function isOf(peer: PeerKey, key: Key): boolean {
	return typeof key === 'string' ? key === peer : key[0] === peer;
}

function isSecret(peer: PeerKey): boolean {
	return peer.startsWith('s');
}
