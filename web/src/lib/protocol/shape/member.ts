import type { tl } from '@mtcute/core';
import type { Member } from '../../api/community.ts';
import type { AdminRights, DeniedRights } from '../../api/types.ts';
import { keyOf, userKey } from './key.ts';
import { shapeAdminRights, shapeDenied } from './peer.ts';

export function shapeMember(participant: tl.TypeChannelParticipant): Member {
	switch (participant._) {
		case 'channelParticipantCreator':
			return { ...plain, peer: userKey(participant.userId), role: 'creator', ...rightsOf(participant) };
		case 'channelParticipantAdmin':
			return {
				...plain,
				peer: userKey(participant.userId),
				role: 'admin',
				date: participant.date,
				by: userKey(participant.promotedBy),
				canEdit: participant.canEdit ?? false,
				...rightsOf(participant),
			};
		case 'channelParticipantBanned':
			return {
				...plain,
				peer: keyOf(participant.peer),
				role: participant.bannedRights.viewMessages ? 'banned' : 'restricted',
				date: participant.date,
				by: userKey(participant.kickedBy),
				denied: shapeDenied(participant.bannedRights),
			};
		case 'channelParticipantLeft':
			return { ...plain, peer: keyOf(participant.peer), role: 'banned' };
		case 'channelParticipantSelf':
			return { ...plain, peer: userKey(participant.userId), role: 'member', by: userKey(participant.inviterId) };
		default:
			return { ...plain, peer: userKey(participant.userId), role: 'member', date: participant.date };
	}
}

export function shapeGroupMember(participant: tl.TypeChatParticipant): Member {
	const peer = userKey(participant.userId);
	if (participant._ === 'chatParticipantCreator') return { ...plain, peer, role: 'creator', rank: participant.rank };
	const { date, inviterId, rank } = participant;
	const role = participant._ === 'chatParticipantAdmin' ? 'admin' : 'member';
	return { ...plain, peer, role, date, by: userKey(inviterId), rank };
}

const plain = { canEdit: false };

function rightsOf(of: { adminRights: tl.TypeChatAdminRights; rank?: string }) {
	return { rights: shapeAdminRights(of.adminRights), rank: of.rank };
}

export function toAdminRights(rights: AdminRights): tl.RawChatAdminRights {
	return {
		_: 'chatAdminRights',
		changeInfo: rights.changeInfo,
		postMessages: rights.post,
		editMessages: rights.edit,
		deleteMessages: rights.delete,
		banUsers: rights.ban,
		inviteUsers: rights.invite,
		pinMessages: rights.pin,
		addAdmins: rights.addAdmins,
		anonymous: rights.anonymous,
		manageCall: rights.manageCall,
		manageTopics: rights.manageTopics,
		other: rights.other,
	};
}

/** The older form of the rights to media stands for all of them only when all are denied. */
export function toBannedRights(denied: DeniedRights): tl.RawChatBannedRights {
	const { photos, videos, rounds, audio, voice, files } = denied;
	return {
		_: 'chatBannedRights',
		viewMessages: denied.view,
		sendPlain: denied.text,
		sendMedia: photos && videos && rounds && audio && voice && files,
		sendPhotos: photos,
		sendVideos: videos,
		sendRoundvideos: rounds,
		sendAudios: audio,
		sendVoices: voice,
		sendDocs: files,
		sendStickers: denied.stickers,
		sendGifs: denied.gifs,
		sendGames: denied.gifs,
		sendInline: denied.gifs,
		embedLinks: denied.links,
		sendPolls: denied.polls,
		changeInfo: denied.changeInfo,
		inviteUsers: denied.invite,
		pinMessages: denied.pin,
		manageTopics: denied.topics,
		untilDate: denied.until,
	};
}
