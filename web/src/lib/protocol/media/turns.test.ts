import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('urgent ones first, then the newest, never more than allowed', async () => {
	const turns = new Turns(1);
	const order: string[] = [];
	let running = 0;
	const work = (name: string) => async () => {
		expect(++running).toBe(1);
		await Promise.resolve();
		order.push(name);
		running--;
	};
	const all = [
		turns.run(false, work('first')),
		turns.run(false, work('old')),
		turns.run(true, work('urgent')),
		turns.run(false, work('new')),
	];
	await Promise.all(all);
	expect(order).toEqual(['first', 'urgent', 'new', 'old']);
});

test('one that fails gives its turn on', async () => {
	const turns = new Turns(1);
	await expect(turns.run(false, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
	expect(await turns.run(false, () => Promise.resolve(1))).toBe(1);
});
