import { Long, type tl } from '@mtcute/core';

/** TL objects for tests, as the server sends them. */

export function tlMessage(more: Partial<tl.RawMessage> = {}): tl.RawMessage {
	return { _: 'message', id: 5, peerId: { _: 'peerUser', userId: 2 }, date: 1000, message: 'hello', ...more };
}

export function tlService(
	action: tl.TypeMessageAction,
	more: Partial<tl.RawMessageService> = {},
): tl.RawMessageService {
	return {
		_: 'messageService',
		id: 6,
		peerId: { _: 'peerChat', chatId: 3 },
		fromId: { _: 'peerUser', userId: 2 },
		date: 1000,
		action,
		...more,
	};
}

export function tlDocument(mimeType: string, attributes: tl.TypeDocumentAttribute[]): tl.RawDocument {
	return {
		_: 'document',
		id: Long.fromNumber(77),
		accessHash: Long.fromNumber(78),
		fileReference: new Uint8Array([1, 2]),
		date: 1000,
		mimeType,
		size: 4096,
		dcId: 1,
		attributes,
	};
}

export function tlPhoto(): tl.RawPhoto {
	return {
		_: 'photo',
		id: Long.fromNumber(88),
		accessHash: Long.fromNumber(89),
		fileReference: new Uint8Array([3]),
		date: 1000,
		dcId: 1,
		sizes: [
			{ _: 'photoStrippedSize', type: 'i', bytes: new Uint8Array([1, 30, 40, 9, 9, 9]) },
			{ _: 'photoSizeProgressive', type: 'y', w: 1280, h: 720, sizes: [100, 900, 5000] },
			{ _: 'photoSize', type: 'm', w: 320, h: 180, size: 700 },
		],
	};
}

export function tlUser(more: Partial<tl.RawUser> = {}): tl.RawUser {
	return { _: 'user', id: 2, accessHash: Long.ONE, firstName: 'Anna', ...more };
}

export function tlChannel(more: Partial<tl.RawChannel> = {}): tl.RawChannel {
	return { _: 'channel', id: 4, title: 'News', photo: { _: 'chatPhotoEmpty' }, date: 1000, ...more };
}

export function tlDialog(more: Partial<tl.RawDialog> = {}): tl.RawDialog {
	return {
		_: 'dialog',
		peer: { _: 'peerUser', userId: 2 },
		topMessage: 5,
		readInboxMaxId: 4,
		readOutboxMaxId: 3,
		unreadCount: 1,
		unreadMentionsCount: 0,
		unreadReactionsCount: 0,
		unreadPollVotesCount: 0,
		notifySettings: { _: 'peerNotifySettings' },
		...more,
	};
}
