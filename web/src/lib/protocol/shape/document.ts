import type { tl } from '@mtcute/core';
import { decodeWaveform } from '@mtcute/core/utils.js';
import type { Content, StickerInfo } from '../../api/types.ts';
import { documentFile, type FileOrigin } from './file.ts';
import { shapeThumbs } from './picture.ts';

export interface DocumentHints {
	isUnheard?: boolean;
	isSpoiler?: boolean;
	ttl?: number;
}

/** The attributes of a document, one of each kind. */
interface Attributes {
	size?: tl.RawDocumentAttributeImageSize;
	video?: tl.RawDocumentAttributeVideo;
	audio?: tl.RawDocumentAttributeAudio;
	sticker?: tl.RawDocumentAttributeSticker | tl.RawDocumentAttributeCustomEmoji;
	name?: string;
	isAnimated: boolean;
}

/** A document is a sticker, voice message, song, video, GIF … by what its attributes say. */
export function shapeDocument(document: tl.RawDocument, origin: FileOrigin, hints: DocumentHints = {}): Content {
	const attributes = readAttributes(document.attributes);
	const base = { file: documentFile(document, origin), picture: shapeThumbs(document, origin) };
	if (attributes.sticker)
		return { ...base, kind: 'sticker', ...sizeOf(attributes), sticker: stickerOf(document, attributes.sticker) };
	if (attributes.audio) return shapeAudio(base, attributes.audio, attributes.name, hints);
	if (attributes.video) return shapeVideo(base, attributes.video, attributes, hints);
	if (attributes.isAnimated)
		return { ...base, kind: 'gif', ...sizeOf(attributes), duration: 0, isSpoiler: hints.isSpoiler ?? false };
	return { ...base, kind: 'document', name: attributes.name ?? '' };
}

type Base = Pick<Extract<Content, { kind: 'video' }>, 'file' | 'picture'>;

function shapeAudio(
	base: Base,
	audio: tl.RawDocumentAttributeAudio,
	name: string | undefined,
	hints: DocumentHints,
): Content {
	const { duration, title, performer } = audio;
	if (!audio.voice) return { ...base, kind: 'audio', duration, title, performer, name };
	const waveform = audio.waveform ? decodeWaveform(audio.waveform) : [];
	return { kind: 'voice', file: base.file, duration, waveform, isUnheard: hints.isUnheard ?? false, ttl: hints.ttl };
}

function shapeVideo(
	base: Base,
	video: tl.RawDocumentAttributeVideo,
	attributes: Attributes,
	hints: DocumentHints,
): Content {
	const { duration, w: width, h: height } = video;
	const { isSpoiler = false, isUnheard = false, ttl } = hints;
	if (video.roundMessage) return { ...base, kind: 'round', duration, isUnheard, ttl };
	if (attributes.isAnimated) return { ...base, kind: 'gif', width, height, duration, isSpoiler };
	return {
		...base,
		kind: 'video',
		width,
		height,
		duration,
		name: attributes.name,
		isSpoiler,
		isStreamable: video.supportsStreaming ?? false,
		hasSound: !video.nosound,
		ttl,
	};
}

function readAttributes(list: readonly tl.TypeDocumentAttribute[]): Attributes {
	const attributes: Attributes = { isAnimated: false };
	for (const attribute of list) {
		switch (attribute._) {
			case 'documentAttributeImageSize':
				attributes.size = attribute;
				break;
			case 'documentAttributeVideo':
				attributes.video = attribute;
				break;
			case 'documentAttributeAudio':
				attributes.audio = attribute;
				break;
			case 'documentAttributeSticker':
			case 'documentAttributeCustomEmoji':
				attributes.sticker = attribute;
				break;
			case 'documentAttributeFilename':
				attributes.name = attribute.fileName;
				break;
			case 'documentAttributeAnimated':
				attributes.isAnimated = true;
		}
	}
	return attributes;
}

const stickerSide = 512;

function sizeOf({ size, video }: Attributes): { width: number; height: number } {
	return { width: size?.w ?? video?.w ?? stickerSide, height: size?.h ?? video?.h ?? stickerSide };
}

function stickerOf(document: tl.RawDocument, sticker: NonNullable<Attributes['sticker']>): StickerInfo {
	const { stickerset } = sticker;
	return {
		emoji: sticker.alt,
		set:
			stickerset._ === 'inputStickerSetID'
				? { id: stickerset.id.toString(), hash: stickerset.accessHash.toString() }
				: undefined,
		form: formOf(document.mimeType),
	};
}

function formOf(mime: string): StickerInfo['form'] {
	if (mime === 'application/x-tgsticker') return 'animated';
	return mime === 'video/webm' ? 'video' : 'static';
}
