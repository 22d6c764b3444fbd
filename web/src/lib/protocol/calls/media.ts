import type { FileStats, NewFile, NewItem, NewMedia } from '../../api/media.ts';
import type { FileRef, Message, PeerKey, ReplyInfo, RichText } from '../../api/types.ts';
import type { Account } from '../account.ts';
import type { UnsentMessage } from '../outbox.ts';
import { randomId } from '../random.ts';
import { fileInput } from '../media/input.ts';
import { localContent } from '../media/local.ts';
import { mediaOf } from '../media/media.ts';
import { captionOf, coverName, localName, textOf } from '../media/send.ts';
import { uploadFile } from '../media/upload.ts';
import { isUploadKey } from '../secret/uploads.ts';
import { parseLong } from '../shape/file.ts';
import { shapeMessages } from '../shape/message.ts';
import type { Calls } from './calls.ts';

const PLAYLIST = 40;

/** Loading, sending and keeping of files. */
export const media = {
	/** The whole content, from this browser or the server; `progress` events tell how far it is. `isPassing`: nothing of it is kept. */
	async load(account: Account, ref: FileRef, isPassing = false): Promise<Blob> {
		if (ref.id.startsWith('s~')) return account.secrets.files.load(ref);
		return (await mediaOf(account).find(ref.id)) ?? mediaOf(account).loader.load(ref, isPassing);
	},

	/** The content if it lies in this browser. */
	async find(account: Account, ref: FileRef): Promise<Blob | undefined> {
		if (ref.id.startsWith('s~')) return undefined;
		return (await mediaOf(account).find(ref.id)) ?? mediaOf(account).loader.find(ref);
	},

	stopLoading(account: Account, id: string): void {
		mediaOf(account).loader.stop(id);
	},

	/** A piece of a file, shorter at its end. At most 1 MiB. */
	part(account: Account, ref: FileRef, offset: number, length: number): Promise<ArrayBuffer> {
		return mediaOf(account).loader.part(ref, offset, Math.min(length, 1024 * 1024));
	},

	/** Takes a message with files or other content, or an album. Resolves when it is safe in the outbox. */
	async send(account: Account, input: NewMedia): Promise<Message[]> {
		if (input.peer.startsWith('s')) return account.secrets.files.uploads.add(input);
		const local = randomId();
		await keepFiles(account, input, local);
		const album = input.items.length > 1 ? local : undefined;
		const messages = input.items.map((item, index) => unsent(account, input, local, item, index, album));
		const isSlow = input.items.some((item) => item.kind === 'file');
		return account.outbox.add(isSlow ? 'media' : 'content', input.peer, { ...input, local }, messages);
	},

	/** Puts another file into a sent message, or one that waits until `at`. Resolves when the server has done it. */
	async replace(
		account: Account,
		{ peer, id, at }: { peer: PeerKey; id: number; at?: number },
		file: NewFile,
		text: RichText,
	): Promise<void> {
		const cover = file.cover && (await uploadFile(account, file.cover, { name: 'cover.jpg' }));
		const uploaded = await uploadFile(account, file.blob, { name: file.name });
		const updates = await account.call({
			_: 'messages.editMessage',
			peer: account.inputPeer(peer),
			id,
			media: fileInput(file, uploaded, cover),
			scheduleDate: at,
			...textOf(account, text),
		});
		account.apply(updates);
	},

	/** Lets an upload stand still; `key` is the message's. */
	pause(account: Account, key: string): void {
		if (isUploadKey(key)) return;
		mediaOf(account).pause(jobOf(key));
	},

	resume(account: Account, key: string): void {
		if (isUploadKey(key)) return;
		mediaOf(account).resume(jobOf(key));
	},

	cancel(account: Account, key: string): Promise<void> {
		if (isUploadKey(key)) return Promise.resolve(account.secrets.files.uploads.cancel(key));
		mediaOf(account).resume(jobOf(key));
		return account.outbox.discard(key);
	},

	/** Voice messages (round ones too) or songs around a message of a chat, oldest first. */
	async playlist(account: Account, peer: PeerKey, around: number, kind: 'voice' | 'audio'): Promise<Message[]> {
		const answer = await account.call({
			_: 'messages.search',
			peer: account.inputPeer(peer),
			q: '',
			filter: { _: kind === 'audio' ? 'inputMessagesFilterMusic' : 'inputMessagesFilterRoundVoice' },
			minDate: 0,
			maxDate: 0,
			offsetId: around,
			addOffset: -PLAYLIST / 2,
			limit: PLAYLIST,
			maxId: 0,
			minId: 0,
			hash: parseLong('0'),
		});
		if (answer._ === 'messages.messagesNotModified') return [];
		account.take(answer);
		return shapeMessages(answer.messages, { self: account.self }).sort((a, b) => a.id - b.id);
	},

	/** What the files in this browser take up. */
	stats(account: Account): Promise<FileStats> {
		return mediaOf(account).cache.stats();
	},

	setLimit(account: Account, bytes: number): Promise<void> {
		return mediaOf(account).cache.setLimit(bytes);
	},

	clear(account: Account): Promise<void> {
		return mediaOf(account).cache.clear();
	},
} satisfies Calls;

/** The outbox's name of a job, of which the keys of its messages are made. */
function jobOf(messageKey: string): string {
	return messageKey.split('.')[0] ?? messageKey;
}

async function keepFiles(account: Account, input: NewMedia, local: string): Promise<void> {
	for (const [index, item] of input.items.entries()) {
		if (item.kind !== 'file') continue;
		await mediaOf(account).keepLocal(localName(local, index), item.file.blob);
		if (item.file.cover) await mediaOf(account).keepLocal(coverName(local, index), item.file.cover);
	}
}

function unsent(
	account: Account,
	input: NewMedia,
	local: string,
	item: NewItem,
	index: number,
	album?: string,
): UnsentMessage {
	return {
		sender: account.self,
		date: input.scheduleAt ?? Math.floor(Date.now() / 1000),
		isPost: false,
		isSilent: input.isSilent ?? false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: input.scheduleAt !== undefined,
		text: captionOf(input, index),
		content: localContent(item, local, index),
		album,
		reply: localReply(input),
		reactions: [],
	};
}

function localReply({ reply, thread }: NewMedia): ReplyInfo | undefined {
	if (!reply) return thread ? { top: thread } : undefined;
	return { message: reply.message, peer: reply.peer, quote: reply.quote, top: thread };
}
