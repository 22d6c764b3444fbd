import { describe, expect, it } from 'vitest';
import { AccountList } from './accounts.ts';

function memory(text: string | null = null) {
	let kept = text;
	return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

describe('the list of accounts', () => {
	it('has one to sign in to when the browser knows nothing', () => {
		expect(new AccountList(memory()).all).toEqual([{ slot: 1 }]);
		expect(new AccountList(memory('{broken')).all).toEqual([{ slot: 1 }]);
	});

	it('survives a restart', () => {
		const storage = memory();
		const list = new AccountList(storage);
		list.describe(1, { name: 'Ada', phone: '47' });
		list.add();
		const again = new AccountList(storage);
		expect(again.all).toEqual([{ slot: 1, name: 'Ada', phone: '47' }, { slot: 2 }]);
		expect(again.current.slot).toBe(2);
	});

	it('never gives a slot twice, so that nothing of an old account is met', () => {
		const list = new AccountList(memory());
		list.add();
		list.remove(2);
		list.remove(1);
		expect(list.all).toEqual([{ slot: 3 }]);
		expect(list.current.slot).toBe(3);
	});

	it('turns to another when the current one goes', () => {
		const list = new AccountList(memory());
		list.add();
		list.remove(2);
		expect(list.current.slot).toBe(1);
	});
});
