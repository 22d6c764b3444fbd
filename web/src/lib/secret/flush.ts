import { flushAccept, flushDiscard, flushRequests, ended } from './agree.ts';
import type { Core } from './core.ts';
import { isSecretError, SecretError } from './errors.ts';
import { close } from './life.ts';
import { fileOf } from './media-encode.ts';
import { empty } from './send.ts';
import { outKey, peerOf, queuePrefix, type Outgoing } from './state.ts';
import type { Step } from './step.ts';
import type { Packet, Receipt } from './transport.ts';
import type { ChatId } from './types.ts';

/**
 * Sends everything that waits: requests, answers to offers, messages, ends of chats. What fails is tried again by the next
 * flush; a chat that fails does not keep the others. Throws the first error.
 */
export function flush(core: Core): Promise<void> {
	return core.sending.run(async () => {
		const errors: unknown[] = [];
		const attempt = (work: Promise<void>) => work.catch((error: unknown) => errors.push(error));
		await attempt(flushRequests(core));
		for (const id of core.ids) await attempt(flushChat(core, id));
		if (errors.length > 0) throw errors[0];
	});
}

async function flushChat(core: Core, id: ChatId) {
	const s = core.chats.get(id);
	if (s?.phase === 'accepting') await flushAccept(core, id);
	if (s?.phase === 'ready') {
		await sendQueue(core, id);
		await flushReads(core, id);
	}
	await flushDiscard(core, id); // the chat may have ended on the way
}

/** Sends what is queued, one message after the other, so that they reach the other side in this order. */
async function sendQueue(core: Core, id: ChatId) {
	for (let next = await nextQueued(core, id); next; next = await nextQueued(core, id)) {
		const { key, p } = next;
		try {
			const receipt = await core.settings.transport.send(peerOf(core.state(id)), packetOf(p));
			await core.update(id, (t) => sent(t, key, p, receipt));
		} catch (error) {
			if (isSecretError(error, 'gone')) return ended(core, id, false);
			if (!isSecretError(error, 'refused')) throw error;
			await core.update(id, (t) => refused(t, p, error));
		}
	}
}

function packetOf({ randomId, data, isService, isSilent, file }: Outgoing): Packet {
	return file ? { randomId, data, isService, isSilent, file } : { randomId, data, isService, isSilent };
}

/** The first entry of the queue whose message still needs sending. */
async function nextQueued(core: Core, id: ChatId): Promise<{ key: string; p: Outgoing } | undefined> {
	for (;;) {
		const found = await core.view(id, queued);
		if (!found) return undefined;
		if (found.p) return { key: found.key, p: found.p };
		await core.update(id, (t) => t.remove(found.key)); // it has arrived meanwhile
	}
}

async function queued(t: Step): Promise<{ key: string; p?: Outgoing | undefined } | undefined> {
	if (t.s.phase !== 'ready') return undefined;
	const key = await t.first(queuePrefix(t.s.id));
	if (key === undefined) return undefined;
	const seq = await t.load<number>(key);
	return { key, p: seq === undefined ? undefined : await t.load<Outgoing>(outKey(t.s.id, seq)) };
}

/** Notes that the server has a message. */
async function sent(t: Step, key: string, p: Outgoing, r: Receipt) {
	if (t.s.phase !== 'ready') return;
	t.remove(key);
	await sentFile(t, p, r);
	const m = await t.find(p.randomId); // none for most service messages, and for what was deleted meanwhile
	if (!m || m.status !== 'sending' || p.isEmpty) return;
	const changed = structuredClone(m);
	changed.status = 'sent';
	changed.date = r.date || m.date;
	const file = fileOf(changed.media);
	if (file && r.place) {
		file.place = r.place;
		delete file.upload;
	}
	t.change(changed);
}

/** Notes where the file of a message is now, for the case that it is asked for again. */
async function sentFile(t: Step, p: Outgoing, r: Receipt) {
	if (!p.file || !r.place) return;
	const now = await t.load<Outgoing>(outKey(t.s.id, p.seq));
	if (!now?.file) return;
	const file = { place: r.place, fingerprint: now.file.fingerprint };
	t.put(outKey(t.s.id, p.seq), { ...now, file } satisfies Outgoing);
}

/**
 * Puts an empty message in the place of one that the server does not take, as its number must arrive. If it does not take
 * that either, the chat cannot go on.
 */
async function refused(t: Step, p: Outgoing, cause: unknown) {
	if (t.s.phase !== 'ready') return;
	if (p.isEmpty || p.isService) {
		await close(t, { error: new SecretError('refused', `message ${p.seq} cannot be sent`, { cause }) });
		return;
	}
	await empty(t, p.seq, p.randomId);
	const m = await t.find(p.randomId);
	if (m) t.change({ ...m, status: 'failed' });
}

/**
 * Tells the server how far this side has read. It is told once; the other device learns what counts from the messages.
 */
async function flushReads(core: Core, id: ChatId) {
	const until = core.reads.get(id);
	const s = core.chats.get(id);
	if (until === undefined || s?.phase !== 'ready') return;
	core.reads.delete(id);
	await core.settings.transport.markRead(peerOf(s), until);
}
