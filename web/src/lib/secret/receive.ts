import { act } from './action.ts';
import { actionFromTl, messageFromTl } from './content.ts';
import { open, openV1, packetKeyId } from './envelope.ts';
import { SecretError } from './errors.ts';
import { decodeFrame, type Frame } from './frame.ts';
import type { SecretKey } from './key.ts';
import { layerEnvelope2 } from './layers.ts';
import { close } from './life.ts';
import { fileOf } from './media-encode.ts';
import { maybeRekey, switchTo, usedByPartner } from './rekey.ts';
import { enqueue, notifyLayer, sendService } from './send.ts';
import {
	earlyKey,
	earlyPrefix,
	heldKey,
	heldPrefix,
	keyOf,
	numberIn,
	numberingOf,
	outKey,
	queuePrefix,
	type Held,
	type Outgoing,
} from './state.ts';
import type { Step } from './step.ts';
import type { DecryptedMessageAction } from './tl/types.ts';
import type { Incoming } from './transport.ts';
import type { Message } from './types.ts';

/** Takes an encrypted message: it is then interpreted, or held back, or dropped, and in no case needed again. */
export async function receive(t: Step, incoming: Incoming) {
	switch (t.s.phase) {
		case 'ready':
			return take(t, incoming);
		case 'asked':
		case 'accepting':
			return keepEarly(t, incoming);
		default:
			t.tell({ kind: 'dropped', error: new SecretError('state', t.s.phase) });
	}
}

/** Bounds what is kept for a chat that has no key yet. */
const maxEarly = 100;

/** Keeps a message that overtook the news that the chat is accepted. */
function keepEarly(t: Step, incoming: Incoming) {
	if (t.s.early >= maxEarly) {
		t.tell({ kind: 'dropped', error: new SecretError('state', 'too many messages before the key') });
		return;
	}
	t.put(earlyKey(t.s.id, ++t.s.early), incoming);
}

/** Interprets what came before the key. */
export async function replayEarly(t: Step) {
	t.s.early = 0;
	for (const key of await t.keys(earlyPrefix(t.s.id))) {
		const incoming = await t.load<Incoming>(key);
		t.remove(key);
		if (incoming && t.s.phase === 'ready') await take(t, incoming);
	}
}

/** Bounds how far behind a gap messages are held back. */
const maxAhead = 10_000;

/**
 * Checks the numbers of a message and interprets it, or holds it back.
 * Spec: https://core.telegram.org/api/end-to-end/seq_no#checking-out-seq-no
 */
async function take(t: Step, incoming: Incoming) {
	const opened = openPacket(t, incoming.data, t.s.layer < layerEnvelope2);
	if (opened instanceof SecretError) {
		t.tell({ kind: 'dropped', error: opened });
		return;
	}
	const { frame, key, isFirstVersion } = opened;
	const numbers = numberingOf(t.s).incoming(frame);
	if (numbers && numbers.seq < t.s.in) return; // it came before; its content is not looked at
	const fault = faultOf(t, frame, numbers);
	if (!numbers || fault) {
		await close(t, { error: new SecretError('frame', fault ?? '') });
		return;
	}
	heardLayer(t, frame.layer);
	switchTo(t, key);
	if (numbers.seq > t.s.in) {
		await hold(t, { incoming, isAnswered: false, isFirstVersion }, frame, numbers.seq);
	} else {
		await interpret(t, incoming, frame, key, false);
		await release(t);
	}
	if (!isReady(t)) return;
	await askAgain(t);
	maybeRekey(t);
}

/** The phase may have changed since it was last compared. */
function isReady(t: Step): boolean {
	return t.s.phase === 'ready';
}

/** What no honest program sends. */
function faultOf(t: Step, frame: Frame, numbers: { seen: number; seq: number } | undefined): string | undefined {
	if (!numbers) return `numbers ${frame.in} and ${frame.out} are not the other side's`;
	if (numbers.seen > t.s.out) return `saw ${numbers.seen} of ${t.s.out} messages`;
	if (numbers.seq - t.s.in > maxAhead) return `number ${numbers.seq} where ${t.s.in} is expected`;
	return undefined;
}

interface Opened {
	frame: Frame;
	key: SecretKey;
	isFirstVersion: boolean;
}

/**
 * Finds the key of a packet and opens it. While the other side may be older than the second version of the envelope, the
 * first is tried too.
 */
function openPacket(t: Step, packet: Uint8Array, mayBeFirst: boolean): Opened | SecretError {
	try {
		const key = keyOf(t.s, packetKeyId(packet));
		if (!key) throw new SecretError('envelope', 'unknown key');
		const { content, isFirstVersion } = openVersions(t, key, packet, mayBeFirst);
		const frame = decodeFrame(content);
		if (isFirstVersion && frame.layer >= layerEnvelope2) {
			throw new SecretError('envelope', `first version in layer ${frame.layer}`);
		}
		return { frame, key, isFirstVersion };
	} catch (error) {
		if (error instanceof SecretError) return error;
		throw error;
	}
}

function openVersions(t: Step, key: SecretKey, packet: Uint8Array, mayBeFirst: boolean) {
	const { primitives } = t.settings;
	try {
		const x = numberingOf(t.s).partner.x;
		return { content: open(primitives, key, x, packet), isFirstVersion: false };
	} catch (error) {
		if (!mayBeFirst) throw error;
		return { content: openV1(primitives, key, packet), isFirstVersion: true };
	}
}

/**
 * Notes a layer that the other side is now known to have.
 * Spec: https://core.telegram.org/api/end-to-end#updating-to-new-layers
 */
export function heardLayer(t: Step, layer: number) {
	if (layer <= t.s.layer) return;
	t.s.layer = layer;
	t.tell({ kind: 'chat' });
	if (layer > t.settings.layer) t.tell({ kind: 'outdated' });
}

type Resend = Extract<DecryptedMessageAction, { _: 'decryptedMessageActionResend' }>;

function resendIn(frame: Frame): Resend | undefined {
	const action = frame.message && actionFromTl(frame.message)?.action;
	return action?._ === 'decryptedMessageActionResend' ? action : undefined;
}

/**
 * Keeps a message until the ones before it are there. A request to send again is answered at once, so that two gaps cannot
 * wait for each other; when its turn comes it does nothing more.
 * Spec: https://core.telegram.org/api/end-to-end/seq_no#avoiding-concurrent-gaps
 */
async function hold(t: Step, held: Held, frame: Frame, seq: number) {
	if (await t.has(heldKey(t.s.id, seq))) return;
	const again = resendIn(frame);
	if (again) {
		await resend(t, again);
		if (!isReady(t)) return;
	}
	t.s.held++;
	t.put(heldKey(t.s.id, seq), { ...held, isAnswered: again !== undefined });
}

/**
 * Interprets what was held back and has its turn now. All of it was readable when it came. If it no longer is, the other
 * side has used a key after it had given that up; the server must not keep such a message for ever.
 */
async function release(t: Step) {
	while (isReady(t) && t.s.held > 0) {
		const key = heldKey(t.s.id, t.s.in);
		const held = await t.load<Held>(key);
		if (!held) return;
		t.remove(key);
		t.s.held--;
		const opened = openPacket(t, held.incoming.data, held.isFirstVersion);
		if (opened instanceof SecretError) {
			await close(t, { error: opened });
			return;
		}
		await interpret(t, held.incoming, opened.frame, opened.key, held.isAnswered);
	}
}

/** Bounds how many messages are asked for at once, or given. */
const maxResend = 1000;

/**
 * Asks for the messages of the first gap, once, and after a while once more.
 * Spec: https://core.telegram.org/api/end-to-end/seq_no#proper-handling-of-gaps
 */
export async function askAgain(t: Step) {
	const first = await t.first(heldPrefix(t.s.id));
	if (first === undefined) return;
	const until = Math.min(numberIn(first, heldPrefix(t.s.id)), t.s.in + maxResend);
	const from = isAskOverdue(t) ? t.s.in : Math.max(t.s.in, t.s.askedTo);
	if (from >= until) return;
	const { partner } = numberingOf(t.s);
	const startSeqNo = partner.outgoing(0, from).out;
	const endSeqNo = partner.outgoing(0, until - 1).out;
	t.s.askedTo = until;
	t.s.askedAt = t.second;
	sendService(t, { _: 'decryptedMessageActionResend', startSeqNo, endSeqNo });
}

/** Tells whether messages were asked for long ago and are still missing. */
export function isAskOverdue(t: Step): boolean {
	return t.s.held > 0 && t.s.askedTo > t.s.in && t.now - t.s.askedAt * 1000 >= t.settings.askAgain;
}

/**
 * Queues the messages that the other side asks for again. It can ask only for what it has not acknowledged, all of which
 * is kept; who asks for anything else does not keep to the protocol.
 */
export async function resend(t: Step, a: Resend) {
	const parity = numberingOf(t.s).outgoing(0, 0).out;
	const from = a.startSeqNo >> 1;
	const to = a.endSeqNo >> 1;
	const isOurs = (a.startSeqNo & 1) === parity && (a.endSeqNo & 1) === parity;
	if (!isOurs || from < 0 || from > to || to >= t.s.out || to - from >= maxResend) {
		const range = `${a.startSeqNo} to ${a.endSeqNo} of ${t.s.out}`;
		await close(t, { error: new SecretError('frame', `asked again for ${range}`) });
		return;
	}
	const queued = await queuedNumbers(t);
	for (let seq = from; seq <= to; seq++) {
		if (!(await t.has(outKey(t.s.id, seq)))) {
			await close(t, { error: new SecretError('frame', `asked again for ${seq}, which arrived`) });
			return;
		}
		if (!queued.has(seq)) enqueue(t, seq);
	}
}

/** Those of the messages that wait to be sent: who asks for one of them again and again gets it once. */
async function queuedNumbers(t: Step): Promise<Set<number>> {
	const numbers = new Set<number>();
	for (const key of await t.keys(queuePrefix(t.s.id))) {
		const seq = await t.load<number>(key);
		if (seq !== undefined) numbers.add(seq);
	}
	return numbers;
}

/** Does what the next message of the other side says. `isAnswered` tells that its request was answered before. */
async function interpret(t: Step, incoming: Incoming, frame: Frame, key: SecretKey, isAnswered: boolean) {
	const numbers = numberingOf(t.s).incoming(frame);
	if (!numbers || numbers.seen < t.s.seen) {
		await close(t, { error: new SecretError('frame', `saw ${numbers?.seen ?? 0} messages after ${t.s.seen}`) });
		return;
	}
	t.s.in++;
	key.used++;
	await arrived(t, numbers.seen);
	usedByPartner(t, key);
	const service = frame.message && actionFromTl(frame.message);
	if (!service) {
		await addMessage(t, incoming, frame, numbers);
	} else if (!isAnswered || !resendIn(frame)) {
		await act(t, incoming, service.id, service.action, numbers);
	}
}

async function addMessage(t: Step, incoming: Incoming, frame: Frame, numbers: { seen: number; seq: number }) {
	const content = frame.message && messageFromTl(frame.message);
	if (!content) return addUnsupported(t, incoming, numbers);
	const file = fileOf(content.media);
	if (file && incoming.place) file.place = incoming.place;
	await t.add({ ...content, isOut: false, date: incoming.date, status: 'received', ...numbers });
}

/** Keeps the place of a message of a newer program and tells its side what this one understands. */
async function addUnsupported(t: Step, incoming: Incoming, numbers: { seen: number; seq: number }) {
	notifyLayer(t);
	const nothing = { text: '', entities: [], isSilent: false, ttl: 0, isUnsupported: true };
	const { randomId: id, date } = incoming;
	await t.add({ ...nothing, id, isOut: false, date, status: 'received', ...numbers });
}

/** Forgets what was kept of this side's messages that the other one has interpreted. */
async function arrived(t: Step, seen: number) {
	for (; t.s.seen < seen; t.s.seen++) {
		const key = outKey(t.s.id, t.s.seen);
		const p = await t.load<Outgoing>(key);
		if (!p) continue;
		t.remove(key);
		const m = await t.find(p.randomId);
		if (m && isUnderway(m)) t.change({ ...m, status: 'arrived' });
	}
}

function isUnderway(m: Message): boolean {
	return m.status === 'sending' || m.status === 'sent';
}
