import { Long, type tl } from '@mtcute/core';
import type { Added, Member, MemberFilter, MemberPage } from '../../../api/community.ts';
import type { AdminRights, DeniedRights, PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { idOf, isChannel, userKey } from '../../shape/key.ts';
import { shapeGroupMember, shapeMember, toAdminRights, toBannedRights } from '../../shape/member.ts';
import { proofOf } from '../../password.ts';
import type { Calls } from '../calls.ts';
import { takeUpdates, toChannel } from './creating.ts';

/** How many messages of the past a new member of a basic group sees. */
const seenPast = 100;

/** Who is in a chat, and what they may do. Changes answer under which key the chat goes on: a basic group may grow. */
export const members = {
	async members(
		account: Account,
		request: { peer: PeerKey; filter: MemberFilter; query?: string; offset: number; limit: number },
	): Promise<MemberPage> {
		if (!isChannel(request.peer)) return groupMembers(account, request);
		const answer = await account.call({
			_: 'channels.getParticipants',
			channel: account.inputChannel(request.peer),
			filter: filterOf(request.filter, request.query?.trim() ?? ''),
			offset: request.offset,
			limit: request.limit,
			hash: Long.ZERO,
		});
		if (answer._ !== 'channels.channelParticipants') return { members: [], count: 0 };
		account.take(answer);
		return { members: answer.participants.map(shapeMember), count: answer.count };
	},

	/** One member; undefined: not there. */
	async member(account: Account, peer: PeerKey, user: PeerKey): Promise<Member | undefined> {
		if (!isChannel(peer)) {
			const { members: all } = await groupMembers(account, { peer, filter: 'recent', offset: 0, limit: 1000 });
			return all.find((member) => member.peer === user);
		}
		const channel = account.inputChannel(peer);
		const answer = await account.call({
			_: 'channels.getParticipant',
			channel,
			participant: account.inputPeer(user),
		});
		account.take(answer);
		return shapeMember(answer.participant);
	},

	async addMembers(account: Account, peer: PeerKey, users: PeerKey[]): Promise<Added> {
		const missing = isChannel(peer) ? await invite(account, peer, users) : await addAll(account, peer, users);
		account.emit('stale', { what: 'chat', peer });
		return { peer, missing };
	},

	/** Takes somebody out of the chat; with a link they may come back. */
	async removeMember(account: Account, peer: PeerKey, user: PeerKey): Promise<void> {
		if (isChannel(peer)) {
			await editBanned(account, peer, user, { _: 'chatBannedRights', viewMessages: true, untilDate: 0 });
			await editBanned(account, peer, user, { _: 'chatBannedRights', untilDate: 0 });
		} else {
			const userId = account.inputUser(user);
			takeUpdates(account, await account.call({ _: 'messages.deleteChatUser', chatId: idOf(peer), userId }));
		}
		account.emit('stale', { what: 'chat', peer });
	},

	/** Keeps somebody out until an admin lets them in again. */
	async ban(account: Account, peer: PeerKey, user: PeerKey): Promise<PeerKey> {
		const channel = await toChannel(account, peer);
		await editBanned(account, channel, user, { _: 'chatBannedRights', viewMessages: true, untilDate: 0 });
		account.emit('stale', { what: 'chat', peer: channel });
		return channel;
	},

	/** What one member may not do; nothing denied: as all members. */
	async restrict(account: Account, peer: PeerKey, user: PeerKey, denied: DeniedRights | undefined): Promise<PeerKey> {
		const channel = await toChannel(account, peer);
		const rights: tl.RawChatBannedRights = denied ? toBannedRights(denied) : { _: 'chatBannedRights', untilDate: 0 };
		await editBanned(account, channel, user, rights);
		account.emit('stale', { what: 'chat', peer: channel });
		return channel;
	},

	/** Makes somebody an admin or changes what the admin may do; without rights: no admin any more. */
	async setAdmin(
		account: Account,
		peer: PeerKey,
		user: PeerKey,
		rights: AdminRights | undefined,
		rank = '',
	): Promise<PeerKey> {
		const channel = await toChannel(account, peer);
		const updates = await account.call({
			_: 'channels.editAdmin',
			channel: account.inputChannel(channel),
			userId: account.inputUser(user),
			adminRights: rights ? toAdminRights(rights) : { _: 'chatAdminRights' },
			rank: rights ? rank : '',
		});
		takeUpdates(account, updates);
		account.emit('stale', { what: 'chat', peer: channel });
		return channel;
	},

	/** Gives the chat to another member. Rejects with PASSWORD_MISSING where the account has none to prove that it is its owner. */
	async setOwner(account: Account, peer: PeerKey, user: PeerKey, password: string): Promise<void> {
		const challenge = await account.call({ _: 'account.getPassword' });
		const updates = await account.call({
			_: 'messages.editChatCreator',
			peer: account.inputPeer(peer),
			userId: account.inputUser(user),
			password: await proofOf(account, challenge, password),
		});
		takeUpdates(account, updates);
		account.emit('stale', { what: 'chat', peer });
	},

	/** Deletes all that somebody wrote here. */
	async clearMember(account: Account, peer: PeerKey, user: PeerKey): Promise<void> {
		for (;;) {
			const affected = await account.call({
				_: 'channels.deleteParticipantHistory',
				channel: account.inputChannel(peer),
				participant: account.inputPeer(user),
			});
			account.count(affected, peer);
			if (affected.offset <= 0) break;
		}
		account.emit('reload', { peer });
	},
} satisfies Calls;

function filterOf(filter: MemberFilter, q: string): tl.TypeChannelParticipantsFilter {
	switch (filter) {
		case 'admins':
			return { _: 'channelParticipantsAdmins' };
		case 'restricted':
			return { _: 'channelParticipantsBanned', q };
		case 'banned':
			return { _: 'channelParticipantsKicked', q };
		case 'contacts':
			return { _: 'channelParticipantsContacts', q };
		case 'bots':
			return { _: 'channelParticipantsBots' };
		default:
			return q ? { _: 'channelParticipantsSearch', q } : { _: 'channelParticipantsRecent' };
	}
}

/** A basic group tells all its members at once. */
async function groupMembers(
	account: Account,
	request: { peer: PeerKey; filter: MemberFilter; query?: string; offset: number; limit: number },
): Promise<MemberPage> {
	const answer = await account.call({ _: 'messages.getFullChat', chatId: idOf(request.peer) });
	account.take(answer);
	const full = answer.fullChat;
	if (full._ !== 'chatFull' || full.participants._ !== 'chatParticipants') return { members: [], count: 0 };
	const all = full.participants.participants.map(shapeGroupMember).filter((member) => fits(account, member, request));
	return { members: all.slice(request.offset, request.offset + request.limit), count: all.length };
}

function fits(account: Account, member: Member, { filter, query }: { filter: MemberFilter; query?: string }): boolean {
	if (filter === 'banned' || filter === 'restricted') return false;
	if (filter === 'admins' && member.role === 'member') return false;
	if (filter === 'bots' && account.peer(member.peer)?.kind !== 'bot') return false;
	if (filter === 'contacts' && !account.peer(member.peer)?.isContact) return false;
	const words = query?.trim().toLowerCase();
	return !words || (account.peer(member.peer)?.title.toLowerCase().includes(words) ?? false);
}

async function invite(account: Account, peer: PeerKey, users: PeerKey[]): Promise<PeerKey[]> {
	const channel = account.inputChannel(peer);
	const inputs = users.map((user) => account.inputUser(user));
	const answer = await account.call({ _: 'channels.inviteToChannel', channel, users: inputs });
	takeUpdates(account, answer.updates);
	return answer.missingInvitees.map(({ userId }) => userKey(userId));
}

async function addAll(account: Account, peer: PeerKey, users: PeerKey[]): Promise<PeerKey[]> {
	const missing: PeerKey[] = [];
	for (const user of users) {
		const userId = account.inputUser(user);
		const answer = await account.call({
			_: 'messages.addChatUser',
			chatId: idOf(peer),
			userId,
			fwdLimit: seenPast,
		});
		takeUpdates(account, answer.updates);
		missing.push(...answer.missingInvitees.map((one) => userKey(one.userId)));
	}
	return missing;
}

async function editBanned(account: Account, peer: PeerKey, user: PeerKey, bannedRights: tl.RawChatBannedRights) {
	const updates = await account.call({
		_: 'channels.editBanned',
		channel: account.inputChannel(peer),
		participant: account.inputPeer(user),
		bannedRights,
	});
	takeUpdates(account, updates);
}
