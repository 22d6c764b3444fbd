import { createSubscriber } from 'svelte/reactivity';

/** How often a countdown is drawn. Milliseconds. */
const pace = 500;

/** The time in unix seconds, which goes on while somebody shows it. */
class Clock {
	readonly #subscribe = createSubscriber((update) => {
		const timer = setInterval(update, pace);
		return () => clearInterval(timer);
	});

	get seconds(): number {
		this.#subscribe();
		return Date.now() / 1000;
	}
}

export const clock = new Clock();
