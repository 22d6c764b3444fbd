import type { Dialog, Folder, Peer } from '../api/types.ts';

/** Whether a chat stands in a folder. Chats that are named come before kinds, and exceptions before both. */
export function isInFolder(folder: Folder, dialog: Dialog, peer: Peer | undefined, isMuted: boolean): boolean {
	const key = dialog.peer;
	if (folder.pinned.includes(key) || folder.include.includes(key)) return true;
	if (folder.exclude.includes(key) || !peer) return false;
	if (folder.noArchived && dialog.folder === 1) return false;
	if (folder.noRead && !isUnread(dialog)) return false;
	if (folder.noMuted && isMuted && dialog.mentions === 0) return false;
	return isOfKind(folder, peer);
}

function isUnread(dialog: Dialog): boolean {
	return dialog.unread > 0 || dialog.mentions > 0 || dialog.isMarkedUnread;
}

function isOfKind(folder: Folder, peer: Peer): boolean {
	switch (peer.kind) {
		case 'bot':
			return folder.bots;
		case 'channel':
			return folder.channels;
		case 'group':
		case 'supergroup':
			return folder.groups;
		default:
			return peer.isContact || peer.isSelf ? folder.contacts : folder.nonContacts;
	}
}

/** The pinned of the folder first, in its order; the others stay as they come. */
export function orderInFolder(folder: Folder, dialogs: readonly Dialog[]): Dialog[] {
	const placeOf = (dialog: Dialog) => {
		const place = folder.pinned.indexOf(dialog.peer);
		return place < 0 ? Infinity : place;
	};
	const places = new Map(dialogs.map((dialog) => [dialog.peer, placeOf(dialog)]));
	return dialogs.toSorted((a, b) => {
		const [first = 0, second = 0] = [places.get(a.peer), places.get(b.peer)];
		return first === second ? b.date - a.date : first - second;
	});
}

/** The smallest id that no folder has; the server keeps 0 and 1 for itself. */
export function nextFolderId(folders: readonly Folder[]): number {
	const ids = new Set(folders.map(({ id }) => id));
	for (let id = 2; ; id++) if (!ids.has(id)) return id;
}

export function emptyFolder(id: number): Folder {
	return {
		id,
		title: { text: '', entities: [] },
		pinned: [],
		include: [],
		exclude: [],
		contacts: false,
		nonContacts: false,
		groups: false,
		channels: false,
		bots: false,
		noMuted: false,
		noRead: false,
		noArchived: false,
	};
}
