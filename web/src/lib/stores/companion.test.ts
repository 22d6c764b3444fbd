import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Api, Session } from '../api/api.ts';
import { CompanionStore } from './companion.svelte.ts';
import { subscribe, unsubscribe, type PushBrowser } from './subscription.ts';

class Worker extends EventTarget {
	state = 'installing';
	readonly postMessage = vi.fn();
}

class Container extends EventTarget {
	controller: Worker | null = null;
	readonly registration = Object.assign(new EventTarget(), {
		waiting: null as Worker | null,
		installing: null as Worker | null,
		active: new Worker(),
	});
	register = () => Promise.resolve(this.registration);
	getRegistration = () => Promise.resolve(this.registration);
}

const part = vi.fn(() => Promise.resolve(new ArrayBuffer(4)));
let container: Container;
let store: CompanionStore;
const reload = vi.fn();

beforeEach(async () => {
	container = new Container();
	const session = { api: { media: { part } } } as unknown as Session;
	store = new CompanionStore({
		find: (slot) => (slot === 1 ? session : undefined),
		container: container as unknown as ServiceWorkerContainer,
		reload,
	});
	await store.start();
});

function install() {
	const worker = new Worker();
	container.registration.installing = worker;
	container.registration.dispatchEvent(new Event('updatefound'));
	worker.state = 'installed';
	worker.dispatchEvent(new Event('statechange'));
	return worker;
}

async function askFor(slot: number): Promise<unknown> {
	const { port1, port2 } = new MessageChannel();
	const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
	const stream = { slot, id: 'd~1', size: 9, mime: 'video/mp4', offset: 2, length: 4 };
	container.dispatchEvent(Object.assign(new Event('message'), { data: { stream }, ports: [port2] }));
	const got = await answer;
	port1.close();
	return got;
}

describe('the service worker beside the page', () => {
	test('hears that the page counts what is unread', async () => {
		await store.takeCount();
		expect(container.registration.active.postMessage).toHaveBeenCalledWith({ kind: 'counting' });
	});

	test('the first one is no update, a later one is', () => {
		install();
		expect(store.hasUpdate).toBe(false);
		container.controller = new Worker();
		const newer = install();
		expect(store.hasUpdate).toBe(true);
		store.update();
		expect(newer.postMessage).toHaveBeenCalledWith({ kind: 'update' });
		container.dispatchEvent(new Event('controllerchange'));
		expect(reload).toHaveBeenCalledOnce();
	});

	test('players get parts of files of the account they ask for', async () => {
		expect(await askFor(1)).toHaveProperty('byteLength', 4);
		expect(part).toHaveBeenCalledWith({ id: 'd~1', size: 9, mime: 'video/mp4' }, 2, 4);
		expect(await askFor(2)).toBe(null);
	});

	test('a click on a notification is handed on', () => {
		container.dispatchEvent(
			Object.assign(new Event('message'), { data: { open: { user: '5', peer: 'c7' } }, ports: [] }),
		);
		expect(store.wanted).toEqual({ user: '5', peer: 'c7' });
	});
});

describe('subscriptions', () => {
	const register = vi.fn(() => Promise.resolve());
	const unregister = vi.fn(() => Promise.resolve());
	const api = { push: { register, unregister } } as unknown as Api;

	function subscriptionFor(key: string) {
		const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
		return {
			options: { applicationServerKey: bytes.buffer },
			toJSON: () => ({ endpoint: `https://push.example/${key}` }),
			unsubscribe: vi.fn(() => Promise.resolve(true)),
		};
	}

	function browserWith(known?: ReturnType<typeof subscriptionFor>): PushBrowser {
		const manager = {
			getSubscription: () => Promise.resolve(known ?? null),
			subscribe: vi.fn(() => Promise.resolve(subscriptionFor('BBBB'))),
		};
		return { permission: 'granted', manager: manager as unknown as PushBrowser['manager'] };
	}

	beforeEach(() => vi.clearAllMocks());

	test('the server is told where this browser is pushed to', async () => {
		expect(await subscribe(api, browserWith(), 'BBBB')).toBe(true);
		expect(register).toHaveBeenCalledWith('{"endpoint":"https://push.example/BBBB"}');
	});

	test('a subscription for another installation is given up', async () => {
		const old = subscriptionFor('AAAA');
		await subscribe(api, browserWith(old), 'BBBB');
		expect(old.unsubscribe).toHaveBeenCalledOnce();
		expect(register).toHaveBeenCalledWith('{"endpoint":"https://push.example/BBBB"}');
	});

	test('nothing is asked without a permission, or of a server that does not push', async () => {
		expect(await subscribe(api, { ...browserWith(), permission: 'default' }, 'BBBB')).toBe(false);
		expect(await subscribe(api, browserWith(), '')).toBe(false);
		expect(register).not.toHaveBeenCalled();
	});

	test('it can be ended', async () => {
		await unsubscribe(api, browserWith(subscriptionFor('BBBB')));
		expect(unregister).toHaveBeenCalledOnce();
	});
});
