import type { tl } from '@mtcute/core';
import type { NotifyScope, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { readDialogs, readPinned } from '../dialog-reading.ts';
import { shapeDraft, shapeNotify } from '../shape/dialog.ts';
import { channelKey, groupKey, keyOf, keyOfDialog } from '../shape/key.ts';
import type { Handlers } from './handlers.ts';

/** The list of chats, and the chats themselves. */
export const chatUpdates: Handlers = {
	updateDialogPinned: (account, { folderId }) => tellPinned(account, folderId),
	updatePinnedDialogs(account, { folderId = 0, order }) {
		if (!order) return tellPinned(account, folderId);
		const peers = order.map(keyOfDialog).filter((peer) => peer !== undefined);
		account.emit('pinnedDialogs', { folder: folderId, peers });
	},
	updateDialogUnreadMark(account, { peer, unread = false }) {
		const key = keyOfDialog(peer);
		if (key) account.emit('markedUnread', { peer: key, isMarkedUnread: unread });
	},
	updateFolderPeers: (account, { folderPeers }) =>
		tellDialogs(
			account,
			folderPeers.map(({ peer }) => keyOf(peer)),
		),

	updateNotifySettings(account, { peer, notifySettings }) {
		account.emit('notify', { ...notifiedOf(peer), settings: shapeNotify(notifySettings) });
	},
	updateDraftMessage(account, { peer, topMsgId, draft }) {
		account.emit('draft', { peer: keyOf(peer), topic: topMsgId, draft: shapeDraft(draft) });
	},

	updateChannel: (account, { channelId }) => takeChat(account, channelKey(channelId)),
	updateChat: (account, { chatId }) => takeChat(account, groupKey(chatId)),
	updateChatParticipants: (account, { participants }) => tellChat(account, groupKey(participants.chatId)),
	updateChatParticipantAdd: (account, { chatId }) => tellChat(account, groupKey(chatId)),
	updateChatParticipantDelete: (account, { chatId }) => tellChat(account, groupKey(chatId)),
	updateChatParticipantAdmin: (account, { chatId }) => tellChat(account, groupKey(chatId)),
	updateChatDefaultBannedRights: (account, { peer }) => tellChat(account, keyOf(peer)),
	updatePeerSettings: (account, { peer }) => tellChat(account, keyOf(peer)),
	updatePeerWallpaper: (account, { peer }) => tellChat(account, keyOf(peer)),
	async updatePeerHistoryTTL(account, { peer }) {
		tellChat(account, keyOf(peer));
		await tellDialogs(account, [keyOf(peer)]);
	},
	updatePendingJoinRequests(account, { peer }) {
		account.emit('stale', { what: 'requests', peer: keyOf(peer) });
	},

	updatePinnedForumTopic: (account, { peer }) => account.emit('stale', { what: 'topics', peer: keyOf(peer) }),
	updatePinnedForumTopics: (account, { peer }) => account.emit('stale', { what: 'topics', peer: keyOf(peer) }),
	updateDialogFilter: (account) => account.emit('stale', { what: 'folders' }),
	updateDialogFilters: (account) => account.emit('stale', { what: 'folders' }),
	updateDialogFilterOrder: (account) => account.emit('stale', { what: 'folders' }),
};

/** The user came or went, or the chat has changed: its new form came with the update. */
async function takeChat(account: Account, peer: PeerKey) {
	tellChat(account, peer);
	if (account.peer(peer)?.isLeft) {
		account.cache.deleteDialog(peer);
		account.emit('dialogGone', { peer });
	} else {
		await tellDialogs(account, [peer]);
	}
}

function tellChat(account: Account, peer: PeerKey) {
	account.emit('stale', { what: 'chat', peer });
}

async function tellDialogs(account: Account, peers: PeerKey[]) {
	for (const dialog of await readDialogs(account, peers)) account.emit('dialog', { dialog });
}

async function tellPinned(account: Account, folder = 0) {
	const dialogs = await readPinned(account, folder);
	account.emit('pinnedDialogs', { folder, peers: dialogs.map((dialog) => dialog.peer) });
}

function notifiedOf(peer: tl.TypeNotifyPeer): { peer?: PeerKey; scope?: NotifyScope; topic?: number } {
	switch (peer._) {
		case 'notifyPeer':
			return { peer: keyOf(peer.peer) };
		case 'notifyForumTopic':
			return { peer: keyOf(peer.peer), topic: peer.topMsgId };
		case 'notifyUsers':
			return { scope: 'users' };
		case 'notifyChats':
			return { scope: 'groups' };
		case 'notifyBroadcasts':
			return { scope: 'channels' };
	}
}
