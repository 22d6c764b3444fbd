import type { Dialog, Folder, Peer } from '$lib/api/types.ts';
import { t } from '$lib/text';
import type { MenuItem } from '$lib/ui/menu.ts';

/** Muted for ever, as clients write it. */
export const forEver = 0x7fffffff;
const HOUR = 3600;

/** What the menu of a chat can do. */
export interface DialogActions {
	setPinned(isPinned: boolean): void;
	/** By one place among the pinned, to the top or the bottom. */
	move(step: -1 | 1): void;
	/** Until then; 0: it is heard. */
	mute(until: number): void;
	setArchived(isArchived: boolean): void;
	setRead(isRead: boolean): void;
	setInFolder(folder: Folder, isIn: boolean): void;
	askClear(): void;
	askDelete(): void;
}

export interface DialogState {
	dialog: Dialog;
	peer?: Peer;
	isMuted: boolean;
	isPinned: boolean;
	/** Its place among the pinned, and how many there are. */
	place: number;
	pinned: number;
	folders: readonly Folder[];
	isIn: (folder: Folder) => boolean;
}

/** The menu of a chat in the list. */
export function dialogItems(state: DialogState, actions: DialogActions): MenuItem[] {
	const { dialog, peer } = state;
	const isSecret = peer?.kind === 'secret';
	// What the server would have to keep is not offered for secret chats.
	const items: MenuItem[] = isSecret && dialog.unread === 0 ? [] : [readItem(dialog, actions)];
	if (!isSecret) items.push(...pinItems(state, actions));
	if (!peer?.isSelf && !isSecret) items.push(muteItem(state.isMuted, actions));
	if (!isSecret && !peer?.isSelf) items.push(archiveItem(dialog, actions));
	if (state.folders.length > 0 && !isSecret) items.push(folderItem(state, actions));
	if (items.length > 0) items.push('line');
	if (peer && canClear(peer)) {
		items.push({ label: t('DialogsClear'), icon: 'undo', onselect: actions.askClear });
	}
	items.push({ label: deleteWord(peer), icon: deleteIcon(peer), isDanger: true, onselect: actions.askDelete });
	return items;
}

function readItem(dialog: Dialog, actions: DialogActions): MenuItem {
	const isUnread = dialog.unread > 0 || dialog.isMarkedUnread || dialog.mentions > 0;
	return {
		label: isUnread ? t('DialogsMarkRead') : t('DialogsMarkUnread'),
		icon: isUnread ? 'checks' : 'chat',
		onselect: () => actions.setRead(isUnread),
	};
}

function pinItems({ isPinned, place, pinned }: DialogState, actions: DialogActions): MenuItem[] {
	const pin: MenuItem = {
		label: isPinned ? t('DialogsUnpin') : t('DialogsPin'),
		icon: isPinned ? 'unpin' : 'pin',
		onselect: () => actions.setPinned(!isPinned),
	};
	const moves: MenuItem[] = [];
	if (isPinned && place > 0)
		moves.push({ label: t('DialogsMoveUp'), icon: 'arrow-up', onselect: () => actions.move(-1) });
	if (isPinned && place < pinned - 1)
		moves.push({ label: t('DialogsMoveDown'), icon: 'arrow-down', onselect: () => actions.move(1) });
	return [pin, ...moves];
}

function muteItem(isMuted: boolean, actions: DialogActions): MenuItem {
	if (isMuted) return { label: t('DialogsUnmute'), icon: 'bell', onselect: () => actions.mute(0) };
	const now = Math.floor(Date.now() / 1000);
	return {
		label: t('DialogsMute'),
		icon: 'bell-off',
		items: [
			{ label: t('DialogsMuteHour'), onselect: () => actions.mute(now + HOUR) },
			{ label: t('DialogsMuteHours'), onselect: () => actions.mute(now + 8 * HOUR) },
			{ label: t('DialogsMuteDays'), onselect: () => actions.mute(now + 48 * HOUR) },
			{ label: t('DialogsMuteForEver'), onselect: () => actions.mute(forEver) },
		],
	};
}

function archiveItem(dialog: Dialog, actions: DialogActions): MenuItem {
	const isArchived = dialog.folder === 1;
	return {
		label: isArchived ? t('DialogsUnarchive') : t('DialogsToArchive'),
		icon: isArchived ? 'unarchive' : 'archive',
		onselect: () => actions.setArchived(!isArchived),
	};
}

function folderItem({ folders, isIn }: DialogState, actions: DialogActions): MenuItem {
	return {
		label: t('DialogsToFolder'),
		icon: 'folder',
		items: folders.map((folder) => ({
			label: folder.title.text,
			isChecked: isIn(folder),
			onselect: () => actions.setInFolder(folder, !isIn(folder)),
		})),
	};
}

/** In a supergroup or channel only its owner clears the history, which is then gone for everybody. */
export function canClear(peer: Peer): boolean {
	return ['user', 'bot', 'group', 'secret'].includes(peer.kind) || (peer.kind === 'supergroup' && !peer.username);
}

export function deleteWord(peer: Peer | undefined): string {
	if (peer?.kind === 'channel') return t('DialogsLeaveChannel');
	if (peer?.kind === 'supergroup' || peer?.kind === 'group') return t('DialogsLeaveGroup');
	return t('DialogsDelete');
}

function deleteIcon(peer: Peer | undefined): 'logout' | 'trash' {
	return peer && ['channel', 'supergroup', 'group'].includes(peer.kind) && !peer.isLeft ? 'logout' : 'trash';
}
