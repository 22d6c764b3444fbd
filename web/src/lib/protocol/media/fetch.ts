import type { tl } from '@mtcute/core';
import { ApiError } from '../../api/failure.ts';
import type { Account } from '../account.ts';
import { parseLong, type FileLocation } from '../shape/file.ts';
import { renewReference } from './renew.ts';

/** The server answers at most 1 MiB, and only what does not cross a border of 1 MiB. */
export const PART = 512 * 1024; // bytes
const SMALL = 256 * 1024;

type Owned = Extract<FileLocation, { kind: 'document' | 'photo' }>;

/** Reads parts of files from the server, with fresh references where the known ones have expired. */
export class PartReader {
	readonly #account: Account;
	readonly #references = new Map<string, Uint8Array>();
	readonly #renewals = new Map<string, Promise<Uint8Array | undefined>>();

	constructor(account: Account) {
		this.#account = account;
	}

	/** The bytes from `offset` (a multiple of 4 KiB) on, at most `limit`; fewer at the end. */
	async read(location: FileLocation, offset: number, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
		try {
			return await this.#ask(location, offset, limit, signal);
		} catch (error) {
			if (!isStale(error) || (location.kind !== 'document' && location.kind !== 'photo')) throw error;
			if (!(await this.renew(location))) throw error;
			return this.#ask(location, offset, limit, signal);
		}
	}

	async #ask(location: FileLocation, offset: number, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
		const options = { kind: limit > SMALL ? 'download' : 'main', abortSignal: signal } as const;
		if (location.kind === 'tile')
			return (await this.#account.call(tileRequest(location, offset, limit), options)).bytes;
		const answer = await this.#account.call(
			{ _: 'upload.getFile', location: this.#input(location), offset, limit },
			options,
		);
		if (answer._ !== 'upload.file') throw new ApiError({ text: 'FILE_ELSEWHERE', code: 0 });
		return answer.bytes;
	}

	#input(location: Exclude<FileLocation, { kind: 'tile' }>): tl.TypeInputFileLocation {
		if (location.kind === 'avatar') {
			const peer = this.#account.inputPeer(location.peer);
			return { _: 'inputPeerPhotoFileLocation', peer, photoId: parseLong(location.photo), big: location.isBig };
		}
		const id = parseLong(location.id);
		const accessHash = parseLong(location.hash);
		if (location.kind === 'set') {
			const stickerset = { _: 'inputStickerSetID', id, accessHash } as const;
			return { _: 'inputStickerSetThumb', stickerset, thumbVersion: location.version };
		}
		const fileReference = this.#references.get(nameOf(location)) ?? location.reference;
		const named = { id, accessHash, fileReference, thumbSize: location.size };
		return location.kind === 'photo'
			? { _: 'inputPhotoFileLocation', ...named }
			: { _: 'inputDocumentFileLocation', ...named };
	}

	/** The reference to name a file by in a message of our own. */
	reference(location: Owned): Uint8Array {
		return this.#references.get(nameOf(location)) ?? location.reference;
	}

	/** A fresh reference, kept for later. Many parts find out at once that one has expired: it is asked for once. */
	async renew(location: Owned): Promise<Uint8Array | undefined> {
		const name = nameOf(location);
		let renewal = this.#renewals.get(name);
		if (!renewal) {
			renewal = renewReference(this.#account, location).finally(() => this.#renewals.delete(name));
			this.#renewals.set(name, renewal);
		}
		const reference = await renewal;
		if (reference) this.#references.set(name, reference);
		return reference;
	}
}

function nameOf(location: Owned): string {
	return `${location.kind}${location.id}`;
}

export function isStale(error: unknown): boolean {
	return error instanceof ApiError && error.text.startsWith('FILE_REFERENCE');
}

function tileRequest(
	tile: Extract<FileLocation, { kind: 'tile' }>,
	offset: number,
	limit: number,
): tl.upload.RawGetWebFileRequest {
	const location: tl.RawInputWebFileGeoPointLocation = {
		_: 'inputWebFileGeoPointLocation',
		geoPoint: { _: 'inputGeoPoint', lat: tile.latitude, long: tile.longitude },
		accessHash: parseLong(tile.hash),
		w: tile.width,
		h: tile.height,
		zoom: tile.zoom,
		scale: 2,
	};
	return { _: 'upload.getWebFile', location, offset, limit };
}
