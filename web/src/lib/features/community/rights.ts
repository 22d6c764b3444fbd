import type { Peer } from '$lib/api/types.ts';

/** What the user may do in a group or channel. */

/** Any of the pages behind the pen. */
export function canManage(peer: Peer): boolean {
	if (!isChat(peer) || peer.isLeft) return false;
	return peer.isCreator || peer.admin !== undefined || canChangeInfo(peer);
}

export function isChat(peer: Peer): boolean {
	return peer.kind === 'group' || peer.kind === 'supergroup' || peer.kind === 'channel';
}

export function canChangeInfo(peer: Peer): boolean {
	return may(peer, 'changeInfo') || (peer.kind !== 'channel' && peer.denied?.changeInfo === false && !peer.isLeft);
}

export function canInvite(peer: Peer): boolean {
	return may(peer, 'invite') || (peer.kind !== 'channel' && peer.denied?.invite === false && !peer.isLeft);
}

export function canBan(peer: Peer): boolean {
	return may(peer, 'ban');
}

export function canAddAdmins(peer: Peer): boolean {
	return may(peer, 'addAdmins');
}

/** Links and requests are for admins. */
export function canManageLinks(peer: Peer): boolean {
	return may(peer, 'invite');
}

export function isAdmin(peer: Peer): boolean {
	return peer.isCreator || peer.admin !== undefined;
}

function may(peer: Peer, right: 'changeInfo' | 'invite' | 'ban' | 'addAdmins'): boolean {
	return peer.isCreator || peer.admin?.[right] === true;
}
