import { keySize, Group } from './dh.ts';
import { SecretError } from './errors.ts';
import { Numbering } from './frame.ts';
import type { SecretKey } from './key.ts';
import { layerFirst } from './layers.ts';
import type { Incoming, PacketFile, Peer } from './transport.ts';
import type { Chat, ChatId, ChatPhase } from './types.ts';

/** The record of a chat. It is replaced as a whole by every change. */
export interface ChatState {
	id: ChatId;
	accessHash: bigint;
	partner: number;
	isCreator: boolean;
	phase: ChatPhase;
	since: number;

	/** The parameters of the first exchange; later ones use the same. */
	g: number;
	p: Uint8Array;
	/**
	 * While the first key is being agreed on: `secret` is this side's exponent, `public` what the other side sent, `ours`
	 * what this side sends to accept.
	 */
	secret?: Uint8Array;
	public?: Uint8Array;
	ours?: Uint8Array;
	/** `accept` was called and its outcome may be unknown. */
	isTried?: boolean;

	fingerprint?: Uint8Array;

	/**
	 * `key` is what this side seals with. `old` is kept while the other side may still use it, and while a message that was
	 * sealed with it may have to be made again. `next` was agreed on and waits for the other side to commit.
	 */
	key?: SecretKey;
	old?: SecretKey;
	next?: SecretKey;
	/** Number of this side's first message under `key`. */
	oldUntil: number;
	/** A message of the other side under `key` was interpreted. */
	isKeySeen: boolean;
	exchange?: Exchange;
	/** Holds off a new exchange after one that failed, in unix seconds. */
	noExchangeBefore: number;

	/**
	 * `out` counts the messages that this side made, `in` those of the other side that were interpreted, `seen` how many of
	 * this side's the other one had interpreted by its last message.
	 */
	out: number;
	in: number;
	seen: number;

	/** The end, not included, of the last range that was asked for again; and when, in unix seconds. */
	askedTo: number;
	askedAt: number;
	/** Messages held back. */
	held: number;

	/** Newest that the other side is known to have, and newest that it was told of. */
	layer: number;
	toldLayer: number;
	ttl: number;

	/** The date of the last notice of the server that the other side has read, in unix seconds. */
	readUntil: number;
	/** The place in the history up to which everything that came in was read. */
	readOrder: number;

	/** Of the last entries of the history and of the sending queue. */
	order: number;
	queue: number;
	/** Messages that came before the key. */
	early: number;

	/** The server is still to hear that this side ended the chat. */
	isDiscarding: boolean;
	deleteHistory: boolean;
}

/** A change of keys that is under way. Spec: https://core.telegram.org/api/end-to-end/pfs */
export interface Exchange {
	id: bigint;
	/** The exponent of the side that asked; missing on the side that accepted. */
	secret?: Uint8Array;
}

/** A message of this side that the other one may ask for again. */
export interface Outgoing {
	randomId: bigint;
	seq: number;
	in: number;
	layer: number;
	key: bigint;
	data: Uint8Array;
	isService: boolean;
	isSilent: boolean;
	file?: PacketFile;
	/** There was something else, which was deleted before it arrived. */
	isEmpty?: boolean;
}

/** A message of the other side behind a gap, or one that came before the key. */
export interface Held {
	incoming: Incoming;
	/** It asked for messages again and got them. */
	isAnswered: boolean;
	/** It came in the first version of the envelope. */
	isFirstVersion: boolean;
}

/** A request of this side that the server has not answered. */
export interface Request {
	random: number;
	partner: number;
	g: number;
	p: Uint8Array;
	secret: Uint8Array;
	public: Uint8Array;
}

/** A chat at its beginning. */
export function newChatState(
	s: Pick<ChatState, 'id' | 'accessHash' | 'partner' | 'isCreator' | 'phase' | 'since'> & Partial<ChatState>,
): ChatState {
	const counts = { out: 0, in: 0, seen: 0, askedTo: 0, askedAt: 0, held: 0, order: 0, queue: 0, early: 0 };
	const key = { g: 0, p: new Uint8Array(), oldUntil: 0, isKeySeen: false, noExchangeBefore: 0 };
	const layers = { layer: layerFirst, toldLayer: 0 };
	const reading = { ttl: 0, readUntil: 0, readOrder: 0 };
	return { ...counts, ...key, ...layers, ...reading, isDiscarding: false, deleteHistory: false, ...s };
}

export function numberingOf(s: ChatState): Numbering {
	return new Numbering(s.isCreator);
}

export function peerOf(s: ChatState): Peer {
	return { chat: s.id, accessHash: s.accessHash };
}

export function groupOf(s: ChatState): Group {
	return new Group(s.g, s.p);
}

/** Finds the key with the given fingerprint. */
export function keyOf(s: ChatState, id: bigint): SecretKey | undefined {
	return [s.key, s.old, s.next].find((k) => k?.id === id);
}

/** What messages to the other side are shaped for. */
export function layerOf(s: ChatState, own: number): number {
	return Math.min(Math.max(s.layer, layerFirst), own);
}

/** What a program sees. */
export function publicOf(s: ChatState): Chat {
	const { id, phase, partner, isCreator, since, ttl, layer, fingerprint } = s;
	const key = { keyId: s.key?.id ?? 0n, keyUses: s.key?.used ?? 0 };
	return { id, phase, partner, isCreator, since, ttl, layer, ...key, waiting: s.held, fingerprint };
}

/** Removes every key and what belongs to their use. */
export function forgetKeys(s: ChatState) {
	for (const name of ['secret', 'public', 'ours', 'key', 'old', 'next', 'exchange'] as const) delete s[name];
	s.held = s.askedTo = s.early = 0;
}

/** Throws `store` if a record that was read cannot be one. */
export function checkState(s: ChatState) {
	const isBroken = [s.key, s.old, s.next].some((k) => k && k.secret.length !== keySize);
	const isKeyless = (s.phase === 'ready' || s.phase === 'accepting') && !s.key;
	if (isBroken || isKeyless || s.layer < 0 || s.out < 0 || s.in < 0) {
		throw new SecretError('store', `chat ${s.id} in phase ${s.phase}`);
	}
}

// Keys of the store. Numbers are written so that their order is that of the keys.

export const chatPrefix = 'chat/';
export const requestPrefix = 'request/';
export const groupKey = 'group';

function number(n: number | bigint): string {
	return BigInt.asUintN(64, BigInt(n)).toString(16).padStart(16, '0');
}

function under(kind: string, chat: ChatId): string {
	return `${kind}/${number(chat >>> 0)}/`;
}

export const chatKey = (chat: ChatId) => chatPrefix + number(chat >>> 0);
export const requestKey = (random: number) => requestPrefix + number(random >>> 0);
export const outKey = (chat: ChatId, seq: number) => under('out', chat) + number(seq);
export const queuePrefix = (chat: ChatId) => under('queue', chat);
export const queueKey = (chat: ChatId, n: number) => queuePrefix(chat) + number(n);
export const heldPrefix = (chat: ChatId) => under('held', chat);
export const heldKey = (chat: ChatId, seq: number) => heldPrefix(chat) + number(seq);
export const earlyPrefix = (chat: ChatId) => under('early', chat);
export const earlyKey = (chat: ChatId, n: number) => earlyPrefix(chat) + number(n);
export const messagePrefix = (chat: ChatId) => under('message', chat);
export const messageKey = (chat: ChatId, order: number) => messagePrefix(chat) + number(order);
export const idKey = (chat: ChatId, id: bigint) => under('id', chat) + number(id);
export const timerPrefix = (chat: ChatId) => under('timer', chat);
/** `at` is the unix second in which the message goes. */
export const timerKey = (chat: ChatId, at: number, order: number) =>
	`${timerPrefix(chat)}${number(at)}/${number(order)}`;

/** The number that ends a key, or in front of the slash in the one of a timer. */
export function numberIn(key: string, prefix: string): number {
	return Number.parseInt(key.slice(prefix.length, prefix.length + 16), 16);
}

/** What goes when a chat ends. */
export function transientPrefixes(chat: ChatId): string[] {
	return [under('out', chat), queuePrefix(chat), heldPrefix(chat), earlyPrefix(chat)];
}

/** What stays until it is deleted. */
export function historyPrefixes(chat: ChatId): string[] {
	return [messagePrefix(chat), under('id', chat), timerPrefix(chat)];
}
