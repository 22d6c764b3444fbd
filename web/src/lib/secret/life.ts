import { flushHistory } from './action.ts';
import { SecretError } from './errors.ts';
import { keyId, newFingerprint, newSecretKey } from './key.ts';
import { replayEarly } from './receive.ts';
import { notifyLayer } from './send.ts';
import { forgetKeys, groupOf, transientPrefixes } from './state.ts';
import type { Step } from './step.ts';
import type { ChatUpdate } from './transport.ts';

/** Computes the key of a chat that is being accepted. The exponent itself is not needed any more. */
export async function makeKey(t: Step, secret: Uint8Array, ours: Uint8Array) {
	const key = await sharedOrEnd(t, secret, t.s.public ?? new Uint8Array());
	if (!key) return;
	t.s.phase = 'accepting';
	t.s.ours = ours;
	setKey(t, key);
	t.tell({ kind: 'chat' });
}

async function sharedOrEnd(t: Step, secret: Uint8Array, given: Uint8Array): Promise<Uint8Array | undefined> {
	try {
		return groupOf(t.s).shared(secret, given);
	} catch (error) {
		if (!(error instanceof SecretError)) throw error;
		await close(t, { error });
		return undefined;
	}
}

function setKey(t: Step, key: Uint8Array) {
	const { primitives } = t.settings;
	t.s.key = newSecretKey(primitives, key, t.second);
	t.s.fingerprint = newFingerprint(primitives, key);
}

/**
 * Makes the key of a chat that this side asked for. The server passes on a fingerprint that the other side computed: one
 * that differs means that the two have different keys.
 */
export async function accepted(t: Step, u: ChatUpdate) {
	if (t.s.phase !== 'asked') return;
	if (u.accessHash !== 0n) t.s.accessHash = u.accessHash;
	const key = await sharedOrEnd(t, t.s.secret ?? new Uint8Array(), u.public);
	if (!key) return;
	if (keyId(t.settings.primitives, key) !== u.fingerprint) {
		await close(t, { error: new SecretError('group', 'fingerprints of the key differ') });
		return;
	}
	setKey(t, key);
	await ready(t);
}

/** Opens the chat for messages and interprets those that came before the key. */
export async function ready(t: Step) {
	t.s.phase = 'ready';
	for (const name of ['secret', 'public', 'ours', 'isTried'] as const) delete t.s[name];
	if (t.s.key) t.s.key.since = t.second;
	t.tell({ kind: 'chat' });
	notifyLayer(t);
	await replayEarly(t);
}

/**
 * Forgets the keys and everything that was on its way. With `error` because the other side, or the server, does what no
 * honest one does; then and with `tellServer` the server is told.
 */
export async function close(t: Step, how: { error?: unknown; tellServer?: boolean; deleteHistory?: boolean }) {
	t.s.phase = 'ended';
	t.s.isDiscarding ||= how.error !== undefined || how.tellServer === true;
	forgetKeys(t.s);
	t.isUrgent = true;
	await t.clear(transientPrefixes(t.s.id));
	t.tell({ kind: 'chat' });
	if (how.deleteHistory) await flushHistory(t, Infinity);
	if (how.error !== undefined) t.tell({ kind: 'broken', error: how.error });
}
