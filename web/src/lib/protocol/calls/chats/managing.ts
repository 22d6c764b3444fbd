import type { tl } from '@mtcute/core';
import type { ChatInfo, ChatReactions } from '../../../api/community.ts';
import type { DeniedRights, PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { uploadFile } from '../../media/upload.ts';
import { channelKey, idOf, isChannel } from '../../shape/key.ts';
import { toBannedRights } from '../../shape/member.ts';
import { shapeDenied, usernamesOf } from '../../shape/peer.ts';
import { shapeReaction, toReaction } from '../../shape/reaction.ts';
import type { Calls } from '../calls.ts';
import { takeUpdates, toChannel } from './creating.ts';
import { keyOfChat } from './joining.ts';

/**
 * What a group or channel is, and how it is run. Settings that a basic group cannot have make a supergroup of it;
 * such changes answer with the key under which the chat goes on.
 */
export const managing = {
	async info(account: Account, peer: PeerKey): Promise<ChatInfo> {
		const answer = isChannel(peer)
			? await account.call({ _: 'channels.getFullChannel', channel: account.inputChannel(peer) })
			: await account.call({ _: 'messages.getFullChat', chatId: idOf(peer) });
		account.take(answer);
		const chat = answer.chats.find((one) => keyOfChat(one) === peer);
		const full = answer.fullChat;
		return full._ === 'channelFull' ? ofChannel(peer, full, chat) : ofGroup(peer, full, chat);
	},

	async setTitle(account: Account, peer: PeerKey, title: string): Promise<void> {
		takeUpdates(
			account,
			isChannel(peer)
				? await account.call({ _: 'channels.editTitle', channel: account.inputChannel(peer), title })
				: await account.call({ _: 'messages.editChatTitle', chatId: idOf(peer), title }),
		);
	},

	async setAbout(account: Account, peer: PeerKey, about: string): Promise<void> {
		await account.call({ _: 'messages.editChatAbout', peer: account.inputPeer(peer), about });
		tell(account, peer);
	},

	/** Undefined: none any more. */
	async setPhoto(account: Account, peer: PeerKey, photo: Blob | undefined): Promise<void> {
		const input: tl.TypeInputChatPhoto = photo
			? { _: 'inputChatUploadedPhoto', file: await uploadFile(account, photo, { name: 'photo.jpg' }) }
			: { _: 'inputChatPhotoEmpty' };
		takeUpdates(
			account,
			isChannel(peer)
				? await account.call({ _: 'channels.editPhoto', channel: account.inputChannel(peer), photo: input })
				: await account.call({ _: 'messages.editChatPhoto', chatId: idOf(peer), photo: input }),
		);
	},

	/** Rejects with USERNAME_INVALID when it has not the form of one. */
	async isChatNameFree(account: Account, peer: PeerKey, username: string): Promise<boolean> {
		const channel: tl.TypeInputChannel = isChannel(peer) ? account.inputChannel(peer) : { _: 'inputChannelEmpty' };
		return account.call({ _: 'channels.checkUsername', channel, username });
	},

	/** Empty: the chat becomes private. */
	async setUsername(account: Account, peer: PeerKey, username: string): Promise<PeerKey> {
		return change(account, peer, async (channel) => {
			await account.call({ _: 'channels.updateUsername', channel, username });
			return undefined;
		});
	},

	/** What members may not do. */
	async setDenied(account: Account, peer: PeerKey, denied: DeniedRights): Promise<void> {
		const updates = await account.call({
			_: 'messages.editChatDefaultBannedRights',
			peer: account.inputPeer(peer),
			bannedRights: { ...toBannedRights(denied), untilDate: 0 },
		});
		takeUpdates(account, updates);
		tell(account, peer);
	},

	setSlowMode(account: Account, peer: PeerKey, seconds: number): Promise<PeerKey> {
		return change(account, peer, (channel) => account.call({ _: 'channels.toggleSlowMode', channel, seconds }));
	},

	setForum(account: Account, peer: PeerKey, isForum: boolean): Promise<PeerKey> {
		const request = { _: 'channels.toggleForum', enabled: isForum, tabs: false } as const;
		return change(account, peer, (channel) => account.call({ ...request, channel }));
	},

	setHistoryHidden(account: Account, peer: PeerKey, enabled: boolean): Promise<PeerKey> {
		return change(account, peer, (channel) => account.call({ _: 'channels.togglePreHistoryHidden', channel, enabled }));
	},

	setMembersHidden(account: Account, peer: PeerKey, enabled: boolean): Promise<PeerKey> {
		return change(account, peer, (channel) =>
			account.call({ _: 'channels.toggleParticipantsHidden', channel, enabled }),
		);
	},

	setApproval(account: Account, peer: PeerKey, enabled: boolean): Promise<PeerKey> {
		return change(account, peer, (channel) => account.call({ _: 'channels.toggleJoinRequest', channel, enabled }));
	},

	setJoinToSend(account: Account, peer: PeerKey, enabled: boolean): Promise<PeerKey> {
		return change(account, peer, (channel) => account.call({ _: 'channels.toggleJoinToSend', channel, enabled }));
	},

	setSignatures(account: Account, peer: PeerKey, isOn: boolean): Promise<PeerKey> {
		return change(account, peer, (channel) =>
			account.call({ _: 'channels.toggleSignatures', channel, signaturesEnabled: isOn }),
		);
	},

	async setProtected(account: Account, peer: PeerKey, enabled: boolean): Promise<void> {
		const input = account.inputPeer(peer);
		takeUpdates(account, await account.call({ _: 'messages.toggleNoForwards', peer: input, enabled }));
		tell(account, peer);
	},

	async setReactions(account: Account, peer: PeerKey, allowed: ChatReactions): Promise<void> {
		const updates = await account.call({
			_: 'messages.setChatAvailableReactions',
			peer: account.inputPeer(peer),
			availableReactions: toReactions(allowed),
		});
		takeUpdates(account, updates);
		tell(account, peer);
	},

	/** Groups that can become the discussion of a channel. */
	async discussionGroups(account: Account): Promise<PeerKey[]> {
		const { chats } = await account.call({ _: 'channels.getGroupsForDiscussion' });
		account.take({ users: [], chats });
		return chats.map(keyOfChat);
	},

	/** Undefined: none any more. */
	async setDiscussion(account: Account, peer: PeerKey, group: PeerKey | undefined): Promise<void> {
		const linked = group && (await toChannel(account, group));
		if (linked) await openHistory(account, linked);
		await account.call({
			_: 'channels.setDiscussionGroup',
			broadcast: account.inputChannel(peer),
			group: linked ? account.inputChannel(linked) : { _: 'inputChannelEmpty' },
		});
		tell(account, peer);
		if (linked) tell(account, linked);
	},

	/** Deletes the group or channel for everybody. */
	async remove(account: Account, peer: PeerKey): Promise<void> {
		if (isChannel(peer)) {
			const channel = account.inputChannel(peer);
			takeUpdates(account, await account.call({ _: 'channels.deleteChannel', channel }));
		} else {
			await account.call({ _: 'messages.deleteChat', chatId: idOf(peer) });
		}
		account.cache.deleteDialog(peer);
		account.emit('dialogGone', { peer });
	},
} satisfies Calls;

/** A group whose past new members do not see cannot be a discussion. */
async function openHistory(account: Account, peer: PeerKey) {
	const { isHistoryHidden } = await managing.info(account, peer);
	if (isHistoryHidden) await managing.setHistoryHidden(account, peer, false);
}

async function change(
	account: Account,
	peer: PeerKey,
	ask: (channel: tl.TypeInputChannel) => Promise<tl.TypeUpdates | undefined>,
): Promise<PeerKey> {
	const key = await toChannel(account, peer);
	const updates = await ask(account.inputChannel(key));
	if (updates) takeUpdates(account, updates);
	tell(account, key);
	return key;
}

function tell(account: Account, peer: PeerKey) {
	account.emit('stale', { what: 'chat', peer });
}

const nothingDenied: DeniedRights = shapeDenied({ _: 'chatBannedRights', untilDate: 0 })!;

function ofChannel(peer: PeerKey, full: tl.RawChannelFull, chat: tl.TypeChat | undefined): ChatInfo {
	const channel = chat?._ === 'channel' ? chat : undefined;
	return {
		...sharedOf(peer, full),
		usernames: channel ? usernamesOf(channel) : [],
		members: full.participantsCount,
		online: full.onlineCount,
		admins: full.adminsCount,
		banned: full.kickedCount,
		restricted: full.bannedCount,
		linked: full.linkedChatId ? channelKey(full.linkedChatId) : undefined,
		slowMode: full.slowmodeSeconds ?? 0,
		nextSend: full.slowmodeNextSendDate,
		isHistoryHidden: full.hiddenPrehistory ?? false,
		areMembersHidden: full.participantsHidden ?? false,
		canSeeMembers: full.canViewParticipants ?? false,
		canSeeStats: full.canViewStats ?? false,
		canSetUsername: full.canSetUsername ?? false,
		canDelete: full.canDeleteChannel ?? channel?.creator ?? false,
		needsApproval: channel?.joinRequest ?? false,
		mustJoinToSend: channel?.joinToSend ?? false,
		denied: shapeDenied(channel?.defaultBannedRights) ?? nothingDenied,
	};
}

function ofGroup(peer: PeerKey, full: tl.RawChatFull, chat: tl.TypeChat | undefined): ChatInfo {
	const group = chat?._ === 'chat' ? chat : undefined;
	const { participants } = full;
	return {
		...sharedOf(peer, full),
		usernames: [],
		members: participants._ === 'chatParticipants' ? participants.participants.length : group?.participantsCount,
		slowMode: 0,
		isHistoryHidden: true,
		areMembersHidden: false,
		canSeeMembers: participants._ === 'chatParticipants',
		canSeeStats: false,
		canSetUsername: full.canSetUsername ?? group?.creator ?? false,
		canDelete: group?.creator ?? false,
		needsApproval: false,
		mustJoinToSend: false,
		denied: shapeDenied(group?.defaultBannedRights) ?? nothingDenied,
	};
}

function sharedOf(peer: PeerKey, full: tl.TypeChatFull) {
	const invite = full.exportedInvite;
	return {
		peer,
		about: full.about,
		invite: invite?._ === 'chatInviteExported' && !invite.revoked ? invite.link : undefined,
		requests: full.requestsPending ?? 0,
		ttl: full.ttlPeriod ?? 0,
		reactions: shapeAllowed(full.availableReactions),
	};
}

function shapeAllowed(allowed: tl.TypeChatReactions | undefined): ChatReactions {
	if (allowed?._ === 'chatReactionsSome') {
		return { kind: 'some', reactions: allowed.reactions.map(shapeReaction).filter((one) => one !== undefined) };
	}
	return { kind: allowed?._ === 'chatReactionsNone' ? 'none' : 'all', reactions: [] };
}

function toReactions({ kind, reactions }: ChatReactions): tl.TypeChatReactions {
	if (kind === 'none') return { _: 'chatReactionsNone' };
	if (kind === 'all') return { _: 'chatReactionsAll' };
	return { _: 'chatReactionsSome', reactions: reactions.map(toReaction) };
}
