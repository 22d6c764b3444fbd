import { SecretError, isSecretError } from './errors.ts';
import { newSecretKey, type SecretKey } from './key.ts';
import { close } from './life.ts';
import { sendService } from './send.ts';
import { groupOf } from './state.ts';
import type { Step } from './step.ts';
import type { DecryptedMessageAction } from './tl/types.ts';

// The change of keys, so that who takes a device tomorrow cannot read what was recorded yesterday. One side asks (A), the
// other accepts (B), A commits and uses the new key from then on, B follows. Everything happens inside the sequence of
// messages, so that both sides see the same order. Spec: https://core.telegram.org/api/end-to-end/pfs

/**
 * Holds off a new exchange after one that failed, in seconds, so that two sides that cannot agree do not fill the chat
 * with attempts.
 */
const pauseAfterAbort = 3600;

type Action<T extends DecryptedMessageAction['_']> = Extract<DecryptedMessageAction, { _: T }>;

/** Tells whether the key was used for too many messages or too long, and nothing is under way. */
export function isRekeyDue(t: Step): boolean {
	const { phase, exchange, next, old, key, noExchangeBefore } = t.s;
	if (phase !== 'ready' || exchange || next || old || !key || key.used === 0) return false;
	const isOld = t.now - key.since * 1000 > t.settings.rekeyAge;
	return (isOld || key.used > t.settings.rekeyAfter) && t.second >= noExchangeBefore;
}

export function maybeRekey(t: Step) {
	if (!isRekeyDue(t)) return;
	const { secret, public: gA } = groupOf(t.s).newSecret(t.settings.primitives);
	t.s.exchange = { id: t.randomId(), secret };
	sendService(t, { _: 'decryptedMessageActionRequestKey', exchangeId: t.s.exchange.id, gA });
}

/**
 * Answers the other side's wish for a new key. If both sides asked at once, the exchange with the greater id goes on, and
 * nobody says so; with equal ids neither does.
 */
export function requestedKey(t: Step, a: Action<'decryptedMessageActionRequestKey'>) {
	const own = t.s.exchange;
	if (own?.secret) {
		if (own.id > a.exchangeId) return;
		if (own.id === a.exchangeId) {
			abandon(t);
			return;
		}
		delete t.s.exchange;
	}
	if (t.s.exchange || t.s.next || t.s.old) {
		abort(t, a.exchangeId); // there is another that is not finished
		return;
	}
	acceptKey(t, a);
}

function acceptKey(t: Step, a: Action<'decryptedMessageActionRequestKey'>) {
	const { primitives } = t.settings;
	const group = groupOf(t.s);
	const { secret, public: gB } = group.newSecret(primitives);
	const key = sharedOr(() => group.shared(secret, a.gA));
	if (key instanceof SecretError) {
		abort(t, a.exchangeId, key);
		return;
	}
	t.s.exchange = { id: a.exchangeId };
	t.s.next = newSecretKey(primitives, key, t.second);
	const keyFingerprint = t.s.next.id;
	sendService(t, { _: 'decryptedMessageActionAcceptKey', exchangeId: a.exchangeId, gB, keyFingerprint });
}

/** The key, or why the other side's value makes none. */
function sharedOr(compute: () => Uint8Array): Uint8Array | SecretError {
	try {
		return compute();
	} catch (error) {
		if (error instanceof SecretError && isSecretError(error, 'group')) return error;
		throw error;
	}
}

/** Commits the key that the other side accepted. The commit is the last message under the old key. */
export function acceptedKey(t: Step, a: Action<'decryptedMessageActionAcceptKey'>) {
	const e = t.s.exchange;
	const secret = e?.secret;
	if (!secret || e.id !== a.exchangeId) {
		abort(t, a.exchangeId); // one that this side gave up
		return;
	}
	const shared = sharedOr(() => groupOf(t.s).shared(secret, a.gB));
	const key = shared instanceof SecretError ? shared : newSecretKey(t.settings.primitives, shared, t.second);
	const error = key instanceof SecretError ? key : differenceOf(key.id, a.keyFingerprint);
	if (key instanceof SecretError || error) {
		abandon(t, error);
		abort(t, a.exchangeId);
		return;
	}
	sendService(t, { _: 'decryptedMessageActionCommitKey', exchangeId: e.id, keyFingerprint: key.id });
	t.s.next = key;
	useNext(t);
}

function differenceOf(a: bigint, b: bigint): SecretError | undefined {
	return a === b ? undefined : new SecretError('group', 'fingerprints of the new key differ');
}

/**
 * Takes the new key into use. The other side has it in use already, so that a commit that does not fit leaves no key in
 * common.
 */
export async function committedKey(t: Step, a: Action<'decryptedMessageActionCommitKey'>) {
	const e = t.s.exchange;
	if (!e || e.secret || e.id !== a.exchangeId) {
		await close(t, { error: new SecretError('frame', 'commit of an unknown exchange') });
		return;
	}
	const next = t.s.next ?? t.s.key; // a message under it may have come before the commit
	if (next?.id !== a.keyFingerprint) {
		await close(t, { error: new SecretError('frame', 'commit of another key') });
		return;
	}
	if (t.s.next) useNext(t);
	delete t.s.exchange;
	t.s.isKeySeen = true;
	forgetOld(t);
	sendService(t, { _: 'decryptedMessageActionNoop' }); // so that the other side can forget the old key too
}

/**
 * Follows the other side if it uses the new key already, which it can only after its commit; that may have been lost and
 * comes again.
 */
export function switchTo(t: Step, key: SecretKey) {
	if (!t.s.next || key !== t.s.next) return;
	const { exchange } = t.s;
	useNext(t);
	t.s.exchange = exchange; // the commit is still to be interpreted
}

/** Seals with the new key from here on. */
function useNext(t: Step) {
	const { key, next } = t.s;
	if (!next) return;
	t.s.old = key;
	t.s.key = next;
	next.since = t.second;
	delete t.s.next;
	delete t.s.exchange;
	t.s.oldUntil = t.s.out;
	t.s.isKeySeen = false;
	t.s.noExchangeBefore = 0;
	t.tell({ kind: 'key' });
}

/** Notes that a message under `key` was interpreted in its turn: all that follow are under it too. */
export function usedByPartner(t: Step, key: SecretKey) {
	if (!t.s.old) return;
	if (key === t.s.key && !t.s.exchange) t.s.isKeySeen = true;
	forgetOld(t);
}

/**
 * Destroys the old key once nothing needs it: the other side uses the new one, and it has interpreted all that was sealed
 * with the old one, so that nothing of that has to be made again.
 */
export function forgetOld(t: Step) {
	if (t.s.isKeySeen && t.s.seen >= t.s.oldUntil) delete t.s.old;
}

/** Ends an exchange towards the other side, which goes on with the key of now. */
function abort(t: Step, id: bigint, error?: unknown) {
	if (error) t.tell({ kind: 'exchange-aborted', error });
	sendService(t, { _: 'decryptedMessageActionAbortKey', exchangeId: id });
}

/** Heeds the other side's abort of the exchange under way. It cannot abort what it has committed. */
export function abortedKey(t: Step, a: Action<'decryptedMessageActionAbortKey'>) {
	const e = t.s.exchange;
	if (e?.id === a.exchangeId && (e.secret || t.s.next)) abandon(t);
}

/** Forgets the exchange under way. */
function abandon(t: Step, error?: unknown) {
	delete t.s.exchange;
	delete t.s.next;
	t.s.noExchangeBefore = t.second + pauseAfterAbort;
	t.tell({ kind: 'exchange-aborted', error });
}
