import type { tl } from '@mtcute/core';
import type { ApiFailure, Message, PeerKey } from '../api/types.ts';
import type { Account } from './account.ts';
import type { AccountDatabase } from './database.ts';
import { toApiError } from './failure.ts';
import type { Job } from './job.ts';
import { sentMessages } from './sent.ts';
import { randomId } from './random.ts';
import { type Sender, senders, type SenderInput, type SenderKind, slowKinds } from './senders.ts';

/** A message that is to be sent, without what the outbox gives it. */
export type UnsentMessage = Omit<Message, 'peer' | 'id' | 'key' | 'state' | 'error' | 'isOut'>;

/** Ids of messages that are not sent yet begin here and ascend; they stay under 0. */
const firstLocalId = -2_000_000_000;

/** Seconds that the outbox waits by itself when the server asks it to; for longer the user is told. */
const longestWait = 60;

/**
 * The messages that wait to be sent. Each lies in IndexedDB before it goes out and until the server has answered, and
 * goes out with the same random id as often as it takes: it arrives once, also over lost connections and restarts.
 * Messages of a chat go one after the other; those with files have a row of their own.
 */
export class Outbox {
	readonly #account: Account;
	readonly #db: AccountDatabase;
	readonly #jobs = new Map<string, Job>();
	readonly #lanes = new Map<string, Job[]>();
	readonly #running = new Map<string, AbortController>();
	/** Keys of local messages that were seen on the server before its answer came. */
	readonly #arrived = new Set<string>();
	#lastLocalId = firstLocalId;
	#lastTime = 0;
	#isStarted = false;

	constructor(account: Account, db: AccountDatabase) {
		this.#account = account;
		this.#db = db;
	}

	/** Reads what was left by the last run. Sends nothing yet. */
	async load(): Promise<void> {
		for (const job of await this.#db.getAll('outbox')) {
			this.#jobs.set(job.key, job);
			this.#lastTime = Math.max(this.#lastTime, parseInt(job.key, 36));
			this.#lastLocalId = Math.max(this.#lastLocalId, ...job.messages.map((message) => message.id));
		}
	}

	/** Begins to send. To be called when the account is signed in. */
	start() {
		if (this.#isStarted) return;
		this.#isStarted = true;
		for (const job of this.#sorted()) if (!job.failure) this.#queue(job);
	}

	/** Messages that are not sent, of one chat or all, in their order. */
	pending(peer?: PeerKey): Message[] {
		return this.#sorted()
			.filter((job) => !peer || job.peer === peer)
			.flatMap((job) => job.messages);
	}

	/**
	 * Takes messages to be sent and tells the page of them. Resolves when they are safe in IndexedDB, which is before
	 * they are sent.
	 */
	async add<K extends SenderKind>(
		kind: K,
		peer: PeerKey,
		input: SenderInput<K>,
		messages: UnsentMessage[],
	): Promise<Message[]> {
		const key = this.#nextKey();
		const job: Job = {
			key,
			peer,
			kind,
			input,
			randomIds: messages.map(randomId),
			messages: messages.map((message, index) => this.#localMessage(message, peer, `${key}.${index}`)),
		};
		this.#jobs.set(key, job);
		this.#tell(job);
		await this.#db.put('outbox', job);
		if (this.#isStarted) this.#queue(job);
		return job.messages;
	}

	/** Tries a refused message again, at the end of its row. `key` is the message's. */
	async retry(key: string): Promise<void> {
		const job = this.#jobOf(key);
		if (!job?.failure) return;
		this.#setState(job, undefined);
		await this.#db.put('outbox', job);
		this.#queue(job);
	}

	/** Gives a message up that is not sent; with an album the whole. What the server already has stays there. */
	async discard(key: string): Promise<void> {
		const job = this.#jobOf(key);
		if (!job) return;
		this.#running.get(job.key)?.abort();
		await this.#forget(job);
		this.#account.emit('deleted', { peer: job.peer, ids: job.messages.map((message) => message.id) });
	}

	/**
	 * Which message on its way this new one from the server is: it had arrived, but the answer was lost with the
	 * connection. Of two alike it may be the wrong one; the answer, when it comes, sets that right.
	 */
	findArrived(message: Message): Message | undefined {
		for (const key of this.#running.keys()) {
			const local = this.#jobs.get(key)?.messages.find((one) => !this.#arrived.has(one.key) && isAlike(one, message));
			if (!local) continue;
			this.#arrived.add(local.key);
			return local;
		}
		return undefined;
	}

	#localMessage(message: UnsentMessage, peer: PeerKey, key: string): Message {
		return { ...message, peer, id: ++this.#lastLocalId, key, isOut: true, state: 'sending' };
	}

	/** Ascending, also when the clock was set back, here or before a restart. */
	#nextKey(): string {
		this.#lastTime = Math.max(this.#lastTime + 1, Date.now());
		return this.#lastTime.toString(36).padStart(9, '0');
	}

	#sorted(): Job[] {
		return [...this.#jobs.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
	}

	#jobOf(messageKey: string): Job | undefined {
		return this.#jobs.get(messageKey.split('.')[0]!);
	}

	#queue(job: Job) {
		const name = slowKinds.has(job.kind) ? `${job.peer} ${job.kind}` : job.peer;
		const lane = this.#lanes.get(name);
		if (lane) return void lane.push(job);
		const fresh = [job];
		this.#lanes.set(name, fresh);
		void this.#work(name, fresh);
	}

	async #work(name: string, lane: Job[]) {
		for (let job = lane[0]; job; job = lane[0]) {
			if (this.#jobs.has(job.key)) await this.#send(job);
			lane.shift();
		}
		this.#lanes.delete(name);
	}

	async #send(job: Job) {
		const sender = (senders as Record<string, Sender<unknown>>)[job.kind];
		if (!sender) return this.#refused(job, { text: 'INTERNAL', code: 0 });
		const abort = new AbortController();
		this.#running.set(job.key, abort);
		try {
			const answer = await this.#untilAnswered(() => sender(this.#account, job, abort.signal), abort.signal);
			await this.#sent(job, answer);
		} catch (error) {
			if (!abort.signal.aborted) await this.#refused(job, toApiError(error));
		} finally {
			this.#running.delete(job.key);
		}
	}

	/** Tries as often as it makes sense: not when the server said no. */
	async #untilAnswered(attempt: () => Promise<tl.TypeUpdates>, signal: AbortSignal): Promise<tl.TypeUpdates> {
		for (let tries = 1; ; tries++) {
			try {
				return await attempt();
			} catch (error) {
				const wait = secondsToWait(toApiError(error), tries);
				if (wait === undefined || signal.aborted) throw error;
				await sleep(wait, signal);
			}
		}
	}

	async #sent(job: Job, answer: tl.TypeUpdates) {
		if (!this.#jobs.has(job.key)) return this.#account.apply(answer);
		const messages = sentMessages(this.#account, job, answer);
		await this.#account.cache.putMessages(messages, { areLive: true });
		await this.#account.cache.flush();
		await this.#forget(job);
		messages.forEach((message, index) => {
			const replaces = job.messages[index]?.id;
			this.#account.emit('message', { message, isNew: true, isSilent: true, replaces });
		});
		this.#account.client.handleClientUpdate(answer, true);
	}

	async #refused(job: Job, failure: ApiFailure) {
		if (!this.#jobs.has(job.key)) return;
		this.#setState(job, { text: failure.text, code: failure.code, value: failure.value });
		await this.#db.put('outbox', job);
	}

	#setState(job: Job, failure: ApiFailure | undefined) {
		job.failure = failure;
		for (const message of job.messages) {
			message.state = failure ? 'failed' : 'sending';
			message.error = failure;
		}
		this.#tell(job);
	}

	#tell(job: Job) {
		for (const message of job.messages) this.#account.emit('message', { message, isNew: true, isSilent: true });
	}

	async #forget(job: Job) {
		this.#jobs.delete(job.key);
		for (const message of job.messages) this.#arrived.delete(message.key);
		await this.#db.delete('outbox', job.key);
	}
}

function isAlike(a: Message, b: Message): boolean {
	return a.peer === b.peer && a.text.text === b.text.text && a.content.kind === b.content.kind;
}

/** When to try again after a failure, in seconds; undefined: not at all. */
function secondsToWait(failure: ApiFailure, tries: number): number | undefined {
	if (failure.value !== undefined && failure.text.endsWith('_WAIT')) {
		return failure.value <= longestWait ? failure.value : undefined;
	}
	const isTransient = failure.code >= 500 || failure.code < 0 || ['NETWORK', 'TIMEOUT'].includes(failure.text);
	return isTransient ? Math.min(2 ** tries, 30) : undefined;
}

function sleep(seconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, seconds * 1000);
		signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
	});
}
