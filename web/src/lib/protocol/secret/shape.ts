import type {
	Content,
	FileRef,
	Message,
	Peer,
	PeerKey,
	Picture,
	RichText,
	ServiceAction,
	Typing,
} from '../../api/types.ts';
import type {
	Chat,
	ChatId,
	Entity,
	Media,
	Message as SecretMessage,
	Typing as SecretTyping,
} from '../../secret/index.ts';
import { toBase64 } from '../shape/bytes.ts';
import { unpackWaveform } from '../media/waveform.ts';

export function keyOfChat(id: ChatId): PeerKey {
	return `s${id}`;
}

export function chatOfKey(key: PeerKey): ChatId {
	return Number(key.slice(1));
}

/** How far a chat is, in the words of the page. */
export function phaseOf(chat: Chat): 'requested' | 'waiting' | 'ready' | 'closed' {
	switch (chat.phase) {
		case 'offered':
			return 'requested';
		case 'asked':
		case 'accepting':
			return 'waiting';
		case 'ready':
			return 'ready';
		case 'ended':
			return 'closed';
	}
}

/** A secret chat as a peer: the other person, with nothing that only the server's chats have. */
export function shapePeer(chat: Chat, partner: Peer | undefined): Peer {
	const { title, firstName, lastName, avatar, color, presence } = partner ?? {};
	const none = {
		isSelf: false,
		isContact: partner?.isContact ?? false,
		isMutualContact: false,
		isDeleted: partner?.isDeleted ?? false,
		isVerified: partner?.isVerified ?? false,
		isLeft: chat.phase === 'ended',
		isForum: false,
		isCreator: chat.isCreator,
		hasLink: false,
		isSlow: false,
		noForwards: false,
		signatures: false,
	};
	const person = { firstName, lastName, avatar, presence };
	const key = keyOfChat(chat.id);
	return {
		...none,
		...person,
		key,
		kind: 'secret',
		title: title ?? `u${chat.partner}`,
		color: color ?? 0,
		partner: `u${chat.partner}`,
	};
}

/** Finds messages by their random ids, for replies. */
export type OrderOf = (id: bigint) => number | undefined;

export function shapeMessage(m: SecretMessage, chat: Chat, self: PeerKey, orderOf: OrderOf): Message {
	const partner: PeerKey = `u${chat.partner}`;
	const sender = m.isOut ? self : partner;
	const reply = m.replyTo === undefined ? undefined : orderOf(m.replyTo);
	return {
		peer: keyOfChat(chat.id),
		id: m.order,
		key: `s${chat.id}/${m.order}`,
		sender,
		date: m.date,
		isOut: m.isOut,
		isPost: false,
		isSilent: m.isSilent,
		isPinned: false,
		isMentioned: false,
		isUnheard: isUnheard(m),
		isProtected: m.ttl > 0,
		isScheduled: false,
		state: m.status === 'sending' ? 'sending' : m.status === 'failed' ? 'failed' : 'sent',
		error: m.status === 'failed' ? { text: 'REFUSED', code: 400 } : undefined,
		text: textOf(m),
		content: m.action ? { kind: 'service', action: { actor: sender, ...actionOf(m) } } : contentOf(m),
		album: m.group === undefined ? undefined : `s${m.group}`,
		reply: reply === undefined ? undefined : { message: reply },
		reactions: [],
		ttl: m.ttl || undefined,
		vanishesAt: m.destroy === undefined ? undefined : Math.ceil(m.destroy / 1000),
	};
}

/** The chat and the place in its history of the message with this key; undefined for keys of other messages. */
export function placeOfKey(key: string): { peer: PeerKey; order: number } | undefined {
	const [, chat, order] = /^s(-?\d+)\/(\d+)$/.exec(key) ?? [];
	return chat === undefined ? undefined : { peer: `s${Number(chat)}`, order: Number(order) };
}

/** A voice or round message that came in and was not played. */
function isUnheard(m: SecretMessage): boolean {
	if (m.isOut || m.opened !== undefined || m.media === undefined) return false;
	const { kind } = m.media;
	const of = m.media.kind === 'document' ? m.media.attributes : undefined;
	return kind === 'audio' || of?.audio?.isVoice === true || of?.video?.isRound === true;
}

function actionOf(m: SecretMessage): ServiceAction {
	return m.action?.kind === 'ttl' ? { kind: 'ttl', seconds: m.action.seconds } : { kind: 'screenshot' };
}

/** Programs of before today put the text beside a medium into the medium. */
function textOf(m: SecretMessage): RichText {
	const caption = m.media && 'caption' in m.media ? m.media.caption : '';
	return { text: m.text || caption, entities: m.entities.flatMap(entityOf) };
}

function entityOf({ kind, offset, length, value, number }: Entity): RichText['entities'] {
	if (kind === 'unknown' || kind === 'card') return [];
	const place = { kind, offset, length };
	if (kind === 'link') return [{ ...place, url: value }];
	if (kind === 'pre') return [{ ...place, language: value }];
	if (kind === 'name') return [{ ...place, user: `u${Number(number ?? 0n)}` }];
	return [kind === 'emoji' ? { ...place, document: String(number ?? 0n) } : place];
}

/** The content of the file of a message is found by the message. Nothing of it is kept outside of the vault. */
export function fileRefOf(m: SecretMessage, size: number, mime: string): FileRef {
	return { id: `s~${m.chat}~${m.order}`, size, mime };
}

/** The chat and the place in its history that a reference names. */
export function placeOfRef(ref: FileRef): { chat: ChatId; order: number } {
	const [, chat = '', order = ''] = ref.id.split('~');
	return { chat: Number(chat), order: Number(order) };
}

function contentOf(m: SecretMessage): Content {
	if (m.isUnsupported) return { kind: 'unsupported' };
	if (!m.media) return { kind: 'none' };
	switch (m.media.kind) {
		case 'photo':
			return { kind: 'photo', picture: pictureOf(m, m.media, 'image/jpeg'), isSpoiler: false, ttl: m.ttl || undefined };
		case 'video':
			return videoOf(m, m.media, m.media.duration);
		case 'audio': {
			const file = fileRefOf(m, m.media.file.size, m.media.mime);
			return {
				kind: 'voice',
				file,
				duration: m.media.duration,
				waveform: [],
				isUnheard: isUnheard(m),
				ttl: m.ttl || undefined,
			};
		}
		case 'document':
			return documentOf(m, m.media);
		default:
			return plainOf(m.media);
	}
}

type Filed = Extract<Media, { kind: 'photo' | 'video' | 'document' }>;
type Sized = Filed & { width?: number; height?: number };

function pictureOf(m: SecretMessage, media: Sized, mime: string): Picture {
	const { width = 0, height = 0, file } = media;
	const sizes = [{ width, height, file: fileRefOf(m, file.size, mime) }];
	return { sizes, width, height, preview: previewOf(media) };
}

function previewOf({ thumb }: Filed): string | undefined {
	return thumb && `data:image/jpeg;base64,${toBase64(thumb.jpeg)}`;
}

/** What stands for a file until it is loaded: its preview alone. */
function coverOf(media: Filed, width: number, height: number): Picture | undefined {
	return media.thumb && { sizes: [], width, height, preview: previewOf(media) };
}

function videoOf(m: SecretMessage, media: Sized & { mime: string }, duration: number): Content {
	const { width = 0, height = 0 } = media;
	const file = fileRefOf(m, media.file.size, media.mime);
	const form = { isSpoiler: false, isStreamable: false, hasSound: true, ttl: m.ttl || undefined };
	return { kind: 'video', file, picture: coverOf(media, width, height), width, height, duration, ...form };
}

function documentOf(m: SecretMessage, media: Extract<Media, { kind: 'document' }>): Content {
	const { name, width = 0, height = 0, isAnimated, video, audio, sticker } = media.attributes;
	const file = fileRefOf(m, media.file.size, media.mime);
	const ttl = m.ttl || undefined;
	const size = { width: video?.width ?? width, height: video?.height ?? height };
	const picture = coverOf(media, size.width, size.height);
	if (sticker) {
		const form =
			media.mime === 'video/webm' ? 'video' : media.mime === 'application/x-tgsticker' ? 'animated' : 'static';
		return { kind: 'sticker', file, picture, ...size, sticker: { emoji: sticker.alt, form } };
	}
	if (video?.isRound) return { kind: 'round', file, picture, duration: video.duration, isUnheard: isUnheard(m), ttl };
	if (isAnimated) return { kind: 'gif', file, picture, ...size, duration: video?.duration ?? 0, isSpoiler: false };
	if (video) return videoOf(m, { ...media, ...size }, video.duration);
	if (audio?.isVoice) {
		const waveform = audio.waveform ? unpackWaveform(audio.waveform) : [];
		return { kind: 'voice', file, duration: audio.duration, waveform, isUnheard: isUnheard(m), ttl };
	}
	if (audio)
		return {
			kind: 'audio',
			file,
			duration: audio.duration,
			title: audio.title,
			performer: audio.performer,
			name,
			picture,
		};
	if (isPicture(media.mime) && width > 0)
		return { kind: 'photo', picture: pictureOf(m, { ...media, ...size }, media.mime), isSpoiler: false, ttl };
	return { kind: 'document', file, name: name ?? '', picture };
}

function isPicture(mime: string): boolean {
	return mime === 'image/jpeg' || mime === 'image/png' || mime === 'image/webp';
}

function plainOf(media: Media): Content {
	switch (media.kind) {
		case 'location':
			return { kind: 'location', latitude: media.latitude, longitude: media.longitude };
		case 'venue': {
			const { latitude, longitude, title, address } = media;
			return { kind: 'location', latitude, longitude, title, address };
		}
		case 'contact': {
			const { firstName, lastName, phone, user } = media;
			return { kind: 'contact', firstName, lastName, phone, user: user === undefined ? undefined : `u${user}` };
		}
		case 'page':
			return { kind: 'none' }; // its address is in the text; asking for a preview would tell the server of it
		default:
			return { kind: 'unsupported' };
	}
}

/** What the other side is doing; undefined when it stopped. */
export const typings: Record<SecretTyping, Typing | undefined> = {
	writing: 'typing',
	stopped: undefined,
	'recording-video': 'video',
	'sending-video': 'video',
	'recording-voice': 'voice',
	'sending-voice': 'voice',
	'sending-photo': 'photo',
	'sending-document': 'document',
	'choosing-location': 'location',
	'choosing-contact': 'contact',
	'recording-round': 'round',
	'sending-round': 'round',
};
