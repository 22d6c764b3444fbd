import { typingFromTl } from './content.ts';
import { acceptedKey, abortedKey, committedKey, requestedKey } from './rekey.ts';
import { heardLayer, resend } from './receive.ts';
import { push } from './send.ts';
import { messagePrefix } from './state.ts';
import type { Step } from './step.ts';
import { partnerRead } from './timer.ts';
import type { DecryptedMessageAction } from './tl/types.ts';
import type { Incoming } from './transport.ts';
import type { Action, Message } from './types.ts';

interface Numbers {
	seen: number;
	seq: number;
}

/**
 * Does what a service message says. Actions that are not known do nothing.
 * Spec: https://core.telegram.org/type/DecryptedMessageAction
 */
export async function act(t: Step, incoming: Incoming, id: bigint, a: DecryptedMessageAction, numbers: Numbers) {
	const note = (action: Action) => addService(t, incoming, id, action, numbers);
	switch (a._) {
		case 'decryptedMessageActionSetMessageTTL':
			t.s.ttl = Math.max(a.ttlSeconds, 0);
			t.tell({ kind: 'chat' });
			return note({ kind: 'ttl', seconds: t.s.ttl });
		case 'decryptedMessageActionScreenshotMessages':
			return note({ kind: 'screenshot', messages: bounded(a.randomIds) });
		case 'decryptedMessageActionReadMessages':
			return partnerRead(t, bounded(a.randomIds));
		case 'decryptedMessageActionDeleteMessages':
			return deleteHere(t, bounded(a.randomIds));
		case 'decryptedMessageActionFlushHistory':
			return flushHistory(t, numbers.seen);
		case 'decryptedMessageActionResend':
			return resend(t, a);
		case 'decryptedMessageActionNotifyLayer':
			return heardLayer(t, a.layer);
		case 'decryptedMessageActionTyping': {
			const typing = typingFromTl(a.action);
			if (typing) t.tell({ kind: 'typing', typing });
			return;
		}
		default:
			return actOnKey(t, a);
	}
}

function actOnKey(t: Step, a: DecryptedMessageAction): Promise<void> | void {
	switch (a._) {
		case 'decryptedMessageActionRequestKey':
			return requestedKey(t, a);
		case 'decryptedMessageActionAcceptKey':
			return acceptedKey(t, a);
		case 'decryptedMessageActionCommitKey':
			return committedKey(t, a);
		case 'decryptedMessageActionAbortKey':
			return abortedKey(t, a);
		default:
			return; // decryptedMessageActionNoop
	}
}

/** Bounds how many messages one action names. */
const maxIds = 10_000;

function bounded(ids: bigint[]): bigint[] {
	return ids.slice(0, maxIds);
}

const nothing = { text: '', entities: [], isSilent: false, ttl: 0 };

/** Tells in the history what the other side did. */
async function addService(t: Step, { date }: Incoming, id: bigint, action: Action, numbers: Numbers) {
	await t.add({ ...nothing, id, isOut: false, date, status: 'received', action, ...numbers });
}

/** Queues a service message of this side and tells of it in the history. */
export async function didAction(t: Step, action: Action, form: DecryptedMessageAction) {
	const id = t.randomId();
	const numbers = { seq: t.s.out, seen: t.s.in };
	const service = { randomId: id, isService: true, isSilent: false };
	push(t, { _: 'decryptedMessageService', randomId: id, action: form }, service);
	await t.add({ ...nothing, id, isOut: true, date: t.second, status: 'sending', action, ...numbers });
}

/** Removes messages here. */
export async function deleteHere(t: Step, ids: readonly bigint[]) {
	const gone: { id: bigint; order: number }[] = [];
	for (const id of ids) {
		const m = await t.find(id);
		if (!m) continue;
		await t.erase(m);
		gone.push({ id, order: m.order });
	}
	if (gone.length > 0) t.tell({ kind: 'removed', messages: gone });
}

/**
 * Removes the messages here, but for those of this side from the number `own` on: the other side had not seen them when it
 * flushed, so that they stay on both.
 */
export async function flushHistory(t: Step, own: number) {
	const ids: bigint[] = [];
	for (const key of await t.keys(messagePrefix(t.s.id))) {
		const m = await t.load<Message>(key);
		if (m && (!m.isOut || m.seq < own)) ids.push(m.id);
	}
	await deleteHere(t, ids);
}
