import { describe, expect, it } from 'vitest';
import { fromHex } from './bytes.ts';
import { actionFromTl, messageFromTl, messageToTl, typingFromTl } from './content.ts';
import { knownPrime } from './dh.ts';
import { open, openV1 } from './envelope.ts';
import { SecretError } from './errors.ts';
import { decodeFrame, encodeFrame, Numbering } from './frame.ts';
import { newSecretKey } from './key.ts';
import { layerNewest } from './layers.ts';
import { decodeRecord } from './record.ts';
import { seeded } from './testing/random.ts';
import { World } from './testing/device.ts';
import { primitives } from './testing/primitives.ts';
import { readObject } from './tl/codec.ts';
import { Reader } from './tl/reader.ts';
import { schemaText } from './tl/schema.ts';
import type { DecryptedMessage, DecryptedMessageAction } from './tl/types.ts';

// Everything that comes from the other side or the server is garbage until it was read. A decoder either reads it or throws
// a SecretError; nothing else, and never for long.

const random = seeded(7);
const below = (n: number) => Math.floor(random() * n);
const bytes = (n: number) => Uint8Array.from({ length: n }, () => below(256));
const types = [
	...new Set(
		schemaText
			.trim()
			.split('\n')
			.map((line) => line.split(' = ')[1] ?? ''),
	),
];
const ids = schemaText
	.trim()
	.split('\n')
	.map((line) => /#([0-9a-f]+)/.exec(line)?.[1] ?? '');
const key = newSecretKey(primitives, knownPrime, 0);

/** Bytes that begin like something of the schema. */
function plausible(): Uint8Array {
	const id = fromHex((ids[below(ids.length)] ?? '').padStart(8, '0')).reverse();
	return Uint8Array.from([...id, ...bytes(below(120))]);
}

function changed(b: Uint8Array): Uint8Array {
	const out = b.slice(0, random() < 0.5 ? b.length : below(b.length));
	for (let i = below(6); i > 0 && out.length > 0; i--) out[below(out.length)] = below(256);
	return out;
}

function orSecretError(decode: () => unknown) {
	try {
		decode();
	} catch (error) {
		if (!(error instanceof SecretError)) throw error; // quicker than an expectation each
	}
}

const sample: DecryptedMessage = {
	_: 'decryptedMessage',
	randomId: 5n,
	ttl: 3,
	message: 'hello',
	entities: [{ _: 'messageEntityBold', offset: 0, length: 5 }],
	media: {
		_: 'decryptedMessageMediaDocument',
		thumb: bytes(20),
		thumbW: 1,
		thumbH: 2,
		mimeType: 'a/b',
		size: 7n,
		key: bytes(32),
		iv: bytes(32),
		attributes: [
			{ _: 'documentAttributeAudio', voice: true, duration: 3, waveform: bytes(9) },
			{ _: 'documentAttributeSticker', alt: 'x', stickerset: { _: 'inputStickerSetEmpty' } },
		],
		caption: '',
	},
};

describe('garbage', () => {
	it('as an object of any type', { timeout: 120_000 }, () => {
		for (let i = 0; i < 10_000; i++) {
			const input = plausible();
			orSecretError(() => readObject(new Reader(input), types[i % types.length] ?? ''));
		}
	});

	it('as a vector that promises much', () => {
		const head = fromHex('46405065').reverse();
		orSecretError(() => readObject(new Reader(head), 'DecryptedMessageAction'));
		const promise = fromHex('43610465' + '15c4b51c' + 'ffffff7f');
		expect(() => readObject(new Reader(promise.map((b, i) => (i === 0 ? 0x04 : b))), 'DecryptedMessageAction')).toThrow(
			SecretError,
		);
	});

	it('as the content of an envelope', { timeout: 120_000 }, () => {
		const good = encodeFrame(primitives, { layer: layerNewest, in: 0, out: 1, message: sample });
		for (let i = 0; i < 3000; i++) {
			orSecretError(() => {
				const { message } = decodeFrame(i % 2 === 0 ? changed(good) : bytes(below(200)));
				if (!message) return;
				const m = messageFromTl(message);
				if (m) {
					if (m.media && 'file' in m.media) m.media.file.upload = { id: 1n, parts: 1, md5: '', isBig: false };
					messageToTl(m, layerNewest);
				}
				const action = actionFromTl(message)?.action;
				if (action?._ === 'decryptedMessageActionTyping') typingFromTl(action.action);
			});
		}
	});

	it('as a packet', () => {
		for (let i = 0; i < 300; i++) {
			const packet = Uint8Array.from([...primitives.sha1(key.secret).slice(12), ...bytes(16), ...bytes(16 * below(9))]);
			orSecretError(() => open(primitives, key, 0, packet));
			orSecretError(() => openV1(primitives, key, packet));
			expect(() => open(primitives, key, 0, bytes(below(80)))).toThrow(SecretError);
		}
	});

	it('as a record of the store', () => {
		for (const text of ['', '{', '{"$n":"x"}', '\u0000']) {
			orSecretError(() => decodeRecord(new TextEncoder().encode(text)));
		}
	});

	it('in the hands of a client leaves it standing', { timeout: 120_000 }, async () => {
		const world = new World();
		const { a, b, id } = await world.pair();
		const actions: (() => DecryptedMessageAction)[] = [
			() => ({ _: 'decryptedMessageActionRequestKey', exchangeId: BigInt(below(3)), gA: bytes(below(300)) }),
			() => ({ _: 'decryptedMessageActionAcceptKey', exchangeId: 1n, gB: bytes(256), keyFingerprint: 3n }),
			() => ({ _: 'decryptedMessageActionAbortKey', exchangeId: BigInt(below(3)) }),
			() => ({ _: 'decryptedMessageActionReadMessages', randomIds: [1n, 2n] }),
			() => ({ _: 'decryptedMessageActionDeleteMessages', randomIds: [1n] }),
			() => ({ _: 'decryptedMessageActionSetMessageTTL', ttlSeconds: -below(99) }),
			() => ({ _: 'decryptedMessageActionNotifyLayer', layer: below(1000) }),
			() => ({ _: 'decryptedMessageActionFlushHistory' }),
		];
		for (let i = 0; i < 120; i++) {
			const s = await b.state(id);
			const numbers = new Numbering(true).outgoing(s.out, s.in);
			const action = (actions[below(actions.length)] ?? actions[0])?.() ?? { _: 'decryptedMessageActionNoop' };
			const message = { _: 'decryptedMessageService', randomId: 9n, action } as const;
			await b.client.handleMessage(await a.forge(id, { layer: layerNewest, ...numbers, message }));
			expect(b.chat(id).phase).toBe('ready');
		}
	});
});
