import type { DecryptedMessageMedia, DocumentAttribute, FileLocation, PhotoSize } from './tl/types.ts';
import type { Attributes, Document, ExternalThumb, File, Location, Media, Thumb } from './types.ts';

const maxThumb = 64 << 10; // bytes
const maxString = 1024; // characters of a name, title or address
/** More than one of a kind makes no sense, and the last one counts. */
const maxAttributes = 32;
/** That of the API is 100 five-bit values; this leaves room to spare. */
const maxWaveform = 256; // bytes

type Form<T extends DecryptedMessageMedia['_']> = Extract<DecryptedMessageMedia, { _: T }>;

/**
 * Reads what hangs on a message; undefined for nothing. It cuts what is larger than it may be, so that a message is shown
 * without its preview rather than not at all.
 */
export function mediaFromTl(o: DecryptedMessageMedia | undefined): Media | undefined {
	switch (o?._) {
		case 'decryptedMessageMediaPhoto':
		case 'decryptedMessageMediaPhoto8':
			return { kind: 'photo', ...pictureFromTl(o), caption: 'caption' in o ? o.caption : '' };
		case 'decryptedMessageMediaVideo':
		case 'decryptedMessageMediaVideo8':
		case 'decryptedMessageMediaVideo23':
			return videoFromTl(o);
		case 'decryptedMessageMediaAudio':
		case 'decryptedMessageMediaAudio8': {
			const mime = 'mimeType' in o ? cut(o.mimeType) : 'audio/ogg';
			return { kind: 'audio', file: fileFromTl(o), duration: positive(o.duration), mime };
		}
		case 'decryptedMessageMediaDocument':
		case 'decryptedMessageMediaDocument46':
		case 'decryptedMessageMediaDocument8':
			return documentFromTl(o);
		default:
			return plainFromTl(o);
	}
}

interface TlPicture extends TlFile {
	thumb: Uint8Array;
	thumbW: number;
	thumbH: number;
	w: number;
	h: number;
}

function pictureFromTl(o: TlPicture) {
	return { file: fileFromTl(o), ...thumbFromTl(o), width: positive(o.w), height: positive(o.h) };
}

/** Old forms say neither the type nor a caption. */
function videoFromTl(o: TlPicture & { duration: number; mimeType?: string; caption?: string }): Media {
	const mime = cut(o.mimeType ?? 'video/mp4');
	return { kind: 'video', ...pictureFromTl(o), duration: positive(o.duration), mime, caption: o.caption ?? '' };
}

function documentFromTl(
	o: Form<'decryptedMessageMediaDocument' | 'decryptedMessageMediaDocument46' | 'decryptedMessageMediaDocument8'>,
): Document {
	const attributes = 'attributes' in o ? attributesFromTl(o.attributes) : { name: cut(o.fileName) };
	const caption = 'caption' in o ? o.caption : '';
	return {
		kind: 'document',
		file: fileFromTl(o),
		...thumbFromTl(o),
		mime: cut(o.mimeType),
		attributes,
		caption,
	};
}

function plainFromTl(o: DecryptedMessageMedia | undefined): Media | undefined {
	switch (o?._) {
		case 'decryptedMessageMediaGeoPoint':
			return locationFromTl(o.lat, o.long);
		case 'decryptedMessageMediaVenue':
			return venueFromTl(o);
		case 'decryptedMessageMediaContact': {
			const names = { firstName: cut(o.firstName), lastName: cut(o.lastName) };
			const user = o.userId > 0 ? { user: o.userId } : {};
			return { kind: 'contact', phone: cut(o.phoneNumber), ...names, ...user };
		}
		case 'decryptedMessageMediaWebPage':
			return { kind: 'page', url: o.url };
		case 'decryptedMessageMediaExternalDocument':
			return externalFromTl(o);
		default:
			return undefined; // decryptedMessageMediaEmpty
	}
}

/** Undefined for what is no point on the earth. */
function locationFromTl(latitude: number, longitude: number): Location | undefined {
	const location: Location = { kind: 'location', latitude, longitude };
	return isPlace(location) ? location : undefined;
}

export function isPlace(l: { latitude: number; longitude: number }): boolean {
	return l.latitude >= -90 && l.latitude <= 90 && l.longitude >= -180 && l.longitude <= 180;
}

function venueFromTl(o: Form<'decryptedMessageMediaVenue'>): Media | undefined {
	const place = locationFromTl(o.lat, o.long);
	const words = { title: cut(o.title), address: cut(o.address), provider: cut(o.provider), id: cut(o.venueId) };
	return place && { ...place, ...words, kind: 'venue' };
}

function externalFromTl(o: Form<'decryptedMessageMediaExternalDocument'>): Media {
	return {
		kind: 'external',
		id: o.id,
		accessHash: o.accessHash,
		date: o.date,
		mime: cut(o.mimeType),
		size: positive(o.size),
		dc: o.dcId,
		thumb: externalThumbFromTl(o.thumb),
		attributes: attributesFromTl(o.attributes),
	};
}

interface TlFile {
	size: number | bigint;
	key: Uint8Array;
	iv: Uint8Array;
}

/** Leaves out a key that cannot be one; opening the file then fails. */
function fileFromTl(o: TlFile): File {
	const isKey = o.key.length === 32 && o.iv.length === 32;
	const none = new Uint8Array();
	const size = Math.min(positive(Number(o.size)), Number.MAX_SAFE_INTEGER);
	return { size, key: isKey ? o.key.slice() : none, iv: isKey ? o.iv.slice() : none };
}

function thumbFromTl(o: { thumb: Uint8Array; thumbW: number; thumbH: number }): { thumb?: Thumb } {
	if (o.thumb.length === 0 || o.thumb.length > maxThumb) return {};
	return { thumb: { jpeg: o.thumb.slice(), width: positive(o.thumbW), height: positive(o.thumbH) } };
}

function positive(n: number): number {
	return Math.max(n, 0);
}

/** Keeps what a name may reasonably have. */
function cut(s: string): string {
	return s.slice(0, maxString);
}

function attributesFromTl(list: readonly DocumentAttribute[]): Attributes {
	return Object.assign({}, ...list.slice(0, maxAttributes).map(attributeFromTl)) as Attributes;
}

function attributeFromTl(o: DocumentAttribute): Attributes {
	switch (o._) {
		case 'documentAttributeImageSize':
			return { width: positive(o.w), height: positive(o.h) };
		case 'documentAttributeAnimated':
			return { isAnimated: true };
		case 'documentAttributeFilename':
			return { name: cut(o.fileName) };
		case 'documentAttributeSticker23':
			return { sticker: { alt: '' } };
		case 'documentAttributeSticker': {
			const set = o.stickerset._ === 'inputStickerSetShortName' ? { set: cut(o.stickerset.shortName) } : {};
			return { sticker: { alt: cut(o.alt), ...set } };
		}
		case 'documentAttributeVideo':
		case 'documentAttributeVideo23': {
			const isRound = 'roundMessage' in o && o.roundMessage === true;
			return { video: { width: positive(o.w), height: positive(o.h), duration: positive(o.duration), isRound } };
		}
		default:
			return { audio: audioFromTl(o) };
	}
}

type TlAudio = Extract<DocumentAttribute, { _: `documentAttributeAudio${string}` }>;

function audioFromTl(o: TlAudio): Attributes['audio'] {
	const audio: Attributes['audio'] = { duration: positive(o.duration), isVoice: 'voice' in o && o.voice === true };
	if ('title' in o && o.title) audio.title = cut(o.title);
	if ('performer' in o && o.performer) audio.performer = cut(o.performer);
	if ('waveform' in o && o.waveform && o.waveform.length <= maxWaveform) audio.waveform = o.waveform.slice();
	return audio;
}

function externalThumbFromTl(o: PhotoSize): ExternalThumb {
	const empty = { type: cut(o.type), width: 0, height: 0, size: 0, dc: 0, volume: 0n, local: 0, secret: 0n };
	if (o._ === 'photoSizeEmpty') return empty;
	const thumb = { ...empty, width: positive(o.w), height: positive(o.h), ...placeFromTl(o.location) };
	if (o._ === 'photoSize') return { ...thumb, size: positive(o.size) };
	return o.bytes.length <= maxThumb ? { ...thumb, bytes: o.bytes.slice() } : thumb;
}

function placeFromTl(o: FileLocation) {
	const dc = o._ === 'fileLocation' ? o.dcId : 0;
	return { dc, volume: o.volumeId, local: o.localId, secret: o.secret };
}
