import type { tl } from '@mtcute/core';
import type { Added } from '../../../api/community.ts';
import type { PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { channelKey, groupKey, userKey } from '../../shape/key.ts';
import type { Calls } from '../calls.ts';

/** Groups and channels begin. */
export const creating = {
	/** A group of these people; without any it begins as a supergroup. */
	async createGroup(account: Account, input: { title: string; members: PeerKey[]; ttl?: number }): Promise<Added> {
		if (input.members.length === 0) return createChannel(account, { ...input, about: '', isGroup: true });
		const answer = await account.call({
			_: 'messages.createChat',
			users: input.members.map((member) => account.inputUser(member)),
			title: input.title,
			ttlPeriod: input.ttl,
		});
		return takeCreated(account, answer.updates, answer.missingInvitees);
	},

	createChannel(account: Account, input: { title: string; about: string }): Promise<Added> {
		return createChannel(account, { ...input, isGroup: false });
	},

	/** A group of talks by subject. */
	createForum(account: Account, input: { title: string; about: string }): Promise<Added> {
		return createChannel(account, { ...input, isGroup: true, isForum: true });
	},

	/** Makes a supergroup of a basic group, which some settings need; a chat that is none stays what it is. */
	async upgrade(account: Account, peer: PeerKey): Promise<PeerKey> {
		return toChannel(account, peer);
	},
} satisfies Calls;

/** The key of the supergroup that a basic group is made into now; others keep theirs. */
export async function toChannel(account: Account, peer: PeerKey): Promise<PeerKey> {
	if (peer[0] !== 'g') return peer;
	const moved = account.peer(peer)?.movedTo;
	if (moved) return moved;
	const updates = await account.call({ _: 'messages.migrateChat', chatId: Number(peer.slice(1)) });
	const chat = chatsOf(updates).find((one) => one._ === 'channel');
	takeUpdates(account, updates);
	return chat ? channelKey(chat.id) : peer;
}

async function createChannel(
	account: Account,
	input: { title: string; about: string; isGroup: boolean; isForum?: boolean; ttl?: number },
): Promise<Added> {
	const updates = await account.call({
		_: 'channels.createChannel',
		title: input.title,
		about: input.about,
		broadcast: !input.isGroup,
		megagroup: input.isGroup,
		forum: input.isForum,
		ttlPeriod: input.ttl,
	});
	return takeCreated(account, updates, []);
}

function takeCreated(account: Account, updates: tl.TypeUpdates, missing: tl.RawMissingInvitee[]): Added {
	const [chat] = chatsOf(updates);
	takeUpdates(account, updates);
	const peer = chat?._ === 'channel' ? channelKey(chat.id) : groupKey(chat?.id ?? 0);
	return { peer, missing: missing.map(({ userId }) => userKey(userId)) };
}

/** The peers of an answer are known at once: the page goes to the new chat before the updates are worked off. */
export function takeUpdates(account: Account, updates: tl.TypeUpdates) {
	if (updates._ === 'updates' || updates._ === 'updatesCombined') account.take(updates);
	account.apply(updates);
}

export function chatsOf(updates: tl.TypeUpdates): tl.TypeChat[] {
	return updates._ === 'updates' || updates._ === 'updatesCombined' ? updates.chats : [];
}
