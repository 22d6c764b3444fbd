import { describe, expect, test } from 'vitest';
import type { Message, MessagePage, PageRequest } from '../api/types.ts';
import { HistoryStore } from './history.svelte.ts';
import { message, messages } from './sample.ts';

/** A chat on a server with these messages; `hold` makes answers wait. */
class FakeSource {
	all: Message[];
	kept: Message[] = [];
	asked: PageRequest[] = [];
	#waiting: (() => void)[] = [];
	isHolding = false;
	isBroken = false;

	constructor(all: Message[]) {
		this.all = all;
	}

	async page(request: PageRequest): Promise<MessagePage> {
		this.asked.push(request);
		const page = this.#find(request);
		if (this.isHolding) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		if (this.isBroken) throw new Error('no network');
		return page;
	}

	async cached(): Promise<MessagePage> {
		return { messages: this.kept, isStart: false, isEnd: true };
	}

	release() {
		this.isHolding = false;
		for (const resolve of this.#waiting.splice(0)) resolve();
	}

	#find({ before, after, around, limit }: PageRequest): MessagePage {
		const at = this.all.findIndex(({ id }) => id >= (before ?? after ?? around ?? Infinity));
		const place = at < 0 ? this.all.length : at;
		const half = limit >> 1;
		const [from, to] =
			after !== undefined
				? [place + 1, place + 1 + limit]
				: around !== undefined
					? [place - half, place + half]
					: [place - limit, place];
		return {
			messages: this.all.slice(Math.max(from, 0), to),
			isStart: from <= 0,
			isEnd: to >= this.all.length,
			total: this.all.length,
		};
	}
}

function open(all: Message[]) {
	const source = new FakeSource(all);
	return { source, history: new HistoryStore({ peer: 'u1' }, source) };
}

function ids(history: HistoryStore): number[] {
	return history.messages.map(({ id }) => id);
}

const isNew = true;

describe('a history', () => {
	test('shows the newest and reads on to the first', async () => {
		const { history } = open(messages(1, 150));
		await history.loadEnd();
		expect([ids(history)[0], ids(history).at(-1)]).toEqual([111, 150]);
		expect([history.isAtStart, history.isAtEnd, history.status]).toEqual([false, true, 'ready']);
		await history.loadOlder();
		await history.loadOlder();
		expect(ids(history)).toEqual(messages(1, 150).map(({ id }) => id));
		expect(history.isAtStart).toBe(true);
	});

	test('that is followed for long gives back what lies far above, and reads it again when it is wanted', async () => {
		const { history } = open(messages(1, 150));
		await history.loadEnd();
		await history.loadOlder();
		const before = history.messages;
		expect([history.shorten(100, 50), history.messages === before]).toEqual([false, true]);
		expect(history.shorten(99, 50)).toBe(true);
		expect([ids(history)[0], history.isAtStart, history.isAtEnd]).toEqual([101, false, true]);
		await history.loadOlder();
		expect(ids(history)[0]).toBe(41);
	});

	test('is not shortened where somebody reads on', async () => {
		const { history, source } = open(messages(1, 150));
		await history.loadEnd();
		source.isHolding = true;
		const reading = history.loadOlder();
		history.shorten(10, 5);
		source.release();
		await reading;
		expect(ids(history)).toEqual(messages(51, 150).map(({ id }) => id));
		await history.loadAround(1);
		history.shorten(10, 5);
		expect(ids(history)[0]).toBe(1);
	});

	test('jumps to an old message and comes back without asking', async () => {
		const { history, source } = open(messages(1, 1000));
		await history.loadEnd();
		await history.loadAround(500);
		expect(ids(history)).toContain(500);
		expect(history.isAtEnd).toBe(false);
		const asked = source.asked.length;
		await history.loadEnd();
		expect(history.isAtEnd).toBe(true);
		expect(source.asked.length).toBe(asked);
	});

	test('reading on from a jump joins the stretches', async () => {
		const { history } = open(messages(1, 200));
		await history.loadEnd();
		await history.loadAround(100);
		while (!history.isAtEnd) await history.loadNewer();
		expect(ids(history).at(-1)).toBe(200);
		expect(new Set(ids(history)).size).toBe(ids(history).length);
	});

	test('a message that comes while the newest are read is not lost', async () => {
		const { history, source } = open(messages(1, 10));
		source.isHolding = true;
		const loading = history.loadEnd();
		history.take([{ message: message(11), isNew }]);
		source.release();
		await loading;
		expect(ids(history).at(-1)).toBe(11);
	});

	test('what was deleted while it was read does not come back', async () => {
		const { history, source } = open(messages(1, 10));
		source.isHolding = true;
		const loading = history.loadEnd();
		history.remove([10]);
		source.release();
		await loading;
		expect(ids(history).at(-1)).toBe(9);
	});

	test('new messages do not stand under an old stretch', async () => {
		const { history } = open(messages(1, 1000));
		await history.loadAround(500);
		history.take([{ message: message(1001), isNew }]);
		expect(ids(history)).not.toContain(1001);
	});

	test('an unsent message is last, and becomes the sent one under its key', async () => {
		const { history } = open(messages(1, 3));
		await history.loadEnd();
		history.take([{ message: message(-5, { key: 'own' }), isNew }]);
		history.take([{ message: message(4), isNew }]);
		expect(ids(history)).toEqual([1, 2, 3, 4, -5]);
		history.take([{ message: message(5, { key: 'own' }), isNew, replaces: -5 }]);
		expect(ids(history)).toEqual([1, 2, 3, 4, 5]);
		expect(history.messages.at(-1)!.key).toBe('own');
	});

	test('the same message twice is one row', async () => {
		const { history } = open(messages(1, 3));
		await history.loadEnd();
		history.take([{ message: message(4), isNew }]);
		history.take([{ message: message(4), isNew }]);
		expect(ids(history)).toEqual([1, 2, 3, 4]);
	});

	test('edits change what is known and add nothing', async () => {
		const { history } = open(messages(1, 3));
		await history.loadEnd();
		history.take([
			{ message: message(2, { views: 9 }), isNew: false },
			{ message: message(99), isNew: false },
		]);
		expect(history.get(2)!.views).toBe(9);
		expect(ids(history)).toEqual([1, 2, 3]);
	});

	test('shows what the browser kept until the server has answered', async () => {
		const { history, source } = open(messages(1, 30));
		source.kept = messages(1, 20);
		source.isHolding = true;
		const loading = history.loadEnd();
		await new Promise((resolve) => setTimeout(resolve));
		expect([history.status, history.messages.length]).toEqual(['cached', 20]);
		history.take([{ message: message(31), isNew }]);
		expect(ids(history).at(-1)).toBe(31);
		source.release();
		await loading;
		expect([history.status, ids(history).at(-1)]).toEqual(['ready', 31]);
	});

	test('keeps showing it when there is no network', async () => {
		const { history, source } = open([]);
		source.kept = messages(1, 20);
		source.isBroken = true;
		await history.loadEnd();
		await new Promise((resolve) => setTimeout(resolve));
		expect([history.status, history.messages.length]).toEqual(['cached', 20]);
	});

	test('messages that wait to be sent are there, whoever answers first', async () => {
		const { history, source } = open(messages(1, 5));
		source.kept = [message(-3, { isOut: true })];
		await history.loadEnd();
		await new Promise((resolve) => setTimeout(resolve));
		expect(ids(history)).toEqual([1, 2, 3, 4, 5, -3]);
	});

	test('what was read from the browser stays when the server answers', async () => {
		const { history, source } = open(messages(1, 110));
		source.kept = messages(1, 100);
		source.isHolding = true;
		const loading = history.loadEnd();
		await new Promise((resolve) => setTimeout(resolve));
		source.release();
		await loading;
		expect(ids(history)).toEqual(messages(1, 110).map(({ id }) => id));
	});

	test('and stands apart when too much has come since', async () => {
		const { history, source } = open(messages(1, 1000));
		source.kept = messages(1, 100);
		source.isHolding = true;
		const loading = history.loadEnd();
		await new Promise((resolve) => setTimeout(resolve));
		source.release();
		await loading;
		expect(ids(history)[0]).toBe(961);
		expect(history.get(50)).toBeDefined();
	});

	test('a jump that fails leaves what is shown', async () => {
		const { history, source } = open(messages(1, 1000));
		await history.loadEnd();
		source.isBroken = true;
		await history.loadAround(10);
		expect([history.status, ids(history).at(-1)]).toEqual(['ready', 1000]);
	});

	test('says that it failed when there is nothing to show', async () => {
		const { history, source } = open([]);
		source.isBroken = true;
		await history.loadEnd();
		expect(history.status).toBe('failed');
	});

	test('gives back what is far above when it is left', async () => {
		const { history } = open(messages(1, 300));
		await history.loadEnd();
		while (!history.isAtStart) await history.loadOlder();
		history.shrink(50);
		expect([history.messages.length, history.isAtStart, history.isAtEnd]).toEqual([50, false, true]);
		await history.loadOlder();
		expect(ids(history)[0]).toBe(191);
	});

	test('clearing takes all up to a message', async () => {
		const { history } = open(messages(1, 5));
		await history.loadEnd();
		history.clear(3);
		expect(ids(history)).toEqual([4, 5]);
	});
});

test('10,000 messages and fifty new ones a second for a minute', async () => {
	const { history } = open(messages(1, 10_000));
	await history.loadEnd();
	while (!history.isAtStart) await history.loadOlder();
	expect(history.messages.length).toBe(10_000);
	for (let second = 0; second < 60; second++) {
		history.take(messages(10_001 + second * 50, 10_050 + second * 50).map((message) => ({ message, isNew })));
	}
	expect(history.messages.length).toBe(13_000);
});
