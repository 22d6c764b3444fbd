/** Works things off one after the other, in the order in which they came. One that fails does not stop the rest. */
export class UpdateQueue<T> {
	readonly #handle: (item: T) => void | Promise<void>;
	#items: T[] = [];
	#working: Promise<void> | undefined;

	constructor(handle: (item: T) => void | Promise<void>) {
		this.#handle = handle;
	}

	add(item: T) {
		this.#items.push(item);
		this.#working ??= this.#work().finally(() => (this.#working = undefined));
	}

	/** Resolves when everything that was added so far, and meanwhile, is worked off. */
	settled(): Promise<void> {
		return this.#working ?? Promise.resolve();
	}

	async #work() {
		while (this.#items.length > 0) {
			const items = this.#items;
			this.#items = [];
			for (const item of items) await this.#one(item);
		}
	}

	async #one(item: T) {
		try {
			await this.#handle(item);
		} catch (error) {
			console.error('update', error);
		}
	}
}
