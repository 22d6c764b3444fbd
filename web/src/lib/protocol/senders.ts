import type { tl } from '@mtcute/core';
import type { Account } from './account.ts';
import type { Job } from './job.ts';
import { sendMedia } from './media/send.ts';
import { sendForward, sendText } from './send-text.ts';

/**
 * Sends a job and returns the server's answer. May run several times for one job, also after a restart, so it uses the
 * job's random ids. Rejects with an ApiError; `signal` ends when the user gives up.
 */
export type Sender<I> = (account: Account, job: Job<I>, signal: AbortSignal) => Promise<tl.TypeUpdates>;

/** What the outbox can send, by kind. */
export const senders = {
	text: sendText,
	forward: sendForward,
	/** Stickers, polls and other contents that need no upload; they keep their place among the texts. */
	content: sendMedia,
	/** Files and albums. */
	media: sendMedia,
} satisfies Record<string, Sender<never>>;

export type SenderKind = keyof typeof senders & string;

export type SenderInput<K extends SenderKind> = (typeof senders)[K] extends Sender<infer I> ? I : never;

/** Kinds that upload first. They keep their order among themselves, and short messages may overtake them. */
export const slowKinds: ReadonlySet<string> = new Set(['media']);
