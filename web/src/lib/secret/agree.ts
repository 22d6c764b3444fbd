import { viewOf } from './bytes.ts';
import type { Core } from './core.ts';
import { checkConfig, Group, type DhConfig } from './dh.ts';
import { isSecretError, SecretError } from './errors.ts';
import { accepted, close, makeKey, ready } from './life.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import { groupKey, newChatState, peerOf, requestKey, requestPrefix, type Request } from './state.ts';
import type { ChatUpdate } from './transport.ts';
import type { Chat, ChatId } from './types.ts';

// How chats begin and end: what is said to the server, and what it says.

/** Asks a user for a chat. It is then `asked` until one of the user's devices accepts. */
export function request(core: Core, partner: number): Promise<Chat> {
	return core.sending.run(async () => {
		const { store, primitives } = core.settings;
		const { p, g, random } = await dhConfig(core);
		const pair = new Group(g, p).newSecret(primitives, random);
		const r: Request = { random: randomId32(core), partner, g, p, ...pair };
		await store.apply(new Map([[requestKey(r.random), encodeRecord(r)]]));
		return sendRequest(core, r);
	});
}

/** Names a request. It is positive, as some servers use it for the chat. */
function randomId32(core: Core): number {
	return viewOf(core.settings.primitives.random(4)).getUint32(0, true) >>> 1 || 1;
}

/** Asks again for the chats whose requests were not answered. The caller holds `sending`. */
export async function flushRequests(core: Core) {
	const { store } = core.settings;
	for (const key of await store.keys(requestPrefix)) {
		const bytes = await store.get(key);
		if (bytes) await sendRequest(core, decodeRecord<Request>(bytes));
	}
}

/** Sends what is in the store. The caller holds `sending`. */
async function sendRequest(core: Core, r: Request): Promise<Chat> {
	core.requesting++;
	try {
		const u = await core.settings.transport.request(r.partner, r.random, r.public);
		await makeAsked(core, r, u);
		const early = core.early.get(u.chat);
		if (early) await handleChat(core, early); // it has overtaken the answer
		core.tell();
		return core.public(u.chat);
	} catch (error) {
		if (isSecretError(error, 'refused') || isSecretError(error, 'gone')) {
			await core.settings.store.apply(new Map([[requestKey(r.random), undefined]]));
		}
		throw error;
	} finally {
		core.requesting--;
		if (core.requesting === 0) core.early.clear();
	}
}

/** Makes the chat of a request that the server took. A chat that there is stays as it is: the server must not name it. */
function makeAsked(core: Core, r: Request, u: ChatUpdate): Promise<void> {
	const { partner, g, p, secret, public: given } = r;
	const since = Math.floor(core.settings.clock.now() / 1000);
	const common = { id: u.chat, accessHash: u.accessHash, partner, since };
	return core.exclusively(async () => {
		if (core.chats.has(u.chat)) throw new SecretError('refused', `the server gave the id of chat ${u.chat} again`);
		const key = { g, p, secret, public: given };
		await core.commit(newChatState({ ...common, ...key, isCreator: true, phase: 'asked' }), (t) => {
			t.remove(requestKey(r.random));
			t.tell({ kind: 'chat' });
		});
	});
}

/** Asks for the parameters and checks those that are new. Throws `group`. */
async function dhConfig(core: Core): Promise<Required<DhConfig>> {
	const { store, transport, primitives } = core.settings;
	const bytes = await store.get(groupKey);
	const known = bytes && decodeRecord<Required<DhConfig>>(bytes);
	const config = await transport.dhConfig(known?.version ?? 0);
	if (!config.p) {
		if (!known) throw new SecretError('group', 'the server sent no parameters');
		return { ...known, random: config.random }; // checked when they came
	}
	checkConfig(config, primitives);
	const { version, p, g } = config;
	await store.apply(new Map([[groupKey, encodeRecord({ version, p, g })]]));
	return { ...config, p };
}

/** Takes a chat that the other side offered. If another device of the user was first, the chat ends. */
export function accept(core: Core, id: ChatId): Promise<void> {
	return core.sending.run(async () => {
		const { p, g, random } = await dhConfig(core);
		const pair = new Group(g, p).newSecret(core.settings.primitives, random);
		await core.update(id, (t) => {
			if (t.s.phase !== 'offered') throw new SecretError('state', `chat ${id} is ${t.s.phase}`);
			t.s.g = g;
			t.s.p = p;
			return makeKey(t, pair.secret, pair.public);
		});
		await flushAccept(core, id);
	});
}

/** Tells the server what is in the store. The caller holds `sending`. */
export async function flushAccept(core: Core, id: ChatId) {
	const s = core.state(id);
	await core.update(id, (t) => {
		t.s.isTried = true;
	});
	if (s.phase !== 'accepting' || !s.ours || !s.key) return;
	try {
		const u = await core.settings.transport.accept(peerOf(s), s.ours, s.key.id);
		await confirm(core, id, u.accessHash);
	} catch (error) {
		// This device was the first, and the answer got lost; if it was another, an update tells so.
		if (isSecretError(error, 'already-accepted') && s.isTried) return confirm(core, id, 0n);
		if (error instanceof SecretError) await core.updateIfKnown(id, (t) => close(t, {}));
		throw error;
	}
}

function confirm(core: Core, id: ChatId, accessHash: bigint): Promise<void> {
	return core.update(id, async (t) => {
		if (t.s.phase !== 'accepting') return;
		if (accessHash !== 0n) t.s.accessHash = accessHash;
		await ready(t);
	});
}

/** Takes what the server says of a chat. Throws only when the store does. */
export async function handleChat(core: Core, u: ChatUpdate) {
	if (u.stage === 'requested') return offered(core, u);
	if (isEarly(core, u)) return;
	if (u.stage === 'accepted') await core.updateIfKnown(u.chat, (t) => accepted(t, u));
	if (u.stage === 'discarded') await ended(core, u.chat, u.deleteHistory);
}

/** Keeps an update of a chat whose request is being answered at this moment. */
function isEarly(core: Core, u: ChatUpdate): boolean {
	if (core.chats.has(u.chat) || core.requesting === 0 || u.stage === 'waiting') return false;
	const most = 100;
	if (core.early.size < most) core.early.set(u.chat, u);
	return true;
}

/** Notes a request of another user. */
async function offered(core: Core, u: ChatUpdate) {
	if (u.admin === core.settings.user) return;
	const since = Math.floor(core.settings.clock.now() / 1000);
	await core.exclusively(async () => {
		if (core.chats.has(u.chat) || core.removed.has(u.chat)) return;
		const { chat: id, accessHash, admin: partner } = u;
		const state = { id, accessHash, partner, since, public: u.public.slice(), isCreator: false };
		await core.commit(newChatState({ ...state, phase: 'offered' }), (t) => t.tell({ kind: 'chat' }));
	});
	core.tell();
}

/** Notes that the server or the other side ended the chat. */
export function ended(core: Core, id: ChatId, deleteHistory: boolean): Promise<void> {
	return core.updateIfKnown(id, async (t) => {
		if (t.s.phase !== 'ended' || deleteHistory) await close(t, { deleteHistory });
	});
}

/** Ends a chat, and on request removes its messages on both sides. */
export async function discard(core: Core, id: ChatId, deleteHistory: boolean) {
	await core.update(id, async (t) => {
		if (t.s.phase === 'ended') return;
		t.s.deleteHistory = deleteHistory;
		await close(t, { deleteHistory, tellServer: true });
	});
	await core.sending.run(() => flushDiscard(core, id));
}

/** Tells the server that the chat is over. The caller holds `sending`. */
export async function flushDiscard(core: Core, id: ChatId) {
	const s = core.chats.get(id);
	if (!s?.isDiscarding) return;
	try {
		await core.settings.transport.discard(id, s.deleteHistory);
	} catch (error) {
		if (!isSecretError(error, 'gone') && !isSecretError(error, 'refused')) throw error;
	}
	await core.updateIfKnown(id, (t) => {
		t.s.isDiscarding = false;
	});
}
