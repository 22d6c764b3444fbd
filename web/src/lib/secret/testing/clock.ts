import type { Clock } from '../transport.ts';

/** Stands still until it is moved. */
export class TestClock implements Clock {
	#now = 1_700_000_000_000;
	#alarms: { at: number; work: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(milliseconds: number, work: () => void): () => void {
		const alarm = { at: this.#now + milliseconds, work };
		this.#alarms.push(alarm);
		return () => {
			this.#alarms = this.#alarms.filter((other) => other !== alarm);
		};
	}

	advance(seconds: number) {
		this.#now += seconds * 1000;
		const due = this.#alarms.filter((alarm) => alarm.at <= this.#now);
		this.#alarms = this.#alarms.filter((alarm) => alarm.at > this.#now);
		for (const alarm of due) alarm.work();
	}
}
