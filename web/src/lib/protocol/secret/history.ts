import type { Message, MessagePage, PageRequest } from '../../api/types.ts';
import type { ChatId, File, Message as SecretMessage, SecretClient } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { chatOfKey, shapeMessage } from './shape.ts';

/** Reads the histories of the vault as the page shows them: by their place on this device. */
export class HistoryReader {
	readonly #client: SecretClient;
	readonly #account: Pick<Account, 'self'>;

	constructor(client: SecretClient, account: Pick<Account, 'self'>) {
		this.#client = client;
		this.#account = account;
	}

	async page(request: PageRequest): Promise<MessagePage> {
		const chat = chatOfKey(request.peer);
		const all = await this.#client.orders(chat);
		const [from, to] = rangeOf(all, request);
		const messages = await this.byOrders(chat, all.slice(from, to));
		return { messages, isStart: from === 0, isEnd: to === all.length, total: all.length };
	}

	async byOrders(chat: ChatId, orders: readonly number[]): Promise<Message[]> {
		const found = await this.#client.history(chat, orders);
		return Promise.all(found.map((message) => this.shape(message)));
	}

	async shape(message: SecretMessage): Promise<Message> {
		const { replyTo, chat } = message;
		const answered = replyTo === undefined ? undefined : await this.#find(chat, replyTo);
		return shapeMessage(message, this.#client.chat(chat), this.#account.self, () => answered?.order);
	}

	async #find(chat: ChatId, id: bigint): Promise<SecretMessage | undefined> {
		return this.#client.message(chat, id).catch(() => undefined);
	}

	/** The random ids of messages; of all if no orders are given. */
	async ids(chat: ChatId, orders?: readonly number[]): Promise<bigint[]> {
		const found = await this.#client.history(chat, orders ?? (await this.#client.orders(chat)));
		return found.map((message) => message.id);
	}

	async idOf(chat: ChatId, order: number | undefined): Promise<bigint | undefined> {
		return order === undefined ? undefined : (await this.ids(chat, [order]))[0];
	}

	async fileOf(chat: ChatId, order: number): Promise<File | undefined> {
		const [message] = await this.#client.history(chat, [order]);
		return message?.media && 'file' in message.media ? message.media.file : undefined;
	}
}

/** Which places of the ascending list a request means: the first, and the one behind the last. */
export function rangeOf(all: readonly number[], request: Omit<PageRequest, 'peer'>): [from: number, to: number] {
	const { before, after, around, limit } = request;
	if (after !== undefined) {
		const from = placeOf(all, after + 1);
		return [from, Math.min(from + limit, all.length)];
	}
	if (around !== undefined) {
		const from = Math.max(0, placeOf(all, around) - (limit >> 1));
		return [from, Math.min(from + limit, all.length)];
	}
	const to = before === undefined ? all.length : placeOf(all, before);
	return [Math.max(0, to - limit), to];
}

/** The place of the first entry that is not below `order`. */
function placeOf(all: readonly number[], order: number): number {
	const at = all.findIndex((entry) => entry >= order);
	return at < 0 ? all.length : at;
}
