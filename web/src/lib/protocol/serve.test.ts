import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/failure.ts';
import type { FromWorker, ToWorker } from '../api/wire.ts';
import type { AccountOptions } from './account.ts';
import { message } from './fixtures.ts';
import { serve } from './serve.ts';

const opened = vi.hoisted(() => ({
	open: (() => Promise.reject(new Error('not set'))) as (options: never) => Promise<unknown>,
}));
vi.mock('./account.ts', () => ({ Account: { open: (options: never) => opened.open(options) } }));
vi.mock('./calls/index.ts', () => ({
	calls: {
		test: {
			echo: (_: unknown, text: string) => text,
			tell: (account: { emit: AccountOptions['emit'] }) => {
				account.emit('notice', { text: 'first' });
				account.emit('notice', { text: 'second' });
				return 'told';
			},
			write: async (account: { emit: AccountOptions['emit'] }) => {
				account.emit('notice', { text: 'before' });
				account.emit('message', { message: { ...message('u1', -1), isOut: true }, isNew: true, isSilent: true });
				await new Promise(() => {});
			},
			refuse: () => Promise.reject(new ApiError({ text: 'FLOOD_WAIT', code: 420, value: 9 })),
		},
	},
}));

function worker() {
	const posted: FromWorker[] = [];
	const serving = serve((message) => posted.push(message));
	opened.open = async ({ emit }: AccountOptions) => ({ emit });
	serving({ start: {} } as ToWorker);
	const call = (id: number, name: string, ...args: unknown[]) => serving({ id, path: ['test', name], args });
	return { posted, call, answered: (count: number) => vi.waitFor(() => expect(posted).toHaveLength(count)) };
}

describe('the worker', () => {
	it('answers calls', async () => {
		const { posted, call, answered } = worker();
		call(1, 'echo', 'hello');
		await answered(1);
		expect(posted).toEqual([{ id: 1, result: 'hello' }]);
	});

	it('sends what was told before an answer in one message before it', async () => {
		const { posted, call, answered } = worker();
		call(1, 'tell');
		await answered(2);
		const events = ['first', 'second'].map((text) => ({ name: 'notice', data: { text } }));
		expect(posted).toEqual([{ events }, { id: 1, result: 'told' }]);
	});

	it('tells of the own message without waiting for the next turn', async () => {
		const { posted, call } = worker();
		call(1, 'write');
		for (let step = 0; step < 20; step++) await Promise.resolve();
		expect(posted).toMatchObject([{ events: [{ name: 'notice' }, { name: 'message' }] }]);
	});

	it('answers with the failure of a call, and with one when there is no such call', async () => {
		const { posted, call, answered } = worker();
		call(1, 'refuse');
		await answered(1);
		call(2, 'constructor');
		await answered(2);
		expect(posted).toEqual([
			{ id: 1, failure: { text: 'FLOOD_WAIT', code: 420, value: 9 } },
			{ id: 2, failure: { text: 'NO_SUCH_CALL', code: 0, value: undefined } },
		]);
	});
});
