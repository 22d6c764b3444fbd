const interval = 5_000;

/** A pause so much longer than the interval means that the machine slept. Milliseconds. */
const slack = 15_000;

/** Calls when timers stood still for long: sockets that lived before are not to be trusted. Returns what ends it. */
export function watchSleep(onWake: () => void): () => void {
	let last = Date.now();
	const timer = setInterval(() => {
		const now = Date.now();
		if (now - last > interval + slack) onWake();
		last = now;
	}, interval);
	return () => clearInterval(timer);
}
