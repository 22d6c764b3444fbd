/** The timers that are offered, in seconds; 0 is none. */
const offered = [0, 1, 2, 3, 5, 10, 15, 30, 60, 3600, 24 * 3600, 7 * 24 * 3600];

/** The offered timers and the one of now, which another program may have chosen freely. */
export function timerChoices(now: number): number[] {
	return offered.includes(now) ? offered : [...offered, now].sort((a, b) => a - b);
}
