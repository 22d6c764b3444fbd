import { ApiError } from '../../api/failure.ts';
import type { FileRef } from '../../api/types.ts';
import { checkPlace, type SecretClient } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { mediaOf } from '../media/media.ts';
import { itemDraft, sourceOf, type FileTools } from './drafts.ts';
import type { HistoryReader } from './history.ts';
import { KeptUploads, type Upload } from './kept-uploads.ts';
import { plainly, plainParts } from './plainly.ts';
import { SealedReader } from './sealed.ts';
import { chatOfKey, fileRefOf, placeOfRef } from './shape.ts';
import type { ServerTransport } from './transport.ts';
import { isUploadKey, SecretUploads, type OnProgress } from './uploads.ts';
import type { Vault } from './vault.ts';

/** What files need of the secret chats that are open. */
export interface FileOwner {
	client: SecretClient;
	vault: Vault;
	history: HistoryReader;
}

/** The files of secret chats: sealed and sent, loaded and opened. */
export class SecretFiles {
	readonly #account: Account;
	readonly #transport: ServerTransport;
	readonly #open: () => Promise<FileOwner>;
	readonly uploads: SecretUploads;

	constructor(account: Account, transport: ServerTransport, open: () => Promise<FileOwner>) {
		this.#account = account;
		this.#transport = transport;
		this.#open = open;
		this.uploads = new SecretUploads(account, {
			kept: async () => new KeptUploads((await open()).vault),
			send: (upload, onpart) => this.#send(upload, onpart),
			isOver: (upload) => this.#isOver(upload),
		});
	}

	async #send(upload: Upload, onpart: OnProgress) {
		const { client, history, vault } = await this.#open();
		const { id, input, index, album, item } = upload;
		const chat = chatOfKey(input.peer);
		const replyTo = await history.idOf(chat, input.reply?.message);
		const sealed: BlobPart[] = [];
		this.#transport.onUpload = (part, done, total) => {
			sealed.push(part as Uint8Array<ArrayBuffer>);
			onpart(done, total);
		};
		const tools: FileTools = {
			attach: (blob) => plainly(client.attach(sourceOf(blob))),
			load: (ref) => mediaOf(this.#account).loader.load(ref),
		};
		const draft = await itemDraft(input, index, item, tools);
		const place = { ...(replyTo !== undefined && { replyTo }), ...(album !== undefined && { group: album }) };
		const sent = await plainly(client.send(chat, { ...draft, ...place, id }));
		this.uploads.keep(fileRefOf(sent, 0, '').id, item); // whoever is told of it asks for it later than this
		if (sealed.length > 0) await vault.keepFile(chat, sent.order, new Blob(sealed));
	}

	/** What was made before the page closed is not made twice. */
	async #isOver({ id, input }: Upload): Promise<boolean> {
		const { client } = await this.#open();
		const chat = client.chats().find((known) => known.id === chatOfKey(input.peer));
		if (chat?.phase !== 'ready') return true;
		return client.message(chat.id, id).then(
			() => true,
			() => false,
		);
	}

	/** The plain content of the file of a message. */
	async load(ref: FileRef): Promise<Blob> {
		const waiting = this.uploads.find(ref);
		if (waiting) return waiting;
		if (isUploadKey(ref.id)) throw new ApiError({ text: 'FILE_GONE', code: 404 }); // it is sent by now, under another name
		const { client, history, vault } = await this.#open();
		const { chat, order } = placeOfRef(ref);
		const file = await history.fileOf(chat, order);
		if (!file) throw new ApiError({ text: 'FILE_GONE', code: 404 });
		const kept = await vault.file(chat, order);
		const reader = new SealedReader(kept, (offset, limit) => this.#transport.download(checkPlace(file), offset, limit));
		const parts: BlobPart[] = [];
		let done = 0;
		for await (const part of plainParts(client.openFile(file, reader.read))) {
			parts.push(part as Uint8Array<ArrayBuffer>);
			done += part.length;
			this.#account.emit('progress', { key: ref.id, file: ref, done, total: file.size, isOver: done >= file.size });
		}
		if (!kept) await vault.keepFile(chat, order, reader.sealed());
		return new Blob(parts, { type: ref.mime });
	}
}
