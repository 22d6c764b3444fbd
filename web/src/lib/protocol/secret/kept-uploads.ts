import type { NewFile, NewItem, NewMedia } from '../../api/media.ts';
import { decodeRecord, encodeRecord, type Store } from '../../secret/index.ts';

/** A message whose file is to be uploaded, as the page gave it. */
export interface Upload {
	/** Names the message until it is made; later ones have higher numbers. */
	number: number;
	/** The random id that the message will have. */
	id: bigint;
	input: Omit<NewMedia, 'items'>;
	/** Which message of an album it is. */
	index: number;
	/** Shared by the messages of an album. */
	album?: bigint;
	item: NewItem;
}

const prefix = 'upload/';

/** Larger files are not kept: they are sealed in memory. Such a message is lost when the page closes before it is up. Bytes. */
const largestKept = 64 << 20;

/** The uploads that wait, sealed in the vault, so that they go on after the page was closed. */
export class KeptUploads {
	readonly #store: Store;

	constructor(store: Store) {
		this.#store = store;
	}

	async put(upload: Upload) {
		const { item } = upload;
		const file = item.kind === 'file' ? item.file : undefined;
		if (file && file.blob.size > largestKept) return;
		const name = nameOf(upload.number);
		const bare = file ? { ...upload, item: { ...item, file: { ...file, blob: undefined, cover: undefined } } } : upload;
		const records = new Map([[name, encodeRecord(bare)]]);
		if (file) records.set(`${name}/blob`, await bytesOf(file.blob));
		if (file?.cover) records.set(`${name}/cover`, await bytesOf(file.cover));
		await this.#store.apply(records);
	}

	async drop(number: number) {
		const names = await this.#store.keys(nameOf(number));
		if (names.length > 0) await this.#store.apply(new Map(names.map((name) => [name, undefined])));
	}

	/** In the order in which they were added. */
	async all(): Promise<Upload[]> {
		const names = (await this.#store.keys(prefix)).filter((name) => !name.includes('/', prefix.length));
		return Promise.all(names.map((name) => this.#read(name)));
	}

	async #read(name: string): Promise<Upload> {
		const upload = decodeRecord<Upload>((await this.#store.get(name)) ?? new Uint8Array());
		const { item } = upload;
		if (item.kind !== 'file') return upload;
		const blob = await this.#blob(`${name}/blob`, item.file.mime);
		const cover = await this.#blob(`${name}/cover`, 'image/jpeg');
		return { ...upload, item: { ...item, file: { ...item.file, blob, cover } as NewFile } };
	}

	async #blob(name: string, type: string): Promise<Blob | undefined> {
		const bytes = await this.#store.get(name);
		return bytes && new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
	}
}

function nameOf(number: number): string {
	return prefix + String(number).padStart(17, '0');
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
	return new Uint8Array(await blob.arrayBuffer());
}
