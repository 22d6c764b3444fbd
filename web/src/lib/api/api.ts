import type { Calls, calls } from '../protocol/calls/index.ts';
import type { Account } from '../protocol/account.ts';
import type { PageConfig } from './config.ts';
import type { EventName, Events } from './events.ts';
import { ApiError } from './failure.ts';
import type { DeviceInfo, FromWorker, ToWorker } from './wire.ts';

type RemoteCall<F> = F extends (account: Account, ...args: infer A) => infer R
	? (...args: A) => Promise<Awaited<R>>
	: never;

/** The calls of the worker as the page sees them: without the account, always a promise. */
export type Remote<T extends Record<string, Calls>> = {
	readonly [S in keyof T]: { readonly [N in keyof T[S]]: RemoteCall<T[S][N]> };
};

export type Api = Remote<typeof calls>;

/** One account: its worker, and the only way to it. */
export interface Session {
	readonly slot: number;
	/** Every call may reject with an ApiError. */
	readonly api: Api;
	/** Listens to events; returns what ends it. */
	on<N extends EventName>(name: N, listener: (data: Events[N]) => void): () => void;
	/** Says that the page is in front again, so that a dead connection is found at once. */
	wake(): void;
	/** Ends the worker. Calls without an answer reject with `CLOSED`. */
	close(): void;
}

/** Starts the worker of an account. It connects by itself. */
export function connect(slot: number, config: PageConfig, device: DeviceInfo): Session {
	const worker = new Worker(new URL('../protocol/worker.ts', import.meta.url), {
		type: 'module',
		name: `hermod-${slot}`,
	});
	const session = new WorkerSession(slot, worker);
	session.post({ start: { slot, config, origin: location.origin, device } });
	return session;
}

interface Waiting {
	resolve: (value: unknown) => void;
	reject: (error: ApiError) => void;
}

type Listeners = { [N in EventName]?: Set<(data: Events[N]) => void> };

/** What the session needs of a worker; a MessagePort does in tests. */
export type Port = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export class WorkerSession implements Session {
	readonly slot: number;
	readonly api: Api;
	readonly #port: Port;
	readonly #waiting = new Map<number, Waiting>();
	readonly #listeners: Listeners = {};
	#lastId = 0;
	#isClosed = false;
	#hasSpoken = false;

	constructor(slot: number, port: Port) {
		this.slot = slot;
		this.#port = port;
		this.api = remote((path, args) => this.#call(path, args));
		port.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
		port.onerror = (event) => this.#complain(event);
	}

	post(message: ToWorker) {
		this.#port.postMessage(message);
	}

	on<N extends EventName>(name: N, listener: (data: Events[N]) => void): () => void {
		const set: Set<(data: Events[N]) => void> = (this.#listeners[name] ??= new Set<never>());
		set.add(listener);
		return () => set.delete(listener);
	}

	wake() {
		this.post({ wake: true });
	}

	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#port.terminate();
		this.#rejectAll('CLOSED');
	}

	#call(path: [string, string], args: unknown[]): Promise<unknown> {
		if (this.#isClosed) return Promise.reject(new ApiError({ text: 'CLOSED', code: 0 }));
		const id = ++this.#lastId;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.post({ id, path, args });
		});
	}

	/** An error before the first word means that the worker could not be loaded, so nobody will answer. */
	#complain(event: ErrorEvent) {
		console.error('worker', event.message);
		if (!this.#hasSpoken) this.#rejectAll('NO_WORKER');
	}

	#rejectAll(text: string) {
		for (const waiting of this.#waiting.values()) waiting.reject(new ApiError({ text, code: 0 }));
		this.#waiting.clear();
	}

	#receive(message: FromWorker) {
		this.#hasSpoken = true;
		if ('events' in message) {
			for (const event of message.events) this.#tell(event.name, event.data);
			return;
		}
		const waiting = this.#waiting.get(message.id);
		this.#waiting.delete(message.id);
		if ('failure' in message) waiting?.reject(new ApiError(message.failure));
		else waiting?.resolve(message.result);
	}

	#tell<N extends EventName>(name: N, data: Events[N]) {
		for (const listener of this.#listeners[name] ?? []) {
			try {
				listener(data);
			} catch (error) {
				// One listener that fails must not keep the others from an event that does not come again.
				reportError(error);
			}
		}
	}
}

type Caller = (path: [string, string], args: unknown[]) => Promise<unknown>;

/** An object whose every `a.b(…)` is a call; the types come from the calls themselves. */
function remote(call: Caller): Api {
	const subjects = new Map<string, unknown>();
	return new Proxy({} as Api, {
		get(_, subject) {
			if (typeof subject !== 'string') return undefined;
			if (!subjects.has(subject)) subjects.set(subject, remoteSubject(subject, call));
			return subjects.get(subject);
		},
	});
}

function remoteSubject(subject: string, call: Caller): unknown {
	return new Proxy(
		{},
		{
			get(_, name) {
				if (typeof name !== 'string' || name === 'then') return undefined;
				return (...args: unknown[]) => call([subject, name], args);
			},
		},
	);
}
