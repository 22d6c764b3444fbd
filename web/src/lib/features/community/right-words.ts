import type { AdminRights, DeniedRights, Peer } from '$lib/api/types.ts';
import { t } from '$lib/text';

/** The rights of an admin in the order in which they are shown. */
export function adminRights(chat: Peer): { key: keyof AdminRights; label: string }[] {
	const forChannel = [
		{ key: 'changeInfo' as const, label: t('RightChangeChannel') },
		{ key: 'post' as const, label: t('RightPost') },
		{ key: 'edit' as const, label: t('RightEdit') },
		{ key: 'delete' as const, label: t('RightDelete') },
		{ key: 'ban' as const, label: t('RightBan') },
		{ key: 'invite' as const, label: t('RightInviteSubscribers') },
		{ key: 'addAdmins' as const, label: t('RightAddAdmins') },
	];
	const forGroup = [
		{ key: 'changeInfo' as const, label: t('RightChangeGroup') },
		{ key: 'delete' as const, label: t('RightDelete') },
		{ key: 'ban' as const, label: t('RightBan') },
		{ key: 'invite' as const, label: t('RightInvite') },
		{ key: 'pin' as const, label: t('RightPin') },
		...(chat.isForum ? [{ key: 'manageTopics' as const, label: t('RightTopics') }] : []),
		{ key: 'anonymous' as const, label: t('RightAnonymous') },
		{ key: 'addAdmins' as const, label: t('RightAddAdmins') },
	];
	return chat.kind === 'channel' ? forChannel : forGroup;
}

export type Deniable = Exclude<keyof DeniedRights, 'view' | 'until' | 'media'>;

/** What members may do or not, in the order in which it is shown. */
export function memberRights(chat: Peer): { key: Deniable; label: string }[] {
	return [
		{ key: 'text', label: t('RightSendText') },
		{ key: 'photos', label: t('RightSendPhotos') },
		{ key: 'videos', label: t('RightSendVideos') },
		{ key: 'rounds', label: t('RightSendRounds') },
		{ key: 'audio', label: t('RightSendAudio') },
		{ key: 'voice', label: t('RightSendVoice') },
		{ key: 'files', label: t('RightSendFiles') },
		{ key: 'stickers', label: t('RightSendStickers') },
		{ key: 'gifs', label: t('RightSendGifs') },
		{ key: 'links', label: t('RightSendLinks') },
		{ key: 'polls', label: t('RightSendPolls') },
		{ key: 'invite', label: t('RightInvite') },
		{ key: 'pin', label: t('RightPin') },
		{ key: 'changeInfo', label: t('RightChangeGroup') },
		...(chat.isForum ? [{ key: 'topics' as const, label: t('RightNewTopics') }] : []),
	];
}

export const noRights: AdminRights = {
	changeInfo: false,
	post: false,
	edit: false,
	delete: false,
	ban: false,
	invite: false,
	pin: false,
	addAdmins: false,
	anonymous: false,
	manageCall: false,
	manageTopics: false,
	other: true,
};

/** What a new admin may do unless it is taken away: all but making others admins and hiding. */
export function usualRights(chat: Peer): AdminRights {
	const isChannel = chat.kind === 'channel';
	return {
		...noRights,
		changeInfo: true,
		post: isChannel,
		edit: isChannel,
		delete: true,
		ban: true,
		invite: true,
		pin: !isChannel,
		manageCall: true,
		manageTopics: chat.isForum,
	};
}
