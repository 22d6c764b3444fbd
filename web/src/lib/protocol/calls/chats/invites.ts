import type { tl } from '@mtcute/core';
import type { Importer, Invite, NewInvite } from '../../../api/community.ts';
import type { PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { userKey } from '../../shape/key.ts';
import type { Calls } from '../calls.ts';
import { takeUpdates } from './creating.ts';

const MOST = 100;

/** Links that let people in, and people who wait at the door. */
export const invites = {
	async invites(account: Account, peer: PeerKey, isRevoked: boolean): Promise<Invite[]> {
		const answer = await account.call({
			_: 'messages.getExportedChatInvites',
			peer: account.inputPeer(peer),
			adminId: { _: 'inputUserSelf' },
			revoked: isRevoked,
			limit: MOST,
		});
		account.take({ users: answer.users, chats: [] });
		return answer.invites.flatMap(shapeInvite);
	},

	/** `isPermanent`: takes the place of the admin's permanent link, which ends. */
	async createInvite(account: Account, peer: PeerKey, input: NewInvite & { isPermanent?: boolean }): Promise<Invite> {
		const answer = await account.call({
			_: 'messages.exportChatInvite',
			peer: account.inputPeer(peer),
			legacyRevokePermanent: input.isPermanent,
			...toInvite(input),
		});
		account.emit('stale', { what: 'chat', peer });
		return one(answer);
	},

	async editInvite(account: Account, peer: PeerKey, link: string, input: NewInvite): Promise<Invite> {
		const request = { _: 'messages.editExportedChatInvite', peer: account.inputPeer(peer), link } as const;
		const answer = await account.call({
			...request,
			title: input.title ?? '',
			expireDate: input.expires ?? 0,
			usageLimit: input.limit ?? 0,
			requestNeeded: input.needsApproval ?? false,
		});
		return one(answer.invite);
	},

	/** The link lets nobody in any more. Of a permanent one a new one takes the place. */
	async revokeInvite(account: Account, peer: PeerKey, link: string): Promise<void> {
		const request = { _: 'messages.editExportedChatInvite', peer: account.inputPeer(peer), link } as const;
		await account.call({ ...request, revoked: true });
		account.emit('stale', { what: 'chat', peer });
	},

	async deleteInvite(account: Account, peer: PeerKey, link: string): Promise<void> {
		await account.call({ _: 'messages.deleteExportedChatInvite', peer: account.inputPeer(peer), link });
	},

	async deleteRevokedInvites(account: Account, peer: PeerKey): Promise<void> {
		await account.call({
			_: 'messages.deleteRevokedExportedChatInvites',
			peer: account.inputPeer(peer),
			adminId: { _: 'inputUserSelf' },
		});
	},

	/** Who came by a link. */
	importers(account: Account, peer: PeerKey, link: string): Promise<Importer[]> {
		return readImporters(account, { peer, link, requested: false });
	},

	/** Who waits to be let in. */
	requests(account: Account, peer: PeerKey): Promise<Importer[]> {
		return readImporters(account, { peer, requested: true });
	},

	async answerRequest(account: Account, peer: PeerKey, user: PeerKey, isLetIn: boolean): Promise<void> {
		const updates = await account.call({
			_: 'messages.hideChatJoinRequest',
			peer: account.inputPeer(peer),
			userId: account.inputUser(user),
			approved: isLetIn,
		});
		takeUpdates(account, updates);
		account.emit('stale', { what: 'requests', peer });
	},

	async answerAllRequests(account: Account, peer: PeerKey, isLetIn: boolean): Promise<void> {
		const request = { _: 'messages.hideAllChatJoinRequests', peer: account.inputPeer(peer) } as const;
		takeUpdates(account, await account.call({ ...request, approved: isLetIn }));
		account.emit('stale', { what: 'requests', peer });
	},
} satisfies Calls;

async function readImporters(
	account: Account,
	{ peer, link, requested }: { peer: PeerKey; link?: string; requested: boolean },
): Promise<Importer[]> {
	const answer = await account.call({
		_: 'messages.getChatInviteImporters',
		peer: account.inputPeer(peer),
		link,
		requested,
		offsetDate: 0,
		offsetUser: { _: 'inputUserEmpty' },
		limit: MOST,
	});
	account.take({ users: answer.users, chats: [] });
	return answer.importers.map(({ userId, date, about }) => ({ peer: userKey(userId), date, about }));
}

function toInvite({ title, expires, limit, needsApproval }: NewInvite) {
	return { title, expireDate: expires, usageLimit: limit, requestNeeded: needsApproval };
}

function one(invite: tl.TypeExportedChatInvite): Invite {
	const [shaped] = shapeInvite(invite);
	if (!shaped) throw new Error('a link that is none');
	return shaped;
}

export function shapeInvite(invite: tl.TypeExportedChatInvite): Invite[] {
	if (invite._ !== 'chatInviteExported') return [];
	return [
		{
			link: invite.link,
			title: invite.title,
			creator: userKey(invite.adminId),
			date: invite.date,
			expires: invite.expireDate,
			limit: invite.usageLimit,
			used: invite.usage ?? 0,
			waiting: invite.requested ?? 0,
			needsApproval: invite.requestNeeded ?? false,
			isPermanent: invite.permanent ?? false,
			isRevoked: invite.revoked ?? false,
		},
	];
}
