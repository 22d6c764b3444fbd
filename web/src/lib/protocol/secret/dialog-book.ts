import type { Dialog, Message } from '../../api/types.ts';
import type { Chat, ChatId, SecretClient } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import type { HistoryReader } from './history.ts';
import { keyOfChat } from './shape.ts';

/** How many of the newest messages are read to know what is unread, and how far the other side has read. */
const recent = 200;

/** The rows of secret chats in the list of chats. They are worked out anew from the vault whenever something changed. */
export class DialogBook {
	readonly #client: SecretClient;
	readonly #history: HistoryReader;
	readonly #account: Pick<Account, 'emit'>;
	readonly #waiting = new Map<ChatId, Promise<void>>();

	constructor(client: SecretClient, history: HistoryReader, account: Pick<Account, 'emit'>) {
		this.#client = client;
		this.#history = history;
		this.#account = account;
	}

	all(): Promise<Dialog[]> {
		return Promise.all(this.#client.chats().map((chat) => this.#dialog(chat)));
	}

	async tellAll() {
		for (const chat of this.#client.chats()) await this.refresh(chat.id);
	}

	/** Tells the page of the row as it is now. Many changes at once are told once. */
	refresh(id: ChatId): Promise<void> {
		const waiting = this.#waiting.get(id) ?? this.#refreshLater(id);
		this.#waiting.set(id, waiting);
		return waiting;
	}

	async #refreshLater(id: ChatId) {
		await new Promise((resolve) => setTimeout(resolve));
		this.#waiting.delete(id);
		const chat = this.#find(id);
		const dialog = await (chat && this.#dialog(chat).catch((error: unknown) => this.#ignoreIfGone(id, error)));
		if (dialog && this.#find(id)) this.#account.emit('dialog', { dialog });
	}

	#find(id: ChatId): Chat | undefined {
		return this.#client.chats().find((known) => known.id === id);
	}

	/** Reading a chat fails when it is removed meanwhile. */
	#ignoreIfGone(id: ChatId, error: unknown): undefined {
		if (this.#find(id)) throw error;
	}

	drop(id: ChatId) {
		this.#account.emit('dialogGone', { peer: keyOfChat(id) });
	}

	/** The random ids of what came in up to a place and was not read yet. */
	async unreadUpTo(id: ChatId, order: number): Promise<bigint[]> {
		const orders = (await this.#client.orders(id)).filter((entry) => entry <= order).slice(-recent);
		const found = await this.#client.history(id, orders);
		return found.filter((m) => !m.isOut && m.status === 'received').map((m) => m.id);
	}

	async #dialog(chat: Chat): Promise<Dialog> {
		const orders = (await this.#client.orders(chat.id)).slice(-recent);
		const found = await this.#client.history(chat.id, orders);
		const unread = found.filter((m) => !m.isOut && m.status === 'received' && !m.action);
		const read = found.findLast((m) => m.isOut && m.status === 'read');
		const newest = found.at(-1);
		const last: Message | undefined = newest && (await this.#history.shape(newest));
		const first = unread[0];
		return {
			peer: keyOfChat(chat.id),
			last,
			date: Math.max(last?.date ?? 0, chat.since),
			unread: unread.length,
			mentions: 0,
			reactions: 0,
			isMarkedUnread: false,
			readInbox: first ? first.order - 1 : (newest?.order ?? 0),
			readOutbox: read?.order ?? 0,
			folder: 0,
			notify: {},
			ttl: chat.ttl || undefined,
		};
	}
}
