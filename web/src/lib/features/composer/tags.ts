const KEPT = 50;

/** Hashtags that an account sent from this browser, the last used first. */
export class KnownTags {
	readonly #key: string;
	readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

	constructor(slot: number, storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {
		this.#key = `hermod.tags.${slot}`;
		this.#storage = storage;
	}

	find(begin: string): string[] {
		const wanted = begin.toLowerCase();
		return this.#read().filter((tag) => tag.toLowerCase().startsWith(wanted) && tag !== begin);
	}

	/** Takes those of a text that is sent. */
	remember(text: string) {
		const used = [...text.matchAll(/(?:^|\s)#([\p{L}\p{N}_]+)/gu)].flatMap((match) => match[1] ?? []);
		if (used.length === 0) return;
		const all = [...new Set([...used, ...this.#read()])].slice(0, KEPT);
		this.#storage.setItem(this.#key, JSON.stringify(all));
	}

	#read(): string[] {
		try {
			const value: unknown = JSON.parse(this.#storage.getItem(this.#key) ?? '[]');
			return Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];
		} catch {
			return [];
		}
	}
}
