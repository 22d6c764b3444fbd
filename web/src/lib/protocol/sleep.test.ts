import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchSleep } from './sleep.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a machine that sleeps', () => {
	it('is known by timers that stood still, once each time', () => {
		const onWake = vi.fn();
		const end = watchSleep(onWake);
		vi.advanceTimersByTime(60_000);
		expect(onWake).not.toHaveBeenCalled();
		vi.setSystemTime(Date.now() + 3_600_000);
		vi.advanceTimersByTime(20_000);
		expect(onWake).toHaveBeenCalledTimes(1);
		end();
		vi.setSystemTime(Date.now() + 3_600_000);
		vi.advanceTimersByTime(20_000);
		expect(onWake).toHaveBeenCalledTimes(1);
	});
});
