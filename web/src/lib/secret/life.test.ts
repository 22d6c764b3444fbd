import { describe, expect, it } from 'vitest';
import { concat, isEqual } from './bytes.ts';
import type { File, Message } from './types.ts';
import { seeded } from './testing/random.ts';
import { NetworkError } from './testing/network.ts';
import { World, type Device } from './testing/device.ts';

async function talk(world: World, from: Device, to: Device, id: number, count: number) {
	for (let i = 0; i < count; i++) {
		await from.say(id, `${i}`);
		await world.settle(from, to);
	}
}

function holds(device: Device, text: string): boolean {
	return [...device.store.dump().values()].some((value) => new TextDecoder().decode(value).includes(text));
}

async function has(device: Device, m: Message): Promise<boolean> {
	return device.client.message(m.chat, m.id).then(
		() => true,
		() => false,
	);
}

describe('keys', () => {
	it('change after a hundred messages, and the old one is forgotten', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const first = a.chat(id).keyId;
		await talk(world, a, b, id, 101);
		await talk(world, b, a, id, 2);
		expect(a.chat(id).keyId).not.toBe(first);
		expect(b.chat(id).keyId).toBe(a.chat(id).keyId);
		for (const device of [a, b]) {
			expect(device.saw('key')).toBe(true);
			expect(await device.state(id)).not.toHaveProperty('old');
			expect(await device.state(id)).not.toHaveProperty('exchange');
		}
		expect(a.chat(id).fingerprint).toEqual(b.chat(id).fingerprint);
	}, 60_000);

	it('change after a week', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const first = a.chat(id).keyId;
		world.net.clock.advance(7 * 24 * 3600 + 1);
		await a.client.expire();
		await world.settle(a, b);
		expect(a.chat(id).keyId).not.toBe(first);
		expect(b.chat(id).keyId).toBe(a.chat(id).keyId);
	});

	it('change once when both sides ask at the same time', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		world.net.clock.advance(7 * 24 * 3600 + 1);
		await a.client.expire();
		await b.client.expire();
		await world.settle(a, b);
		await talk(world, a, b, id, 2);
		expect(b.chat(id).keyId).toBe(a.chat(id).keyId);
		expect(await b.heard(id)).toEqual(['0', '1']);
	});
});

describe('timers', () => {
	it('count from when a text was read, on both sides', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await a.client.setTtl(id, 5);
		const m = await a.say(id, 'MARKER');
		await world.settle(a, b);
		expect(b.chat(id).ttl).toBe(5);
		world.net.clock.advance(3600);
		await Promise.all([a.client.expire(), b.client.expire()]);
		expect([await has(a, m), await has(b, m)]).toEqual([true, true]); // nobody has looked
		await b.client.markRead(id, [m.id]);
		await world.settle(a, b);
		world.net.clock.advance(4);
		await Promise.all([a.client.expire(), b.client.expire()]);
		expect([await has(a, m), await has(b, m)]).toEqual([true, true]);
		world.net.clock.advance(2);
		await a.open(); // what counts survives a restart
		await Promise.all([a.client.expire(), b.client.expire()]);
		expect([await has(a, m), await has(b, m)]).toEqual([false, false]);
		await world.settle(a, b);
		expect([holds(a, 'MARKER'), holds(b, 'MARKER')]).toEqual([false, false]);
	});

	it('count from when a file was opened', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const file = await attach(a, Uint8Array.of(1, 2, 3));
		const media = { kind: 'photo', file, width: 1, height: 1, caption: '' } as const;
		const m = await a.client.send(id, { media, ttl: 3 });
		await world.settle(a, b);
		await b.client.markRead(id, [m.id]);
		await world.settle(a, b);
		world.net.clock.advance(10);
		await Promise.all([a.client.expire(), b.client.expire()]);
		expect([await has(a, m), await has(b, m)]).toEqual([true, true]);
		await b.client.markOpened(id, [m.id]);
		await world.settle(a, b);
		world.net.clock.advance(3);
		await Promise.all([a.client.expire(), b.client.expire()]);
		expect([await has(a, m), await has(b, m)]).toEqual([false, false]);
	});

	it('run by themselves', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const end = new AbortController();
		const running = a.client.run(end.signal, () => undefined);
		await a.client.setTtl(id, 5);
		const m = await a.say(id, 'x');
		await eventually(async () => (await a.client.message(id, m.id)).status === 'sent');
		await world.settle(b);
		await b.client.markRead(id, [m.id]);
		await world.settle(b);
		for (const item of world.net.take(a.user)) await a.handle(item);
		await eventually(async () => (await a.client.message(id, m.id)).destroy !== undefined);
		await new Promise((resolve) => setTimeout(resolve, 20));
		world.net.clock.advance(6);
		await eventually(async () => !(await has(a, m)));
		end.abort();
		await running;
	});
});

async function eventually(isTrue: () => Promise<boolean>) {
	for (let i = 0; i < 200; i++) {
		if (await isTrue()) return;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	throw new Error('it did not happen');
}

describe('actions', () => {
	it('delete, flush and tell of a screenshot on both sides', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const one = await a.say(id, 'MARKER');
		await b.say(id, 'stays for now');
		await world.settle(a, b);
		await b.client.tookScreenshot(id, [one.id]);
		await world.settle(a, b);
		expect((await a.history(id)).at(-1)?.action).toEqual({ kind: 'screenshot', messages: [one.id] });
		await b.client.delete(id, [one.id]);
		await world.settle(a, b);
		expect([await has(a, one), holds(a, 'MARKER'), holds(b, 'MARKER')]).toEqual([false, false, false]);
		await a.client.flushHistory(id);
		await world.settle(a, b);
		expect([await a.history(id), await b.history(id)]).toEqual([[], []]);
	});

	it('end the chat with its messages and keys on both sides', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await a.say(id, 'MARKER');
		await world.settle(a, b);
		await b.client.discard(id, true);
		await world.settle(a, b);
		for (const device of [a, b]) {
			expect(device.chat(id)).toMatchObject({ phase: 'ended', keyId: 0n });
			expect(await device.history(id)).toEqual([]);
			expect(holds(device, 'MARKER')).toBe(false);
		}
		await expect(a.say(id, 'x')).rejects.toThrow('ended');
		await a.client.remove(id);
		expect(a.client.chats()).toEqual([]);
		expect([...a.store.dump().keys()]).toEqual(['group']);
	});

	it('leaves no way back to a removed chat: the server may tell of the request once more', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await a.client.discard(id, true);
		await world.settle(a, b);
		await b.client.remove(id);
		const about = { chat: id, accessHash: 1n, admin: 1, participant: 2, fingerprint: 0n, deleteHistory: true };
		await b.client.handleChat({ ...about, stage: 'requested', public: new Uint8Array(256).fill(3) });
		await b.client.handleChat({ ...about, stage: 'discarded', public: new Uint8Array() });
		expect(b.client.chats()).toEqual([]);
	});

	it('do not stop what runs when they remove the chat at that moment', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const end = new AbortController();
		const running = a.client.run(end.signal, () => undefined);
		await a.client.discard(id, false);
		const gone = a.client.remove(id);
		a.client.wake();
		await gone;
		const next = await a.client.request(b.user);
		await world.settle(a, b);
		expect(b.chat(next.id).phase).toBe('offered');
		end.abort();
		await running;
	});

	it('never send what was deleted before it arrived', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const m = await a.say(id, 'not for you');
		await a.client.delete(id, [m.id]);
		await world.settle(a, b);
		expect(await b.history(id)).toEqual([]);
		expect(b.chat(id).phase).toBe('ready');
	});

	it('tell of typing and of reading', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await a.client.setTyping(id, 'recording-voice');
		const m = await a.say(id, 'read me');
		await world.settle(a, b);
		expect(b.saw('typing')).toBe(true);
		await b.client.markRead(id, [m.id]);
		await world.settle(a, b);
		expect((await a.client.message(id, m.id)).status).toBe('read');
	});
});

describe('files', () => {
	it.each([1, 16, 131_072, 131_073])('of %i bytes arrive', async (size) => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const random = seeded(size);
		const content = Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
		const file = await attach(a, content);
		const attributes = { name: 'f' };
		const media = { kind: 'document', file, mime: 'a/b', caption: '', attributes } as const;
		const m = await a.client.send(id, { media });
		await world.settle(a, b);
		for (const device of [a, b]) {
			const got = await device.client.message(id, m.id);
			expect(got.media?.kind).toBe('document');
			if (got.media?.kind === 'document') expect(isEqual(await contentOf(device, got.media.file), content)).toBe(true);
		}
	});

	it('that are not what the message tells of are refused', async () => {
		const { a } = await new World().pair();
		const file = await attach(a, Uint8Array.of(1));
		const place = { id: 1n, accessHash: 1n, size: 16, dc: 1, fingerprint: 5 };
		await expect(contentOf(a, { ...file, place })).rejects.toThrow('fingerprint');
	});
});

function attach(device: Device, content: Uint8Array): Promise<File> {
	const read = (offset: number, length: number) => Promise.resolve(content.slice(offset, offset + length));
	return device.client.attach({ size: content.length, read });
}

async function contentOf(device: Device, file: File): Promise<Uint8Array> {
	const parts = [];
	for await (const part of device.client.openFile(file)) parts.push(part);
	return concat(...parts);
}

describe('a crash', () => {
	it('between any two commits loses and doubles nothing', async () => {
		const world = new World();
		const { a, b, id } = await world.pair({ rekeyAfter: 4 });
		const random = seeded(3);
		const said: string[] = [];
		for (let i = 0; i < 60; i++) {
			world.net.fault = (call) =>
				call === 'send' && random() < 0.3 ? (random() < 0.5 ? 'after' : 'before') : undefined;
			const failing = failSome(a, random);
			try {
				await a.say(id, `${i}`);
				said.push(`${i}`);
				await a.client.flush();
			} catch (error) {
				if (!(error instanceof CrashError) && !(error instanceof NetworkError)) throw error;
			}
			failing();
			await a.open();
			await world.deliver(undefined, b);
			for (const item of world.net.take(a.user)) await a.handle(item);
		}
		world.net.fault = () => undefined;
		await world.settle(a, b);
		expect(await b.heard(id)).toEqual(said);
	}, 30_000);
});

class CrashError extends Error {}

/** Some commits of the device fail as if the program ended there; returns what ends that. */
function failSome(device: Device, random: () => number): () => void {
	const apply = device.store.apply.bind(device.store);
	device.store.apply = (batch) => (random() < 0.2 ? Promise.reject(new CrashError()) : apply(batch));
	return () => {
		device.store.apply = apply;
	};
}
