import { deleteHere } from './action.ts';
import { fileOf } from './media-encode.ts';
import { sendService } from './send.ts';
import { messageKey, messagePrefix, numberIn, timerKey, timerPrefix } from './state.ts';
import { lastSecond, type Step } from './step.ts';
import type { Message } from './types.ts';

// The countdown of a message that destroys itself begins when its reader has read it: a text when it was shown, a file when
// it was opened. The reader tells so, and from then on both sides count.

/** Tells whether reading a message is not enough to begin its countdown. */
function needsOpening(m: Message): boolean {
	return fileOf(m.media) !== undefined;
}

/**
 * Notes that the person has read messages that came in, or opened their files, and begins their countdown. Returns the
 * unix second up to which everything was read, for the server; undefined if that says nothing new.
 */
export async function read(t: Step, ids: readonly bigint[], isOpened: boolean): Promise<number | undefined> {
	const randomIds: bigint[] = [];
	let until = 0;
	for (const id of ids) {
		const m = await t.find(id);
		if (!m || m.isOut) continue;
		until = Math.max(until, m.date);
		if (readOne(t, m, isOpened)) randomIds.push(id);
	}
	// Otherwise there is nobody to tell any more; the countdown goes on here.
	if (t.s.phase !== 'ready' || until === 0) return undefined;
	until = await beforeUnread(t, until);
	if (randomIds.length > 0) sendService(t, { _: 'decryptedMessageActionReadMessages', randomIds });
	return until;
}

/**
 * Makes `until` earlier, so that no message of that date or before is unread: the server's notice speaks of all of them.
 */
async function beforeUnread(t: Step, until: number): Promise<number> {
	for (const key of await t.keys(messagePrefix(t.s.id), messageKey(t.s.id, t.s.readOrder + 1))) {
		const m = await t.load<Message>(key);
		if (!m) continue;
		if (m.status === 'received' && !m.action) return Math.min(until, m.date - 1);
		t.s.readOrder = m.order;
	}
	return until;
}

/** Tells whether the sender has to hear of it: the countdown began, or a file was opened. */
function readOne(t: Step, m: Message, isOpened: boolean): boolean {
	const counts = isOpened || !needsOpening(m);
	if (m.status === 'read' && (!counts || m.opened !== undefined)) return false;
	const begins = counts && m.opened === undefined && (m.ttl > 0 || isOpened);
	const changed: Message = { ...m, status: 'read' };
	t.change(begins ? begun(t, changed) : changed);
	return begins;
}

/** Starts the countdown of a message, if it has one. */
function begun(t: Step, m: Message): Message {
	if (m.ttl <= 0) return { ...m, opened: t.now };
	const destroy = t.now + m.ttl * 1000;
	t.put(timerKey(t.s.id, lastSecond(destroy), m.order), m.id);
	t.isUrgent = true; // there is another time to wait for
	return { ...m, opened: t.now, destroy };
}

/** Begins the countdown of messages that the other side has read. */
export async function partnerRead(t: Step, ids: readonly bigint[]) {
	for (const id of ids) {
		const m = await t.find(id);
		if (m?.isOut && m.opened === undefined) t.change(begun(t, { ...m, status: 'read' }));
	}
}

/**
 * Takes the server's word that the other side has read all up to a unix second. Texts with a timer count from now on; some
 * programs tell of texts in no other way. Dates have whole seconds, so that a notice that comes again could mean a message
 * that came after it.
 */
export async function partnerReadUntil(t: Step, until: number) {
	if (t.s.phase !== 'ready' || until <= t.s.readUntil) return;
	t.s.readUntil = until;
	for (const key of await t.keys(messagePrefix(t.s.id))) {
		const m = await t.load<Message>(key);
		if (!m?.isOut || (m.status !== 'sent' && m.status !== 'arrived') || m.date > until) continue;
		const changed: Message = { ...m, status: 'read' };
		t.change(m.ttl > 0 && !needsOpening(m) ? begun(t, changed) : changed);
	}
}

/** The unix second in which the next message goes. */
export async function firstTimer(t: Step): Promise<number | undefined> {
	const key = await t.first(timerPrefix(t.s.id));
	return key === undefined ? undefined : numberIn(key, timerPrefix(t.s.id));
}

/** Removes the messages whose second has passed. The other side counts by itself. */
export async function expire(t: Step) {
	const gone: bigint[] = [];
	for (const key of await t.keys(timerPrefix(t.s.id))) {
		if (numberIn(key, timerPrefix(t.s.id)) * 1000 > t.now) break;
		const id = await t.load<bigint>(key);
		t.remove(key);
		if (id !== undefined) gone.push(id);
	}
	await deleteHere(t, gone);
}
