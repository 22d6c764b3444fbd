import { Long, PeersIndex, RawUpdateInfo, type tl } from '@mtcute/core';
import { describe, expect, test } from 'vitest';
import type { EventName, Events } from '../../api/events.ts';
import type { Message, Peer, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { shapePeers } from '../shape/peer.ts';
import { tlChannel, tlDialog, tlMessage, tlUser } from '../shape/sample.ts';
import { applyUpdate } from '../shape/update.ts';

interface Told {
	name: EventName;
	data: Events[EventName];
}

/** What the handlers use of an account. */
class FakeAccount {
	readonly self = 'u1';
	readonly told: Told[] = [];
	readonly asked: string[] = [];
	readonly kept = new Map<string, Message>();
	readonly secret: string[] = [];
	readonly #peers = new Map<PeerKey, Peer>();

	emit = (name: EventName, data: Events[EventName]) => void this.told.push({ name, data });
	peer = (key: PeerKey) => this.#peers.get(key);
	inputPeer = (key: PeerKey) => ({ _: 'inputPeerUser', userId: Number(key.slice(1)) });

	take(from: { users: tl.TypeUser[]; chats: tl.TypeChat[] }) {
		const peers = shapePeers(from, this.peer);
		for (const peer of peers) this.#peers.set(peer.key, peer);
		this.emit('peers', { peers });
	}

	async call(request: tl.RpcMethod) {
		this.asked.push(request._);
		return { dialogs: [tlDialog({ peer: { _: 'peerChannel', channelId: 4 } })], messages: [], users: [], chats: [] };
	}

	readonly cache = {
		putMessages: async (messages: Message[]) => messages.forEach((m) => this.kept.set(`${m.peer}/${m.id}`, m)),
		message: async (peer: PeerKey, id: number) => this.kept.get(`${peer}/${id}`),
		deleteMessages: (peer: PeerKey, ids: number[]) => ids.forEach((id) => this.kept.delete(`${peer}/${id}`)),
		deleteHistory: async () => {},
		deleteDialog: () => {},
		chatsOf: async (ids: number[]) =>
			new Map(
				ids.flatMap((id) =>
					[...this.kept.values()].filter((m) => m.id === id && m.peer[0] !== 'c').map((m) => [id, m.peer] as const),
				),
			),
	};
	readonly secrets = { applyUpdate: async (update: tl.TypeUpdate) => void this.secret.push(update._) };
}

async function apply(account: FakeAccount, update: tl.TypeUpdate, peers = new PeersIndex()) {
	account.told.length = 0;
	await applyUpdate(account as unknown as Account, new RawUpdateInfo(update, peers));
	return account.told;
}

const inChannel: tl.TypePeer = { _: 'peerChannel', channelId: 4 };
const count = { pts: 1, ptsCount: 1 };

describe('updates become events', () => {
	test('a new message, after those who are in it', async () => {
		const account = new FakeAccount();
		const peers = PeersIndex.from({ users: [tlUser()], chats: [] });
		const update: tl.TypeUpdate = { _: 'updateNewMessage', message: tlMessage({ silent: true }), ...count };
		const told = await apply(account, update, peers);
		expect(told.map(({ name }) => name)).toEqual(['peers', 'message']);
		expect(told[1]!.data).toMatchObject({ isNew: true, isSilent: true, message: { id: 5, peer: 'u2' } });
		expect(account.kept.has('u2/5')).toBe(true);
		expect((await apply(account, update, peers)).map(({ name }) => name)).toEqual(['message']);
	});

	test('what stands behind a link is known later, and comes as another form of the message', async () => {
		const account = new FakeAccount();
		const withPage = (webpage: tl.TypeWebPage) => tlMessage({ media: { _: 'messageMediaWebPage', webpage } });
		const message = withPage({ _: 'webPagePending', id: Long.fromNumber(7), date: 1010 });
		await apply(account, { _: 'updateNewMessage', message, ...count });
		expect(account.kept.get('u2/5')?.page).toBeUndefined();
		const url = 'https://example.org/a';
		const page = withPage({
			_: 'webPage',
			id: Long.fromNumber(7),
			url,
			displayUrl: 'example.org/a',
			hash: 0,
			title: 'A',
		});
		const [told] = await apply(account, { _: 'updateEditMessage', message: page, ...count });
		expect(told).toMatchObject({
			name: 'message',
			data: { isNew: false, message: { id: 5, page: { url, title: 'A' } } },
		});
		expect(told!.data).toMatchObject({ message: { editDate: undefined } });
		expect(account.kept.get('u2/5')?.page?.title).toBe('A');
	});

	test('ids that private chats share are given to their chats', async () => {
		const account = new FakeAccount();
		await apply(account, { _: 'updateNewMessage', message: tlMessage(), ...count });
		await apply(account, {
			_: 'updateNewMessage',
			message: tlMessage({ id: 6, peerId: { _: 'peerChat', chatId: 3 } }),
			...count,
		});
		await apply(account, { _: 'updateNewChannelMessage', message: tlMessage({ peerId: inChannel }), ...count });
		const told = await apply(account, { _: 'updateDeleteMessages', messages: [5, 6, 99], ...count });
		expect(told.map(({ data }) => data)).toEqual([
			{ peer: 'u2', ids: [5] },
			{ peer: 'g3', ids: [6] },
		]);
		expect([...account.kept.keys()]).toEqual(['c4/5']);
	});

	test('what changes a message changes the kept one', async () => {
		const account = new FakeAccount();
		await apply(account, { _: 'updateNewMessage', message: tlMessage({ mediaUnread: true }), ...count });
		await apply(account, {
			_: 'updatePinnedMessages',
			pinned: true,
			peer: { _: 'peerUser', userId: 2 },
			messages: [5],
			...count,
		});
		await apply(account, { _: 'updateReadMessagesContents', messages: [5], ...count });
		expect(account.kept.get('u2/5')).toMatchObject({ isPinned: true, isUnheard: false });
	});

	const cases: Record<string, [tl.TypeUpdate, EventName, object]> = {
		edit: [
			{ _: 'updateEditMessage', message: tlMessage({ message: 'new' }), ...count },
			'message',
			{ isNew: false, message: { text: { text: 'new' } } },
		],
		'read by the user': [
			{ _: 'updateReadHistoryInbox', peer: { _: 'peerUser', userId: 2 }, maxId: 7, stillUnreadCount: 3, ...count },
			'read',
			{ peer: 'u2', inbox: 7, unread: 3 },
		],
		'read by the other': [{ _: 'updateReadChannelOutbox', channelId: 4, maxId: 7 }, 'read', { peer: 'c4', outbox: 7 }],
		'comments read': [
			{ _: 'updateReadChannelDiscussionInbox', channelId: 4, topMsgId: 2, readMaxId: 9 },
			'read',
			{ peer: 'c4', topic: 2, inbox: 9 },
		],
		typing: [
			{
				_: 'updateChannelUserTyping',
				channelId: 4,
				topMsgId: 2,
				fromId: { _: 'peerUser', userId: 9 },
				action: { _: 'sendMessageRecordAudioAction' },
			},
			'typing',
			{ peer: 'c4', topic: 2, user: 'u9', action: 'voice' },
		],
		'no more typing': [
			{ _: 'updateUserTyping', userId: 9, action: { _: 'sendMessageCancelAction' } },
			'typing',
			{ peer: 'u9', user: 'u9', action: undefined },
		],
		status: [
			{ _: 'updateUserStatus', userId: 9, status: { _: 'userStatusOnline', expires: 50 } },
			'presence',
			{ peer: 'u9', presence: { kind: 'online', until: 50 } },
		],
		views: [
			{ _: 'updateChannelMessageViews', channelId: 4, id: 5, views: 8 },
			'views',
			{ peer: 'c4', views: [{ id: 5, views: 8 }] },
		],
		'order of pinned chats': [
			{
				_: 'updatePinnedDialogs',
				order: [
					{ _: 'dialogPeer', peer: inChannel },
					{ _: 'dialogPeer', peer: { _: 'peerUser', userId: 2 } },
				],
			},
			'pinnedDialogs',
			{ folder: 0, peers: ['c4', 'u2'] },
		],
		'unread by hand': [
			{ _: 'updateDialogUnreadMark', unread: true, peer: { _: 'dialogPeer', peer: inChannel } },
			'markedUnread',
			{ peer: 'c4', isMarkedUnread: true },
		],
		'default of a kind': [
			{
				_: 'updateNotifySettings',
				peer: { _: 'notifyBroadcasts' },
				notifySettings: { _: 'peerNotifySettings', muteUntil: 5 },
			},
			'notify',
			{ scope: 'channels', settings: { muteUntil: 5 } },
		],
		draft: [
			{ _: 'updateDraftMessage', peer: inChannel, topMsgId: 2, draft: { _: 'draftMessageEmpty' } },
			'draft',
			{ peer: 'c4', topic: 2, draft: undefined },
		],
		'hidden history': [
			{ _: 'updateChannelAvailableMessages', channelId: 4, availableMinId: 6 },
			'historyCleared',
			{ peer: 'c4', upTo: 6 },
		],
		'another device': [
			{ _: 'updatePrivacy', key: { _: 'privacyKeyStatusTimestamp' }, rules: [] },
			'stale',
			{ what: 'privacy' },
		],
		folders: [{ _: 'updateDialogFilters' }, 'stale', { what: 'folders' }],
	};
	for (const [title, [update, name, data]] of Object.entries(cases)) {
		test(title, async () => {
			const told = await apply(new FakeAccount(), update);
			expect(told).toHaveLength(1);
			expect(told[0]).toMatchObject({ name, data });
		});
	}

	test('one that left a channel does not list it, one that came does', async () => {
		const account = new FakeAccount();
		const update: tl.TypeUpdate = { _: 'updateChannel', channelId: 4 };
		const left = await apply(account, update, PeersIndex.from({ chats: [tlChannel({ left: true })] }));
		expect(left.map(({ name }) => name)).toEqual(['peers', 'stale', 'dialogGone']);
		const back = await apply(account, update, PeersIndex.from({ chats: [tlChannel()] }));
		expect(back.map(({ name }) => name)).toEqual(['peers', 'stale', 'peers', 'dialog']);
		expect(account.asked).toEqual(['messages.getPeerDialogs']);
	});

	test('secret chats are none of ours, and unknown updates are nothing', async () => {
		const account = new FakeAccount();
		await apply(account, { _: 'updateEncryptedChatTyping', chatId: 3 });
		await apply(account, { _: 'updateSavedRingtones' });
		expect([account.secret, account.told]).toEqual([['updateEncryptedChatTyping'], []]);
	});
});
