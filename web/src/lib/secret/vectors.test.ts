import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { messageFromTl, messageToTl } from './content.ts';
import { Group, keySize, knownPrime, checkConfig } from './dh.ts';
import { emojis } from './emoji.ts';
import { open, openV1, sealWith } from './envelope.ts';
import { fileFingerprint, IgeStream } from './file.ts';
import { decodeFrame, Numbering } from './frame.ts';
import { emojiOf, keyId, newFingerprint, newSecretKey, squaresOf, textOf } from './key.ts';
import { Md5 } from './md5.ts';
import { primitives } from './testing/primitives.ts';
import { readObject, writeObject } from './tl/codec.ts';
import { Reader } from './tl/reader.ts';
import { schemaText } from './tl/schema.ts';
import type { DecryptedMessage } from './tl/types.ts';
import { Writer } from './tl/writer.ts';

// Both files lie beside the Go package `secret`, whose tests read them too: `vectors.json` comes from the texts of the
// specification alone, `twin.json` is what the Go package makes.

const root = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Numbers of 64 bits do not survive JSON.parse. */
const longs = (text: string) => text.replace(/: (-?\d{16,})/g, ': "$1"');

interface Vectors {
	a: string;
	b: string;
	ga: string;
	gb: string;
	key: string;
	fingerprint: string;
	short: string;
	short_fingerprint: string;
	visual: string;
	squares: string;
	content: string;
	creator: string;
	other: string;
	thin: string;
	v1: string;
	file_key: string;
	file_iv: string;
	file_fingerprint: number;
	file: string;
	file_sealed: string;
	layer: string;
}

interface Twin {
	prime: string;
	numbers: { creator: boolean; in: number; out: number; wireIn: number; wireOut: number }[];
	messages: {
		name: string;
		tl: string;
		layer: number;
		text: string;
		ttl: number;
		entities: number;
		media: boolean;
	}[];
	services: { name: string; tl: string }[];
	packets: { creator: boolean; in: number; out: number; content: string; padding: string; packet: string }[];
	rekey: { exchange: string; request: string; accept: string; commit: string; fingerprint: string };
	key: { text: string; emoji: string };
	file: { key: string; iv: string; fingerprint: number; content: string; sealed: string };
}

const v = JSON.parse(longs(read('secret/testdata/vectors.json'))) as Vectors;
const twin = JSON.parse(read('secret/testdata/twin.json')) as Twin;
const key = newSecretKey(primitives, fromHex(v.key), 0);
const group = new Group(3, knownPrime);

function decode(tl: string): DecryptedMessage {
	const r = new Reader(fromHex(tl));
	const message = readObject(r, 'DecryptedMessage') as DecryptedMessage;
	expect(r.left).toBe(0);
	return message;
}

function encode(message: DecryptedMessage): string {
	const w = new Writer();
	writeObject(w, message);
	return toHex(w.end());
}

describe('the exchange', () => {
	it('has the same prime', () => expect(toHex(knownPrime)).toBe(twin.prime));

	it('gives both sides the key', () => {
		expect(toHex(group.shared(fromHex(v.a), fromHex(v.gb)))).toBe(v.key);
		expect(toHex(group.shared(fromHex(v.b), fromHex(v.ga)))).toBe(v.key);
		expect(toHex(group.publicOf(fromHex(v.a)))).toBe(v.ga);
		expect(key.id).toBe(BigInt(v.fingerprint));
	});

	it('keeps leading zeros', () => {
		expect(v.short).toHaveLength(2 * keySize);
		expect(keyId(primitives, fromHex(v.short))).toBe(BigInt(v.short_fingerprint));
	});

	it('takes no value near the ends', () => {
		const low = 1n << 1984n;
		const p = BigInt(`0x${twin.prime}`);
		const good = [low, p - low];
		const bad = [0n, 1n, p - 1n, p, low - 1n, p - low + 1n];
		const shared = (n: bigint) => group.shared(Uint8Array.of(5), fromHex(n.toString(16).padStart(512, '0')));
		for (const n of good) expect(() => shared(n)).not.toThrow();
		for (const n of bad) expect(() => shared(n)).toThrow('public value');
	});

	it('takes only safe parameters', () => {
		const check = (p: Uint8Array, g: number) => () =>
			checkConfig({ version: 1, p, g, random: new Uint8Array() }, primitives);
		for (const g of [3, 4, 7]) expect(check(knownPrime, g)).not.toThrow();
		for (const g of [1, 2, 5, 6, 8]) expect(check(knownPrime, g)).toThrow('generator');
		expect(check(knownPrime.slice(1), 4)).toThrow('255 bytes');
		expect(
			check(
				knownPrime.map((b, i) => (i === 100 ? b ^ 1 : b)),
				4,
			),
		).toThrow('no safe prime');
	});
});

describe('the fingerprint', () => {
	const fingerprint = newFingerprint(primitives, key.secret);
	it('has the bytes and squares of the specification', () => {
		expect(toHex(fingerprint)).toBe(v.visual);
		expect(squaresOf(fingerprint).join('')).toBe(v.squares);
	});

	it('is written alike', () => {
		expect(textOf(fingerprint).join('\n')).toBe(twin.key.text);
		expect(
			emojiOf(fingerprint)
				.map((row) => row.join(''))
				.join('\n'),
		).toBe(twin.key.emoji);
		expect(new Set(emojis).size).toBe(256);
	});
});

describe('the envelope', () => {
	it.each([
		['of the creator', v.creator, v.content, 0],
		['of the other', v.other, v.content, 8],
		['with 12 of padding', v.thin, v.content.slice(0, 224), 0],
	])('%s opens, and mirrored does not', (_, packet, content, x) => {
		expect(toHex(open(primitives, key, x, fromHex(packet)))).toBe(content);
		expect(() => open(primitives, key, 8 - x, fromHex(packet))).toThrow('message key');
	});

	it('of the first version opens as that only', () => {
		expect(toHex(openV1(primitives, key, fromHex(v.v1)))).toBe(v.content);
		expect(() => open(primitives, key, 0, fromHex(v.v1))).toThrow();
	});

	it.each(twin.packets)('is sealed alike (creator: $creator)', (p) => {
		const numbering = new Numbering(p.creator);
		const sealed = sealWith(primitives, key, numbering.x, fromHex(p.content), fromHex(p.padding));
		expect(toHex(sealed)).toBe(p.packet);
		const frame = decodeFrame(open(primitives, key, numbering.x, sealed));
		expect(numbering.partner.incoming(frame)).toEqual({ seen: p.in, seq: p.out });
		expect(frame.message).toMatchObject({ message: 'sealed', randomId: 42n });
	});

	it.each([
		[112, 128, true],
		[116, 128, false],
		[108, 1136, true],
		[104, 1152, false],
		[0, 32, true],
		[0xfffffff0, 128, false],
		[113, 128, false],
	])('with a length of %i in %i bytes opens: %s', (length, total, isGood) => {
		const plain = new Uint8Array(total);
		new DataView(plain.buffer).setUint32(0, length, true);
		const packet = sealRaw(plain);
		if (isGood) expect(open(primitives, key, 0, packet)).toHaveLength(length);
		else expect(() => open(primitives, key, 0, packet)).toThrow('padding');
	});
});

/** Seals bytes whose length is not to be believed, although the message key is right. */
function sealRaw(plain: Uint8Array): Uint8Array {
	const messageKey = primitives.sha256(Uint8Array.from([...key.secret.subarray(88, 120), ...plain])).slice(8, 24);
	const a = primitives.sha256(Uint8Array.from([...messageKey, ...key.secret.subarray(0, 36)]));
	const b = primitives.sha256(Uint8Array.from([...key.secret.subarray(40, 76), ...messageKey]));
	const aes = Uint8Array.from([...a.subarray(0, 8), ...b.subarray(8, 24), ...a.subarray(24, 32)]);
	const iv = Uint8Array.from([...b.subarray(0, 8), ...a.subarray(8, 24), ...b.subarray(24, 32)]);
	const head = fromHex(v.creator).subarray(0, 8);
	return Uint8Array.from([...head, ...messageKey, ...primitives.encryptIge(plain, aes, iv)]);
}

describe('numbers', () => {
	it.each(twin.numbers)('$in and $out (creator: $creator)', ({ creator, in: numbersIn, out, wireIn, wireOut }) => {
		const numbering = new Numbering(creator);
		const wire = { in: wireIn, out: wireOut };
		expect(numbering.outgoing(numbersIn, out)).toEqual(wire);
		expect(numbering.partner.incoming(wire)).toEqual({ seen: numbersIn, seq: out });
		expect(numbering.incoming(wire)).toBeUndefined();
	});
});

describe('messages', () => {
	it('are of the schema', () => {
		const lines = new Set(read('schema/secret.tl').split('\n'));
		for (const line of schemaText.trim().split('\n')) expect(lines).toContain(`${line};`);
		expect(schemaText.trim().split('\n').length).toBeGreaterThan(80);
	});

	it.each(twin.messages)('$name in layer $layer', ({ tl, layer, text, ttl, entities, media }) => {
		const o = decode(tl);
		expect(encode(o)).toBe(tl);
		const m = messageFromTl(o);
		expect(m).toMatchObject({ text, ttl });
		expect(m?.entities).toHaveLength(entities);
		expect(m?.media !== undefined).toBe(media);
		if (!m) return;
		if (m.media && 'file' in m.media) m.media.file.upload = { id: 1n, parts: 1, md5: '', isBig: false };
		expect(encode(messageToTl(m, layer))).toBe(tl);
	});

	it.each(twin.services)('$name', ({ tl, name }) => {
		const o = decode(tl);
		expect(encode(o)).toBe(tl);
		if (o._ === 'decryptedMessageService') expect(o.action._).toBe(name);
	});

	it('that change keys', () => {
		const { exchange, request, accept, commit, fingerprint } = twin.rekey;
		const exchangeId = BigInt(exchange);
		const keyFingerprint = BigInt(fingerprint);
		const service = (action: Extract<DecryptedMessage, { _: 'decryptedMessageService' }>['action']) =>
			encode({ _: 'decryptedMessageService', randomId: 1n, action });
		const gA = fromHex(v.ga);
		const gB = fromHex(v.gb);
		expect(service({ _: 'decryptedMessageActionRequestKey', exchangeId, gA })).toBe(request);
		expect(service({ _: 'decryptedMessageActionAcceptKey', exchangeId, gB, keyFingerprint })).toBe(accept);
		expect(service({ _: 'decryptedMessageActionCommitKey', exchangeId, keyFingerprint })).toBe(commit);
		expect(keyId(primitives, group.shared(fromHex(v.a), gB))).toBe(keyFingerprint);
	});

	it('of the vectors', () => {
		const frame = decodeFrame(fromHex(v.layer));
		expect(frame).toMatchObject({ layer: 144, in: 6, out: 9 });
		expect(frame.message && messageFromTl(frame.message)).toMatchObject({
			id: 42n,
			text: 'grüß',
			isSilent: true,
			ttl: 60,
			replyTo: 7n,
			entities: [{ kind: 'bold', offset: 0, length: 4 }],
		});
	});
});

describe('files', () => {
	it.each([
		[v.file_key, v.file_iv, v.file_fingerprint, v.file, v.file_sealed],
		[twin.file.key, twin.file.iv, twin.file.fingerprint, twin.file.content, twin.file.sealed],
	])('are sealed alike, in pieces and at once', (fileKey, iv, fingerprint, content, sealed) => {
		const file = { size: content.length / 2, key: fromHex(fileKey), iv: fromHex(iv) };
		expect(fileFingerprint(file.key, file.iv)).toBe(fingerprint);
		expect(toHex(new IgeStream(primitives, file).encrypt(fromHex(content)))).toBe(sealed);
		const stream = new IgeStream(primitives, file);
		const pieces = [];
		for (let at = 0; at < content.length; at += 96) pieces.push(stream.encrypt(fromHex(content.slice(at, at + 96))));
		expect(pieces.map(toHex).join('')).toBe(sealed);
		expect(toHex(new IgeStream(primitives, file).decrypt(fromHex(sealed)))).toBe(content);
	});

	it.each([
		['', 'd41d8cd98f00b204e9800998ecf8427e'],
		['abc', '900150983cd24fb0d6963f7d28e17f72'],
		[
			'12345678901234567890123456789012345678901234567890123456789012345678901234567890',
			'57edf4a22be3c955ac49da2e2107b67a',
		],
		['x'.repeat(55), '04364420e25c512fd958a70738aa8f72'],
		['x'.repeat(56), '668a72d5ba17f08e62dabcafad6db14b'],
	])('have the right MD5: %s', (text, sum) => {
		expect(toHex(new Md5().update(new TextEncoder().encode(text)).digest())).toBe(sum);
	});
});
