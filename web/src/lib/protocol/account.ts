import { MtTimeoutError, type RawUpdateInfo, type RpcCallOptions, type tl } from '@mtcute/core';
import type { BaseTelegramClient } from '@mtcute/core/client.js';
import type { EventName, Events } from '../api/events.ts';
import { ApiError } from '../api/failure.ts';
import type { ConnectionState, Peer, PeerKey } from '../api/types.ts';
import { Cache } from './cache/cache.ts';
import { openCacheDatabase } from './cache/database.ts';
import { createClient, type ClientOptions } from './client.ts';
import { watchConnection } from './connection.ts';
import { WebCrypto } from './crypto.ts';
import { type AccountDatabase, eraseAccount, openAccountDatabase } from './database.ts';
import { toApiError } from './failure.ts';
import { createInputs, type Inputs } from './inputs.ts';
import { Outbox } from './outbox.ts';
import { PeerBook } from './peer-book.ts';
import { SecretChats, type SecretTiming } from './secret/chats.ts';
import { shapePeers } from './shape/peer.ts';
import { applyUpdate } from './shape/update.ts';
import { Storage } from './storage.ts';
import { watchSleep } from './sleep.ts';
import { ConnectError, type WebSocketTransport } from './transport.ts';
import { UpdateQueue } from './update-queue.ts';
import { watchEnd, watchGaps } from './watch.ts';

/** Where events go. */
export type Emit = <N extends EventName>(name: N, data: Events[N]) => void;

export type AccountOptions = Omit<ClientOptions, 'storage' | 'crypto' | 'middlewares' | 'onChannelTooLong'> & {
	slot: number;
	/** These two are for tests. */
	secrets?: SecretTiming;
	crypto?: WebCrypto;
	emit: Emit;
};

/** When the cache is looked through for what is too much: not while the page starts. Milliseconds. */
const trimAfter = 60_000;

/**
 * Milliseconds between questions that only want an answer: the library finds a dead line within seconds while it waits
 * for one, and otherwise within minutes. So long may the state of the connection be untrue.
 */
const heartbeat = 15_000;

/** A call that only wants to know whether the server is there waits so long for it. Milliseconds. */
const probeTimeout = 4_000;

/**
 * One account in its worker: the connection, what is kept of it in this browser, and the way of its updates. The calls
 * of the page get it as their first argument.
 */
export class Account {
	readonly slot: number;
	readonly emit: Emit;
	readonly client: BaseTelegramClient;
	readonly cache: Cache;
	readonly outbox: Outbox;
	readonly secrets: SecretChats;
	readonly #db: AccountDatabase;
	readonly #inputs: Inputs;
	readonly #transport: WebSocketTransport;
	readonly #updates: UpdateQueue<RawUpdateInfo>;
	readonly #peers = new PeerBook();
	#stopWatching: () => void = () => {};
	#trimming: ReturnType<typeof setTimeout> | undefined;
	#self = 0;
	#isSignedIn = false;
	#isClosed = false;
	#connection: ConnectionState = 'connecting';

	/** Opens what the browser keeps of the account, and begins to connect. */
	static async open(options: AccountOptions): Promise<Account> {
		const crypto = options.crypto ?? new WebCrypto();
		const [db, cacheDb] = await Promise.all([
			openAccountDatabase(options.slot),
			openCacheDatabase(options.slot),
			crypto.initialize(),
		]);
		const storage = new Storage(db);
		await storage.load();
		const holder: { account?: Account } = {};
		const { client, transport } = createClient({
			...options,
			storage,
			crypto,
			middlewares: [
				watchEnd(() => void holder.account?.leave('elsewhere')),
				watchGaps(() => void holder.account?.lostTrack()),
				(context, next) => (holder.account ? holder.account.secrets.middleware(context, next) : next(context)),
			],
			onChannelTooLong: (channel) => void holder.account?.lostTrack(`c${channel}`),
		});
		const account = new Account(options, { db, storage, client, transport, cache: new Cache(cacheDb) });
		holder.account = account;
		await account.#start();
		return account;
	}

	private constructor(options: AccountOptions, parts: Parts) {
		this.slot = options.slot;
		this.emit = options.emit;
		this.client = parts.client;
		this.cache = parts.cache;
		this.#db = parts.db;
		this.#transport = parts.transport;
		this.#inputs = createInputs(parts.storage, () => this.#self);
		this.#updates = new UpdateQueue((info) => applyUpdate(this, info));
		parts.storage.settled = () => this.#updates.settled();
		this.outbox = new Outbox(this, parts.db);
		this.secrets = new SecretChats(this, options.secrets);
	}

	/** The user of this account; `u0` when nobody is signed in. */
	get self(): PeerKey {
		return `u${this.#self}`;
	}

	get isSignedIn(): boolean {
		return this.#isSignedIn;
	}

	get connection(): ConnectionState {
		return this.#connection;
	}

	/** Asks the server. Waits for the connection as long as it takes; rejects with an ApiError. */
	async call<T extends tl.RpcMethod>(request: T, options?: RpcCallOptions): Promise<tl.RpcCallReturn[T['_']]> {
		// The library would leave a promise behind that nobody looks at.
		if (this.#isClosed) throw new ApiError({ text: 'CLOSED', code: 0 });
		try {
			// The library wants proof that the request has no field too much, which a type parameter cannot give.
			return (await this.client.call(request as never, options)) as tl.RpcCallReturn[T['_']];
		} catch (error) {
			throw toApiError(error);
		}
	}

	/** Names a chat in a request. Throws an ApiError when this browser has never seen it. */
	inputPeer(key: PeerKey): tl.TypeInputPeer {
		return this.#inputs.peer(key);
	}

	inputUser(key: PeerKey): tl.TypeInputUser {
		return this.#inputs.user(key);
	}

	inputChannel(key: PeerKey): tl.TypeInputChannel {
		return this.#inputs.channel(key);
	}

	/** A peer as the worker knows it. */
	peer(key: PeerKey): Peer | undefined {
		return this.#peers.get(key);
	}

	/** Remembers the peers of an answer and tells the page of those that are new to the worker or changed. */
	take(answer: { users: tl.TypeUser[]; chats: tl.TypeChat[] }) {
		const peers = this.#peers.take(shapePeers(answer, (key) => this.#peers.get(key)));
		if (peers.length === 0) return;
		this.cache.putPeers(peers);
		this.emit('peers', { peers });
		void this.secrets.takePeers(peers);
	}

	/** Gives the updates in an answer the way of all updates, so that the place in the log stays right. */
	apply(updates: tl.TypeUpdates) {
		this.client.handleClientUpdate(updates, false);
	}

	/**
	 * Takes note of changes that an answer counted without telling them; `channel` when it was in a channel's log. Not as
	 * something that is known already: an answer that changed nothing names the place of another's change, which the
	 * library would then keep back.
	 */
	count(affected: { pts: number; ptsCount: number }, channel?: PeerKey) {
		const { pts, ptsCount } = affected;
		const update: tl.TypeUpdate = channel
			? { _: 'updateDeleteChannelMessages', channelId: Number(channel.slice(1)), messages: [], pts, ptsCount }
			: { _: 'updateDeleteMessages', messages: [], pts, ptsCount };
		const updates: tl.TypeUpdates = { _: 'updates', updates: [update], users: [], chats: [], date: 0, seq: 0 };
		this.client.handleClientUpdate(updates, false);
	}

	/** To be called when the server would not tell what happened in a chat, or in all: only reading anew helps. */
	async lostTrack(peer?: PeerKey): Promise<void> {
		const dialogs = peer ? [] : await this.cache.dialogs();
		const chats = peer ? [peer] : dialogs.map((dialog) => dialog.peer).filter((key) => !key.startsWith('c'));
		for (const chat of chats) await this.cache.deleteHistory(chat);
		this.emit('reload', { peer });
	}

	/** To be called with the answer that signs in or up. */
	async enter(authorization: tl.auth.RawAuthorization): Promise<PeerKey> {
		const user = this.client.mt.network.notifyLoggedIn(authorization);
		await this.client.storage.self.storeFrom(user);
		this.#self = user.id;
		// The place in the log is asked for before the page asks for its chats: what comes between would be lost.
		if (this.client.updates) this.client.updates.catchUpOnStart = false;
		this.take({ users: [user], chats: [] });
		await this.#begin();
		return this.self;
	}

	/**
	 * Ends the session in this browser and deletes all that it kept. The server is told when it was ended here; that
	 * it cannot be reached does not hold anybody in.
	 */
	async leave(reason: 'here' | 'elsewhere'): Promise<void> {
		if (!this.#isSignedIn) return;
		this.#isSignedIn = false;
		if (reason === 'here') await this.client.call({ _: 'auth.logOut' }, { timeout: probeTimeout }).catch(() => {});
		await this.secrets.erase().catch((error) => console.error('secret chats', error));
		await this.close();
		await eraseAccount(this.slot);
		this.emit('signedOut', { reason });
	}

	/** Finds out now whether the connection lives, and makes a new one when it does not. */
	async wake(): Promise<void> {
		const isOpen = this.#connection === 'ready' || this.#connection === 'updating';
		const isAlive = isOpen && (await this.#probe());
		if (isAlive) return;
		this.#transport.drop();
		// One that waits before it tries again shall not.
		this.client.mt.network.notifyNetworkChanged(true);
	}

	async #beat() {
		if (this.#connection === 'ready') await this.client.call({ _: 'help.getNearestDc' }).catch(() => {});
	}

	async #probe(): Promise<boolean> {
		try {
			await this.client.call({ _: 'help.getNearestDc' }, { timeout: probeTimeout });
			return true;
		} catch (error) {
			return !(error instanceof MtTimeoutError);
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		this.#stopWatching();
		clearTimeout(this.#trimming);
		this.secrets.stop();
		await this.client.destroy();
		await this.cache.close();
		this.#db.close();
	}

	async #start() {
		this.client.mt.onUsable.add(() => this.#catchUp());
		const endState = watchConnection(this.client, (state) => this.#setConnection(state));
		this.client.onRawUpdate.add((info) => this.#updates.add(info));
		this.client.onError.add(warnOfTheUnexpected);
		const [peers] = await Promise.all([this.cache.peers(), this.client.prepare(), this.outbox.load()]);
		this.#peers.take(peers);
		const self = await this.client.storage.self.fetch();
		this.#self = self?.userId ?? 0;
		const endSleep = watchSleep(() => this.#transport.drop());
		const beating = setInterval(() => void this.#beat(), heartbeat);
		this.#stopWatching = () => (endState(), endSleep(), clearInterval(beating));
		this.#connect(self !== null);
	}

	/** In the background: what is kept can be shown before there is a connection. */
	#connect(isSignedIn: boolean) {
		this.#isSignedIn = isSignedIn;
		const connected = this.client.connect();
		if (isSignedIn) void connected.then(() => this.#begin()).catch((error) => console.warn('start', error));
		else connected.catch((error) => console.warn('start', error));
	}

	/**
	 * After each new connection: what was on its way when the old one broke may be lost, and whether this device is
	 * still signed in is only found out by asking.
	 */
	#catchUp() {
		const { updates } = this.client;
		if (this.#isSignedIn && updates?.updatesLoopActive && !updates.catchingUp) updates.catchUp();
	}

	async #begin() {
		this.#isSignedIn = true;
		await this.client.startUpdatesLoop();
		this.outbox.start();
		this.#trimming ??= setTimeout(() => void this.cache.trim(), trimAfter);
		await this.secrets.start().catch((error) => console.error('secret chats', error));
	}

	#setConnection(state: ConnectionState) {
		if (state === this.#connection) return;
		this.#connection = state;
		this.emit('connection', { state });
	}
}

/** That the server cannot be reached is told by the state of the connection. */
function warnOfTheUnexpected(error: Error) {
	if (!(error instanceof ConnectError)) console.warn('connection', error);
}

interface Parts {
	db: AccountDatabase;
	storage: Storage;
	client: BaseTelegramClient;
	transport: WebSocketTransport;
	cache: Cache;
}
