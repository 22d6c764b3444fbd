import type { RpcCallMiddleware, tl } from '@mtcute/core';
import { ApiError } from '../../api/failure.ts';
import type { Dialog, Message, MessagePage, NewMessage, PageRequest, Peer, PeerKey, Typing } from '../../api/types.ts';
import { SecretClient, type Chat, type ClientEvent, type Options } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { DialogBook } from './dialog-book.ts';
import { draftOf } from './drafts.ts';
import { SecretFiles } from './files.ts';
import { HistoryReader } from './history.ts';
import { Inbox } from './inbox.ts';
import { plainly } from './plainly.ts';
import { primitives } from './primitives.ts';
import { chatOfKey, keyOfChat, phaseOf, placeOfKey, shapePeer, typings } from './shape.ts';
import { ServerTransport } from './transport.ts';
import { Vault } from './vault.ts';

/** What tests change of the layer's pace. */
export type SecretTiming = Pick<Options, 'askAgain' | 'rekeyAfter'>;

/** What runs while somebody is signed in. */
interface Running {
	client: SecretClient;
	vault: Vault;
	history: HistoryReader;
	dialogs: DialogBook;
	inbox: Inbox;
	end: AbortController;
}

/**
 * The secret chats of an account on this device. They live in the vault of this browser only: nothing of them goes into the
 * cache, and the server has no list of them.
 */
export class SecretChats {
	readonly #account: Account;
	readonly #transport: ServerTransport;
	readonly #timing: SecretTiming;
	readonly files: SecretFiles;
	#running: Promise<Running> | undefined;

	constructor(account: Account, timing: SecretTiming = {}) {
		this.#account = account;
		this.#timing = timing;
		this.#transport = new ServerTransport(account);
		this.files = new SecretFiles(account, this.#transport, () => this.#open());
	}

	/** Whether this browser can keep them: over plain HTTP from another machine it has no WebCrypto. */
	get isPossible(): boolean {
		return globalThis.crypto.subtle !== undefined;
	}

	/** Opens the vault and begins to send, receive and count down. */
	async start() {
		if (!this.isPossible) return;
		const { client, end, dialogs } = await this.#open();
		this.#account.emit('peers', { peers: client.chats().map((chat) => this.#shapePeer(chat)) });
		await dialogs.tellAll();
		await this.files.uploads.resume();
		void client.run(end.signal, (error) => console.warn('secret chats', error));
	}

	/** What the vault holds can be shown before there is a connection. */
	#open(): Promise<Running> {
		this.#running ??= this.#openVault().catch((error: unknown) => {
			this.#running = undefined;
			throw error;
		});
		return this.#running;
	}

	async #openVault(): Promise<Running> {
		if (!this.isPossible) throw new ApiError({ text: 'INSECURE_CONTEXT', code: 0 });
		const vault = await Vault.open(this.#account.slot);
		const client = await SecretClient.open({
			store: vault,
			transport: this.#transport,
			primitives,
			user: Number(this.#account.self.slice(1)),
			onEvent: (event) => this.#tell(event),
			...this.#timing,
		});
		const history = new HistoryReader(client, this.#account);
		const dialogs = new DialogBook(client, history, this.#account);
		return {
			client,
			vault,
			history,
			dialogs,
			inbox: new Inbox(client, vault, this.#account),
			end: new AbortController(),
		};
	}

	/** Ends what runs; the vault stays. */
	stop() {
		const running = this.#running;
		this.#running = undefined;
		void running?.then(({ end, inbox, vault }) => {
			end.abort();
			inbox.close();
			vault.close();
		});
	}

	/** Tells the other sides that the chats are over, as far as that succeeds at once, and lets go of the vault. */
	async erase() {
		if (!this.isPossible) return;
		const { client } = await this.#open();
		await Promise.allSettled(client.chats().map((chat) => client.discard(chat.id, false)));
		this.stop();
	}

	/**
	 * The library throws away the encrypted messages of a difference, so they are taken here, and are in the vault before it
	 * sees the answer. What the server may forget is what the vault has, not what the library has seen.
	 */
	readonly middleware: RpcCallMiddleware = async (context, next) => {
		const { request } = context;
		if (request._ !== 'updates.getDifference' || !this.isPossible) return next(context);
		const { inbox } = await this.#open();
		request.qts = (await inbox.qts()) ?? request.qts;
		const answer = await next(context);
		await inbox.takeDifference(answer as tl.updates.TypeDifference);
		return answer;
	};

	/** Takes an update about secret chats; tells whether it was one. */
	async applyUpdate(update: tl.TypeUpdate): Promise<boolean> {
		const isOurs =
			update._ === 'updateEncryption' ||
			update._ === 'updateNewEncryptedMessage' ||
			update._ === 'updateEncryptedMessagesRead' ||
			update._ === 'updateEncryptedChatTyping';
		if (isOurs && this.isPossible) await (await this.#open()).inbox.take(update);
		return isOurs;
	}

	/** The connection is there again: what waits is sent now. */
	async wake() {
		(await this.#running)?.client.wake();
	}

	async dialogs(): Promise<Dialog[]> {
		if (!this.isPossible) return [];
		return (await this.#open()).dialogs.all();
	}

	async peers(): Promise<Peer[]> {
		if (!this.isPossible) return [];
		return (await this.#open()).client.chats().map((chat) => this.#shapePeer(chat));
	}

	chat(key: PeerKey): Promise<Chat> {
		return plainly(this.#open().then(({ client }) => client.chat(chatOfKey(key))));
	}

	async page(request: PageRequest): Promise<MessagePage> {
		return (await this.#open()).history.page(request);
	}

	/** The same with what waits to be uploaded. */
	async cached(request: PageRequest): Promise<MessagePage> {
		const page = await this.page(request);
		return { ...page, messages: [...page.messages, ...this.files.uploads.waiting(request.peer)] };
	}

	/** The other side of a chat may have got another name or face. */
	async takePeers(peers: readonly Peer[]) {
		const keys = new Set(peers.map(({ key }) => key));
		const chats = (await this.#running)?.client.chats().filter(({ partner }) => keys.has(`u${partner}`)) ?? [];
		if (chats.length > 0) this.#account.emit('peers', { peers: chats.map((chat) => this.#shapePeer(chat)) });
	}

	async byIds(peer: PeerKey, ids: readonly number[]): Promise<Message[]> {
		return (await this.#open()).history.byOrders(chatOfKey(peer), ids);
	}

	async request(user: PeerKey): Promise<PeerKey> {
		const { client } = await this.#open();
		return keyOfChat((await plainly(client.request(Number(user.slice(1))))).id);
	}

	async accept(peer: PeerKey) {
		await plainly((await this.#open()).client.accept(chatOfKey(peer)));
	}

	async discard(peer: PeerKey, deleteHistory: boolean) {
		await plainly((await this.#open()).client.discard(chatOfKey(peer), deleteHistory));
	}

	/** Forgets a chat that is over. */
	async remove(peer: PeerKey) {
		const { client, dialogs, vault } = await this.#open();
		await plainly(client.discard(chatOfKey(peer), false)); // the server may not have heard yet that it is over
		await plainly(client.remove(chatOfKey(peer)));
		await vault.dropFiles(chatOfKey(peer));
		dialogs.drop(chatOfKey(peer));
	}

	async setTtl(peer: PeerKey, ttl: number) {
		await plainly((await this.#open()).client.setTtl(chatOfKey(peer), ttl));
	}

	async clear(peer: PeerKey) {
		const { client, history } = await this.#open();
		const chat = chatOfKey(peer);
		if (client.chat(chat).phase === 'ready') await plainly(client.flushHistory(chat));
		else await client.delete(chat, await history.ids(chat));
	}

	/** Resolves when the message is in the vault, from which it is sent. */
	async send(input: NewMessage): Promise<Message> {
		const { client, history } = await this.#open();
		const chat = chatOfKey(input.peer);
		const replyTo = await history.idOf(chat, input.reply?.message);
		return history.shape(await plainly(client.send(chat, draftOf(input, replyTo))));
	}

	/** Makes a message that the server refused anew. */
	async retry(key: string) {
		const { peer, order } = placeOfKey(key) ?? missing();
		const { client } = await this.#open();
		const [failed] = await client.history(chatOfKey(peer), [order]);
		if (failed?.status !== 'failed') return;
		const { text, entities, media, replyTo, isSilent, group, ttl } = failed;
		await plainly(client.delete(failed.chat, [failed.id]));
		await plainly(client.send(failed.chat, { text, entities, media, replyTo, isSilent, group, ttl }));
	}

	/** Gives up a message that the server refused. */
	async cancel(key: string) {
		const { peer, order } = placeOfKey(key) ?? missing();
		await this.delete(peer, [order]);
	}

	async delete(peer: PeerKey, orders: readonly number[]) {
		const { client, history } = await this.#open();
		await plainly(client.delete(chatOfKey(peer), await history.ids(chatOfKey(peer), orders)));
	}

	/** Everything up to there was shown. */
	async markRead(peer: PeerKey, upTo: number) {
		const { client, dialogs } = await this.#open();
		const chat = chatOfKey(peer);
		const ids = await dialogs.unreadUpTo(chat, upTo);
		if (ids.length > 0) await client.markRead(chat, ids);
		await dialogs.refresh(chat);
	}

	/** The files of these messages were opened. */
	async markOpened(peer: PeerKey, orders: readonly number[]) {
		const { client, history } = await this.#open();
		await client.markOpened(chatOfKey(peer), await history.ids(chatOfKey(peer), orders));
	}

	async tookScreenshot(peer: PeerKey, orders: readonly number[]) {
		const { client, history } = await this.#open();
		const ids = await history.ids(chatOfKey(peer), orders);
		await plainly(client.tookScreenshot(chatOfKey(peer), ids));
	}

	async setTyping(peer: PeerKey, typing: Typing | undefined) {
		const { client } = await this.#open();
		if (client.chat(chatOfKey(peer)).phase !== 'ready') return;
		await client.setTyping(chatOfKey(peer), typing === undefined ? 'stopped' : 'writing');
	}

	/** The calls of `messages` and `dialogs` for secret chats, under the names that they have there. */
	readonly calls = {
		history: (request: PageRequest) => this.page(request),
		byIds: (peer: PeerKey, ids: readonly number[]) => this.byIds(peer, ids),
		send: async (input: NewMessage) => [await this.send(input)],
		delete: (peer: PeerKey, ids: readonly number[]) => this.delete(peer, ids),
		read: (peer: PeerKey, upTo: number) => this.markRead(peer, upTo),
		readContents: (peer: PeerKey, ids: readonly number[]) => this.markOpened(peer, ids),
		typing: (peer: PeerKey, action?: Typing) => this.setTyping(peer, action),
		/** Without the chat itself its end goes with it. */
		clear: (peer: PeerKey, how: { forBoth: boolean; keepChat: boolean }) =>
			how.keepChat ? this.clear(peer) : this.leave(peer, how.forBoth),
	};

	/** Ends a chat if it is not over, and forgets it. */
	async leave(peer: PeerKey, deleteHistory: boolean) {
		if ((await this.chat(peer)).phase !== 'ended') await this.discard(peer, deleteHistory);
		await this.remove(peer);
	}

	#shapePeer(chat: Chat): Peer {
		return shapePeer(chat, this.#account.peer(`u${chat.partner}`));
	}

	/** Events come while the client is at work, and what they cause comes after it. */
	#tell(event: ClientEvent) {
		const peer = keyOfChat(event.chat.id);
		switch (event.kind) {
			case 'chat':
				this.#account.emit('peers', { peers: [this.#shapePeer(event.chat)] });
				this.#account.emit('secret', { peer, state: phaseOf(event.chat), ttl: event.chat.ttl });
				break;
			case 'removed':
				this.#account.emit('deleted', { peer, ids: event.messages.map((m) => m.order) });
				void this.#dropFiles(event);
				break;
			case 'typing': {
				const action = typings[event.typing];
				this.#account.emit('typing', { peer, user: `u${event.chat.partner}`, ...(action && { action }) });
				return;
			}
			case 'dropped':
			case 'broken':
				console.warn('secret chat', event.chat.id, event.error);
				break;
		}
		void this.#follow(event).catch((error: unknown) => console.warn('secret chats', error));
	}

	async #dropFiles(event: Extract<ClientEvent, { kind: 'removed' }>) {
		const { vault } = await this.#open();
		const orders = event.messages.map((m) => m.order);
		await vault.dropFiles(event.chat.id, orders);
	}

	async #follow(event: ClientEvent) {
		const { history, dialogs } = await this.#open();
		const peer = keyOfChat(event.chat.id);
		if (event.kind === 'added' || event.kind === 'changed') {
			const message = await history.shape(event.message);
			const isNew = event.kind === 'added';
			this.#account.emit('message', { message, isNew, isSilent: event.message.isSilent });
			if (isNew && !message.isOut && event.message.action?.kind === 'screenshot') {
				this.#account.emit('screenshot', { peer });
			}
		}
		await dialogs.refresh(event.chat.id);
	}
}

function missing(): never {
	throw new ApiError({ text: 'MESSAGE_ID_INVALID', code: 400 });
}
