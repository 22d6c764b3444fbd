import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BaseTelegramClient } from '@mtcute/core/client.js';
import type { ConnectionState } from '../api/types.ts';
import { watchConnection } from './connection.ts';

/** A client whose connection does what the test says. */
function fakeClient() {
	const listeners: Record<string, () => void> = {};
	let catchingUp: (isCatchingUp: boolean) => void = () => {};
	const emitter = (name: string) => ({ add: (listener: () => void) => void (listeners[name] = listener) });
	const client = {
		mt: { onUsable: emitter('usable'), onConnecting: emitter('connecting') },
		updates: { onCatchingUp: (handler: typeof catchingUp) => void (catchingUp = handler) },
	};
	return {
		client: client as unknown as BaseTelegramClient,
		open: () => listeners['usable']?.(),
		lose: () => listeners['connecting']?.(),
		catchUp: (isCatchingUp: boolean) => catchingUp(isCatchingUp),
	};
}

function watch(isOnline = true) {
	const target = new EventTarget();
	vi.stubGlobal('navigator', { onLine: isOnline });
	vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
	vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
	const told: ConnectionState[] = [];
	const fake = fakeClient();
	const end = watchConnection(fake.client, (state) => told.push(state));
	const setOnline = (value: boolean) => {
		vi.stubGlobal('navigator', { onLine: value });
		target.dispatchEvent(new Event(value ? 'online' : 'offline'));
	};
	return { ...fake, told, end, setOnline };
}

afterEach(() => vi.unstubAllGlobals());

describe('the state of the connection', () => {
	it('is connecting until the line is open, then updating until nothing is missed', () => {
		const { told, catchUp, open } = watch();
		catchUp(true);
		open();
		catchUp(false);
		expect(told).toEqual(['connecting', 'connecting', 'updating', 'ready']);
	});

	it('is connecting again when the line is lost', () => {
		const { told, open, lose } = watch();
		open();
		lose();
		expect(told.at(-1)).toBe('connecting');
	});

	it('is offline without a network, but not when the line is open all the same', () => {
		const { told, open, setOnline, lose } = watch(false);
		expect(told.at(-1)).toBe('offline');
		open();
		setOnline(false);
		expect(told.at(-1)).toBe('ready');
		lose();
		expect(told.at(-1)).toBe('offline');
		setOnline(true);
		expect(told.at(-1)).toBe('connecting');
	});

	it('is not told after the end', () => {
		const { told, end, setOnline } = watch();
		end();
		setOnline(false);
		expect(told).toEqual(['connecting']);
	});
});
