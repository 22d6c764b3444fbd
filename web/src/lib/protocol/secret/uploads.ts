import type { NewItem, NewMedia } from '../../api/media.ts';
import { failureOf } from '../../api/failure.ts';
import type { FileRef, Message, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { localContent } from '../media/local.ts';

/** A message whose file is on its way. */
interface Pending {
	message: Message;
	input: NewMedia;
	index: number;
	item: NewItem;
	isCancelled: boolean;
}

const prefix = 's~up~';

/** How many sent files need not be loaded to be shown. */
const sentKept = 50;

/** Tells keys of messages that wait here from those of the outbox. */
export function isUploadKey(key: string): boolean {
	return key.startsWith(prefix);
}

/** How far an upload is, in bytes. */
export type OnProgress = (done: number, total: number) => void;

/** Sends the message of an item; `onpart` hears of every part that is up, and may throw to end it. */
export type SendItem = (pending: Pending, onpart: OnProgress) => Promise<void>;

/**
 * Messages of secret chats whose files are being uploaded. They are only in memory: the outbox would keep them in the
 * clear. What is not up when the page goes has to be sent again by hand.
 */
export class SecretUploads {
	readonly #account: Pick<Account, 'emit' | 'self'>;
	readonly #send: SendItem;
	readonly #pending = new Map<string, Pending>();
	readonly #sent = new Map<string, Blob>();
	#last: Promise<void> = Promise.resolve();
	#count = 0;

	constructor(account: Pick<Account, 'emit' | 'self'>, send: SendItem) {
		this.#account = account;
		this.#send = send;
	}

	/** Shows the messages at once and sends one after the other. */
	add(input: NewMedia): Message[] {
		const added = input.items.map((item, index) => this.#show(input, item, index));
		for (const pending of added) this.#enqueue(pending);
		return added.map(({ message }) => message);
	}

	/** Remembers a file that was sent from here, under the name that it has in the vault. */
	keep(id: string, item: NewItem) {
		if (item.kind !== 'file') return;
		this.#sent.set(id, item.file.blob);
		const oldest = this.#sent.keys().next().value;
		if (this.#sent.size > sentKept && oldest !== undefined) this.#sent.delete(oldest);
	}

	/** The file of a message that is not sent yet, or was sent a while ago. */
	find(ref: FileRef): Blob | undefined {
		const sent = this.#sent.get(ref.id);
		if (sent) return sent;
		const [, , , key = '', , cover] = ref.id.split('~');
		const item = this.#pending.get(`${prefix}${key}`)?.item;
		if (item?.kind !== 'file') return undefined;
		return cover === undefined ? item.file.blob : item.file.cover;
	}

	retry(key: string) {
		const pending = this.#pending.get(key);
		if (!pending) return;
		pending.isCancelled = false;
		this.#tell(pending, { ...pending.message, state: 'sending', error: undefined });
		this.#enqueue(pending);
	}

	cancel(key: string) {
		const pending = this.#pending.get(key);
		if (!pending) return;
		pending.isCancelled = true;
		this.#forget(pending);
	}

	#show(input: NewMedia, item: NewItem, index: number): Pending {
		const number = ++this.#count;
		const key = `${prefix}${number}`;
		const pending = { message: this.#shape(input, item, index, number), input, index, item, isCancelled: false };
		this.#pending.set(key, pending);
		this.#tell(pending, pending.message);
		return pending;
	}

	#shape({ peer, text, isSilent = false }: NewMedia, item: NewItem, index: number, number: number): Message {
		const caption = item.kind === 'file' ? item.caption : undefined;
		return {
			...blank(peer, this.#account.self),
			id: -Math.floor(Date.now() / 1000) * 1000 - (number % 1000),
			key: `${prefix}${number}`,
			isSilent,
			text: caption ?? (index === 0 ? text : { text: '', entities: [] }),
			content: contentOf(item, number),
		};
	}

	#enqueue(pending: Pending) {
		this.#last = this.#last.then(() => this.#run(pending));
	}

	async #run(pending: Pending) {
		if (pending.isCancelled) return;
		const { key } = pending.message;
		try {
			await this.#send(pending, (done, total) => {
				if (pending.isCancelled) throw new DOMException('cancelled', 'AbortError');
				this.#account.emit('progress', { key, done, total });
			});
			this.#forget(pending);
		} catch (error) {
			if (pending.isCancelled) return;
			this.#account.emit('progress', { key, done: 0, total: 0, isOver: true });
			this.#tell(pending, { ...pending.message, state: 'failed', error: failureOf(error) });
		}
	}

	#tell(pending: Pending, message: Message) {
		pending.message = message;
		this.#account.emit('message', { message, isNew: true, isSilent: true });
	}

	/** The message of the vault stands in its place now, or none. */
	#forget({ message: { key, peer, id } }: Pending) {
		this.#pending.delete(key);
		this.#account.emit('progress', { key, done: 0, total: 0, isOver: true });
		this.#account.emit('deleted', { peer, ids: [id] });
	}
}

/** Its files are read from here: `s~up~<number>` is put in front of the names that `localContent` gives. */
function contentOf(item: NewItem, number: number): Message['content'] {
	return JSON.parse(
		JSON.stringify(localContent(item, String(number), 0)).replaceAll('"l~', '"s~up~l~'),
	) as Message['content'];
}

function blank(peer: PeerKey, sender: PeerKey) {
	return {
		peer,
		sender,
		date: Math.floor(Date.now() / 1000),
		isOut: true,
		isPost: false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: false,
		state: 'sending',
		reactions: [],
	} as const satisfies Partial<Message>;
}
