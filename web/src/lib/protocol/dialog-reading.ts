import type { tl } from '@mtcute/core';
import type { Dialog, PeerKey } from '../api/types.ts';
import type { Account } from './account.ts';
import { numberPinned, shapeDialogs } from './shape/dialog.ts';

/** The most chats that the server tells about in one answer. */
const mostPeers = 100;

/** Chats as the server sees them now. Ones that this browser has never seen are left out. */
export async function readDialogs(account: Account, peers: readonly PeerKey[]): Promise<Dialog[]> {
	const asked = peers.filter((peer) => canName(account, peer)).slice(0, mostPeers);
	if (asked.length === 0) return [];
	const answer = await account.call({
		_: 'messages.getPeerDialogs',
		peers: asked.map((peer) => ({ _: 'inputDialogPeer', peer: account.inputPeer(peer) })),
	});
	const dialogs = takeDialogs(account, answer);
	return dialogs.some((dialog) => dialog.pinned !== undefined) ? placePinned(account, dialogs) : dialogs;
}

export async function readPinned(account: Account, folder: number): Promise<Dialog[]> {
	const answer = await account.call({ _: 'messages.getPinnedDialogs', folderId: folder });
	return numberPinned(takeDialogs(account, answer));
}

/** Shapes the chats of an answer and keeps them. */
export function takeDialogs(
	account: Account,
	answer: { dialogs: tl.TypeDialog[]; messages: tl.TypeMessage[]; chats: tl.TypeChat[]; users: tl.TypeUser[] },
): Dialog[] {
	account.take(answer);
	const dialogs = shapeDialogs(answer, account);
	void account.cache.putMessages(dialogs.flatMap(({ last }) => last ?? []));
	return dialogs;
}

/** The answer about single chats does not say in which place they are pinned. */
async function placePinned(account: Account, dialogs: readonly Dialog[]): Promise<Dialog[]> {
	const folders = new Set(dialogs.filter(({ pinned }) => pinned !== undefined).map(({ folder }) => folder));
	const places = new Map<PeerKey, number>();
	for (const folder of folders) {
		for (const { peer, pinned = 0 } of await readPinned(account, folder)) places.set(peer, pinned);
	}
	return dialogs.map((dialog) =>
		dialog.pinned === undefined ? dialog : { ...dialog, pinned: places.get(dialog.peer) },
	);
}

export function canName(account: Account, peer: PeerKey): boolean {
	if (peer[0] === 's') return false;
	try {
		account.inputPeer(peer);
		return true;
	} catch {
		return false;
	}
}
