import type { EventName, Events } from '../api/events.ts';
import { ApiError } from '../api/failure.ts';
import { isOwn, type FromWorker, type ToWorker, type WorkerEvent } from '../api/wire.ts';
import { Account, type Emit } from './account.ts';
import { type Calls, calls } from './calls/index.ts';
import { toApiError } from './failure.ts';

type Post = (message: FromWorker) => void;

type Call = (account: Account, ...args: unknown[]) => unknown;

/** Answers the messages of one page. The first must be `start`; calls that come earlier than its end wait for it. */
export function serve(post: Post): (message: ToWorker) => void {
	const outlet = new Outlet(post);
	let account: Promise<Account> = Promise.reject(new ApiError({ text: 'NOT_STARTED', code: 0 }));
	account.catch(() => {});
	return (message) => {
		if ('start' in message) account = Account.open({ ...message.start, emit: outlet.emit });
		else if ('wake' in message) void account.then((opened) => opened.wake()).catch(() => {});
		else void answer(account, message, outlet);
	};
}

async function answer(
	account: Promise<Account>,
	{ id, path, args }: Extract<ToWorker, { id: number }>,
	outlet: Outlet,
) {
	try {
		const call = find(path);
		outlet.post({ id, result: await call(await account, ...args) });
	} catch (error) {
		const { text, code, value } = toApiError(error);
		if (text === 'INTERNAL') console.error(path.join('.'), error);
		outlet.post({ id, failure: { text, code, value } });
	}
}

function find([subject, name]: [string, string]): Call {
	const functions = (calls as Record<string, Calls>)[subject];
	const call = functions && Object.hasOwn(functions, name) ? functions[name] : undefined;
	if (!call) throw new ApiError({ text: 'NO_SUCH_CALL', code: 0 });
	return call as Call;
}

/** Sends events in one message per turn, the user's own messages at its end, and answers after what was told before. */
class Outlet {
	readonly #post: Post;
	#events: WorkerEvent[] = [];
	#isWaiting = false;
	#isDue = false;

	constructor(post: Post) {
		this.#post = post;
	}

	readonly emit: Emit = <N extends EventName>(name: N, data: Events[N]) => {
		const event = { name, data } as WorkerEvent;
		this.#events.push(event);
		if (isOwn(event)) this.#hurry();
		if (this.#isWaiting) return;
		this.#isWaiting = true;
		setTimeout(() => this.#flush(), 0);
	};

	/** Others' work may stand before the next turn. */
	#hurry() {
		if (this.#isDue) return;
		this.#isDue = true;
		queueMicrotask(() => this.#flush());
	}

	post(message: FromWorker) {
		this.#flush();
		this.#post(message);
	}

	#flush() {
		this.#isWaiting = false;
		this.#isDue = false;
		if (this.#events.length === 0) return;
		const events = this.#events;
		this.#events = [];
		this.#post({ events });
	}
}
