/** Lets so many through at a time. Of those that wait, urgent ones go first, and of equal ones the one that came last. */
export class Turns {
	#free: number;
	readonly #waiting: { isUrgent: boolean; go: () => void }[] = [];

	constructor(count: number) {
		this.#free = count;
	}

	async run<T>(isUrgent: boolean, work: () => Promise<T>): Promise<T> {
		await this.#take(isUrgent);
		try {
			return await work();
		} finally {
			this.#give();
		}
	}

	#take(isUrgent: boolean): Promise<void> | undefined {
		if (this.#free > 0) {
			this.#free--;
			return undefined;
		}
		return new Promise((go) => this.#waiting.push({ isUrgent, go }));
	}

	#give() {
		const urgent = this.#waiting.findLastIndex((waiting) => waiting.isUrgent);
		const next = this.#waiting.splice(urgent < 0 ? this.#waiting.length - 1 : urgent, 1)[0];
		if (next) next.go();
		else this.#free++;
	}
}
