import type { tl } from '@mtcute/core';
import type { Message } from '../api/types.ts';
import type { Account } from './account.ts';
import type { Job } from './job.ts';
import { shapeMessages } from './shape/message.ts';

/** The messages of a job as the server has them now, in the order of its random ids. */
export function sentMessages(account: Account, job: Job, answer: tl.TypeUpdates): Message[] {
	if (answer._ === 'updateShortSentMessage') return [shortSent(job.messages[0]!, answer)];
	if (answer._ !== 'updates' && answer._ !== 'updatesCombined') return [];
	account.take(answer);
	const ids = idsByRandomId(answer.updates);
	const messages = messagesById(account, answer.updates);
	return job.randomIds.flatMap((randomId, index) => {
		const message = messages.get(ids.get(randomId) ?? NaN);
		return message ? [{ ...message, key: job.messages[index]?.key ?? message.key }] : [];
	});
}

function shortSent(local: Message, answer: tl.RawUpdateShortSentMessage): Message {
	return { ...local, id: answer.id, date: answer.date, state: 'sent', error: undefined };
}

function idsByRandomId(updates: tl.TypeUpdate[]): Map<string, number> {
	const ids = updates.filter((update) => update._ === 'updateMessageID');
	return new Map(ids.map((update) => [update.randomId.toString(), update.id]));
}

function messagesById(account: Account, updates: tl.TypeUpdate[]): Map<number, Message> {
	const messages = updates.flatMap((update) => {
		const isScheduled = update._ === 'updateNewScheduledMessage';
		if (!isScheduled && update._ !== 'updateNewMessage' && update._ !== 'updateNewChannelMessage') return [];
		return shapeMessages([update.message], { self: account.self, isScheduled });
	});
	return new Map(messages.map((message) => [message.id, message]));
}
