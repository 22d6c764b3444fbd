import { knownPrime } from '../dh.ts';
import { SecretError } from '../errors.ts';
import type { ChatUpdate, Incoming, Packet, PacketFile, Peer, Receipt, Transport } from '../transport.ts';
import type { ChatId, FilePlace, Upload } from '../types.ts';
import { concat } from '../bytes.ts';
import { TestClock } from './clock.ts';

/** What the server has for a device. */
export type Item = { update: ChatUpdate } | { incoming: Incoming } | { read: { chat: ChatId; until: number } };

/** A call that fails, before it had its effect or after. */
export type Fault = 'before' | 'after' | undefined;

/** A server for two devices that a test has in hand: it keeps what was sent until it is taken. */
export class Network {
	readonly clock = new TestClock();
	readonly chats = new Map<ChatId, ChatUpdate>();
	readonly boxes = new Map<number, Item[]>();
	readonly files = new Map<bigint, Uint8Array>();
	/** What was sent, in order. */
	readonly log: Packet[] = [];
	/** The server does not tell what was read. */
	isMute = false;
	#ids = 0n;
	/** May refuse a call. */
	fault: (call: string) => Fault = () => undefined;

	nextId(): bigint {
		return ++this.#ids;
	}

	put(user: number, item: Item) {
		this.boxes.set(user, [...(this.boxes.get(user) ?? []), item]);
	}

	/** Empties the box of a user. */
	take(user: number): Item[] {
		const box = this.boxes.get(user) ?? [];
		this.boxes.delete(user);
		return box;
	}
}

export class NetworkError extends Error {}

/** The transport of one user. */
export class Wire implements Transport {
	readonly #net: Network;
	readonly #user: number;

	constructor(net: Network, user: number) {
		this.#net = net;
		this.#user = user;
	}

	async #call<T>(name: string, effect: () => T): Promise<T> {
		await Promise.resolve();
		const fault = this.#net.fault(name);
		if (fault === 'before') throw new NetworkError(name);
		const result = effect();
		if (fault === 'after') throw new NetworkError(name);
		return result;
	}

	dhConfig(version: number) {
		const random = new Uint8Array(256).fill(7);
		return this.#call('config', () =>
			version === 3 ? { version, g: 0, random } : { version: 3, g: 3, p: knownPrime, random },
		);
	}

	request(partner: number, random: number, ga: Uint8Array) {
		return this.#call('request', () => {
			const known = this.#net.chats.get(random);
			const asked: ChatUpdate = known ?? {
				chat: random,
				accessHash: 99n,
				admin: this.#user,
				participant: partner,
				stage: 'requested',
				public: ga,
				fingerprint: 0n,
				deleteHistory: false,
			};
			if (!known) this.#net.put(partner, { update: asked });
			this.#net.chats.set(random, asked);
			return { ...asked, stage: 'waiting' as const, public: new Uint8Array() };
		});
	}

	accept(peer: Peer, gb: Uint8Array, fingerprint: bigint) {
		return this.#call('accept', () => {
			const chat = this.#chat(peer.chat);
			if (chat.stage === 'accepted') throw new SecretError('already-accepted', 'by another device');
			if (chat.stage !== 'requested') throw new SecretError('gone', 'discarded');
			return this.#set({ ...chat, stage: 'accepted', public: gb, fingerprint }, chat.admin);
		});
	}

	#chat(id: ChatId): ChatUpdate {
		const chat = this.#net.chats.get(id);
		if (!chat) throw new SecretError('gone', 'no such chat');
		return chat;
	}

	#set(chat: ChatUpdate, ...told: number[]): ChatUpdate {
		this.#net.chats.set(chat.chat, chat);
		for (const user of told) this.#net.put(user, { update: chat });
		return chat;
	}

	discard(id: ChatId, deleteHistory: boolean) {
		return this.#call('discard', () => {
			const chat = this.#chat(id);
			if (chat.stage === 'discarded') throw new SecretError('gone', 'discarded');
			this.#set({ ...chat, stage: 'discarded', deleteHistory }, chat.admin, chat.participant);
		});
	}

	#partner(id: ChatId): number {
		const { admin, participant } = this.#chat(id);
		return admin + participant - this.#user;
	}

	send(peer: Peer, packet: Packet): Promise<Receipt> {
		return this.#call('send', () => {
			if (this.#chat(peer.chat).stage !== 'accepted') throw new SecretError('gone', 'discarded');
			const date = Math.floor(this.#net.clock.now() / 1000);
			const place = packet.file && (packet.file.place ?? this.#keep(packet.file));
			this.#net.log.push(packet);
			const incoming: Incoming = { chat: peer.chat, randomId: packet.randomId, date, data: packet.data.slice() };
			if (place) incoming.place = place;
			this.#net.put(this.#partner(peer.chat), { incoming });
			return place ? { date, place } : { date };
		});
	}

	#keep({ upload, fingerprint }: PacketFile): FilePlace {
		const bytes = this.#net.files.get(upload?.id ?? 0n) ?? new Uint8Array();
		const id = this.#net.nextId();
		this.#net.files.set(id, bytes);
		return { id, accessHash: 5n, size: bytes.length, dc: 2, fingerprint };
	}

	markRead(peer: Peer, until: number) {
		return this.#call('read', () => {
			if (!this.#net.isMute) this.#net.put(this.#partner(peer.chat), { read: { chat: peer.chat, until } });
		});
	}

	setTyping() {
		return this.#call('typing', () => undefined);
	}

	async upload(parts: AsyncIterable<Uint8Array>, size: number): Promise<Upload> {
		const all: Uint8Array[] = [];
		for await (const part of parts) all.push(part);
		return this.#call('upload', () => {
			const bytes = concat(...all);
			if (bytes.length !== size) throw new Error(`${bytes.length} bytes of ${size}`);
			const id = this.#net.nextId();
			this.#net.files.set(id, bytes);
			return { id, parts: all.length, md5: '', isBig: false };
		});
	}

	download(place: FilePlace, offset: number, limit: number) {
		return this.#call('download', () => {
			const bytes = this.#net.files.get(place.id) ?? new Uint8Array();
			return bytes.slice(offset, offset + limit);
		});
	}
}
