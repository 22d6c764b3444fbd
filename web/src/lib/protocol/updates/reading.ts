import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { channelKey, keyOf } from '../shape/key.ts';
import type { Handlers } from './handlers.ts';
import { byChat, changeKept } from './messages.ts';

/** What was read, here or on another device, and by others. */
export const readingUpdates: Handlers = {
	updateReadHistoryInbox(account, { peer, maxId, stillUnreadCount, topMsgId }) {
		account.emit('read', { peer: keyOf(peer), inbox: maxId, unread: stillUnreadCount, topic: topMsgId });
	},
	updateReadHistoryOutbox(account, { peer, maxId }) {
		account.emit('read', { peer: keyOf(peer), outbox: maxId });
	},
	updateReadChannelInbox(account, { channelId, maxId, stillUnreadCount }) {
		account.emit('read', { peer: channelKey(channelId), inbox: maxId, unread: stillUnreadCount });
	},
	updateReadChannelOutbox(account, { channelId, maxId }) {
		account.emit('read', { peer: channelKey(channelId), outbox: maxId });
	},
	updateReadChannelDiscussionInbox(account, { channelId, topMsgId, readMaxId }) {
		account.emit('read', { peer: channelKey(channelId), topic: topMsgId, inbox: readMaxId });
	},
	updateReadChannelDiscussionOutbox(account, { channelId, topMsgId, readMaxId }) {
		account.emit('read', { peer: channelKey(channelId), topic: topMsgId, outbox: readMaxId });
	},

	async updateReadMessagesContents(account, { messages }) {
		for (const [peer, ids] of await byChat(account, messages)) await setHeard(account, peer, ids);
	},
	updateChannelReadMessagesContents: (account, { channelId, messages }) =>
		setHeard(account, channelKey(channelId), messages),
};

function setHeard(account: Account, peer: PeerKey, ids: number[]) {
	account.emit('heard', { peer, ids });
	return changeKept(account, peer, ids, (message) => ({ ...message, isUnheard: false }));
}
