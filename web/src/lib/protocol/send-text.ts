import type { tl } from '@mtcute/core';
import type { ForwardRequest, NewMessage } from '../api/types.ts';
import type { Account } from './account.ts';
import type { Job } from './job.ts';
import { replyTo } from './media/reply.ts';
import { parseLong } from './shape/file.ts';
import { toEntities } from './shape/text.ts';

/** Sends a text that lies in the outbox. */
export function sendText(account: Account, job: Job<NewMessage>, signal: AbortSignal): Promise<tl.TypeUpdates> {
	const { input } = job;
	return account.call(
		{
			_: 'messages.sendMessage',
			peer: account.inputPeer(input.peer),
			message: input.text.text,
			entities: toEntities(input.text.entities, (key) => account.inputUser(key)),
			replyTo: replyTo(account, input.reply, input.thread),
			silent: input.isSilent,
			noWebpage: input.noPreview,
			invertMedia: input.previewAbove,
			clearDraft: input.clearDraft ?? true,
			scheduleDate: input.scheduleAt,
			randomId: parseLong(job.randomIds[0]!),
		},
		{ abortSignal: signal },
	);
}

/** Forwards messages that lie in the outbox. */
export function sendForward(account: Account, job: Job<ForwardRequest>, signal: AbortSignal): Promise<tl.TypeUpdates> {
	const { input } = job;
	return account.call(
		{
			_: 'messages.forwardMessages',
			fromPeer: account.inputPeer(input.from),
			toPeer: account.inputPeer(input.to),
			id: input.ids,
			randomId: job.randomIds.map(parseLong),
			topMsgId: input.thread,
			dropAuthor: input.dropAuthor,
			dropMediaCaptions: input.dropCaptions,
			silent: input.isSilent,
			scheduleDate: input.scheduleAt,
		},
		{ abortSignal: signal },
	);
}
