import type { DhConfig } from './dh.ts';
import type { ChatId, FilePlace, Upload } from './types.ts';

/** Names a chat towards the server. */
export interface Peer {
	chat: ChatId;
	accessHash: bigint;
}

/**
 * Calls the server. The methods bear the names of those of the API that they stand for. They throw SecretErrors: `gone`
 * when the server has ended the chat or never had it, `already-accepted` from `accept`, `refused` when the server will
 * never take this call; anything else means that it may be tried again. A call may come again after a crash with the same
 * arguments.
 */
export interface Transport {
	/** `messages.getDhConfig`. `version` is that of the parameters that are known, 0 for none. */
	dhConfig(version: number): Promise<DhConfig>;
	/** `messages.requestEncryption`. `random` names the request. */
	request(partner: number, random: number, ga: Uint8Array): Promise<ChatUpdate>;
	/** `messages.acceptEncryption`. */
	accept(peer: Peer, gb: Uint8Array, fingerprint: bigint): Promise<ChatUpdate>;
	/** `messages.discardEncryption`. */
	discard(chat: ChatId, deleteHistory: boolean): Promise<void>;
	/**
	 * `messages.sendEncrypted`, `sendEncryptedService` and `sendEncryptedFile`. The messages of a chat are given one after
	 * the other and must reach the other device in this order.
	 */
	send(peer: Peer, packet: Packet): Promise<Receipt>;
	/** `messages.readEncryptedHistory`. */
	markRead(peer: Peer, until: number): Promise<void>;
	/** `messages.setEncryptedTyping`. */
	setTyping(peer: Peer, isTyping: boolean): Promise<void>;
	/** Uploads `size` bytes, which come in parts of `fileChunk`. */
	upload(parts: AsyncIterable<Uint8Array>, size: number): Promise<Upload>;
	/** Returns `limit` bytes of a file from `offset` on, fewer at its end. */
	download(place: FilePlace, offset: number, limit: number): Promise<Uint8Array>;
}

/** What the server passes on. */
export interface Packet {
	randomId: bigint;
	data: Uint8Array;
	/** Nobody is notified of it. */
	isService: boolean;
	isSilent: boolean;
	file?: PacketFile;
}

/** The file of a packet: one that the server has, or one that was uploaded. */
export interface PacketFile {
	place?: FilePlace;
	upload?: Upload;
	/** Of the file's key. */
	fingerprint: number;
}

/** What the server says of a packet that it took. */
export interface Receipt {
	/** Unix seconds. */
	date: number;
	/** Where the file is now. */
	place?: FilePlace;
}

/**
 * What the server says of a chat, from an update or as an answer.
 * Spec: https://core.telegram.org/type/EncryptedChat
 */
export interface ChatUpdate {
	chat: ChatId;
	accessHash: bigint;
	/** `admin` asked for the chat, `participant` was asked. */
	admin: number;
	participant: number;
	stage: 'waiting' | 'requested' | 'accepted' | 'discarded';
	/** `g_a` of a request, `g_a_or_b` of an accepted chat. */
	public: Uint8Array;
	/** Of the key of an accepted chat. */
	fingerprint: bigint;
	/** Of a discarded chat: its messages are to be deleted. */
	deleteHistory: boolean;
}

/** An encrypted message. Spec: https://core.telegram.org/type/EncryptedMessage */
export interface Incoming {
	chat: ChatId;
	randomId: bigint;
	/** Unix seconds. */
	date: number;
	data: Uint8Array;
	/** Where the file of the message is. */
	place?: FilePlace;
}

/** Tells the time, in unix milliseconds. Timers of messages and of keys go by it. */
export interface Clock {
	now(): number;
	/** Calls `work` once so many milliseconds have passed; returns what prevents it. */
	after(milliseconds: number, work: () => void): () => void;
}

/** The longest that a timer of the machine can wait. */
const longestWait = 0x7fffffff;

/** The clock of the machine. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after: (milliseconds, work) => {
		const timer = setTimeout(work, Math.min(milliseconds, longestWait));
		return () => clearTimeout(timer);
	},
};
