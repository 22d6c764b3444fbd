import { ApiError } from '../../api/failure.ts';
import { contentKey } from '../../api/file-key.ts';
import type { FileRef } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { readLocation, type FileLocation } from '../shape/file.ts';
import type { FileCache } from './cache.ts';
import { PART, PartReader } from './fetch.ts';
import { Turns } from './turns.ts';

/** Parts on their way at the same time, over all files: 3 MiB of memory. */
const PARALLEL = 6;
/** Below this a file is one part and is not kept waiting by longer ones. */
const SMALL = 128 * 1024; // bytes
const BLOCKS_KEPT = 24;

interface Load {
	result: Promise<Blob>;
	abort: AbortController;
	/** Parts that are here; they stay when a load is given up, so that it goes on from there. */
	parts: Blob[];
	done: number; // bytes
	isPassing: boolean;
}

/** Loads files of one account, each only once however often it is asked for, through the cache. */
export class FileLoader {
	readonly #account: Account;
	readonly #cache: FileCache;
	readonly reader: PartReader;
	readonly #loads = new Map<string, Load>();
	readonly #stopped = new Map<string, Pick<Load, 'parts' | 'done'>>();
	readonly #turns = new Turns(PARALLEL);
	readonly #blocks = new Map<string, Promise<Uint8Array>>();

	constructor(account: Account, cache: FileCache) {
		this.#account = account;
		this.#cache = cache;
		this.reader = new PartReader(account);
	}

	/** `isPassing`: a content that vanishes, of which nothing is kept here. */
	load(ref: FileRef, isPassing = false): Promise<Blob> {
		const key = contentKey(ref.id);
		const known = this.#loads.get(key);
		if (known) return known.result;
		const kept = this.#stopped.get(key) ?? { parts: [], done: 0 };
		this.#stopped.delete(key);
		const load: Load = { ...kept, abort: new AbortController(), isPassing, result: Promise.resolve(new Blob()) };
		load.result = this.#loadOrFind(ref, key, load).finally(() => {
			if (this.#loads.get(key) === load) this.#loads.delete(key);
		});
		this.#loads.set(key, load);
		return load.result;
	}

	/** Gives a load up. What came already is kept for the next try. */
	stop(id: string) {
		const key = contentKey(id);
		const load = this.#loads.get(key);
		if (!load) return;
		this.#loads.delete(key);
		this.#stopped.set(key, { parts: [...load.parts], done: load.done });
		load.abort.abort();
	}

	/** Whether it is in this browser. */
	async find(ref: FileRef): Promise<Blob | undefined> {
		return this.#cache.get(contentKey(ref.id)).catch(() => undefined);
	}

	/** Keeps a content that came another way: what was sent from here need not be loaded. */
	async keep(ref: FileRef, blob: Blob): Promise<void> {
		await this.#cache.put(contentKey(ref.id), blob).catch(() => undefined);
	}

	/** Any piece of a file, as a player asks for it. Shorter at the end of the file. */
	async part(ref: FileRef, offset: number, length: number): Promise<ArrayBuffer> {
		const whole = await this.find(ref);
		if (whole) return whole.slice(offset, offset + length).arrayBuffer();
		const first = Math.floor(offset / PART);
		const last = Math.floor((Math.min(offset + length, ref.size) - 1) / PART);
		const blocks = await Promise.all(
			Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => this.#block(ref, first + i)),
		);
		const start = offset - first * PART;
		return new Blob(blocks.map(toBlobPart)).slice(start, start + length).arrayBuffer();
	}

	async #loadOrFind(ref: FileRef, key: string, load: Load): Promise<Blob> {
		const known = await this.find(ref);
		if (known) return known;
		try {
			await this.#loadParts(ref, readLocation(ref.id), load);
		} catch (error) {
			this.#tell(ref, load, true);
			if (load.abort.signal.aborted) throw new ApiError({ text: 'CANCELLED', code: 0 });
			throw error;
		}
		this.#tell(ref, load, true);
		const blob = new Blob(load.parts, { type: ref.mime });
		if (load.isPassing) return blob;
		await this.#cache.put(key, blob).catch(() => undefined); // a full disk must not keep a picture from being seen
		return blob;
	}

	async #loadParts(ref: FileRef, location: FileLocation, load: Load): Promise<void> {
		if (ref.size === 0) return this.#loadToEnd(ref, location, load);
		const count = Math.ceil(ref.size / PART);
		const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !load.parts[i]);
		await Promise.all(missing.map((i) => this.#loadPart(ref, location, load, i)));
	}

	/** Of some files the size is not known before: they end with a part that is not full. */
	async #loadToEnd(ref: FileRef, location: FileLocation, load: Load): Promise<void> {
		for (let i = load.parts.length; ; i++) {
			if ((await this.#loadPart(ref, location, load, i)) < PART) return;
		}
	}

	async #loadPart(ref: FileRef, location: FileLocation, load: Load, part: number): Promise<number> {
		const limit = partLimit(ref, part);
		const bytes = await this.#turns.run(ref.size <= SMALL, () => {
			load.abort.signal.throwIfAborted();
			return this.reader.read(location, part * PART, limit, load.abort.signal);
		});
		load.parts[part] = new Blob([toBlobPart(bytes)]);
		load.done += bytes.length;
		if (ref.size > SMALL) this.#tell(ref, load, false);
		return bytes.length;
	}

	#block(ref: FileRef, index: number): Promise<Uint8Array> {
		const key = `${contentKey(ref.id)}~${index}`;
		let block = this.#blocks.get(key);
		if (!block) block = this.#turns.run(true, () => this.reader.read(readLocation(ref.id), index * PART, PART));
		this.#blocks.delete(key);
		this.#blocks.set(key, block);
		block.catch(() => this.#blocks.delete(key));
		if (this.#blocks.size > BLOCKS_KEPT) this.#blocks.delete(this.#blocks.keys().next().value ?? '');
		return block;
	}

	#tell(ref: FileRef, load: Load, isOver: boolean) {
		if (ref.size <= SMALL && isOver) return;
		this.#account.emit('progress', { key: contentKey(ref.id), file: ref, done: load.done, total: ref.size, isOver });
	}
}

/** A small file is asked for in one small piece; the limit has to be a multiple of 4 KiB that divides 1 MiB. */
function partLimit(ref: FileRef, part: number): number {
	const left = ref.size === 0 ? PART : ref.size - part * PART;
	let limit = PART;
	while (limit / 2 >= Math.max(left, 4096)) limit /= 2;
	return limit;
}

function toBlobPart(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return bytes as Uint8Array<ArrayBuffer>; // the library never reads into shared memory
}
