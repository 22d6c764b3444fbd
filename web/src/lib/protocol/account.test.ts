import { describe, expect, it, vi } from 'vitest';
import { Account } from './account.ts';

/** An account that only counts. */
function count(affected: { pts: number; ptsCount: number }, channel?: `c${number}`) {
	const handleClientUpdate = vi.fn<(updates: { updates: unknown[] }, isKnown: boolean) => void>();
	Account.prototype.count.call({ client: { handleClientUpdate } } as unknown as Account, affected, channel);
	return handleClientUpdate.mock.calls[0]!;
}

describe('what an answer counted', () => {
	it('goes the way of updates, into the log of its chat', () => {
		const [own] = count({ pts: 5, ptsCount: 2 });
		expect(own.updates).toEqual([{ _: 'updateDeleteMessages', messages: [], pts: 5, ptsCount: 2 }]);
		const [channel] = count({ pts: 5, ptsCount: 1 }, 'c7');
		expect(channel.updates).toMatchObject([{ _: 'updateDeleteChannelMessages', channelId: 7, messages: [] }]);
	});

	it('is never called known: its place may be that of a change that was not told yet', () => {
		const [, isKnown] = count({ pts: 5, ptsCount: 0 });
		expect(isKnown).toBe(false);
	});
});
