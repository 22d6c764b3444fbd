import type { tl } from '@mtcute/core';
import type { PeerKey, Typing } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { isChannel } from '../../shape/key.ts';
import { shapeThread } from '../../shape/message.ts';
import type { Calls } from '../calls.ts';
import { isSecret } from './history.ts';

/** What the user has read, heard, pinned, and that he types. */
export const marks = {
	/** Everything up to this message is read. */
	async read(account: Account, peer: PeerKey, upTo: number, thread?: number): Promise<void> {
		if (isSecret(peer)) return account.secrets.markRead(peer, upTo);
		if (thread) {
			await account.call({
				_: 'messages.readDiscussion',
				peer: account.inputPeer(peer),
				msgId: thread,
				readMaxId: upTo,
			});
		} else if (isChannel(peer)) {
			await account.call({ _: 'channels.readHistory', channel: account.inputChannel(peer), maxId: upTo });
		} else {
			account.count(await account.call({ _: 'messages.readHistory', peer: account.inputPeer(peer), maxId: upTo }));
		}
		account.emit('read', { peer, topic: thread, inbox: upTo });
	},

	/** Voice messages were played, mentions seen. */
	async readContents(account: Account, peer: PeerKey, ids: number[]): Promise<void> {
		if (isSecret(peer)) return account.secrets.markOpened(peer, ids);
		if (isChannel(peer)) {
			await account.call({ _: 'channels.readMessageContents', channel: account.inputChannel(peer), id: ids });
		} else {
			account.count(await account.call({ _: 'messages.readMessageContents', id: ids }));
		}
		account.emit('heard', { peer, ids });
	},

	async readMentions(account: Account, peer: PeerKey, thread?: number): Promise<void> {
		await readAll(account, peer, { _: 'messages.readMentions', peer: account.inputPeer(peer), topMsgId: thread });
		account.emit('read', { peer, topic: thread, mentions: 0 });
	},

	async readReactions(account: Account, peer: PeerKey, thread?: number): Promise<void> {
		await readAll(account, peer, { _: 'messages.readReactions', peer: account.inputPeer(peer), topMsgId: thread });
		account.emit('read', { peer, topic: thread, reactions: 0 });
	},

	/** `forMe`: only this side of a talk of two sees the pin. */
	async pin(
		account: Account,
		peer: PeerKey,
		id: number,
		how: { isSilent?: boolean; forMe?: boolean } = {},
	): Promise<void> {
		const { isSilent: silent, forMe: pmOneside } = how;
		const request = {
			_: 'messages.updatePinnedMessage',
			peer: account.inputPeer(peer),
			id,
			silent,
			pmOneside,
		} as const;
		account.apply(await account.call(request));
	},

	async unpin(account: Account, peer: PeerKey, id: number): Promise<void> {
		const request = { _: 'messages.updatePinnedMessage', peer: account.inputPeer(peer), id, unpin: true } as const;
		account.apply(await account.call(request));
	},

	unpinAll(account: Account, peer: PeerKey, thread?: number): Promise<void> {
		return readAll(account, peer, { _: 'messages.unpinAllMessages', peer: account.inputPeer(peer), topMsgId: thread });
	},

	/**
	 * Asks for the counts of posts, of comments too; the page gets them as an event. `isSeen`: the posts came on the screen
	 * just now.
	 */
	async views(account: Account, peer: PeerKey, ids: number[], isSeen = true): Promise<void> {
		const answer = await account.call({
			_: 'messages.getMessagesViews',
			peer: account.inputPeer(peer),
			id: ids,
			increment: isSeen,
		});
		account.take(answer);
		const views = answer.views.map(({ views, forwards, replies }, index) => ({
			id: ids[index]!,
			views,
			forwards,
			thread: shapeThread(replies),
		}));
		account.emit('views', { peer, views });
	},

	/** The user is typing, recording …; without an action he has stopped. */
	async typing(account: Account, peer: PeerKey, action?: Typing, thread?: number): Promise<void> {
		if (isSecret(peer)) return account.secrets.setTyping(peer, action);
		if (peer === account.self) return;
		await account.call({
			_: 'messages.setTyping',
			peer: account.inputPeer(peer),
			topMsgId: thread,
			action: action ? actions[action] : { _: 'sendMessageCancelAction' },
		});
	},
} satisfies Calls;

const actions: Record<Typing, tl.TypeSendMessageAction> = {
	typing: { _: 'sendMessageTypingAction' },
	voice: { _: 'sendMessageRecordAudioAction' },
	round: { _: 'sendMessageRecordRoundAction' },
	photo: { _: 'sendMessageUploadPhotoAction', progress: 0 },
	video: { _: 'sendMessageUploadVideoAction', progress: 0 },
	document: { _: 'sendMessageUploadDocumentAction', progress: 0 },
	sticker: { _: 'sendMessageChooseStickerAction' },
	location: { _: 'sendMessageGeoLocationAction' },
	contact: { _: 'sendMessageChooseContactAction' },
	game: { _: 'sendMessageGamePlayAction' },
};

/** The server works a long chat off in parts: asked again until nothing is left. */
async function readAll(
	account: Account,
	peer: PeerKey,
	request:
		tl.messages.RawReadMentionsRequest | tl.messages.RawReadReactionsRequest | tl.messages.RawUnpinAllMessagesRequest,
) {
	for (;;) {
		const affected = await account.call(request);
		account.count(affected, isChannel(peer) ? peer : undefined);
		if (affected.offset <= 0) return;
	}
}
