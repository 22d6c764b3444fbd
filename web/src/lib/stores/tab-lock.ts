/**
 * Lets only one tab of the browser run the accounts: two workers on one database would work against each other.
 * `onLost` is called when another tab takes over.
 */
export class TabLock {
	readonly #locks: LockManager | undefined;
	readonly #name: string;

	/** Browsers have no locks for pages over plain HTTP from another machine; there every tab takes itself for the only one. */
	constructor(locks: LockManager | undefined = navigator.locks, name = 'hermod') {
		this.#locks = locks;
		this.#name = name;
	}

	/**
	 * Takes the lock if no other tab has it, or with `steal` in any case. Resolves with whether it is ours; then
	 * `onLost` is called once when another tab steals it.
	 */
	take(onLost: () => void, options: { steal?: boolean } = {}): Promise<boolean> {
		const locks = this.#locks;
		if (!locks) return Promise.resolve(true);
		return new Promise((resolve) => {
			const mode = options.steal ? { steal: true } : { ifAvailable: true };
			const held = locks.request(this.#name, mode, (lock) => {
				resolve(lock !== null);
				return lock && new Promise<never>(() => {});
			});
			// It is never given back, so the request only ends by being stolen.
			held.catch(onLost);
		});
	}
}
