import type { tl } from '@mtcute/core';
import type { PeerKey, Typing } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { channelKey, groupKey, keyOf, userKey } from '../shape/key.ts';
import { shapePresence } from '../shape/peer.ts';
import { readUsers } from '../peer-reading.ts';
import type { Handlers } from './handlers.ts';

/** What people do, and how they are named. */
export const peopleUpdates: Handlers = {
	updateUserStatus(account, { userId, status }) {
		account.emit('presence', { peer: userKey(userId), presence: shapePresence(status) });
	},
	updateUserTyping(account, { userId, topMsgId, action }) {
		tellTyping(account, userKey(userId), userKey(userId), action, topMsgId);
	},
	updateChatUserTyping(account, { chatId, fromId, action }) {
		tellTyping(account, groupKey(chatId), keyOf(fromId), action);
	},
	updateChannelUserTyping(account, { channelId, fromId, action, topMsgId }) {
		tellTyping(account, channelKey(channelId), keyOf(fromId), action, topMsgId);
	},
	updateUserName: (account, { userId }) => readUsers(account, [userKey(userId)]),
	updateUserPhone: (account, { userId }) => readUsers(account, [userKey(userId)]),
	async updateUser(account, { userId }) {
		await readUsers(account, [userKey(userId)]);
		account.emit('stale', { what: 'chat', peer: userKey(userId) });
	},
	updatePeerBlocked(account, { peerId }) {
		account.emit('stale', { what: 'blocked', peer: keyOf(peerId) });
	},
	updateContactsReset: (account) => account.emit('stale', { what: 'contacts' }),
};

function tellTyping(account: Account, peer: PeerKey, user: PeerKey, action: tl.TypeSendMessageAction, topic?: number) {
	if (user === account.self) return;
	const text = action._ === 'sendMessageTextDraftAction' ? action.text.text : undefined;
	account.emit('typing', { peer, topic, user, action: typings[action._], text });
}

/** What is missing here ends the notice. */
const typings: Partial<Record<tl.TypeSendMessageAction['_'], Typing>> = {
	sendMessageTypingAction: 'typing',
	sendMessageTextDraftAction: 'typing',
	sendMessageRecordAudioAction: 'voice',
	sendMessageUploadAudioAction: 'voice',
	sendMessageRecordRoundAction: 'round',
	sendMessageUploadRoundAction: 'round',
	sendMessageUploadPhotoAction: 'photo',
	sendMessageRecordVideoAction: 'video',
	sendMessageUploadVideoAction: 'video',
	sendMessageUploadDocumentAction: 'document',
	sendMessageChooseStickerAction: 'sticker',
	sendMessageGeoLocationAction: 'location',
	sendMessageChooseContactAction: 'contact',
	sendMessageGamePlayAction: 'game',
};
