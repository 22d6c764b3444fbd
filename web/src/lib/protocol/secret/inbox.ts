import type { tl } from '@mtcute/core';
import type { SecretClient, Store } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { chatUpdateOf, incomingOf } from './wire.ts';

const qtsName = 'inbox/qts';
const text = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** Acknowledging is not urgent: several messages share one. Milliseconds. */
const pauseBeforeAcknowledging = 1000;

/**
 * Brings what the server delivers to the secret chats, and tells it what it may forget. The place in the queue is written
 * after the message, so that a message may come twice, which does no harm, but never not at all.
 */
export class Inbox {
	readonly #client: SecretClient;
	readonly #store: Store;
	readonly #account: Account;
	#qts: number | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(client: SecretClient, store: Store, account: Account) {
		this.#client = client;
		this.#store = store;
		this.#account = account;
	}

	/** Everything up to this place of the queue is in the vault; undefined if nothing ever came. */
	async qts(): Promise<number | undefined> {
		if (this.#qts === undefined) {
			const bytes = await this.#store.get(qtsName);
			this.#qts = bytes && Number(text.decoder.decode(bytes));
		}
		return this.#qts;
	}

	async #setQts(qts: number) {
		if (qts <= ((await this.qts()) ?? 0)) return;
		this.#qts = qts;
		await this.#store.apply(new Map([[qtsName, text.encoder.encode(String(qts))]]));
	}

	/** News of chats go first: a message may need the key that they bring. */
	async takeDifference(o: tl.updates.TypeDifference) {
		if (o._ !== 'updates.difference' && o._ !== 'updates.differenceSlice') return;
		if (o.users.length > 0) this.#account.take({ users: o.users, chats: [] });
		for (const update of o.otherUpdates) {
			if (update._ === 'updateEncryption') await this.take(update);
		}
		for (const message of o.newEncryptedMessages) await this.#client.handleMessage(incomingOf(message));
		if (o.newEncryptedMessages.length > 0) {
			await this.#setQts(o._ === 'updates.difference' ? o.state.qts : o.intermediateState.qts);
			this.#acknowledgeSoon();
		}
	}

	async take(update: tl.TypeUpdate) {
		switch (update._) {
			case 'updateEncryption':
				return this.#client.handleChat(chatUpdateOf(update.chat));
			case 'updateNewEncryptedMessage':
				await this.#client.handleMessage(incomingOf(update.message));
				await this.#setQts(update.qts);
				return this.#acknowledgeSoon();
			case 'updateEncryptedMessagesRead':
				return this.#client.handleRead(update.chatId, update.maxDate);
			case 'updateEncryptedChatTyping':
				return this.#client.handleTyping(update.chatId);
		}
	}

	#acknowledgeSoon() {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			void this.#acknowledge();
		}, pauseBeforeAcknowledging);
	}

	close() {
		clearTimeout(this.#timer);
	}

	/** What fails comes with the next message, or with the next difference. */
	async #acknowledge() {
		const maxQts = await this.qts();
		if (maxQts === undefined) return;
		await this.#account.call({ _: 'messages.receivedQueue', maxQts }).catch(() => undefined);
	}
}
