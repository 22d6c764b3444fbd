import type { tl } from '@mtcute/core';
import type { FolderInvite, FolderLink, SuggestedFolder } from '../../api/community.ts';
import type { Folder, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { canName, readDialogs } from '../dialog-reading.ts';
import { shapeFolder, toFilter } from '../shape/folder.ts';
import { keyOf } from '../shape/key.ts';
import type { Calls } from './calls.ts';

/** The name under which the folders are kept for the next start. */
const kept = 'folders';

/** Folders of chats, their order, and links that share them. */
export const folders = {
	/** What the browser kept of the last time. */
	async cached(account: Account): Promise<Folder[]> {
		return (await account.cache.get<Folder[]>(kept)) ?? [];
	},

	/** In their order. `allAt`: the place of "all chats" among them. */
	async list(account: Account): Promise<{ folders: Folder[]; allAt: number }> {
		const { filters } = await account.call({ _: 'messages.getDialogFilters' });
		const found = filters.flatMap((filter) => shapeFolder(filter, account.self));
		account.cache.put(kept, found);
		return {
			folders: found,
			allAt: Math.max(
				0,
				filters.findIndex(({ _ }) => _ === 'dialogFilterDefault'),
			),
		};
	},

	/** Makes the folder, or changes the one with this id. */
	async save(account: Account, folder: Folder): Promise<void> {
		await account.call({ _: 'messages.updateDialogFilter', id: folder.id, filter: toFilter(account, folder) });
		account.emit('stale', { what: 'folders' });
	},

	async remove(account: Account, id: number): Promise<void> {
		await account.call({ _: 'messages.updateDialogFilter', id });
		account.emit('stale', { what: 'folders' });
	},

	/** 0 stands for "all chats". */
	async reorder(account: Account, order: number[]): Promise<void> {
		await account.call({ _: 'messages.updateDialogFiltersOrder', order });
		account.emit('stale', { what: 'folders' });
	},

	async suggested(account: Account): Promise<SuggestedFolder[]> {
		const answer = await account.call({ _: 'messages.getSuggestedDialogFilters' });
		return answer.flatMap(({ filter, description }) =>
			shapeFolder(filter, account.self).map((folder) => ({ folder, description })),
		);
	},

	async links(account: Account, id: number): Promise<FolderLink[]> {
		const answer = await account.call({ _: 'chatlists.getExportedInvites', chatlist: listOf(id) });
		account.take(answer);
		return answer.invites.map(shapeLink);
	},

	/** A link by which others get these chats of the folder. */
	async share(account: Account, id: number, title: string, peers: PeerKey[]): Promise<FolderLink> {
		const answer = await account.call({
			_: 'chatlists.exportChatlistInvite',
			chatlist: listOf(id),
			title,
			peers: peers.map((peer) => account.inputPeer(peer)),
		});
		account.emit('stale', { what: 'folders' });
		return shapeLink(answer.invite);
	},

	async removeLink(account: Account, id: number, url: string): Promise<void> {
		const slug = url.slice(url.lastIndexOf('/') + 1);
		await account.call({ _: 'chatlists.deleteExportedInvite', chatlist: listOf(id), slug });
	},

	/** What a shared folder holds. */
	async check(account: Account, slug: string): Promise<FolderInvite> {
		const answer = await account.call({ _: 'chatlists.checkChatlistInvite', slug });
		account.take(answer);
		if (answer._ === 'chatlists.chatlistInvite') {
			const { title, emoticon, peers } = answer;
			return { title: title.text, emoji: emoticon, missing: peers.map(keyOf), known: [] };
		}
		const { filterId, missingPeers, alreadyPeers } = answer;
		const known = alreadyPeers.map(keyOf);
		const own = (await folders.list(account)).folders.find(({ id }) => id === filterId);
		return { title: own?.title.text ?? '', missing: missingPeers.map(keyOf), known, folder: filterId };
	},

	/** Joins chats of a shared folder, and makes the folder. */
	async join(account: Account, slug: string, peers: PeerKey[]): Promise<void> {
		const known = peers.filter((peer) => canName(account, peer));
		const inputs = known.map((peer) => account.inputPeer(peer));
		account.apply(await account.call({ _: 'chatlists.joinChatlistInvite', slug, peers: inputs }));
		for (const dialog of await readDialogs(account, known)) account.emit('dialog', { dialog });
		account.emit('stale', { what: 'folders' });
	},
} satisfies Calls;

function listOf(filterId: number): tl.TypeInputChatlist {
	return { _: 'inputChatlistDialogFilter', filterId };
}

function shapeLink({ title, url, peers }: tl.RawExportedChatlistInvite): FolderLink {
	return { title, url, peers: peers.map(keyOf) };
}
