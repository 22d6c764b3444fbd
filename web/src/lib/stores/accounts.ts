/** An account in this browser, as the page remembers it between visits. */
export interface AccountEntry {
	/** Names its databases. Never used twice. */
	slot: number;
	/** Who it is, for the list before its worker has told; missing while nobody is signed in. */
	name?: string;
	phone?: string;
}

interface Kept {
	accounts: AccountEntry[];
	current: number;
	lastSlot: number;
}

const place = 'hermod.accounts';

/** The list of accounts in localStorage. It is never empty: without an account there is one to sign in to. */
export class AccountList {
	readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
	#kept: Kept;

	constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
		this.#storage = storage;
		this.#kept = parse(storage.getItem(place));
	}

	get all(): AccountEntry[] {
		return this.#kept.accounts;
	}

	get current(): AccountEntry {
		return this.all.find((entry) => entry.slot === this.#kept.current) ?? this.all[0]!;
	}

	/** Makes place for another account and turns to it. */
	add(): AccountEntry {
		const entry = { slot: this.#kept.lastSlot + 1 };
		this.#keep({ accounts: [...this.all, entry], current: entry.slot, lastSlot: entry.slot });
		return entry;
	}

	/** Takes an account away and turns to another when it was the current one. */
	remove(slot: number) {
		const accounts = this.all.filter((entry) => entry.slot !== slot);
		this.#keep({ ...this.#kept, accounts });
		if (accounts.length === 0) this.add();
	}

	turnTo(slot: number) {
		this.#keep({ ...this.#kept, current: slot });
	}

	describe(slot: number, about: Omit<AccountEntry, 'slot'>) {
		const accounts = this.all.map((entry) => (entry.slot === slot ? { ...about, slot } : entry));
		this.#keep({ ...this.#kept, accounts });
	}

	#keep(kept: Kept) {
		this.#kept = kept;
		this.#storage.setItem(place, JSON.stringify(kept));
	}
}

function parse(text: string | null): Kept {
	const first: Kept = { accounts: [{ slot: 1 }], current: 1, lastSlot: 1 };
	if (!text) return first;
	try {
		const kept = JSON.parse(text) as Partial<Kept>;
		return kept.accounts?.length && kept.lastSlot ? { ...first, ...kept } : first;
	} catch {
		return first;
	}
}
