import type { ForwardRequest, Message, NewMessage, PeerKey, RichText } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import type { UnsentMessage } from '../../outbox.ts';
import { placeOfKey } from '../../secret/shape.ts';
import { isUploadKey } from '../../secret/uploads.ts';
import { isChannel } from '../../shape/key.ts';
import { toEntities } from '../../shape/text.ts';
import type { Calls } from '../calls.ts';
import { history, isSecret } from './history.ts';

/** Messages are written, changed, passed on and deleted. */
export const sending = {
	/** Takes a text to be sent. Resolves when it is safe in this browser; the tick comes as an event. */
	async send(account: Account, input: NewMessage): Promise<Message[]> {
		if (isSecret(input.peer)) return [await account.secrets.send(input)];
		return account.outbox.add('text', input.peer, input, [unsentText(account, input)]);
	},

	/** Tries a message again that the server refused; `key` is the message's. */
	async retry(account: Account, key: string): Promise<void> {
		if (isUploadKey(key)) return account.secrets.files.uploads.retry(key);
		if (placeOfKey(key)) return account.secrets.retry(key);
		return account.outbox.retry(key);
	},

	/** Gives up a message that is not sent. */
	async cancel(account: Account, key: string): Promise<void> {
		if (isUploadKey(key)) return account.secrets.files.uploads.cancel(key);
		if (placeOfKey(key)) return account.secrets.cancel(key);
		return account.outbox.discard(key);
	},

	/** Changes the text, or the words under a picture. */
	async edit(
		account: Account,
		peer: PeerKey,
		id: number,
		text: RichText,
		how: { noPreview?: boolean; scheduleAt?: number } = {},
	): Promise<void> {
		const updates = await account.call({
			_: 'messages.editMessage',
			peer: account.inputPeer(peer),
			id,
			message: text.text,
			entities: toEntities(text.entities, (key) => account.inputUser(key)),
			noWebpage: how.noPreview,
			scheduleDate: how.scheduleAt,
		});
		account.apply(updates);
	},

	/** `forAll`: for the other side or everybody too. In supergroups and channels it is always so. */
	async delete(account: Account, peer: PeerKey, ids: number[], forAll: boolean): Promise<void> {
		if (isSecret(peer)) return account.secrets.delete(peer, ids);
		for (let from = 0; from < ids.length; from += mostDeleted) {
			await deleteSome(account, peer, ids.slice(from, from + mostDeleted), forAll);
		}
	},

	/** Passes messages on. They stand in the other chat at once; the server's answer gives them their final form. */
	async forward(account: Account, request: ForwardRequest): Promise<Message[]> {
		const found = await knownMessages(account, request.from, request.ids);
		const messages = found.map((message) => unsentForward(account, request, message));
		const ids = found.map((message) => message.id);
		return account.outbox.add('forward', request.to, { ...request, ids }, messages);
	},
} satisfies Calls;

/** The most messages that the server deletes at once. */
const mostDeleted = 100;

async function deleteSome(account: Account, peer: PeerKey, id: number[], revoke: boolean) {
	if (isChannel(peer)) {
		const channel = account.inputChannel(peer);
		account.count(await account.call({ _: 'channels.deleteMessages', channel, id }), peer);
	} else {
		account.count(await account.call({ _: 'messages.deleteMessages', id, revoke }));
	}
	account.cache.deleteMessages(peer, id);
	account.emit('deleted', { peer, ids: id });
}

async function knownMessages(account: Account, peer: PeerKey, ids: number[]): Promise<Message[]> {
	const cached = await Promise.all(ids.map((id) => account.cache.message(peer, id)));
	const known = cached.filter((message) => message !== undefined);
	const missing = ids.filter((id) => !known.some((message) => message.id === id));
	const read = await history.byIds(account, peer, missing);
	return [...known, ...read].sort((a, b) => a.id - b.id);
}

const plain = {
	isPost: false,
	isPinned: false,
	isMentioned: false,
	isUnheard: false,
	isProtected: false,
	content: { kind: 'none' },
	reactions: [],
} as const satisfies Partial<Message>;

function unsentText(account: Account, input: NewMessage): UnsentMessage {
	return {
		...plain,
		...sharedOf(account, input.peer, input),
		text: input.text,
		reply:
			input.reply || input.thread
				? { message: input.reply?.message, peer: input.reply?.peer, quote: input.reply?.quote, top: input.thread }
				: undefined,
	};
}

function unsentForward(account: Account, request: ForwardRequest, message: Message): UnsentMessage {
	const { content, album, page, forward, sender } = message;
	const text = request.dropCaptions && content.kind !== 'none' ? { text: '', entities: [] } : message.text;
	return {
		...plain,
		...sharedOf(account, request.to, request),
		text,
		content,
		page,
		album,
		reply: request.thread ? { top: request.thread } : undefined,
		forward: request.dropAuthor ? undefined : (forward ?? { from: sender, date: message.date, author: message.author }),
	};
}

function sharedOf(account: Account, peer: PeerKey, how: { isSilent?: boolean; scheduleAt?: number }) {
	const isPost = account.peer(peer)?.kind === 'channel';
	return {
		sender: isPost ? peer : account.self,
		isPost,
		date: how.scheduleAt ?? Math.floor(Date.now() / 1000),
		isSilent: how.isSilent ?? false,
		isScheduled: how.scheduleAt !== undefined,
	};
}
