import { describe, expect, it, vi } from 'vitest';
import { WorkerSession, type Port } from './api.ts';
import type { ApiError } from './failure.ts';
import { isFailure } from './failure.ts';
import type { FromWorker, ToWorker } from './wire.ts';

/** A worker that answers when the test says so. */
function fakePort() {
	const sent: ToWorker[] = [];
	const port: Port = {
		postMessage: (message: ToWorker) => void sent.push(message),
		terminate: () => {},
		onmessage: null,
		onerror: null,
	};
	const answer = (data: FromWorker) => port.onmessage?.call(port as Worker, new MessageEvent('message', { data }));
	return { port, sent, answer };
}

describe('a call', () => {
	it('goes out with its path and arguments and comes back with the answer', async () => {
		const { port, sent, answer } = fakePort();
		const calling = new WorkerSession(1, port).api.session.state();
		expect(sent).toEqual([{ id: 1, path: ['session', 'state'], args: [] }]);
		const state = { isSignedIn: true, self: 'u1', connection: 'ready' };
		answer({ id: 1, result: state });
		expect(await calling).toEqual(state);
	});

	it('rejects with what the server said', async () => {
		const { port, answer } = fakePort();
		const calling = new WorkerSession(1, port).api.session.logOut();
		answer({ id: 1, failure: { text: 'FLOOD_WAIT', code: 420, value: 30 } });
		await expect(calling).rejects.toSatisfy(
			(error) => isFailure(error, 'FLOOD_WAIT') && (error as ApiError).value === 30,
		);
	});

	it('rejects when the session is closed before or after it', async () => {
		const { port } = fakePort();
		const session = new WorkerSession(1, port);
		const before = session.api.session.state();
		session.close();
		await expect(before).rejects.toThrow('CLOSED');
		await expect(session.api.session.state()).rejects.toThrow('CLOSED');
	});
});

describe('a worker that cannot be loaded', () => {
	it('rejects what waits for it', async () => {
		const log = vi.spyOn(console, 'error').mockImplementation(() => {});
		const { port } = fakePort();
		const calling = new WorkerSession(1, port).api.session.state();
		port.onerror?.call(port as Worker, { message: 'not found' } as ErrorEvent);
		await expect(calling).rejects.toThrow('NO_WORKER');
		log.mockRestore();
	});
});

describe('events', () => {
	it('reach their listeners in order until these leave', () => {
		const { port, answer } = fakePort();
		const session = new WorkerSession(1, port);
		const heard: string[] = [];
		const leave = session.on('connection', ({ state }) => heard.push(state));
		session.on('notice', ({ text }) => heard.push(text));
		answer({
			events: [
				{ name: 'connection', data: { state: 'ready' } },
				{ name: 'notice', data: { text: 'hello' } },
			],
		});
		leave();
		answer({ events: [{ name: 'connection', data: { state: 'offline' } }] });
		expect(heard).toEqual(['ready', 'hello']);
	});

	it('reach the other listeners when one fails', () => {
		const report = vi.fn();
		vi.stubGlobal('reportError', report);
		const { port, answer } = fakePort();
		const session = new WorkerSession(1, port);
		const heard = vi.fn();
		session.on('notice', () => {
			throw new Error('broken');
		});
		session.on('notice', heard);
		answer({ events: [{ name: 'notice', data: { text: 'hello' } }] });
		expect(heard).toHaveBeenCalledOnce();
		expect(report).toHaveBeenCalledOnce();
		vi.unstubAllGlobals();
	});
});
