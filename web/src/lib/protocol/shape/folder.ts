import type { tl } from '@mtcute/core';
import type { Folder, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { canName } from '../dialog-reading.ts';
import { channelKey, groupKey, userKey } from './key.ts';
import { shapeTextWithEntities } from './text.ts';

/** The folder of all chats, which the server lists among the others, is left out. */
export function shapeFolder(filter: tl.TypeDialogFilter, self: PeerKey): Folder[] {
	if (filter._ === 'dialogFilterDefault') return [];
	const keys = (peers: readonly tl.TypeInputPeer[]) => peers.flatMap((peer) => keyOfInput(peer, self) ?? []);
	const shared = {
		id: filter.id,
		title: shapeTextWithEntities(filter.title),
		emoji: filter.emoticon,
		pinned: keys(filter.pinnedPeers),
		include: keys(filter.includePeers),
	};
	if (filter._ === 'dialogFilterChatlist') return [{ ...shared, ...noKinds, exclude: [] }];
	return [
		{
			...shared,
			exclude: keys(filter.excludePeers),
			contacts: filter.contacts ?? false,
			nonContacts: filter.nonContacts ?? false,
			groups: filter.groups ?? false,
			channels: filter.broadcasts ?? false,
			bots: filter.bots ?? false,
			noMuted: filter.excludeMuted ?? false,
			noRead: filter.excludeRead ?? false,
			noArchived: filter.excludeArchived ?? false,
		},
	];
}

const noKinds = {
	contacts: false,
	nonContacts: false,
	groups: false,
	channels: false,
	bots: false,
	noMuted: false,
	noRead: false,
	noArchived: false,
};

export function toFilter(account: Account, folder: Folder): tl.TypeDialogFilter {
	const inputs = (peers: readonly PeerKey[]) =>
		peers.filter((peer) => canName(account, peer)).map((peer) => account.inputPeer(peer));
	return {
		_: 'dialogFilter',
		id: folder.id,
		title: { _: 'textWithEntities', text: folder.title.text, entities: [] },
		emoticon: folder.emoji,
		pinnedPeers: inputs(folder.pinned),
		includePeers: inputs(folder.include.filter((peer) => !folder.pinned.includes(peer))),
		excludePeers: inputs(folder.exclude),
		contacts: folder.contacts,
		nonContacts: folder.nonContacts,
		groups: folder.groups,
		broadcasts: folder.channels,
		bots: folder.bots,
		excludeMuted: folder.noMuted,
		excludeRead: folder.noRead,
		excludeArchived: folder.noArchived,
	};
}

function keyOfInput(peer: tl.TypeInputPeer, self: PeerKey): PeerKey | undefined {
	switch (peer._) {
		case 'inputPeerSelf':
			return self;
		case 'inputPeerUser':
		case 'inputPeerUserFromMessage':
			return userKey(peer.userId);
		case 'inputPeerChat':
			return groupKey(peer.chatId);
		case 'inputPeerChannel':
		case 'inputPeerChannelFromMessage':
			return channelKey(peer.channelId);
		default:
			return undefined;
	}
}
