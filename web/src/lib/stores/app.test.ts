import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../api/api.ts';
import type { PageConfig } from '../api/config.ts';
import type { Events } from '../api/events.ts';
import { AccountList } from './accounts.ts';
import { AppStore } from './app.svelte.ts';
import { TabLock } from './tab-lock.ts';

type Told = { [N in keyof Events]?: (data: Events[N]) => void };

/** The workers that run, by slot, and what the test makes them tell. */
let workers: Map<number, Told>;
let signedIn: Set<number>;
let list: AccountList;

function connect(slot: number): Session {
	const told: Told = {};
	workers.set(slot, told);
	const state = async () => ({ isSignedIn: signedIn.has(slot), self: `u${slot}`, connection: 'ready' });
	return {
		slot,
		api: { session: { state } },
		on: (name: keyof Events, listener: never) => ((told[name] = listener), () => {}),
		wake: () => {},
		close: () => void workers.delete(slot),
	} as unknown as Session;
}

/** Locks of one browser: the first tab has it until another steals it. */
function fakeLocks() {
	let lose: (() => void) | undefined;
	const request = (_: string, { steal }: LockOptions, granted: (lock: object | null) => unknown) =>
		new Promise((_resolve, reject) => {
			if (lose && !steal) return void granted(null);
			lose?.();
			lose = () => reject(new DOMException('stolen', 'AbortError'));
			void granted({});
		});
	return { request } as unknown as LockManager;
}

function open(locks = fakeLocks()) {
	const device = { model: 'Test', system: 'Test', language: 'en' };
	return new AppStore({} as PageConfig, device, {
		connect,
		list,
		lock: new TabLock(locks),
		eraseLeftovers: async () => {},
	});
}

beforeEach(() => {
	const kept = new Map<string, string>();
	const storage = {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (k: string, v: string) => void kept.set(k, v),
	};
	list = new AccountList(storage);
	workers = new Map();
	signedIn = new Set();
});

describe('the page', () => {
	it('begins with the sign-in of its only account', async () => {
		const app = open();
		await app.start();
		expect(app.tab).toBe('own');
		await vi.waitFor(() => expect(app.current?.signIn).toBe('out'));
	});

	it('runs every account that is signed in, and shows one', async () => {
		list.describe(1, { name: 'Ada' });
		list.add();
		list.describe(2, { name: 'Bo' });
		signedIn = new Set([1, 2]);
		const app = open();
		await app.start();
		await vi.waitFor(() => expect(app.running.map(({ signIn }) => signIn)).toEqual(['in', 'in']));
		expect(app.current?.slot).toBe(2);
	});

	it('forgets a sign-in that is left', async () => {
		list.describe(1, { name: 'Ada' });
		signedIn = new Set([1]);
		const app = open();
		await app.start();
		await vi.waitFor(() => expect(app.current?.signIn).toBe('in'));
		app.addAccount();
		await vi.waitFor(() => expect(app.current?.signIn).toBe('out'));
		app.switchTo(1);
		expect(app.accounts).toEqual([{ slot: 1, name: 'Ada' }]);
		expect([...workers.keys()]).toEqual([1]);
	});

	it('shows a fresh sign-in after the session was ended elsewhere, and says so', async () => {
		signedIn = new Set([1]);
		const app = open();
		await app.start();
		workers.get(1)?.signedOut?.({ reason: 'elsewhere' });
		expect(app.current?.slot).toBe(2);
		expect(app.current?.wasEndedElsewhere).toBe(true);
		expect([...workers.keys()]).toEqual([2]);
	});

	it('runs nothing while another tab has the accounts, and takes them over when told to', async () => {
		const locks = fakeLocks();
		const first = open(locks);
		await first.start();
		const second = open(locks);
		await second.start();
		expect(second.tab).toBe('elsewhere');
		expect(second.current).toBeUndefined();
		await second.useHere();
		expect(second.tab).toBe('own');
		await vi.waitFor(() => expect(first.tab).toBe('elsewhere'));
		expect(first.running).toEqual([]);
	});
});
