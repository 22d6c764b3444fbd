import { afterEach, beforeEach, expect, test } from 'vitest';
import { RouteStore } from './route.svelte.ts';

/** As much of a browser as the route needs: a history with its states. */
class FakeBrowser {
	readonly steps: { state: unknown; address: string }[] = [{ state: null, address: '/' }];
	at = 0;
	#listener: () => void = () => {};
	readonly location = { hash: '', pathname: '/', origin: 'https://chat.example' } as Location;
	readonly history: History;

	constructor(hash = '') {
		this.location.hash = hash;
		this.history = {
			pushState: (state: unknown, _: string, address: string) => {
				this.steps.splice(this.at + 1);
				this.at = this.steps.push({ state: structuredClone(state), address }) - 1;
			},
			replaceState: (state: unknown, _: string, address?: string) => {
				this.steps[this.at] = { state: structuredClone(state), address: address ?? '/' };
			},
			back: () => {
				this.at = Math.max(0, this.at - 1);
				this.#listener();
			},
		} as unknown as History;
		Object.defineProperty(this.history, 'state', { get: () => this.steps[this.at]?.state ?? null });
	}

	readonly addEventListener = ((_: string, listener: () => void) =>
		(this.#listener = listener)) as unknown as Window['addEventListener'];
	readonly removeEventListener = (() => {}) as Window['removeEventListener'];
}

let browser: FakeBrowser;
let route: RouteStore;

function open(isNarrow: boolean, hash?: string) {
	browser = new FakeBrowser(hash);
	route = new RouteStore({ isNarrow }, browser);
}

beforeEach(() => open(false));
afterEach(() => route.close());

test('a step back leads from the profile to the chat and from the chat to the list', () => {
	open(true);
	route.openChat('u5');
	route.openInfo();
	route.back();
	expect([route.isInfoOpen, route.chat?.peer]).toEqual([false, 'u5']);
	browser.history.back();
	expect(route.chat).toBeUndefined();
});

test('on a phone a chat covers the page that it was opened from', () => {
	open(true);
	route.openLeft('contacts');
	route.openChat('u5');
	expect(route.left).toBe('chats');
	route.back();
	expect([route.left, route.chat]).toEqual(['contacts', undefined]);
});

test('the page on which a chat was made is not come back to', () => {
	open(true);
	route.openLeft('new-group');
	route.openChat('g5');
	route.back();
	expect([route.left, route.chat]).toEqual(['chats', undefined]);
});

test('the way out of comments leads to the channel that they belong to', () => {
	route.openChat('c5');
	route.openChat('c6', { thread: 7 });
	route.back();
	expect(route.chat).toEqual({ peer: 'c5' });
	route.back();
	expect(route.chat).toBeUndefined();
});

test('on a wide screen the left page stays, and closing it does not go back to another chat', () => {
	route.openLeft('settings');
	route.openChat('u5');
	route.openChat('u6');
	route.closeLeft();
	expect([route.left, route.chat?.peer]).toEqual(['chats', 'u6']);
	route.back();
	expect(route.chat).toBeUndefined();
});

test('a page of a page leads up to it, also when it was opened by its address', () => {
	open(false, '#settings/privacy/blocked');
	expect(route.left).toBe('settings/privacy/blocked');
	route.closeLeft();
	expect(route.left).toBe('settings/privacy');
	route.closeLeft();
	route.closeLeft();
	expect(route.left).toBe('chats');
});

test('the same chat again is a move inside of it, not a step', () => {
	route.openChat('c5');
	const steps = browser.steps.length;
	route.openChat('c5', { message: 17 });
	expect([browser.steps.length, route.chat?.message]).toEqual([steps, 17]);
	expect(browser.steps.at(-1)?.address).toBe('#c5/17');
	route.clearMessage();
	expect(browser.steps.at(-1)?.address).toBe('#c5');
});

test('links of this installation are followed, others are not', () => {
	expect(route.openLink('https://chat.example/#u7')).toBe(true);
	expect(route.chat?.peer).toBe('u7');
	expect(route.openLink('https://chat.example/name')).toBe(true);
	expect(route.link).toEqual({ kind: 'name', name: 'name' });
	expect(route.openLink('https://elsewhere.example/#u7')).toBe(false);
});
