import { deleteHere, didAction, flushHistory } from './action.ts';
import { accept, discard, handleChat, request } from './agree.ts';
import { checkTtl, typingToTl } from './content.ts';
import { Core } from './core.ts';
import { SecretError } from './errors.ts';
import { checkPlace, newFileKey, openFile, sealedSize, sealFile, type ReadSealed, type Source } from './file.ts';
import { flush } from './flush.ts';
import { askAgain, isAskOverdue, receive } from './receive.ts';
import { isRekeyDue, maybeRekey } from './rekey.ts';
import { notifyLayer, send, sendService, type Draft } from './send.ts';
import { withDefaults, type Options, type Settings } from './settings.ts';
import { chatKey, historyPrefixes, messageKey, messagePrefix, peerOf, transientPrefixes } from './state.ts';
import type { Step } from './step.ts';
import { expire, firstTimer, partnerReadUntil, read } from './timer.ts';
import type { ChatUpdate, Incoming } from './transport.ts';
import type { Chat, ChatId, File, Message, Typing } from './types.ts';

/**
 * One device: agrees on keys with other devices, seals and opens messages and files, keeps their order, asks again for
 * what got lost, changes keys, and lets messages destroy themselves. The server carries what it makes and cannot read it.
 *
 * What the server pushes goes into `handleChat`, `handleMessage`, `handleRead` and `handleTyping`; what happens comes out
 * as events and is found again with `chats` and `history`. Methods throw SecretErrors, and what the store and the
 * transport throw.
 *
 * Invariants:
 * - What is sent is in the store before it is sent, and what `handleMessage` took is in the store before it is over.
 *   After a crash `open` goes on where the last commit was: nothing is lost, and what was perhaps sent is sent again in
 *   the same form, which the other side drops.
 * - The messages of the other side are interpreted once each and in the order in which they were made.
 * - Numbers of a message are given when it is made and never change.
 * - Keys leave the device only into the store.
 *
 * Spec: https://core.telegram.org/api/end-to-end
 */
export class SecretClient {
	readonly #core: Core;
	readonly #settings: Settings;

	private constructor(settings: Settings) {
		this.#settings = settings;
		this.#core = new Core(settings);
	}

	/** Reads the store and goes on where it ended. It sends nothing: call `run`, or `flush`. Throws `store`. */
	static async open(options: Options): Promise<SecretClient> {
		const client = new SecretClient(withDefaults(options));
		await client.#core.load();
		await client.#announceLayer();
		return client;
	}

	/**
	 * Tells the other sides of a layer that this program did not have when it last told them.
	 * Spec: https://core.telegram.org/api/end-to-end#notifying-the-remote-client-about-your-local-layer
	 */
	async #announceLayer() {
		for (const id of this.#core.ids) {
			const s = this.#core.state(id);
			if (s.phase === 'ready' && s.toldLayer < this.#settings.layer) await this.#core.update(id, notifyLayer);
		}
	}

	/** All chats of this device, in the order of their ids; ended ones too, until they are removed. */
	chats(): Chat[] {
		return this.#core.ids.map((id) => this.#core.public(id));
	}

	chat(id: ChatId): Chat {
		return this.#core.public(id);
	}

	/** The orders of all messages of a chat, ascending. */
	async orders(id: ChatId): Promise<number[]> {
		const prefix = messagePrefix(id);
		const keys = await this.#core.view(id, (t) => t.keys(prefix));
		return keys.map((key) => Number.parseInt(key.slice(prefix.length), 16));
	}

	/** The messages of those orders that are there. */
	history(id: ChatId, orders: readonly number[]): Promise<Message[]> {
		return this.#core.view(id, async (t) => {
			const found = [];
			for (const order of orders) {
				const m = await t.load<Message>(messageKey(id, order));
				if (m) found.push(m);
			}
			return found;
		});
	}

	/** Throws `no-chat` or `no-message`. */
	message(id: ChatId, message: bigint): Promise<Message> {
		return this.#core.view(id, (t) => t.message(message));
	}

	/** Asks a user for a secret chat. What fails and may be tried again, `flush` tries again. */
	request(partner: number): Promise<Chat> {
		return request(this.#core, partner);
	}

	/** Takes a chat that the other side offered. */
	accept(id: ChatId): Promise<void> {
		return accept(this.#core, id);
	}

	/** Ends a chat, and with `deleteHistory` removes its messages on both sides. One that was offered is so refused. */
	discard(id: ChatId, deleteHistory: boolean): Promise<void> {
		return discard(this.#core, id, deleteHistory);
	}

	/** Forgets an ended chat with its messages. */
	remove(id: ChatId): Promise<void> {
		const core = this.#core;
		return core.exclusively(async () => {
			const s = core.state(id);
			if (s.phase !== 'ended' || s.isDiscarding) throw new SecretError('state', `chat ${id} is ${s.phase}`);
			const prefixes = [...transientPrefixes(id), ...historyPrefixes(id)];
			const lists = await Promise.all(prefixes.map((prefix) => this.#settings.store.keys(prefix)));
			await this.#settings.store.apply(new Map([...lists.flat(), chatKey(id)].map((key) => [key, undefined])));
			core.chats.delete(id);
			core.removed.add(id);
		});
	}

	/**
	 * Puts a message into the history and on its way. It is in the store when this is over, and `run` or `flush` sends it.
	 * What the other side's program does not know is left out, if the message can be understood without it.
	 */
	send(id: ChatId, draft: Draft): Promise<Message> {
		return this.#whenReady(id, (t) => send(t, draft));
	}

	/** Encrypts a file with a key of its own and uploads it. The result is for the media of a draft. */
	async attach(source: Source): Promise<File> {
		const { primitives, transport } = this.#settings;
		if (source.size <= 0) throw new SecretError('draft', `file of ${source.size} bytes`);
		const file = newFileKey(primitives, source.size);
		const upload = await transport.upload(sealFile(primitives, file, source), sealedSize(source.size));
		return { ...file, upload };
	}

	/**
	 * Loads the plain content of a file, chunk by chunk; `kept` reads what was kept of it, encrypted. Throws `file` unless
	 * what the server has is the file that the message tells of. The server may forget a file once all of it was loaded.
	 */
	openFile(file: File, kept?: ReadSealed): AsyncGenerator<Uint8Array> {
		const { primitives, transport } = this.#settings;
		if (kept) return openFile(primitives, file, kept);
		return openFile(primitives, file, (offset, limit) => transport.download(checkPlace(file), offset, limit));
	}

	/**
	 * Notes that the person has read messages that came in, and begins their countdown, but for those with a file:
	 * `markOpened` does that.
	 */
	markRead(id: ChatId, messages: readonly bigint[]): Promise<void> {
		return this.#read(id, messages, false);
	}

	/** Notes that the person has opened the media of messages that came in, or listened to them. */
	markOpened(id: ChatId, messages: readonly bigint[]): Promise<void> {
		return this.#read(id, messages, true);
	}

	async #read(id: ChatId, messages: readonly bigint[], isOpened: boolean) {
		const core = this.#core;
		const until = await core.update(id, async (t) => {
			const date = await read(t, messages, isOpened);
			if (t.s.phase === 'ready') maybeRekey(t);
			return date;
		});
		if (until === undefined) return;
		core.reads.set(id, Math.max(core.reads.get(id) ?? 0, until));
		core.nudge();
	}

	/** Gives the messages that either side sends from now on a timer, in seconds; 0 takes it away. */
	async setTtl(id: ChatId, ttl: number) {
		checkTtl(ttl);
		await this.#whenReady(id, async (t) => {
			t.s.ttl = ttl;
			t.tell({ kind: 'chat' });
			const form = { _: 'decryptedMessageActionSetMessageTTL', ttlSeconds: ttl } as const;
			await didAction(t, { kind: 'ttl', seconds: ttl }, form);
		});
	}

	/** Tells the other side that these messages were on a screenshot; none if it cannot be told which. */
	tookScreenshot(id: ChatId, messages: bigint[]): Promise<void> {
		const form = { _: 'decryptedMessageActionScreenshotMessages', randomIds: messages } as const;
		return this.#whenReady(id, (t) => didAction(t, { kind: 'screenshot', messages }, form));
	}

	/** Removes messages on both sides; in a chat that is not ready it removes them here. */
	async delete(id: ChatId, messages: readonly bigint[]) {
		if (messages.length === 0) return;
		await this.#core.update(id, async (t) => {
			await deleteHere(t, messages);
			const randomIds = [...messages];
			if (t.s.phase === 'ready') sendService(t, { _: 'decryptedMessageActionDeleteMessages', randomIds });
		});
	}

	/** Removes all messages on both sides. */
	flushHistory(id: ChatId): Promise<void> {
		return this.#whenReady(id, async (t) => {
			await flushHistory(t, t.s.out);
			sendService(t, { _: 'decryptedMessageActionFlushHistory' });
		});
	}

	/**
	 * Tells the other side what this one is doing. It is not kept: what the server does not take at once is lost, except
	 * for kinds that travel as messages.
	 */
	async setTyping(id: ChatId, typing: Typing) {
		if (typing !== 'writing' && typing !== 'stopped') {
			const action = (t: Step) => typingToTl(typing, t.layer);
			await this.#whenReady(id, (t) => sendService(t, { _: 'decryptedMessageActionTyping', action: action(t) }));
			return;
		}
		const s = this.#core.state(id);
		if (s.phase !== 'ready') throw new SecretError('state', `chat ${id} is ${s.phase}`);
		await this.#settings.transport.setTyping(peerOf(s), typing === 'writing');
	}

	/** Runs `change` on a chat in which messages flow. */
	#whenReady<T>(id: ChatId, change: (t: Step) => T | Promise<T>): Promise<T> {
		return this.#core.update(id, async (t) => {
			if (t.s.phase !== 'ready') throw new SecretError('state', `chat ${id} is ${t.s.phase}`);
			const result = await change(t);
			maybeRekey(t);
			return result;
		});
	}

	/** Takes what the server says of a chat. Throws only when the store does; call it again then. */
	handleChat(u: ChatUpdate): Promise<void> {
		return handleChat(this.#core, u);
	}

	/**
	 * Takes an encrypted message. When this is over the message is interpreted, or held back, or was dropped, and is in no
	 * case needed again: the server may forget it. Throws only when the store does.
	 */
	handleMessage(incoming: Incoming): Promise<void> {
		return this.#core.updateIfKnown(incoming.chat, (t) => receive(t, incoming));
	}

	/** Takes the server's word that the other side has read all up to a unix second: `updateEncryptedMessagesRead`. */
	handleRead(id: ChatId, until: number): Promise<void> {
		return this.#core.updateIfKnown(id, (t) => partnerReadUntil(t, until));
	}

	/** Takes the server's word that the other side is writing: `updateEncryptedChatTyping`. */
	handleTyping(id: ChatId) {
		const phase = this.#core.chats.get(id)?.phase;
		if (phase === 'ready') this.#core.announce({ kind: 'typing', typing: 'writing', chat: this.chat(id) });
	}

	/** Sends everything that waits. What fails is tried again by the next one. */
	flush(): Promise<void> {
		return flush(this.#core);
	}

	/**
	 * Removes the messages whose time is over, asks again for messages that are missing for long, and begins to change keys
	 * that are too old. `run` calls it in time.
	 */
	async expire() {
		for (const id of this.#core.ids) {
			const isDue = await this.#core.viewIfKnown(id, isExpireDue);
			if (isDue) await this.#core.updateIfKnown(id, expireChat);
		}
	}

	/**
	 * Sends what waits and heeds the timers until the signal. It is the only thing that has to run; without it, call `flush`
	 * and `expire`. `onError` hears of failures, which are tried again.
	 */
	async run(signal: AbortSignal, onError: (error: unknown) => void) {
		const shortest = 1000;
		const longest = 60_000;
		let pause = shortest;
		while (!signal.aborted) {
			let wait = longest;
			const nudged = this.#nudged(signal);
			try {
				await this.expire();
				await this.flush();
				pause = shortest;
			} catch (error) {
				onError(error);
				wait = pause;
				pause = Math.min(2 * pause, longest);
			}
			if (!signal.aborted) await nudged.orAfter(Math.min(wait, await this.#untilNext()));
		}
	}

	/** Notes from now on whether there is something to do. */
	#nudged(signal: AbortSignal) {
		let wake: () => void = () => undefined;
		const woken = new Promise<void>((resolve) => (wake = resolve));
		this.#core.nudge = wake;
		signal.addEventListener('abort', wake, { once: true });
		return {
			orAfter: async (milliseconds: number) => {
				const cancel = this.#settings.clock.after(milliseconds, wake);
				await woken;
				cancel();
				signal.removeEventListener('abort', wake);
			},
		};
	}

	/** Has `run` try at once, as when the connection is there again. */
	wake() {
		this.#core.nudge();
	}

	/** How long it is until something is to be done. */
	async #untilNext(): Promise<number> {
		let next = Infinity;
		for (const id of this.#core.ids) {
			next = Math.min(next, (await this.#core.viewIfKnown(id, nextTime)) ?? Infinity);
		}
		return Math.max(next - this.#settings.clock.now(), 0);
	}
}

async function isExpireDue(t: Step): Promise<boolean> {
	const at = await firstTimer(t);
	const isTimeOver = at !== undefined && at * 1000 <= t.now;
	return isTimeOver || (t.s.phase === 'ready' && (isAskOverdue(t) || isRekeyDue(t)));
}

async function expireChat(t: Step) {
	await expire(t);
	if (t.s.phase !== 'ready') return;
	await askAgain(t);
	maybeRekey(t);
}

async function nextTime(t: Step): Promise<number> {
	const at = await firstTimer(t);
	const timer = at === undefined ? Infinity : at * 1000;
	const asked = t.s.phase === 'ready' && t.s.held > 0 ? t.s.askedAt * 1000 + t.settings.askAgain : Infinity;
	return Math.min(timer, asked);
}
