import type { tl } from '@mtcute/core';
import type { AdminRights, Avatar, DeniedRights, Peer, PeerKey, Presence } from '../../api/types.ts';
import { avatarFile } from './file.ts';
import { channelKey, groupKey, idOf, userKey } from './key.ts';
import { strippedUrl } from './picture.ts';

const COLORS = 7;

/** People and chats of an answer. `known` gives the form that the worker has; for the ones sent in short it fills gaps. */
export function shapePeers(
	from: { users: readonly tl.TypeUser[]; chats: readonly tl.TypeChat[] },
	known: (key: PeerKey) => Peer | undefined,
): Peer[] {
	return [
		...from.users.flatMap((user) => (user._ === 'user' ? shapeUser(user, known(userKey(user.id))) : [])),
		...from.chats.flatMap((chat) => shapeChat(chat, known)),
	];
}

export function shapeUser(user: tl.RawUser, known?: Peer): Peer {
	const key = userKey(user.id);
	const peer: Peer = {
		...noRights,
		key,
		kind: user.bot ? 'bot' : 'user',
		title: nameOf(user),
		firstName: user.firstName,
		lastName: user.lastName,
		username: usernameOf(user),
		phone: user.phone,
		avatar: shapeAvatar(key, user.photo),
		color: colorOf(key, user.color),
		presence: user.bot ? undefined : shapePresence(user.status),
		isSelf: user.self ?? false,
		isContact: user.contact ?? false,
		isMutualContact: user.mutualContact ?? false,
		isDeleted: user.deleted ?? false,
		isVerified: user.verified ?? false,
	};
	return user.min && known ? fillUser(peer, known, user.applyMinPhoto) : peer;
}

/** A short form lacks what depends on who asks. */
function fillUser(peer: Peer, known: Peer, hasPhoto = false): Peer {
	const { isContact, isMutualContact, isSelf, phone, presence } = known;
	const isNamed = isContact ? pickName(known) : pickName(peer);
	const avatar = hasPhoto ? peer.avatar : known.avatar;
	return { ...peer, ...isNamed, isContact, isMutualContact, isSelf, phone, presence, avatar };
}

function pickName({ title, firstName, lastName }: Peer) {
	return { title, firstName, lastName };
}

function shapeChat(chat: tl.TypeChat, known: (key: PeerKey) => Peer | undefined): Peer[] {
	switch (chat._) {
		case 'chat':
			return [shapeGroup(chat)];
		case 'channel':
			return [shapeChannel(chat, known(channelKey(chat.id)))];
		case 'chatForbidden':
			return [shapeForbidden(groupKey(chat.id), 'group', chat.title)];
		case 'channelForbidden':
			return [shapeForbidden(channelKey(chat.id), chat.megagroup ? 'supergroup' : 'channel', chat.title)];
		default:
			return [];
	}
}

function shapeGroup(chat: tl.RawChat): Peer {
	const key = groupKey(chat.id);
	return {
		...noRights,
		key,
		kind: 'group',
		title: chat.title,
		avatar: shapeAvatar(key, chat.photo),
		color: colorOf(key),
		isLeft: (chat.left ?? false) || (chat.deactivated ?? false),
		isCreator: chat.creator ?? false,
		members: chat.participantsCount,
		admin: shapeAdminRights(chat.adminRights),
		denied: shapeDenied(chat.defaultBannedRights),
		noForwards: chat.noforwards ?? false,
		movedTo: chat.migratedTo?._ === 'inputChannel' ? channelKey(chat.migratedTo.channelId) : undefined,
	};
}

function shapeChannel(chat: tl.RawChannel, known?: Peer): Peer {
	const key = channelKey(chat.id);
	const peer: Peer = {
		...noRights,
		key,
		kind: chat.broadcast ? 'channel' : 'supergroup',
		title: chat.title,
		username: usernameOf(chat),
		avatar: shapeAvatar(key, chat.photo),
		color: colorOf(key, chat.color),
		isVerified: chat.verified ?? false,
		isLeft: chat.left ?? false,
		isForum: chat.forum ?? false,
		isCreator: chat.creator ?? false,
		members: chat.participantsCount ?? known?.members,
		admin: shapeAdminRights(chat.adminRights),
		denied: shapeDenied(chat.defaultBannedRights, chat.bannedRights),
		hasLink: chat.hasLink ?? false,
		mustJoin: chat.joinToSend,
		isSlow: chat.slowmodeEnabled ?? false,
		noForwards: chat.noforwards ?? false,
		signatures: chat.signatures ?? false,
	};
	if (!chat.min || !known) return peer;
	const { isLeft, isCreator, admin, denied } = known;
	return { ...peer, isLeft, isCreator, admin, denied };
}

function shapeForbidden(key: PeerKey, kind: Peer['kind'], title: string): Peer {
	return { ...noRights, key, kind, title, color: colorOf(key), isLeft: true };
}

const noRights = {
	isSelf: false,
	isContact: false,
	isMutualContact: false,
	isDeleted: false,
	isVerified: false,
	isLeft: false,
	isForum: false,
	isCreator: false,
	hasLink: false,
	isSlow: false,
	noForwards: false,
	signatures: false,
};

/** The page puts a word in its language for a deleted account. */
function nameOf(user: tl.RawUser): string {
	const name = [user.firstName, user.lastName].filter(Boolean).join(' ');
	return name || usernameOf(user) || (user.deleted ? 'Deleted account' : (user.phone ?? `#${user.id}`));
}

function usernameOf(of: { username?: string; usernames?: tl.TypeUsername[] }): string | undefined {
	return of.username ?? of.usernames?.find((name) => name.active)?.username;
}

export function usernamesOf(of: { username?: string; usernames?: tl.TypeUsername[] }): string[] {
	const active = (of.usernames ?? []).filter((name) => name.active).map((name) => name.username);
	return of.username && !active.includes(of.username) ? [of.username, ...active] : active;
}

function colorOf(key: PeerKey, color?: tl.TypePeerColor): number {
	const chosen = color?._ === 'peerColor' ? color.color : undefined;
	return (chosen ?? idOf(key)) % COLORS;
}

function shapeAvatar(key: PeerKey, photo?: tl.TypeUserProfilePhoto | tl.TypeChatPhoto): Avatar | undefined {
	if (photo?._ !== 'userProfilePhoto' && photo?._ !== 'chatPhoto') return undefined;
	return {
		small: avatarFile(key, photo.photoId, false),
		big: avatarFile(key, photo.photoId, true),
		preview: strippedUrl(photo.strippedThumb),
		isVideo: photo.hasVideo ?? false,
	};
}

export function shapePresence(status: tl.TypeUserStatus | undefined): Presence {
	switch (status?._) {
		case 'userStatusOnline':
			return { kind: 'online', until: status.expires };
		case 'userStatusOffline':
			return { kind: 'offline', at: status.wasOnline };
		case 'userStatusRecently':
			return { kind: 'recently' };
		case 'userStatusLastWeek':
			return { kind: 'week' };
		case 'userStatusLastMonth':
			return { kind: 'month' };
		default:
			return { kind: 'long' };
	}
}

export function shapeAdminRights(rights: tl.TypeChatAdminRights | undefined): AdminRights | undefined {
	if (!rights) return undefined;
	return {
		changeInfo: rights.changeInfo ?? false,
		post: rights.postMessages ?? false,
		edit: rights.editMessages ?? false,
		delete: rights.deleteMessages ?? false,
		ban: rights.banUsers ?? false,
		invite: rights.inviteUsers ?? false,
		pin: rights.pinMessages ?? false,
		addAdmins: rights.addAdmins ?? false,
		anonymous: rights.anonymous ?? false,
		manageCall: rights.manageCall ?? false,
		manageTopics: rights.manageTopics ?? false,
		other: rights.other ?? false,
	};
}

/** What members may not do and what this one may not, united. Older forms of a right stand for all their parts. */
export function shapeDenied(...all: (tl.TypeChatBannedRights | undefined)[]): DeniedRights | undefined {
	const given = all.filter((rights) => rights !== undefined);
	if (given.length === 0) return undefined;
	const some = (is: (rights: tl.RawChatBannedRights) => boolean | undefined) =>
		given.some((rights) => is(rights) ?? false);
	const media = some((r) => r.sendMedia || r.sendMessages);
	return {
		view: some((r) => r.viewMessages),
		text: some((r) => r.sendPlain || r.sendMessages),
		media,
		photos: media || some((r) => r.sendPhotos),
		videos: media || some((r) => r.sendVideos),
		rounds: media || some((r) => r.sendRoundvideos),
		audio: media || some((r) => r.sendAudios),
		voice: media || some((r) => r.sendVoices),
		files: media || some((r) => r.sendDocs),
		stickers: some((r) => r.sendStickers || r.sendMessages),
		gifs: some((r) => r.sendGifs || r.sendMessages),
		links: some((r) => r.embedLinks || r.sendMessages),
		polls: some((r) => r.sendPolls || r.sendMessages),
		changeInfo: some((r) => r.changeInfo),
		invite: some((r) => r.inviteUsers),
		pin: some((r) => r.pinMessages),
		topics: some((r) => r.manageTopics),
		until: given.at(-1)?.untilDate ?? 0,
	};
}
