import type { NewItem, NewMedia } from '../../api/media.ts';
import { failureOf } from '../../api/failure.ts';
import type { FileRef, Message, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { localContent } from '../media/local.ts';
import type { KeptUploads, Upload } from './kept-uploads.ts';

/** A message whose file is on its way. */
interface Pending {
	upload: Upload;
	message: Message;
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

/** What the secret chats do for their uploads. */
export interface UploadHost {
	kept(): Promise<KeptUploads>;
	/** Sends the message; `onpart` hears of every part that is up, and may throw to end it. */
	send(upload: Upload, onpart: OnProgress): Promise<void>;
	/** Whether the message was made already, or can never be. */
	isOver(upload: Upload): Promise<boolean>;
}

/**
 * Messages of secret chats whose files are being uploaded. They wait in the vault, not in the outbox, which would keep
 * them in the clear.
 */
export class SecretUploads {
	readonly #account: Pick<Account, 'emit' | 'self'>;
	readonly #host: UploadHost;
	readonly #pending = new Map<string, Pending>();
	readonly #sent = new Map<string, Blob>();
	#last: Promise<void> = Promise.resolve();
	#lastNumber = 0;

	constructor(account: Pick<Account, 'emit' | 'self'>, host: UploadHost) {
		this.#account = account;
		this.#host = host;
	}

	/** Shows the messages at once and sends one after the other. Resolves when they are safe in this browser. */
	async add({ items, ...input }: NewMedia): Promise<Message[]> {
		const album = items.length > 1 ? randomNumber() : undefined;
		const added = items.map((item, index) => {
			const upload = { number: this.#nextNumber(), id: randomNumber(), input, index, item };
			return this.#show(album === undefined ? upload : { ...upload, album });
		});
		const kept = await this.#host.kept();
		for (const pending of added) {
			await kept.put(pending.upload);
			if (pending.isCancelled) await kept.drop(pending.upload.number);
			this.#enqueue(pending);
		}
		return added.map(({ message }) => message);
	}

	/** Goes on with what the last run left. */
	async resume() {
		const kept = await this.#host.kept();
		for (const upload of await kept.all()) {
			if (this.#pending.has(keyOf(upload))) continue;
			if (await this.#host.isOver(upload)) await kept.drop(upload.number);
			else this.#enqueue(this.#show(upload));
		}
	}

	/** The messages of a chat that wait. */
	waiting(peer: PeerKey): Message[] {
		return [...this.#pending.values()].map(({ message }) => message).filter((message) => message.peer === peer);
	}

	/** Numbers ascend, also from one run to the next. */
	#nextNumber(): number {
		this.#lastNumber = Math.max(this.#lastNumber + 1, Date.now() * 100);
		return this.#lastNumber;
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
		const item = this.#pending.get(`${prefix}${key}`)?.upload.item;
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
		void this.#forget(pending);
	}

	#show(upload: Upload): Pending {
		const pending = { upload, message: this.#shape(upload), isCancelled: false };
		this.#pending.set(keyOf(upload), pending);
		this.#tell(pending, pending.message);
		return pending;
	}

	#shape({ number, input, index, item, album }: Upload): Message {
		const { peer, text, isSilent = false } = input;
		const caption = item.kind === 'file' ? item.caption : undefined;
		return {
			...blank(peer, this.#account.self),
			date: Math.floor(number / 100_000), // the number was made of the time
			id: -number,
			key: `${prefix}${number}`,
			isSilent,
			text: caption ?? (index === 0 ? text : { text: '', entities: [] }),
			content: contentOf(item, number),
			...(album !== undefined && { album: `s${album}` }),
		};
	}

	#enqueue(pending: Pending) {
		this.#last = this.#last.then(() => this.#run(pending));
	}

	async #run(pending: Pending) {
		if (pending.isCancelled) return;
		const { key } = pending.message;
		try {
			await this.#host.send(pending.upload, (done, total) => {
				if (pending.isCancelled) throw new DOMException('cancelled', 'AbortError');
				this.#account.emit('progress', { key, done, total });
			});
			await this.#forget(pending);
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
	async #forget({ upload, message: { key, peer, id } }: Pending) {
		this.#pending.delete(key);
		this.#account.emit('progress', { key, done: 0, total: 0, isOver: true });
		this.#account.emit('deleted', { peer, ids: [id] });
		await (await this.#host.kept()).drop(upload.number);
	}
}

function keyOf({ number }: Upload): string {
	return `${prefix}${number}`;
}

function randomNumber(): bigint {
	return crypto.getRandomValues(new BigInt64Array(1))[0] ?? 0n;
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
