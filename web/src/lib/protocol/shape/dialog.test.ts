import { expect, test } from 'vitest';
import { numberPinned, shapeDialogs, shapeDraft, shapeNotify, toNotify } from './dialog.ts';
import { tlDialog, tlMessage } from './sample.ts';

test('a chat has its last message, and the archive is no chat', () => {
	const dialogs = shapeDialogs(
		{
			dialogs: [
				tlDialog({ pinned: true }),
				tlDialog({ peer: { _: 'peerChannel', channelId: 4 }, pts: 12, folderId: 1 }),
				{
					_: 'dialogFolder',
					folder: { _: 'folder', id: 1, title: 'A' },
					peer: { _: 'peerUser', userId: 2 },
					topMessage: 1,
					unreadMutedPeersCount: 0,
					unreadUnmutedPeersCount: 0,
					unreadMutedMessagesCount: 0,
					unreadUnmutedMessagesCount: 0,
				},
			],
			messages: [tlMessage(), tlMessage({ peerId: { _: 'peerChannel', channelId: 4 }, date: 2000 })],
		},
		{ self: 'u1' },
	);
	expect(dialogs).toMatchObject([
		{ peer: 'u2', last: { id: 5, peer: 'u2' }, date: 1000, unread: 1, readInbox: 4, folder: 0, pinned: 0 },
		{ peer: 'c4', last: { id: 5, peer: 'c4' }, date: 2000, folder: 1, pts: 12, pinned: undefined },
	]);
});

test('a draft that is newer than the last message lifts its chat', () => {
	const draft = { _: 'draftMessage', message: 'later', date: 5000 } as const;
	const [dialog] = shapeDialogs({ dialogs: [tlDialog({ draft })], messages: [tlMessage()] }, { self: 'u1' });
	expect(dialog).toMatchObject({ date: 5000, draft: { text: { text: 'later' } } });
	expect(shapeDraft({ _: 'draftMessageEmpty' })).toBeUndefined();
});

test('pinned ones are numbered in the order of the server', () => {
	const { dialogs } = {
		dialogs: shapeDialogs(
			{ dialogs: [tlDialog({ pinned: true }), tlDialog(), tlDialog({ pinned: true })], messages: [] },
			{ self: 'u1' },
		),
	};
	expect(numberPinned(dialogs).map(({ pinned }) => pinned)).toEqual([0, undefined, 1]);
});

test('settings of notifications are sent as they came', () => {
	const settings = shapeNotify({
		_: 'peerNotifySettings',
		muteUntil: 9,
		silent: true,
		otherSound: { _: 'notificationSoundNone' },
	});
	expect(settings).toEqual({ muteUntil: 9, isSilent: true, showPreviews: undefined, sound: 'none' });
	expect(toNotify(settings)).toMatchObject({ muteUntil: 9, silent: true, sound: { _: 'notificationSoundNone' } });
});
