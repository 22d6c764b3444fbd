import { describe, expect, it } from 'vitest';
import { layerNewest } from './layers.ts';
import { seeded } from './testing/random.ts';
import { World, type Device, type Mangle } from './testing/device.ts';
import type { DecryptedMessage } from './tl/types.ts';
import { numberingOf } from './state.ts';

const noop: DecryptedMessage = {
	_: 'decryptedMessageService',
	randomId: 5n,
	action: { _: 'decryptedMessageActionNoop' },
};

describe('beginning', () => {
	it('agrees on a key', async () => {
		const { a, b, id } = await new World().pair();
		expect(a.chat(id)).toMatchObject({ phase: 'ready', isCreator: true, partner: 2, layer: layerNewest });
		expect(b.chat(id)).toMatchObject({ phase: 'ready', isCreator: false, partner: 1, layer: layerNewest });
		expect(a.chat(id).keyId).toBe(b.chat(id).keyId);
		expect(a.chat(id).keyId).not.toBe(0n);
		expect(a.chat(id).fingerprint).toEqual(b.chat(id).fingerprint);
		const state = await a.state(id);
		expect(state.secret).toBeUndefined();
		expect(state.public).toBeUndefined();
	});

	it('ends when the server changes what the other side sent', async () => {
		const world = new World();
		const a = await world.device(1);
		const b = await world.device(2);
		const chat = await a.client.request(2);
		await world.deliver(undefined, b);
		await b.client.accept(chat.id);
		const [item] = world.net.take(1);
		if (!item || !('update' in item)) throw new Error('nothing came');
		await a.handle({ update: { ...item.update, public: item.update.public.map((v, i) => (i === 99 ? v ^ 1 : v)) } });
		expect(a.chat(chat.id).phase).toBe('ended');
		expect(a.saw('broken')).toBe(true);
		await world.settle(a, b);
		expect(b.chat(chat.id).phase).toBe('ended');
	});

	it('refuses values that are not safe', async () => {
		const world = new World();
		const b = await world.device(2);
		const offer = { chat: 7, accessHash: 1n, admin: 1, participant: 2, fingerprint: 0n, deleteHistory: false };
		await b.client.handleChat({ ...offer, stage: 'requested', public: Uint8Array.of(1) });
		await b.client.accept(7).catch(() => undefined);
		expect(b.chat(7).phase).toBe('ended');
	});

	it('asks again after a failure, with the same request', async () => {
		const world = new World();
		const a = await world.device(1);
		const b = await world.device(2);
		world.net.fault = (call) => (call === 'request' ? 'after' : undefined);
		await expect(a.client.request(2)).rejects.toThrow();
		world.net.fault = () => undefined;
		await a.open();
		await world.settle(a, b);
		expect(a.client.chats()).toHaveLength(1);
		expect(b.client.chats()).toHaveLength(1);
	});

	it('takes an acceptance whose answer was lost', async () => {
		const world = new World();
		const a = await world.device(1);
		const b = await world.device(2);
		const chat = await a.client.request(2);
		await world.deliver(undefined, b);
		world.net.fault = (call) => (call === 'accept' ? 'after' : undefined);
		await expect(b.client.accept(chat.id)).rejects.toThrow();
		world.net.fault = () => undefined;
		await b.open();
		await world.settle(a, b);
		expect(b.chat(chat.id).phase).toBe('ready');
		expect(a.chat(chat.id).keyId).toBe(b.chat(chat.id).keyId);
	});

	it('keeps messages that overtake the news of the key', async () => {
		const world = new World();
		const a = await world.device(1);
		const b = await world.device(2);
		const chat = await a.client.request(2);
		await world.deliver(undefined, b);
		await b.client.accept(chat.id);
		await b.say(chat.id, 'early');
		await b.client.flush();
		const items = world.net.take(1);
		for (const item of [...items].reverse()) await a.handle(item);
		await world.settle(a, b);
		expect(await a.heard(chat.id)).toEqual(['early']);
	});
});

describe('messages', () => {
	it('arrive in order', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		for (let i = 0; i < 10; i++) {
			await a.say(id, `a${i}`);
			await b.say(id, `b${i}`);
		}
		await world.settle(a, b);
		await a.say(id, 'bye');
		await world.settle(a, b);
		expect(await b.heard(id)).toHaveLength(11);
		expect((await a.heard(id)).at(-1)).toBe('b9');
		for (const m of await b.history(id)) if (m.isOut) expect(m.status).toBe('arrived');
	});

	it.each([0, 1, 2, 3])(
		'all arrive once and in order, whatever the way does (seed %i)',
		async (seed) => {
			await talkOverBadLine(seed, 120);
		},
		60_000,
	);

	it('are asked for once when one is lost', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await lose(world, a, b, id);
		await a.say(id, 'one');
		await a.say(id, 'two');
		await world.deliver(undefined, a, b);
		expect(b.chat(id).waiting).toBe(2);
		expect(await b.heard(id)).toEqual([]);
		const sent = world.net.log.length;
		await b.client.flush();
		expect(world.net.log.length - sent).toBe(1);
		await world.settle(a, b);
		expect(await b.heard(id)).toEqual(['lost', 'one', 'two']);
	});

	it('are asked for again after a minute when the request was lost', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await lose(world, a, b, id);
		await a.say(id, 'one');
		await world.deliver(undefined, a, b);
		await b.client.flush();
		world.net.take(a.user);
		await world.settle(a, b);
		expect(await b.heard(id)).toEqual([]);
		world.net.clock.advance(60);
		await b.client.expire();
		await world.settle(a, b);
		expect(await b.heard(id)).toEqual(['lost', 'one']);
	});

	it('fill gaps on both sides', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await lose(world, a, b, id);
		await lose(world, b, a, id);
		await a.say(id, 'a');
		await b.say(id, 'b');
		await world.settle(a, b);
		expect(await b.heard(id)).toEqual(['lost', 'a']);
		expect(await a.heard(id)).toEqual(['lost', 'b']);
	});

	it('that the server refuses leave an empty one in their place', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const { SecretError } = await import('./errors.ts');
		let isRefusing = true;
		world.net.fault = (call) => {
			if (call === 'send' && isRefusing) {
				isRefusing = false;
				throw new SecretError('refused', 'no');
			}
			return undefined;
		};
		const m = await a.say(id, 'no');
		await a.say(id, 'yes');
		await world.settle(a, b);
		expect((await a.client.message(id, m.id)).status).toBe('failed');
		expect(await b.heard(id)).toEqual(['yes']);
	});
});

describe('hostile partners', () => {
	const changes: Record<string, (n: { in: number; out: number }) => { in: number; out: number }> = {
		'parity of out': (n) => ({ ...n, out: n.out ^ 1 }),
		'parity of in': (n) => ({ ...n, in: n.in ^ 1 }),
		'negative out': (n) => ({ ...n, out: n.out - (1 << 20) }),
		'negative in': (n) => ({ ...n, in: n.in - (1 << 20) }),
		'saw more than was sent': (n) => ({ ...n, in: n.in + 2 }),
		'saw fewer than before': (n) => ({ ...n, in: n.in - 2 }),
		'far ahead': (n) => ({ ...n, out: n.out + 20_002 }),
	};

	it.each(Object.keys(changes))('end the chat by impossible numbers: %s', async (name) => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await a.say(id, 'I have seen what you sent');
		await world.settle(a, b);
		const s = await a.state(id);
		const numbers = changes[name]?.(numberingOf(s).outgoing(s.in, s.out)) ?? { in: 0, out: 0 };
		await b.client.handleMessage(await a.forge(id, { layer: layerNewest, ...numbers, message: noop }));
		expect(b.chat(id).phase).toBe('ended');
		expect(b.saw('broken')).toBe(true);
		expect((await b.state(id)).key).toBeUndefined();
		await world.settle(a, b);
		expect(a.chat(id).phase).toBe('ended');
	});

	it('send packets that are dropped', async () => {
		const { a, b, id } = await new World().pair();
		const good = await a.forge(id, { layer: layerNewest, in: 0, out: 1, message: noop });
		const flipped = (at: number) => good.data.map((v, i) => (i === at ? v ^ 1 : v));
		const mirrored = await b.forge(id, { layer: layerNewest, in: 0, out: 1, message: noop });
		for (const data of [new Uint8Array(), good.data.slice(0, 30), flipped(0), flipped(99), mirrored.data]) {
			b.events = [];
			await b.client.handleMessage({ ...good, data });
			expect(b.saw('dropped')).toBe(true);
			expect(b.chat(id).phase).toBe('ready');
		}
	});

	it('ask again for what has arrived', async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		await b.say(id, 'x');
		await world.settle(a, b);
		await a.say(id, 'seen');
		await world.settle(a, b);
		const s = await a.state(id);
		const action = { _: 'decryptedMessageActionResend', startSeqNo: 0, endSeqNo: 0 } as const;
		const message = { _: 'decryptedMessageService', randomId: 5n, action } as const;
		const numbers = numberingOf(s).outgoing(s.in, s.out);
		await b.client.handleMessage(await a.forge(id, { layer: layerNewest, ...numbers, message }));
		expect(b.chat(id).phase).toBe('ended');
	});
});

async function lose(world: World, from: Device, to: Device, id: number) {
	await from.say(id, 'lost');
	await from.client.flush();
	world.net.take(to.user);
}

async function talkOverBadLine(seed: number, count: number) {
	const world = new World();
	const { a, b, id } = await world.pair({ rekeyAfter: 20 });
	const first = a.chat(id).keyId;
	const random = seeded(seed);
	const mangle: Mangle = { random, lose: 0.2, double: 0.1, reorder: 0.3 };
	world.net.fault = (call) => {
		if (call !== 'send' || random() >= 0.1) return undefined;
		return random() < 0.5 ? 'after' : 'before';
	};
	const said: [string[], string[]] = [[], []];
	const say = async (device: Device, list: string[], text: string) => {
		list.push(text);
		await device.say(id, text);
	};
	for (let i = 0; i < count; i++) {
		await say(a, said[0], `a${i}`);
		if (random() < 0.7) await say(b, said[1], `b${i}`);
		if (random() < 0.5) await world.deliver(mangle, a, b);
		if (random() < 0.1) {
			world.net.clock.advance(60);
			await Promise.all([a.client.expire(), b.client.expire()]);
		}
		if (random() < 0.05) await Promise.all([a.open(), b.open()]);
	}
	world.net.fault = () => undefined;
	await say(a, said[0], 'end'); // what was lost at the end is found by what follows
	await say(b, said[1], 'end');
	for (let i = 0; i < 20; i++) {
		await world.settle(a, b);
		world.net.clock.advance(60);
		await Promise.all([a.client.expire(), b.client.expire()]);
	}
	expect(await b.heard(id)).toEqual(said[0]);
	expect(await a.heard(id)).toEqual(said[1]);
	expect(a.chat(id).keyId).toBe(b.chat(id).keyId);
	expect(a.chat(id).keyId).not.toBe(first);
}
