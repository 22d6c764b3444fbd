import { expect, test } from 'vitest';
import type { Api } from '../api/api.ts';
import { Histories } from './histories.svelte.ts';
import { message, messages } from './sample.ts';

const api = {
	messages: {
		history: async () => ({ messages: messages(1, 5), isStart: true, isEnd: true }),
		cached: async () => ({ messages: [], isStart: false, isEnd: true }),
	},
} as unknown as Api;

/** Lets many messages come into a chat, one after the other. */
function pour(histories: Histories, from: number, to: number) {
	for (let id = from; id <= to; id++) histories.takeMessages([{ message: message(id), isNew: true, isSilent: false }]);
}

test('a chat that was left does not grow with what comes; one that is looked at keeps all', async () => {
	const histories = new Histories(api);
	const history = histories.of({ peer: 'u1' });
	await history.loadEnd();
	pour(histories, 6, 1000);
	expect(history.messages).toHaveLength(1000);
	histories.leave({ peer: 'u1' });
	expect(history.messages).toHaveLength(200);
	pour(histories, 1001, 1500);
	expect([history.messages.length <= 400, history.messages.at(-1)?.id, history.isAtEnd]).toEqual([true, 1500, true]);
	histories.of({ peer: 'u1' });
	pour(histories, 1501, 2500);
	expect(history.messages.length).toBeGreaterThan(1000);
});
