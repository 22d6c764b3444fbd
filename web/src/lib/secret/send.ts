import { checkContent, messageToTl } from './content.ts';
import { seal } from './envelope.ts';
import { SecretError } from './errors.ts';
import { fileFingerprint } from './file.ts';
import { encodeFrame } from './frame.ts';
import type { SecretKey } from './key.ts';
import { fileOf } from './media-encode.ts';
import { maybeRekey } from './rekey.ts';
import { keyOf, numberingOf, outKey, queueKey, type Outgoing } from './state.ts';
import type { Step } from './step.ts';
import type { DecryptedMessage, DecryptedMessageAction } from './tl/types.ts';
import type { Entity, Media, Message } from './types.ts';

/** A message to be sent. */
export interface Draft {
	/** A random number of the program's own, by which it finds out later whether the message was made; else one is chosen. */
	id?: bigint;
	text?: string;
	entities?: Entity[];
	/** Its file was uploaded with `attach`, or is taken from another message. */
	media?: Media;
	replyTo?: bigint;
	viaBot?: string;
	isSilent?: boolean;
	group?: bigint;
	/** Replaces the timer of the chat, in seconds. */
	ttl?: number;
}

/** Puts a message into the history and on its way. Throws `draft` or `partner-layer`. */
export async function send(t: Step, d: Draft): Promise<Message> {
	const content = {
		id: d.id ?? t.randomId(),
		text: d.text ?? '',
		entities: d.entities ?? [],
		isSilent: d.isSilent ?? false,
		ttl: d.ttl || t.s.ttl,
		...(d.media && { media: d.media }),
		...(d.replyTo && { replyTo: d.replyTo }),
		...(d.viaBot && { viaBot: d.viaBot }),
		...(d.group && { group: d.group }),
	};
	checkContent(content);
	const numbers = { seq: t.s.out, seen: t.s.in };
	const file = fileOf(content.media);
	push(t, messageToTl(content, t.layer), {
		randomId: content.id,
		isService: false,
		isSilent: content.isSilent,
		...(file && {
			file: { place: file.place, upload: file.upload, fingerprint: fileFingerprint(file.key, file.iv) },
		}),
	});
	const message = await t.add({ ...content, isOut: true, date: t.second, status: 'sending', ...numbers });
	if (!message) throw new SecretError('draft', 'random id is taken');
	maybeRekey(t);
	return message;
}

/** The last number that fits the form in which numbers travel. */
const maxSeq = 0x3ffffffe;

/**
 * Numbers and seals a message, and queues it. The numbers are those of this moment for ever.
 * Spec: https://core.telegram.org/api/end-to-end/seq_no#preventing-gaps
 */
export function push(
	t: Step,
	message: DecryptedMessage,
	p: Pick<Outgoing, 'randomId' | 'isService' | 'isSilent' | 'file'>,
) {
	const key = t.s.key;
	if (!key || t.s.out >= maxSeq) throw new SecretError('state', `chat ${t.s.id} has no key or no numbers left`);
	const numbered = { ...p, seq: t.s.out, in: t.s.in, layer: t.layer, key: key.id };
	const out: Outgoing = { ...numbered, data: sealed(t, numbered, message, key) };
	t.s.out++;
	key.used++;
	t.put(outKey(t.s.id, out.seq), out);
	enqueue(t, out.seq);
}

/** Makes the packet of a message with the numbers of `p`. */
function sealed(
	t: Step,
	p: Pick<Outgoing, 'seq' | 'in' | 'layer'>,
	message: DecryptedMessage,
	key: SecretKey,
): Uint8Array {
	const { primitives } = t.settings;
	const numbering = numberingOf(t.s);
	const content = encodeFrame(primitives, { layer: p.layer, ...numbering.outgoing(p.in, p.seq), message });
	return seal(primitives, key, numbering.x, content);
}

/** Has a numbered message sent, once more if it was before. */
export function enqueue(t: Step, seq: number) {
	t.isUrgent = true;
	t.put(queueKey(t.s.id, ++t.s.queue), seq);
}

/** Queues a service message. */
export function sendService(t: Step, action: DecryptedMessageAction, randomId = t.randomId()) {
	const message: DecryptedMessage = { _: 'decryptedMessageService', randomId, action };
	push(t, message, { randomId, isService: true, isSilent: false });
}

/** Tells the other side what this one understands. */
export function notifyLayer(t: Step) {
	t.s.toldLayer = t.settings.layer;
	sendService(t, { _: 'decryptedMessageActionNotifyLayer', layer: t.settings.layer });
}

/**
 * Puts a message that deletes itself in the place of one that perhaps has not arrived.
 * Spec: https://core.telegram.org/api/end-to-end/seq_no#deleting-unacknowledged-messages
 */
export async function empty(t: Step, seq: number, randomId: bigint) {
	const p = await t.load<Outgoing>(outKey(t.s.id, seq));
	if (!p || p.randomId !== randomId || p.isEmpty) return;
	const key = keyOf(t.s, p.key);
	if (!key) throw new SecretError('store', `key of message ${seq} of chat ${t.s.id} is gone`);
	const data = sealed(t, p, deletionOf(randomId), key);
	const { file: _, ...rest } = p;
	t.put(outKey(t.s.id, seq), { ...rest, data, isService: true, isEmpty: true } satisfies Outgoing);
}

function deletionOf(randomId: bigint): DecryptedMessage {
	return {
		_: 'decryptedMessageService',
		randomId,
		action: { _: 'decryptedMessageActionDeleteMessages', randomIds: [randomId] },
	};
}
