import { Long } from '@mtcute/core';
import type { Dialog, DialogCursor, DialogPage, NotifyScope, NotifySettings, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { readDialogs, readPinned, takeDialogs } from '../dialog-reading.ts';
import { clearHistory } from '../history-clearing.ts';
import { shapeNotify, toNotify } from '../shape/dialog.ts';
import type { Calls } from './calls.ts';
import { isSecret } from './messages/history.ts';
import { marks } from './messages/marks.ts';

const scopes: readonly NotifyScope[] = ['users', 'groups', 'channels'];

const scopePeers = {
	users: 'inputNotifyUsers',
	groups: 'inputNotifyChats',
	channels: 'inputNotifyBroadcasts',
} as const;

/** Stands for the last message, whichever it is. */
const lastId = 0x7fffffff;

export const dialogs = {
	/** What the browser kept of the last time. */
	async cached(account: Account): Promise<Dialog[]> {
		return [...(await account.cache.dialogs()), ...(await account.secrets.dialogs())];
	},

	/** A part of a list: the pinned chats come with the first one, then the newest first. */
	async load(account: Account, part: { folder: 0 | 1; after?: DialogCursor; limit: number }): Promise<DialogPage> {
		const { folder, after, limit } = part;
		const pinned = after ? [] : await readFirst(account, folder);
		const answer = await account.call({
			_: 'messages.getDialogs',
			excludePinned: true,
			folderId: folder,
			offsetDate: after?.date ?? 0,
			offsetId: after?.id ?? 0,
			offsetPeer: after?.peer ? account.inputPeer(after.peer) : { _: 'inputPeerEmpty' },
			limit,
			hash: Long.ZERO,
		});
		if (answer._ === 'messages.dialogsNotModified') return { dialogs: pinned };
		const found = takeDialogs(account, answer);
		account.cache.putDialogs([...pinned, ...found]);
		const isLast = answer._ === 'messages.dialogs' || answer.dialogs.length < limit;
		return { dialogs: [...pinned, ...found], next: isLast ? undefined : cursorAfter(found) };
	},

	/** Some chats as the server sees them now. */
	async refresh(account: Account, peers: PeerKey[]): Promise<Dialog[]> {
		const found = await readDialogs(
			account,
			peers.filter((peer) => !isSecret(peer)),
		);
		account.cache.putDialogs(found);
		return found;
	},

	/** Keeps chats for the next start; secret ones are in their vault. */
	keep(account: Account, changed: Dialog[]): void {
		account.cache.putDialogs(changed.filter((dialog) => !isSecret(dialog.peer)));
	},

	/** The chat is not in the list any more. */
	forget(account: Account, peer: PeerKey): void {
		account.cache.deleteDialog(peer);
	},

	/** How chats without settings of their own notify. */
	notifyDefaults(account: Account): Promise<{ scope: NotifyScope; settings: NotifySettings }[]> {
		const read = async (scope: NotifyScope) => {
			const peer = { _: scopePeers[scope] };
			return { scope, settings: shapeNotify(await account.call({ _: 'account.getNotifySettings', peer })) };
		};
		return Promise.all(scopes.map(read));
	},

	async pin(account: Account, peer: PeerKey, isPinned: boolean): Promise<void> {
		const dialog = { _: 'inputDialogPeer', peer: account.inputPeer(peer) } as const;
		await account.call({ _: 'messages.toggleDialogPin', pinned: isPinned, peer: dialog });
	},

	/** The whole order of the pinned chats; those that are not in it are not pinned any more. */
	async reorderPinned(account: Account, folder: number, peers: PeerKey[]): Promise<void> {
		const order = peers.map((peer) => ({ _: 'inputDialogPeer', peer: account.inputPeer(peer) }) as const);
		await account.call({ _: 'messages.reorderPinnedDialogs', force: true, folderId: folder, order });
	},

	async archive(account: Account, peers: PeerKey[], isArchived: boolean): Promise<void> {
		const folderId = isArchived ? 1 : 0;
		const folderPeers = peers.map(
			(peer) => ({ _: 'inputFolderPeer', peer: account.inputPeer(peer), folderId }) as const,
		);
		account.apply(await account.call({ _: 'folders.editPeerFolders', folderPeers }));
	},

	/** Changes what is given and leaves the rest. `muteUntil` 0: not muted, whatever the default is. */
	async setNotify(account: Account, peer: PeerKey, settings: NotifySettings, topic?: number): Promise<void> {
		const of = account.inputPeer(peer);
		await account.call({
			_: 'account.updateNotifySettings',
			peer: topic ? { _: 'inputNotifyForumTopic', peer: of, topMsgId: topic } : { _: 'inputNotifyPeer', peer: of },
			settings: toNotify(settings),
		});
	},

	async markUnread(account: Account, peer: PeerKey, isUnread: boolean): Promise<void> {
		const dialog = { _: 'inputDialogPeer', peer: account.inputPeer(peer) } as const;
		await account.call({ _: 'messages.markDialogUnread', unread: isUnread, peer: dialog });
	},

	/** Everything in the chat counts as read, mentions and reactions too. */
	async markRead(account: Account, peer: PeerKey): Promise<void> {
		if (isSecret(peer)) return account.secrets.markRead(peer, lastId);
		await marks.read(account, peer, lastId);
		if (isSecret(peer)) return;
		await marks.readMentions(account, peer);
		await marks.readReactions(account, peer);
		await dialogs.markUnread(account, peer, false);
	},

	/** Deletes all messages of the chat, and the chat from the list unless it is kept. */
	clear(account: Account, peer: PeerKey, how: { forBoth: boolean; keepChat: boolean }): Promise<void> {
		return isSecret(peer) ? account.secrets.calls.clear(peer, how) : clearHistory(account, peer, how);
	},

	/** Messages vanish so many seconds after they were sent; 0: they stay. */
	async setTtl(account: Account, peer: PeerKey, seconds: number): Promise<void> {
		if (isSecret(peer)) return account.secrets.setTtl(peer, seconds);
		account.apply(await account.call({ _: 'messages.setHistoryTTL', peer: account.inputPeer(peer), period: seconds }));
	},
} satisfies Calls;

/** Secret chats live only here; the pinned ones come in their order. */
async function readFirst(account: Account, folder: number): Promise<Dialog[]> {
	const secret = folder === 0 ? await account.secrets.dialogs() : [];
	return [...(await readPinned(account, folder)), ...secret];
}

function cursorAfter(found: readonly Dialog[]): DialogCursor | undefined {
	const last = found.findLast((dialog) => dialog.last);
	return last && { date: last.last?.date ?? last.date, id: last.last?.id ?? 0, peer: last.peer };
}
