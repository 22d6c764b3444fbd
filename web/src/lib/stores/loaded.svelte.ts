import { failureOf } from '../api/failure.ts';
import type { ApiFailure } from '../api/types.ts';

/** Something that a screen asks the server for: it is under way, there, or refused. */
export class Loaded<T> {
	readonly #ask: () => Promise<T>;
	value = $state.raw<T | undefined>();
	failure = $state.raw<ApiFailure | undefined>();

	/** Asks at once. */
	constructor(ask: () => Promise<T>) {
		this.#ask = ask;
		void this.load();
	}

	/** Asks again; what was there stays until the answer comes. */
	async load(): Promise<void> {
		this.failure = undefined;
		try {
			this.value = await this.#ask();
		} catch (error) {
			this.failure = failureOf(error);
		}
	}
}
