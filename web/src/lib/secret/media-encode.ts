import { SecretError } from './errors.ts';
import { fitsInt } from './entities.ts';
import { layerBigFiles, layerRound } from './layers.ts';
import { isPlace } from './media-decode.ts';
import type { DecryptedMessageMedia, DocumentAttribute, PhotoSize } from './tl/types.ts';
import type {
	Attributes,
	Audio,
	Contact,
	Document,
	External,
	ExternalThumb,
	File,
	Media,
	Photo,
	Thumb,
	Video,
} from './types.ts';

const maxInt = 0x7fffffff;

/** Shapes a medium for the other side's layer. Throws `partner-layer` or `draft`. */
export function mediaToTl(media: Media | undefined, layer: number): DecryptedMessageMedia | undefined {
	if (!media) return undefined;
	const file = fileOf(media);
	if (file) checkFile(file, layer);
	switch (media.kind) {
		case 'photo':
			return file && file.size > maxInt ? documentToTl(photoAsDocument(media), layer) : photoToTl(media);
		case 'video':
			return file && file.size > maxInt ? documentToTl(videoAsDocument(media), layer) : videoToTl(media);
		case 'audio':
			return file && file.size > maxInt ? documentToTl(audioAsDocument(media), layer) : audioToTl(media);
		case 'document':
			return documentToTl(media, layer);
		default:
			return plainToTl(media, layer);
	}
}

/** The file of a medium, which may be changed through it; undefined if it has none. */
export function fileOf(media: Media | undefined): File | undefined {
	return media && 'file' in media ? media.file : undefined;
}

function checkFile(f: File, layer: number) {
	if (f.key.length !== 32 || f.iv.length !== 32 || f.size <= 0) {
		throw new SecretError('draft', 'file without key or size');
	}
	if (!f.place && !f.upload) throw new SecretError('draft', 'file was not uploaded');
	if (f.size > maxInt && layer < layerBigFiles) throw new SecretError('partner-layer', `file of ${f.size} bytes`);
}

// A document is the only form that has room for the size of a big file.

function photoAsDocument({ file, thumb, caption, width, height }: Photo): Document {
	return { kind: 'document', file, thumb, mime: 'image/jpeg', caption, attributes: { width, height } };
}

function videoAsDocument({ file, thumb, mime, caption, width, height, duration }: Video): Document {
	const attributes = { video: { width, height, duration, isRound: false } };
	return { kind: 'document', file, thumb, mime, caption, attributes };
}

function audioAsDocument({ file, mime, duration }: Audio): Document {
	return { kind: 'document', file, mime, caption: '', attributes: { audio: { duration, isVoice: true } } };
}

function keyOf({ key, iv }: File) {
	return { key, iv };
}

function thumbToTl(thumb: Thumb | undefined) {
	return {
		thumb: thumb?.jpeg ?? new Uint8Array(),
		thumbW: pixels(thumb?.width ?? 0),
		thumbH: pixels(thumb?.height ?? 0),
	};
}

function pixels(n: number): number {
	return Math.min(Math.max(Math.round(n), 0), maxInt);
}

/** Durations travel as whole seconds. */
export function seconds(n: number): number {
	return Math.min(Math.max(Math.floor(n), 0), maxInt);
}

function photoToTl(p: Photo): DecryptedMessageMedia {
	const size = { w: pixels(p.width), h: pixels(p.height), size: p.file.size };
	return {
		_: 'decryptedMessageMediaPhoto',
		...thumbToTl(p.thumb),
		...size,
		...keyOf(p.file),
		caption: p.caption,
	};
}

function videoToTl(v: Video): DecryptedMessageMedia {
	return {
		_: 'decryptedMessageMediaVideo',
		...thumbToTl(v.thumb),
		duration: seconds(v.duration),
		mimeType: v.mime,
		w: pixels(v.width),
		h: pixels(v.height),
		size: v.file.size,
		...keyOf(v.file),
		caption: v.caption,
	};
}

function audioToTl(a: Audio): DecryptedMessageMedia {
	const { key, iv, size } = a.file;
	return { _: 'decryptedMessageMediaAudio', duration: seconds(a.duration), mimeType: a.mime, size, key, iv };
}

function documentToTl(d: Document, layer: number): DecryptedMessageMedia {
	const rest = {
		...thumbToTl(d.thumb),
		mimeType: d.mime,
		...keyOf(d.file),
		attributes: attributesToTl(d.attributes, layer),
		caption: d.caption,
	};
	return layer < layerBigFiles
		? { _: 'decryptedMessageMediaDocument46', ...rest, size: d.file.size }
		: { _: 'decryptedMessageMediaDocument', ...rest, size: BigInt(d.file.size) };
}

function attributesToTl(a: Attributes, layer: number): DocumentAttribute[] {
	const out: DocumentAttribute[] = [];
	if (a.width || a.height) {
		out.push({ _: 'documentAttributeImageSize', w: pixels(a.width ?? 0), h: pixels(a.height ?? 0) });
	}
	if (a.isAnimated) out.push({ _: 'documentAttributeAnimated' });
	if (a.sticker) out.push(stickerToTl(a.sticker));
	if (a.video) out.push(videoAttributeToTl(a.video, layer));
	if (a.audio) out.push(audioAttributeToTl(a.audio));
	if (a.name) out.push({ _: 'documentAttributeFilename', fileName: a.name });
	return out;
}

function stickerToTl(s: NonNullable<Attributes['sticker']>): DocumentAttribute {
	return {
		_: 'documentAttributeSticker',
		alt: s.alt,
		stickerset: s.set ? { _: 'inputStickerSetShortName', shortName: s.set } : { _: 'inputStickerSetEmpty' },
	};
}

/** Uses the form without flags where the other side may not know round videos. */
function videoAttributeToTl(v: NonNullable<Attributes['video']>, layer: number): DocumentAttribute {
	const size = { duration: seconds(v.duration), w: pixels(v.width), h: pixels(v.height) };
	return layer < layerRound
		? { _: 'documentAttributeVideo23', ...size }
		: { _: 'documentAttributeVideo', roundMessage: v.isRound, ...size };
}

function audioAttributeToTl(a: NonNullable<Attributes['audio']>): DocumentAttribute {
	return {
		_: 'documentAttributeAudio',
		voice: a.isVoice,
		duration: seconds(a.duration),
		title: a.title || undefined,
		performer: a.performer || undefined,
		waveform: a.waveform,
	};
}

function plainToTl(media: Media, layer: number): DecryptedMessageMedia {
	if ('latitude' in media && !isPlace(media)) throw new SecretError('draft', 'not a place');
	switch (media.kind) {
		case 'location':
			return { _: 'decryptedMessageMediaGeoPoint', lat: media.latitude, long: media.longitude };
		case 'venue': {
			const { latitude: lat, longitude: long, title, address, provider, id: venueId } = media;
			return { _: 'decryptedMessageMediaVenue', lat, long, title, address, provider, venueId };
		}
		case 'page':
			return { _: 'decryptedMessageMediaWebPage', url: media.url };
		case 'contact':
			return contactToTl(media);
		case 'external':
			return externalToTl(media, layer);
		default:
			throw new TypeError(media.kind);
	}
}

function contactToTl(c: Contact): DecryptedMessageMedia {
	return {
		_: 'decryptedMessageMediaContact',
		phoneNumber: c.phone,
		firstName: c.firstName,
		lastName: c.lastName,
		userId: fitsInt(c.user) ? (c.user ?? 0) : 0,
	};
}

function externalToTl(x: External, layer: number): DecryptedMessageMedia {
	if (x.size < 0 || x.size > maxInt) throw new SecretError('draft', `external document of ${x.size} bytes`);
	return {
		_: 'decryptedMessageMediaExternalDocument',
		id: x.id,
		accessHash: x.accessHash,
		date: x.date,
		mimeType: x.mime,
		size: x.size,
		thumb: externalThumbToTl(x.thumb),
		dcId: x.dc,
		attributes: attributesToTl(x.attributes, layer),
	};
}

function externalThumbToTl(t: ExternalThumb): PhotoSize {
	if (t.width === 0 && t.height === 0) return { _: 'photoSizeEmpty', type: t.type };
	const place = { volumeId: t.volume, localId: t.local, secret: t.secret };
	const location =
		t.dc === 0
			? ({ _: 'fileLocationUnavailable', ...place } as const)
			: ({ _: 'fileLocation', dcId: t.dc, ...place } as const);
	const common = { type: t.type, location, w: pixels(t.width), h: pixels(t.height) };
	return t.bytes
		? { _: 'photoCachedSize', ...common, bytes: t.bytes }
		: { _: 'photoSize', ...common, size: pixels(t.size) };
}
