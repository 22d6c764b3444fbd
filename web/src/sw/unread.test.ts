import { beforeEach, expect, test, vi } from 'vitest';
import { forgetUnread, sumUnread } from './unread.ts';

let kept: string | undefined;
const cache = {
	match: () => Promise.resolve(kept === undefined ? undefined : new Response(kept)),
	put: async (_address: string, response: Response) => void (kept = await response.text()),
	delete: () => Promise.resolve((kept = undefined)),
};

beforeEach(() => {
	kept = undefined;
	vi.stubGlobal('caches', { open: () => Promise.resolve(cache) });
});

test('the number on the icon is that of all accounts together', async () => {
	expect(await sumUnread('1', 2)).toBe(2);
	expect(await sumUnread('2', 3)).toBe(5);
	expect(await sumUnread('1', 0)).toBe(3);
	await forgetUnread();
	expect(await sumUnread('1', 1)).toBe(1);
});
