import type { Account } from '../account.ts';
import { FileCache } from './cache.ts';
import { FileLoader } from './loader.ts';

/** What the worker holds of an account's files: the cache, the loads, and which uploads stand still. */
export class Media {
	readonly cache: FileCache;
	readonly loader: FileLoader;
	readonly #paused = new Map<string, PromiseWithResolvers<void>>();
	/** Files of messages that wait to be sent, so that their bubbles can show them. */
	readonly local = new Map<string, Blob>();

	constructor(account: Account) {
		this.cache = new FileCache(account.slot);
		this.loader = new FileLoader(account, this.cache);
	}

	pause(job: string) {
		if (!this.#paused.has(job)) this.#paused.set(job, withResolvers());
	}

	resume(job: string) {
		this.#paused.get(job)?.resolve();
		this.#paused.delete(job);
	}

	/** Resolves at once, or when the upload of a job is to go on. */
	gate(job: string): Promise<void> {
		return this.#paused.get(job)?.promise ?? Promise.resolve();
	}

	async find(id: string): Promise<Blob | undefined> {
		return this.local.get(id) ?? (await this.cache.get(id).catch(() => undefined));
	}

	/** Local files lie in the cache too, for a page that is opened again before they are sent. */
	async keepLocal(id: string, blob: Blob): Promise<void> {
		this.local.set(id, blob);
		await this.cache.put(id, blob).catch(() => undefined);
	}
}

interface PromiseWithResolvers<T> {
	promise: Promise<T>;
	resolve: (value: T) => void;
}

function withResolvers(): PromiseWithResolvers<void> {
	let resolve: () => void = () => undefined;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}

const byAccount = new WeakMap<Account, Media>();

export function mediaOf(account: Account): Media {
	let media = byAccount.get(account);
	if (!media) byAccount.set(account, (media = new Media(account)));
	return media;
}
