import type { tl } from '@mtcute/core';
import type { ChatUpdate, FilePlace, Incoming } from '../../secret/index.ts';
import { fromLong } from './longs.ts';

const nothing = { accessHash: 0n, admin: 0, participant: 0, fingerprint: 0n, deleteHistory: false };

/** Reads what the server says of a chat. */
export function chatUpdateOf(o: tl.TypeEncryptedChat): ChatUpdate {
	const base = { ...nothing, chat: o.id, public: new Uint8Array() };
	switch (o._) {
		case 'encryptedChatEmpty':
			return { ...base, stage: 'discarded' };
		case 'encryptedChatDiscarded':
			return { ...base, stage: 'discarded', deleteHistory: o.historyDeleted === true };
		case 'encryptedChatWaiting':
			return { ...base, ...peopleOf(o), stage: 'waiting' };
		case 'encryptedChatRequested':
			return { ...base, ...peopleOf(o), stage: 'requested', public: o.gA };
		case 'encryptedChat':
			return { ...base, ...peopleOf(o), stage: 'accepted', public: o.gAOrB, fingerprint: fromLong(o.keyFingerprint) };
	}
}

function peopleOf(o: { accessHash: tl.Long; adminId: number; participantId: number }) {
	return { accessHash: fromLong(o.accessHash), admin: o.adminId, participant: o.participantId };
}

/** Reads an encrypted message. */
export function incomingOf(o: tl.TypeEncryptedMessage): Incoming {
	const place = o._ === 'encryptedMessage' ? placeOf(o.file) : undefined;
	const incoming = { chat: o.chatId, randomId: fromLong(o.randomId), date: o.date, data: o.bytes };
	return place ? { ...incoming, place } : incoming;
}

/** Where the server has an encrypted file; undefined for none. */
export function placeOf(o: tl.TypeEncryptedFile | undefined): FilePlace | undefined {
	if (o?._ !== 'encryptedFile') return undefined;
	const { id, accessHash, size, dcId: dc, keyFingerprint: fingerprint } = o;
	return { id: fromLong(id), accessHash: fromLong(accessHash), size, dc, fingerprint };
}
