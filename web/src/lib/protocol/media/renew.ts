import type { tl } from '@mtcute/core';
import type { Account } from '../account.ts';
import { parseLong, type FileLocation, type FileOrigin } from '../shape/file.ts';

type Owned = Extract<FileLocation, { kind: 'document' | 'photo' }>;

/**
 * A fresh file reference, read from where the file was seen. Undefined when it is not there any more.
 *
 * Spec: https://core.telegram.org/api/file-references
 */
export async function renewReference(account: Account, location: Owned): Promise<Uint8Array | undefined> {
	const answer = await askOrigin(account, location.origin);
	return answer && findReference(answer, location);
}

function askOrigin(account: Account, origin: FileOrigin): Promise<object> | undefined {
	const hash = parseLong('0');
	switch (origin.kind) {
		case 'message':
			return askMessage(account, origin);
		case 'set': {
			const stickerset = {
				_: 'inputStickerSetID',
				id: parseLong(origin.id),
				accessHash: parseLong(origin.hash),
			} as const;
			return account.call({ _: 'messages.getStickerSet', stickerset, hash: 0 });
		}
		case 'gifs':
			return account.call({ _: 'messages.getSavedGifs', hash });
		case 'recent':
			return account.call({ _: 'messages.getRecentStickers', hash });
		case 'faved':
			return account.call({ _: 'messages.getFavedStickers', hash });
		case 'none':
			return undefined;
	}
}

function askMessage(account: Account, origin: Extract<FileOrigin, { kind: 'message' }>): Promise<object> {
	const id = [{ _: 'inputMessageID', id: origin.message } as const];
	if (origin.isScheduled) {
		return account.call({
			_: 'messages.getScheduledMessages',
			peer: account.inputPeer(origin.peer),
			id: [origin.message],
		});
	}
	if (!origin.peer.startsWith('c')) return account.call({ _: 'messages.getMessages', id });
	return account.call({ _: 'channels.getMessages', channel: account.inputChannel(origin.peer), id });
}

/** Looks through an answer for the file, wherever it stands: in a message, its link preview, a poll, a set. */
export function findReference(
	answer: object,
	wanted: { kind: 'document' | 'photo'; id: string },
): Uint8Array | undefined {
	const file = answer as Partial<tl.RawDocument | tl.RawPhoto>;
	if (file._ === wanted.kind && file.id?.toString() === wanted.id) return file.fileReference;
	for (const value of Object.values(answer)) {
		if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue;
		const found = findReference(value as object, wanted);
		if (found) return found;
	}
	return undefined;
}
