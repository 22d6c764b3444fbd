import type { AdminEvent } from '$lib/api/community.ts';
import type { PeerKey } from '$lib/api/types.ts';
import { formatPeriod, t } from '$lib/text';

/** Kinds whose words only name who did it. */
const plain: Record<string, () => string> = {
	ChangeTitle: () => t('LogTitle'),
	ChangeAbout: () => t('LogAbout'),
	ChangeUsername: () => t('LogUsername'),
	ChangeUsernames: () => t('LogUsername'),
	ChangePhoto: () => t('LogPhoto'),
	EditMessage: () => t('LogEdit'),
	DeleteMessage: () => t('LogDelete'),
	SendMessage: () => t('LogSend'),
	StopPoll: () => t('LogPoll'),
	DefaultBannedRights: () => t('LogDefaultRights'),
	ChangeAvailableReactions: () => t('LogReactions'),
	CreateTopic: () => t('LogTopicNew'),
	EditTopic: () => t('LogTopicEdit'),
	DeleteTopic: () => t('LogTopicDelete'),
	ExportedInviteEdit: () => t('LogInviteEdit'),
	ExportedInviteRevoke: () => t('LogInviteRevoke'),
	ExportedInviteDelete: () => t('LogInviteDelete'),
	ParticipantJoin: () => t('LogJoin'),
	ParticipantJoinByInvite: () => t('LogJoinLink'),
	ParticipantJoinByRequest: () => t('LogJoinRequest'),
	ParticipantLeave: () => t('LogLeave'),
};

/** Kinds that are switched on or off. */
const switched: Record<string, [() => string, () => string]> = {
	ToggleInvites: [() => t('LogInvitesOn'), () => t('LogInvitesOff')],
	ToggleSignatures: [() => t('LogSignaturesOn'), () => t('LogSignaturesOff')],
	TogglePreHistoryHidden: [() => t('LogHistoryHidden'), () => t('LogHistoryShown')],
	ToggleForum: [() => t('LogForumOn'), () => t('LogForumOff')],
	ToggleNoForwards: [() => t('LogProtectedOn'), () => t('LogProtectedOff')],
	PinTopic: [() => t('LogTopicPin'), () => t('LogTopicUnpin')],
	UpdatePinned: [() => t('LogPin'), () => t('LogUnpin')],
};

/** What an admin did, in one sentence that begins with the name. */
export function describeEvent(event: AdminEvent, nameOf: (peer: PeerKey) => string, isChannel: boolean): string {
	return `${nameOf(event.actor)} ${wordsOf(event, nameOf, isChannel)}`;
}

function wordsOf(event: AdminEvent, nameOf: (peer: PeerKey) => string, isChannel: boolean): string {
	const { kind, seconds = 0 } = event;
	const isOn = kind === 'UpdatePinned' ? event.message?.isPinned : event.isOn;
	if (switched[kind]) return switched[kind][isOn ? 0 : 1]();
	const name = event.member ? nameOf(event.member.peer) : '';
	switch (kind) {
		case 'ParticipantInvite':
			return t('LogInvited', { name });
		case 'ParticipantToggleBan':
			return t(`LogMember${banWord(event)}`, { name });
		case 'ParticipantToggleAdmin':
			return t(`LogAdmin${adminWord(event)}`, { name });
		case 'ToggleSlowMode':
			return seconds > 0 ? t('LogSlowOn', { time: formatPeriod(seconds) }) : t('LogSlowOff');
		case 'ChangeHistoryTTL':
			return seconds > 0 ? t('LogTtlOn', { time: formatPeriod(seconds) }) : t('LogTtlOff');
		case 'ChangeLinkedChat':
			return event.isOn && event.chat ? t('LogLinked', { name: nameOf(event.chat) }) : t('LogUnlinked');
		default:
			return plain[kind]?.() ?? (isChannel ? t('LogOtherChannel') : t('LogOtherGroup'));
	}
}

function banWord({ member, memberBefore }: AdminEvent): 'Banned' | 'Restricted' | 'Freed' {
	if (member?.role === 'banned' && member.denied) return 'Banned';
	if (member?.role === 'restricted') return 'Restricted';
	return memberBefore?.role === 'banned' || memberBefore?.role === 'restricted' ? 'Freed' : 'Banned';
}

function adminWord({ member, memberBefore }: AdminEvent): 'Made' | 'Changed' | 'Dismissed' | 'Owner' {
	if (member?.role === 'creator') return 'Owner';
	if (member?.role !== 'admin') return 'Dismissed';
	return memberBefore?.role === 'admin' ? 'Changed' : 'Made';
}
