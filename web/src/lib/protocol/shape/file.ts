/**
 * Names of contents that can be loaded. A `FileRef.id` holds all that a later load needs, so that it works after a
 * restart too: what is asked for, the file reference, and where to read the message (or set) anew when that has expired.
 *
 * Its parts stand between tildes: kind, id, access hash, size of the picture, reference, origin. The first four without
 * the hash name the content itself: `contentKey`, the key of the cache.
 */
import { Long, type tl } from '@mtcute/core';
import type { FileRef, PeerKey } from '../../api/types.ts';

/** Where a file was seen, to have its reference renewed. */
export type FileOrigin =
	| { kind: 'message'; peer: PeerKey; message: number; isScheduled?: boolean }
	| { kind: 'set'; id: string; hash: string }
	| { kind: 'gifs' | 'recent' | 'faved' | 'none' };

export type FileLocation =
	| { kind: 'document' | 'photo'; id: string; hash: string; size: string; reference: Uint8Array; origin: FileOrigin }
	| { kind: 'avatar'; peer: PeerKey; photo: string; isBig: boolean }
	| { kind: 'set'; id: string; hash: string; version: number }
	| { kind: 'tile'; latitude: number; longitude: number; hash: string; width: number; height: number; zoom: number };

const letters = { document: 'd', photo: 'p' } as const;

/** The file itself of a document, or with `thumb` one of its pictures. */
export function documentFile(document: tl.RawDocument, origin: FileOrigin, thumb?: PictureOf): FileRef {
	return {
		id: join(letters.document, document, thumb?.type ?? '', origin),
		size: thumb?.size ?? document.size,
		mime: thumb ? 'image/jpeg' : document.mimeType,
	};
}

interface PictureOf {
	type: string;
	size: number;
}

/** One size of a photo. */
export function photoFile(photo: tl.RawPhoto, size: PictureOf, origin: FileOrigin): FileRef {
	return { id: join(letters.photo, photo, size.type, origin), size: size.size, mime: 'image/jpeg' };
}

/** The picture of a person or chat; its size is not told. */
export function avatarFile(peer: PeerKey, photo: tl.Long, isBig: boolean): FileRef {
	return { id: ['a', peer, photo.toString(), isBig ? 'b' : 's'].join('~'), size: 0, mime: 'image/jpeg' };
}

/** The cover of a sticker set that has one of its own. */
export function setCoverFile(set: tl.RawStickerSet, mime: string): FileRef {
	const version = String(set.thumbVersion ?? 0);
	return { id: ['t', set.id.toString(), set.accessHash.toString(), version].join('~'), size: 0, mime };
}

/** A piece of map around a point. */
export function tileFile(point: tl.RawGeoPoint): FileRef {
	const place = [point.lat, point.long].map((degrees) => degrees.toFixed(6));
	return { id: ['m', ...place, point.accessHash.toString(), '320', '160', '15'].join('~'), size: 0, mime: 'image/png' };
}

function join(letter: string, of: tl.RawDocument | tl.RawPhoto, size: string, origin: FileOrigin): string {
	return [
		letter,
		of.id.toString(),
		of.accessHash.toString(),
		size,
		toBase64(of.fileReference),
		writeOrigin(origin),
	].join('~');
}

function writeOrigin(origin: FileOrigin): string {
	if (origin.kind === 'message') return `${origin.isScheduled ? 'later' : 'message'}/${origin.peer}/${origin.message}`;
	if (origin.kind === 'set') return `set/${origin.id}/${origin.hash}`;
	return origin.kind;
}

function readOrigin(text: string): FileOrigin {
	const [kind, first = '', second = ''] = text.split('/');
	switch (kind) {
		case 'message':
		case 'later':
			return { kind: 'message', peer: first as PeerKey, message: Number(second), isScheduled: kind === 'later' };
		case 'set':
			return { kind, id: first, hash: second };
		case 'gifs':
		case 'recent':
		case 'faved':
			return { kind };
		default:
			return { kind: 'none' };
	}
}

/** What an id names. It throws for one that this module has not written. */
export function readLocation(id: string): FileLocation {
	const [letter, ...parts] = id.split('~');
	const [a = '', b = '', c = '', d = '', e = '', f = ''] = parts;
	switch (letter) {
		case 'd':
		case 'p':
			return {
				kind: letter === 'd' ? 'document' : 'photo',
				id: a,
				hash: b,
				size: c,
				reference: fromBase64(d),
				origin: readOrigin(e),
			};
		case 'a':
			return { kind: 'avatar', peer: a as PeerKey, photo: b, isBig: c === 'b' };
		case 't':
			return { kind: 'set', id: a, hash: b, version: Number(c) };
		case 'm':
			return {
				kind: 'tile',
				latitude: Number(a),
				longitude: Number(b),
				hash: c,
				width: Number(d),
				height: Number(e),
				zoom: Number(f),
			};
		default:
			throw new Error('not the name of a file');
	}
}

export function parseLong(text: string): tl.Long {
	return Long.fromString(text);
}

function toBase64(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replaceAll('=', '');
}

function fromBase64(text: string): Uint8Array {
	return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
