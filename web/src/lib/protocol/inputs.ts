import type { tl } from '@mtcute/core';
import { longFromFastString, toInputChannel, toInputUser } from '@mtcute/core/utils.js';
import { ApiError } from '../api/failure.ts';
import type { PeerKey } from '../api/types.ts';
import type { Storage } from './storage.ts';

/** Puts names for peers into requests. Access hashes never leave the worker. */
export interface Inputs {
	peer(key: PeerKey): tl.TypeInputPeer;
	user(key: PeerKey): tl.TypeInputUser;
	channel(key: PeerKey): tl.TypeInputChannel;
}

const channelMark = -1_000_000_000_000;

/** All of them throw an ApiError `PEER_ID_INVALID` for peers that were never seen. */
export function createInputs(storage: Storage, self: () => number): Inputs {
	const peer = (key: PeerKey): tl.TypeInputPeer => {
		const id = Number(key.slice(1));
		if (key === `u${self()}`) return { _: 'inputPeerSelf' };
		if (key.startsWith('g')) return { _: 'inputPeerChat', chatId: id };
		const marked = key.startsWith('u') ? id : channelMark - id;
		return byHash(storage, marked) ?? byMessage(storage, marked, peer) ?? unknown();
	};
	return {
		peer,
		user: (key) => (key === `u${self()}` ? { _: 'inputUserSelf' } : toInputUser(peer(key))),
		channel: (key) => toInputChannel(peer(key)),
	};
}

function byHash(storage: Storage, marked: number): tl.TypeInputPeer | undefined {
	const row = storage.peer(marked);
	if (!row || row.isMin) return undefined;
	const accessHash = longFromFastString(row.accessHash);
	return marked > 0
		? { _: 'inputPeerUser', userId: marked, accessHash }
		: { _: 'inputPeerChannel', channelId: channelMark - marked, accessHash };
}

/** Somebody of whom only a message was seen is named by it. */
function byMessage(
	storage: Storage,
	marked: number,
	peer: (key: PeerKey) => tl.TypeInputPeer,
): tl.TypeInputPeer | undefined {
	const reference = storage.reference(marked);
	if (!reference) return undefined;
	const chat = peer(toKey(reference.chat));
	return marked > 0
		? { _: 'inputPeerUserFromMessage', peer: chat, msgId: reference.message, userId: marked }
		: { _: 'inputPeerChannelFromMessage', peer: chat, msgId: reference.message, channelId: channelMark - marked };
}

function toKey(marked: number): PeerKey {
	if (marked > 0) return `u${marked}`;
	return marked < channelMark ? `c${channelMark - marked}` : `g${-marked}`;
}

function unknown(): never {
	throw new ApiError({ text: 'PEER_ID_INVALID', code: 400 });
}
