import { maxContent } from './envelope.ts';
import { SecretError } from './errors.ts';
import type { Primitives } from './primitives.ts';
import { readObject, writeObject } from './tl/codec.ts';
import { Reader } from './tl/reader.ts';
import type { DecryptedMessage } from './tl/types.ts';
import { Writer } from './tl/writer.ts';

/** A message with its numbers. Spec: https://core.telegram.org/constructor/decryptedMessageLayer */
export interface Frame {
	layer: number;
	/** The numbers as they travel, doubled and with their parity. */
	in: number;
	out: number;
	/** Missing if it is of a form that this package does not know; the numbers count nevertheless. */
	message?: DecryptedMessage;
}

const layerId = 0x1be31789;

/** What is sent; at least 15 must come with every message. */
const randomBytes = 31;
const minRandomBytes = 15;

/** The content of an envelope. Throws `draft` for messages that are too long. */
export function encodeFrame(p: Primitives, f: Frame & { message: DecryptedMessage }): Uint8Array {
	const w = new Writer();
	w.int(layerId);
	w.bytes(p.random(randomBytes));
	w.int(f.layer);
	w.int(f.in);
	w.int(f.out);
	writeObject(w, f.message);
	const content = w.end();
	if (content.length > maxContent) throw new SecretError('draft', `message of ${content.length} bytes`);
	return content;
}

/** Reads the content of an envelope. Throws `frame` if the numbers cannot be read. Its arrays of bytes alias `content`. */
export function decodeFrame(content: Uint8Array): Frame {
	const r = new Reader(content);
	const id = r.id();
	const random = r.bytes();
	const frame: Frame = { layer: r.int(), in: r.int(), out: r.int() };
	if (id !== layerId || random.length < minRandomBytes || frame.layer < 0) {
		throw new SecretError('frame', `constructor ${id.toString(16)} with ${random.length} random bytes`);
	}
	const message = readMessage(r);
	return message && r.left === 0 ? { ...frame, message } : frame;
}

function readMessage(r: Reader): DecryptedMessage | undefined {
	try {
		// The codec checked the form against the schema, from which the type is made.
		return readObject(r, 'DecryptedMessage') as DecryptedMessage;
	} catch (error) {
		if (error instanceof SecretError) return undefined;
		throw error;
	}
}

/**
 * Turns the numbers of one side of a chat into the form in which they travel, and back. The lowest bit tells who made a
 * number, so that nobody can mirror messages. Spec: https://core.telegram.org/api/end-to-end/seq_no
 */
export class Numbering {
	readonly #isCreator: boolean;

	constructor(isCreator: boolean) {
		this.#isCreator = isCreator;
	}

	/** Marks the numbers of a message of this side. */
	outgoing(numbersIn: number, numbersOut: number): { in: number; out: number } {
		return this.#isCreator
			? { in: 2 * numbersIn, out: 2 * numbersOut + 1 }
			: { in: 2 * numbersIn + 1, out: 2 * numbersOut };
	}

	/** Reads the numbers of a message of the other side; undefined if they are not the other side's. */
	incoming(f: Pick<Frame, 'in' | 'out'>): { seen: number; seq: number } | undefined {
		const parity = this.partner.outgoing(0, 0);
		const isTheirs = f.in >= 0 && f.out >= 0 && (f.in & 1) === parity.in && (f.out & 1) === parity.out;
		return isTheirs ? { seen: f.in >> 1, seq: f.out >> 1 } : undefined;
	}

	get partner(): Numbering {
		return new Numbering(!this.#isCreator);
	}

	/** The offset into the key for messages of this side. */
	get x(): number {
		return this.#isCreator ? 0 : 8;
	}
}
