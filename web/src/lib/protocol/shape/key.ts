import type { tl } from '@mtcute/core';
import type { PeerKey } from '../../api/types.ts';

export function keyOf(peer: tl.TypePeer): PeerKey {
	switch (peer._) {
		case 'peerUser':
			return userKey(peer.userId);
		case 'peerChat':
			return groupKey(peer.chatId);
		case 'peerChannel':
			return channelKey(peer.channelId);
	}
}

export function keyOfDialog(peer: tl.TypeDialogPeer): PeerKey | undefined {
	return peer._ === 'dialogPeer' ? keyOf(peer.peer) : undefined;
}

export function userKey(id: number): PeerKey {
	return `u${id}`;
}

export function groupKey(id: number): PeerKey {
	return `g${id}`;
}

export function channelKey(id: number): PeerKey {
	return `c${id}`;
}

export function idOf(key: PeerKey): number {
	return Number(key.slice(1));
}

/** Only the id: for places where the server asks for no access hash. */
export function peerOf(key: PeerKey): tl.TypePeer {
	const id = idOf(key);
	if (key[0] === 'g') return { _: 'peerChat', chatId: id };
	if (key[0] === 'c') return { _: 'peerChannel', channelId: id };
	return { _: 'peerUser', userId: id };
}

export function isChannel(key: PeerKey): boolean {
	return key[0] === 'c';
}
