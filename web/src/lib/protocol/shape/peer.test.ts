import { Long, type tl } from '@mtcute/core';
import { expect, test } from 'vitest';
import type { Peer } from '../../api/types.ts';
import { shapeDenied, shapePeers, shapeUser } from './peer.ts';
import { tlChannel, tlUser } from './sample.ts';

const nobody = () => undefined;

function rights(more: Partial<tl.RawChatBannedRights>): tl.RawChatBannedRights {
	return { _: 'chatBannedRights', untilDate: 0, ...more };
}

test('people, bots and deleted accounts have names', () => {
	expect(shapeUser(tlUser({ lastName: 'Berg', username: 'anna' }))).toMatchObject({
		key: 'u2',
		kind: 'user',
		title: 'Anna Berg',
		username: 'anna',
	});
	expect(shapeUser(tlUser({ bot: true }))).toMatchObject({ kind: 'bot', presence: undefined });
	expect(shapeUser(tlUser({ firstName: undefined, deleted: true })).title).not.toBe('');
	expect(shapeUser(tlUser({ firstName: undefined, phone: '4712' })).title).toBe('4712');
});

test('a short form keeps what it does not say', () => {
	const known: Peer = {
		...shapeUser(tlUser({ contact: true, firstName: 'My Anna', phone: '47' })),
		presence: { kind: 'recently' },
	};
	const peer = shapeUser(tlUser({ min: true, username: 'new' }), known);
	expect(peer).toMatchObject({
		title: 'My Anna',
		isContact: true,
		phone: '47',
		username: 'new',
		presence: { kind: 'recently' },
	});
});

test('supergroups, channels and groups', () => {
	const peers = shapePeers(
		{
			users: [{ _: 'userEmpty', id: 1 }],
			chats: [
				tlChannel({ broadcast: true, signatures: true }),
				tlChannel({ id: 5, megagroup: true, forum: true, slowmodeEnabled: true }),
				{
					_: 'chat',
					id: 6,
					title: 'Old',
					photo: { _: 'chatPhotoEmpty' },
					participantsCount: 3,
					date: 0,
					version: 1,
					deactivated: true,
					migratedTo: { _: 'inputChannel', channelId: 5, accessHash: Long.ONE },
				},
				{ _: 'channelForbidden', id: 7, accessHash: Long.ONE, title: 'Gone' },
				{ _: 'chatEmpty', id: 8 },
			],
		},
		nobody,
	);
	expect(peers).toMatchObject([
		{ key: 'c4', kind: 'channel', signatures: true },
		{ key: 'c5', kind: 'supergroup', isForum: true, isSlow: true },
		{ key: 'g6', kind: 'group', members: 3, isLeft: true, movedTo: 'c5' },
		{ key: 'c7', kind: 'channel', isLeft: true, title: 'Gone' },
	]);
});

test('what is denied to all and to one is united', () => {
	expect(shapeDenied()).toBeUndefined();
	const denied = shapeDenied(rights({ sendPolls: true }), rights({ sendPhotos: true, untilDate: 9 }));
	expect(denied).toMatchObject({ polls: true, photos: true, text: false, videos: false, until: 9 });
	expect(shapeDenied(rights({ sendMessages: true }))).toMatchObject({
		text: true,
		media: true,
		stickers: true,
		voice: true,
		pin: false,
	});
});
