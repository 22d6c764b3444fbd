/** Lets one piece of work run after the other. It is not to be taken twice by the same work. */
export class Lock {
	#last: Promise<unknown> = Promise.resolve();

	run<T>(work: () => Promise<T>): Promise<T> {
		const result = this.#last.then(work);
		this.#last = result.catch(() => undefined); // whoever waits for `result` hears of it
		return result;
	}
}
