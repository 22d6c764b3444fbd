import type { tl } from '@mtcute/core';
import type { NewReply } from '../../api/media.ts';
import type { Account } from '../account.ts';
import { toEntities } from '../shape/text.ts';

/** The topic of a forum that messages are in which name none. */
const general = 1;

/** What a new message answers to. In a thread without an answer it answers to the thread's first message. */
export function replyTo(account: Account, reply?: NewReply, topic?: number): tl.TypeInputReplyTo | undefined {
	const thread = topic === general ? undefined : topic;
	if (!reply) return thread ? { _: 'inputReplyToMessage', replyToMsgId: thread, topMsgId: thread } : undefined;
	const { quote } = reply;
	return {
		_: 'inputReplyToMessage',
		replyToMsgId: reply.message,
		topMsgId: thread,
		replyToPeerId: reply.peer && account.inputPeer(reply.peer),
		quoteText: quote?.text,
		quoteEntities: quote && toEntities(quote.entities, (key) => account.inputUser(key)),
		quoteOffset: quote && reply.quoteOffset,
	};
}
