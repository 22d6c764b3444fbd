import type { tl } from '@mtcute/core';
import type { Message, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { channelKey, keyOf } from '../shape/key.ts';
import { shapeMessages } from '../shape/message.ts';
import { shapePoll } from '../shape/poll.ts';
import { shapeReactions } from '../shape/reaction.ts';
import type { Handlers } from './handlers.ts';

/** Messages that come, change or go. */
export const messageUpdates: Handlers = {
	updateNewMessage: (account, { message }) => takeNew(account, message),
	updateNewChannelMessage: (account, { message }) => takeNew(account, message),
	updateEditMessage: (account, { message }) => takeEdited(account, message),
	updateEditChannelMessage: (account, { message }) => takeEdited(account, message),

	updateDeleteMessages: (account, { messages }) => takeDeleted(account, messages),
	updateDeleteChannelMessages(account, { channelId, messages }) {
		drop(account, channelKey(channelId), messages);
	},

	async updateChannelAvailableMessages(account, { channelId, availableMinId }) {
		const peer = channelKey(channelId);
		await account.cache.deleteHistory(peer, availableMinId);
		account.emit('historyCleared', { peer, upTo: availableMinId });
	},

	updateMessageReactions(account, { peer, msgId, reactions }) {
		const data = {
			peer: keyOf(peer),
			id: msgId,
			reactions: shapeReactions(reactions),
			isShort: reactions.min,
			hasUnseen: reactions.recentReactions?.some((recent) => recent.unread),
		};
		account.emit('reactions', data);
		return changeKept(account, data.peer, [msgId], (message) => ({ ...message, reactions: data.reactions }));
	},

	updateMessagePoll(account, { peer, msgId, poll, results }) {
		if (!peer || !msgId || !poll) return;
		account.emit('poll', { peer: keyOf(peer), id: msgId, poll: shapePoll(poll, results) });
	},

	updateChannelMessageViews(account, { channelId, id, views }) {
		account.emit('views', { peer: channelKey(channelId), views: [{ id, views }] });
	},
	updateChannelMessageForwards(account, { channelId, id, forwards }) {
		account.emit('views', { peer: channelKey(channelId), views: [{ id, forwards }] });
	},

	updatePinnedMessages: (account, { peer, messages, pinned }) => setPinned(account, keyOf(peer), messages, pinned),
	updatePinnedChannelMessages: (account, { channelId, messages, pinned }) =>
		setPinned(account, channelKey(channelId), messages, pinned),

	updateNewScheduledMessage(account, { message }) {
		if (message._ !== 'messageEmpty') account.emit('stale', { what: 'scheduled', peer: keyOf(message.peerId) });
	},
	updateDeleteScheduledMessages(account, { peer }) {
		account.emit('stale', { what: 'scheduled', peer: keyOf(peer) });
	},
};

async function takeNew(account: Account, update: tl.TypeMessage) {
	for (const message of shapeMessages([update], account)) {
		const local = message.isOut ? account.outbox.findArrived(message) : undefined;
		const shown = local ? { ...message, key: local.key } : message;
		account.emit('message', { message: shown, isNew: true, isSilent: message.isSilent, replaces: local?.id });
		await account.cache.putMessages([message], { areLive: true });
	}
}

async function takeEdited(account: Account, update: tl.TypeMessage) {
	for (const message of shapeMessages([update], account)) {
		account.emit('message', { message, isNew: false, isSilent: true });
		await account.cache.putMessages([message]);
	}
}

/** Of private chats and basic groups the server names only the ids, which these chats share. */
async function takeDeleted(account: Account, ids: number[]) {
	if (ids.length === 0) return;
	for (const [peer, ofPeer] of await byChat(account, ids)) drop(account, peer, ofPeer);
}

export async function byChat(account: Account, ids: number[]): Promise<Map<PeerKey, number[]>> {
	const chats = new Map<PeerKey, number[]>();
	for (const [id, peer] of await account.cache.chatsOf(ids)) chats.set(peer, [...(chats.get(peer) ?? []), id]);
	return chats;
}

function drop(account: Account, peer: PeerKey, ids: number[]) {
	if (ids.length === 0) return;
	account.cache.deleteMessages(peer, ids);
	account.emit('deleted', { peer, ids });
}

function setPinned(account: Account, peer: PeerKey, ids: number[], isPinned = false) {
	account.emit('pinned', { peer, ids, isPinned });
	return changeKept(account, peer, ids, (message) => ({ ...message, isPinned }));
}

/** Gives messages that lie in the cache another form. */
export async function changeKept(
	account: Account,
	peer: PeerKey,
	ids: readonly number[],
	change: (message: Message) => Message,
) {
	const kept = await Promise.all(ids.map((id) => account.cache.message(peer, id)));
	await account.cache.putMessages(kept.filter((message) => message !== undefined).map(change));
}
