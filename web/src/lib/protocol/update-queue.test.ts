import { describe, expect, it, vi } from 'vitest';
import { UpdateQueue } from './update-queue.ts';

describe('the queue of updates', () => {
	it('works one off after the other, in order, also when some take long', async () => {
		const done: number[] = [];
		const queue = new UpdateQueue<number>(async (n) => {
			if (n % 2) await new Promise((resolve) => setTimeout(resolve, 5));
			done.push(n);
		});
		for (const n of [1, 2, 3]) queue.add(n);
		await Promise.resolve();
		queue.add(4);
		await queue.settled();
		expect(done).toEqual([1, 2, 3, 4]);
	});

	it('goes on after one that fails', async () => {
		const log = vi.spyOn(console, 'error').mockImplementation(() => {});
		const done: number[] = [];
		const queue = new UpdateQueue<number>((n) => {
			if (n === 1) throw new Error('broken');
			done.push(n);
		});
		queue.add(1);
		queue.add(2);
		await queue.settled();
		expect(done).toEqual([2]);
		expect(log).toHaveBeenCalledOnce();
		log.mockRestore();
	});

	it('is settled when it is empty', async () => {
		const queue = new UpdateQueue<number>(() => {});
		await queue.settled();
		queue.add(1);
		await queue.settled();
		queue.add(2);
		await queue.settled();
	});
});
