import type { KnownContent, NewFile, NewItem, NewMedia } from '../../api/media.ts';
import { ApiError } from '../../api/failure.ts';
import type { FileRef, NewMessage, RichText } from '../../api/types.ts';
import type { Attributes, Draft, Entity, File, Media, Source, Thumb } from '../../secret/index.ts';
import { packWaveform } from '../media/waveform.ts';

/** Previews travel inside of the message, whose room is small. Bytes. */
const maxCover = 24 << 10;

/** A text as the secret layer takes it. Collapsed quotes and mentions without an id have no form there. */
export function entitiesOf(text: RichText): Entity[] {
	return text.entities.map(({ kind, offset, length, url, language, user, document }) => {
		const value = kind === 'link' ? url : kind === 'pre' ? language : undefined;
		const number = user ? BigInt(user.slice(1)) : document ? BigInt(document) : undefined;
		return { kind, offset, length, ...(value !== undefined && { value }), ...(number !== undefined && { number }) };
	});
}

/** `replyTo` is the random id of the message that is answered. */
export function draftOf(input: Pick<NewMessage, 'text' | 'isSilent'>, replyTo: bigint | undefined): Draft {
	const { text, isSilent = false } = input;
	return { text: text.text, entities: entitiesOf(text), isSilent, ...(replyTo !== undefined && { replyTo }) };
}

/** What becomes of files on the way into a message. */
export interface FileTools {
	/** Uploads a file, sealed. */
	attach(blob: Blob): Promise<File>;
	/** Loads a file that the server has unsealed: a sticker. */
	load(ref: FileRef): Promise<Blob>;
}

/** The message of one item; its text is the item's own or, of the first, that of the whole. */
export async function itemDraft(
	input: Pick<NewMedia, 'text' | 'isSilent'>,
	index: number,
	item: NewItem,
	tools: FileTools,
): Promise<Omit<Draft, 'replyTo' | 'group'>> {
	const caption = item.kind === 'file' ? item.caption : undefined;
	const text = caption ?? (index === 0 ? input.text : { text: '', entities: [] });
	const media = await mediaOf(item, text.text, tools);
	return { text: text.text, entities: entitiesOf(text), isSilent: input.isSilent ?? false, media, ttl: ttlOf(item) };
}

function ttlOf(item: NewItem): number {
	return item.kind === 'file' ? Math.min(item.file.ttl ?? 0, 60) : 0;
}

async function mediaOf(item: NewItem, caption: string, tools: FileTools): Promise<Media> {
	switch (item.kind) {
		case 'file':
			return fileMedia(item.file, caption, tools);
		case 'known':
			return knownMedia(item.content, tools);
		case 'location':
			return placeOf(item);
		case 'contact': {
			const { firstName, lastName, phone, user } = item;
			return { kind: 'contact', firstName, lastName, phone, ...(user && { user: Number(user.slice(1)) }) };
		}
		default:
			throw new ApiError({ text: 'SECRET_UNSUPPORTED', code: 400 }); // polls and the like need the server
	}
}

/** Stickers and GIFs go sealed as all else does, so that the server does not learn which they are. */
async function knownMedia(content: KnownContent, { attach, load }: FileTools): Promise<Media> {
	if (content.kind !== 'sticker' && content.kind !== 'gif')
		throw new ApiError({ text: 'SECRET_UNSUPPORTED', code: 400 });
	const { width, height, file: ref } = content;
	const file = await attach(await load(ref));
	const attributes: Attributes =
		content.kind === 'sticker'
			? { name: stickerNames[content.sticker.form], width, height, sticker: { alt: content.sticker.emoji ?? '' } }
			: { isAnimated: true, video: { width, height, duration: content.duration, isRound: false } };
	return { kind: 'document', file, mime: ref.mime, caption: '', attributes };
}

/** Other programs go by the name. */
const stickerNames = { static: 'sticker.webp', animated: 'AnimatedSticker.tgs', video: 'sticker.webm' };

function placeOf({ latitude, longitude, title, address = '' }: Extract<NewItem, { kind: 'location' }>): Media {
	return title === undefined
		? { kind: 'location', latitude, longitude }
		: { kind: 'venue', latitude, longitude, title, address, provider: '', id: '' };
}

async function fileMedia(f: NewFile, caption: string, { attach }: FileTools): Promise<Media> {
	const file = await attach(f.blob);
	const thumb = await thumbOf(f);
	const { width = 0, height = 0 } = f;
	if (f.kind === 'photo') return { kind: 'photo', file, ...thumb, width, height, caption };
	return { kind: 'document', file, ...thumb, mime: f.mime, caption, attributes: attributesOf(f) };
}

async function thumbOf(f: NewFile): Promise<{ thumb?: Thumb }> {
	if (!f.cover || f.cover.size > maxCover) return {};
	const jpeg = new Uint8Array(await f.cover.arrayBuffer());
	return { thumb: { jpeg, width: f.width ?? 0, height: f.height ?? 0 } };
}

function attributesOf(f: NewFile): Attributes {
	const { width = 0, height = 0, duration = 0, title, performer } = f;
	const video = { width, height, duration };
	switch (f.kind) {
		case 'video':
			return { name: f.name, video: { ...video, isRound: false } };
		case 'round':
			return { video: { ...video, isRound: true } };
		case 'gif':
			return { name: f.name, isAnimated: true, video: { ...video, isRound: false } };
		case 'voice':
			return { audio: { duration, isVoice: true, waveform: packWaveform(f.waveform ?? []) } };
		case 'audio':
			return {
				name: f.name,
				audio: { duration, isVoice: false, ...(title && { title }), ...(performer && { performer }) },
			};
		default:
			return { name: f.name };
	}
}

/** Reads a Blob piece by piece. */
export function sourceOf(blob: Blob): Source {
	return {
		size: blob.size,
		read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
	};
}
