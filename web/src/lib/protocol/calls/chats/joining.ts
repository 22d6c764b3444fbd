import type { tl } from '@mtcute/core';
import type { InvitePreview } from '../../../api/community.ts';
import type { PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { channelKey, groupKey, idOf, isChannel, userKey } from '../../shape/key.ts';
import { shapePhoto } from '../../shape/picture.ts';
import type { Calls } from '../calls.ts';
import { chatsOf, takeUpdates } from './creating.ts';

/** The user comes to chats and leaves them. */
export const joining = {
	/** Rejects with INVITE_REQUEST_SENT where an admin has to let people in. */
	async join(account: Account, peer: PeerKey): Promise<void> {
		takeJoined(account, await account.call({ _: 'channels.joinChannel', channel: account.inputChannel(peer) }));
	},

	async leave(account: Account, peer: PeerKey): Promise<void> {
		if (isChannel(peer)) {
			const channel = account.inputChannel(peer);
			takeUpdates(account, await account.call({ _: 'channels.leaveChannel', channel }));
		} else {
			const userId: tl.TypeInputUser = { _: 'inputUserSelf' };
			takeUpdates(account, await account.call({ _: 'messages.deleteChatUser', chatId: idOf(peer), userId }));
			await account.call({
				_: 'messages.deleteHistory',
				peer: account.inputPeer(peer),
				maxId: 0,
				revoke: false,
			});
		}
		account.cache.deleteDialog(peer);
		account.emit('dialogGone', { peer });
	},

	/** Asks again and again what is new in a channel or group that the user only looks at; members are told anyway. */
	async watch(account: Account, peer: PeerKey): Promise<void> {
		const dialog = { _: 'inputDialogPeer', peer: account.inputPeer(peer) } as const;
		const answer = await account.call({ _: 'messages.getPeerDialogs', peers: [dialog] });
		const [now] = answer.dialogs;
		account.client.updates?.notifyChannelOpened(idOf(peer), now?._ === 'dialog' ? now.pts : undefined);
	},

	unwatch(account: Account, peer: PeerKey): void {
		account.client.updates?.notifyChannelClosed(idOf(peer));
	},

	/** What an invite link leads to. */
	async checkInvite(account: Account, hash: string): Promise<InvitePreview> {
		const answer = await account.call({ _: 'messages.checkChatInvite', hash });
		if (answer._ !== 'chatInvite') {
			account.take({ users: [], chats: [answer.chat] });
			const peer = keyOfChat(answer.chat);
			return answer._ === 'chatInviteAlready'
				? { kind: 'member', peer }
				: { kind: 'peek', peer, until: answer.expires };
		}
		account.take({ users: answer.participants ?? [], chats: [] });
		return {
			kind: 'invite',
			title: answer.title,
			about: answer.about,
			isChannel: answer.broadcast ?? false,
			isPublic: answer.public ?? false,
			members: answer.participantsCount,
			known: (answer.participants ?? []).map((user) => userKey(user.id)),
			needsApproval: answer.requestNeeded ?? false,
			color: answer.color % 7,
			picture: answer.photo._ === 'photo' ? shapePhoto(answer.photo, { kind: 'none' }) : undefined,
		};
	},

	/** Rejects with INVITE_REQUEST_SENT where an admin has to let people in. */
	async joinByInvite(account: Account, hash: string): Promise<PeerKey | undefined> {
		const [chat] = takeJoined(account, await account.call({ _: 'messages.importChatInvite', hash }));
		return chat && keyOfChat(chat);
	},
} satisfies Calls;

/** The chats that were joined. The answer may also be a form to be filled in first, which this server never gives. */
function takeJoined(account: Account, answer: tl.messages.TypeChatInviteJoinResult): tl.TypeChat[] {
	if (answer._ !== 'messages.chatInviteJoinResultOk') return [];
	takeUpdates(account, answer.updates);
	return chatsOf(answer.updates);
}

export function keyOfChat(chat: tl.TypeChat): PeerKey {
	return chat._ === 'channel' || chat._ === 'channelForbidden' ? channelKey(chat.id) : groupKey(chat.id);
}
