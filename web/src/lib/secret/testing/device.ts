import { SecretClient } from '../client.ts';
import type { ClientEvent } from '../events.ts';
import type { Frame } from '../frame.ts';
import { encodeFrame } from '../frame.ts';
import { seal } from '../envelope.ts';
import { decodeRecord } from '../record.ts';
import type { Options } from '../settings.ts';
import { chatKey, numberingOf, type ChatState } from '../state.ts';
import { MemoryStore } from '../store.ts';
import type { DecryptedMessage } from '../tl/types.ts';
import type { Incoming } from '../transport.ts';
import type { Chat, ChatId, Message } from '../types.ts';
import { Network, NetworkError, Wire, type Item } from './network.ts';
import { primitives } from './primitives.ts';

/** A client with what it heard. */
export class Device {
	readonly user: number;
	readonly store = new MemoryStore();
	events: ClientEvent[] = [];
	client!: SecretClient;
	readonly #net: Network;
	readonly #options: Partial<Options>;

	constructor(net: Network, user: number, options: Partial<Options>) {
		this.#net = net;
		this.user = user;
		this.#options = options;
	}

	/** What a start does, and a restart. */
	async open() {
		this.client = await SecretClient.open({
			store: this.store,
			transport: new Wire(this.#net, this.user),
			primitives,
			user: this.user,
			clock: this.#net.clock,
			onEvent: (event) => this.events.push(event),
			...this.#options,
		});
	}

	say(id: ChatId, text: string): Promise<Message> {
		return this.client.send(id, { text });
	}

	async history(id: ChatId): Promise<Message[]> {
		return this.client.history(id, await this.client.orders(id));
	}

	/** The texts that came in. */
	async heard(id: ChatId): Promise<string[]> {
		return (await this.history(id)).filter((m) => !m.isOut && !m.action).map((m) => m.text);
	}

	chat(id: ChatId): Chat {
		return this.client.chat(id);
	}

	/** The record of a chat, for looking. */
	async state(id: ChatId): Promise<ChatState> {
		const bytes = await this.store.get(chatKey(id));
		if (!bytes) throw new Error(`no chat ${id}`);
		return decodeRecord<ChatState>(bytes);
	}

	saw(kind: ClientEvent['kind']): boolean {
		return this.events.some((event) => event.kind === kind);
	}

	async handle(item: Item) {
		if ('update' in item) await this.client.handleChat(item.update);
		else if ('incoming' in item) await this.client.handleMessage(item.incoming);
		else await this.client.handleRead(item.read.chat, item.read.until);
	}

	/** Says anything with any numbers, as a broken program would. */
	async forge(id: ChatId, f: Frame & { message: DecryptedMessage }): Promise<Incoming> {
		const s = await this.state(id);
		if (!s.key) throw new Error('no key');
		const data = seal(primitives, s.key, numberingOf(s).x, encodeFrame(primitives, f));
		return { chat: id, randomId: 1n, data, date: Math.floor(this.#net.clock.now() / 1000) };
	}
}

/** Loses, doubles and reorders messages on their way; the stages of chats arrive as they are. */
export interface Mangle {
	random: () => number;
	lose: number;
	double: number;
	reorder: number;
}

function mangled(box: Item[], m: Mangle | undefined): Item[] {
	if (!m) return box;
	const out = box.flatMap((item): Item[] => {
		if (!('incoming' in item)) return [item];
		if (m.random() < m.lose) return [];
		return m.random() < m.double ? [item, item] : [item];
	});
	for (let i = 1; i < out.length; i++) {
		if (m.random() >= m.reorder) continue;
		const j = Math.floor(m.random() * (i + 1));
		const [a, b] = [out[i], out[j]];
		if (a && b) [out[i], out[j]] = [b, a];
	}
	return out;
}

/** Two devices and what is between them. */
export class World {
	readonly net = new Network();

	async device(user: number, options: Partial<Options> = {}): Promise<Device> {
		const device = new Device(this.net, user, options);
		await device.open();
		return device;
	}

	/** Two devices with a chat that is ready. */
	async pair(options: Partial<Options> = {}): Promise<{ a: Device; b: Device; id: ChatId }> {
		const a = await this.device(1, options);
		const b = await this.device(2, options);
		return { a, b, id: await this.connect(a, b) };
	}

	async connect(a: Device, b: Device): Promise<ChatId> {
		const chat = await a.client.request(b.user);
		await this.deliver(undefined, b);
		await b.client.accept(chat.id);
		await this.settle(a, b);
		return chat.id;
	}

	/** Sends what waits and hands it over once. */
	async deliver(mangle: Mangle | undefined, ...devices: Device[]): Promise<number> {
		for (const device of devices) {
			await device.client.flush().catch((error: unknown) => {
				if (!(error instanceof NetworkError)) throw error;
			});
		}
		let moved = 0;
		for (const device of devices) {
			for (const item of mangled(this.net.take(device.user), mangle)) {
				await device.handle(item);
				moved++;
			}
		}
		return moved;
	}

	/** Goes on until nothing moves. */
	async settle(...devices: Device[]) {
		for (let round = 0; round < 1000; round++) {
			if ((await this.deliver(undefined, ...devices)) === 0) return;
		}
		throw new Error('never comes to rest');
	}
}
