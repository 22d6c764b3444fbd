import { describe, expect, it, vi } from 'vitest';
import type { Api } from '../api/api.ts';
import type { SecretInfo } from '../api/secret.ts';
import { SecretStore } from './secret.svelte.ts';

const info: SecretInfo = { state: 'waiting', partner: 'u2', isCreator: true, ttl: 0 };

function storeWith(answer: () => Promise<SecretInfo>) {
	const ask = vi.fn(answer);
	const store = new SecretStore({ secret: { info: ask } as unknown as Api['secret'] });
	return { store, ask };
}

describe('SecretStore', () => {
	it('asks once for a chat', async () => {
		const { store, ask } = storeWith(() => Promise.resolve(info));
		await Promise.all([store.load('s1'), store.load('s1')]);
		await store.load('s1');
		expect(ask).toHaveBeenCalledTimes(1);
		expect(store.of('s1')).toEqual(info);
	});

	it('shows a new state at once, and the key when it is told', async () => {
		const key = { squares: [1], emoji: [['a']], text: ['61'] };
		let answer = info;
		const { store } = storeWith(() => Promise.resolve(answer));
		await store.load('s1');
		answer = { ...info, state: 'ready', ttl: 5, key };
		store.take({ peer: 's1', state: 'ready', ttl: 5 });
		expect(store.of('s1')).toMatchObject({ state: 'ready', ttl: 5 });
		await vi.waitFor(() => expect(store.of('s1')?.key).toEqual(key));
	});

	it('forgets a chat that is gone', async () => {
		let isGone = false;
		const { store } = storeWith(() => (isGone ? Promise.reject(new Error()) : Promise.resolve(info)));
		await store.load('s1');
		isGone = true;
		store.take({ peer: 's1', state: 'closed', ttl: 0 });
		await vi.waitFor(() => expect(store.of('s1')).toBeUndefined());
	});
});
