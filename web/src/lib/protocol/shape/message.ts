import type { tl } from '@mtcute/core';
import type { ForwardInfo, Message, PeerKey, ReplyInfo, ThreadInfo } from '../../api/types.ts';
import { shapeContent, shapePage } from './content.ts';
import type { FileOrigin } from './file.ts';
import { channelKey, keyOf, userKey } from './key.ts';
import { shapeMarkup } from './markup.ts';
import { shapeReactions } from './reaction.ts';
import { shapeAction } from './service.ts';
import { shapeText } from './text.ts';

export interface MessageHints {
	/** The signed-in user. */
	self: PeerKey;
	isScheduled?: boolean;
}

/** Messages that exist, in the order given; of deleted ones the server answers an empty form. */
export function shapeMessages(messages: readonly tl.TypeMessage[], hints: MessageHints): Message[] {
	return messages.flatMap((message) => (message._ === 'messageEmpty' ? [] : shapeMessage(message, hints)));
}

export function shapeMessage(message: tl.RawMessage | tl.RawMessageService, hints: MessageHints): Message {
	return message._ === 'message' ? shapeOrdinary(message, hints) : shapeService(message, hints);
}

function shapeOrdinary(message: tl.RawMessage, hints: MessageHints): Message {
	const base = shapeBase(message, hints);
	const { origin, ...shared } = base;
	return {
		...shared,
		editDate: message.editHide ? undefined : message.editDate,
		isPinned: message.pinned ?? false,
		isProtected: message.noforwards ?? false,
		text: shapeText(message.message, message.entities),
		content: shapeContent(message.media, origin, shared.isUnheard),
		page: shapePage(message.media, origin),
		album: message.groupedId?.toString(),
		forward: shapeForward(message.fwdFrom),
		viaBot: message.viaBotId ? userKey(message.viaBotId) : undefined,
		thread: shapeThread(message.replies),
		views: message.views,
		forwards: message.forwards,
		author: message.postAuthor,
		markup: shapeMarkup(message.replyMarkup),
	};
}

function shapeService(message: tl.RawMessageService, hints: MessageHints): Message {
	const { origin, ...shared } = shapeBase(message, hints);
	const action = shapeAction(message, shared.sender, origin);
	return { ...shared, text: { text: '', entities: [] }, content: { kind: 'service', action } };
}

function shapeBase(message: tl.RawMessage | tl.RawMessageService, { self, isScheduled = false }: MessageHints) {
	const peer = keyOf(message.peerId);
	const isNote = peer === self && message._ === 'message' && !message.fwdFrom;
	const isOut = (message.out ?? false) || isScheduled || isNote;
	const origin: FileOrigin = { kind: 'message', peer, message: message.id, isScheduled };
	return {
		peer,
		origin,
		id: message.id,
		key: isScheduled ? `${peer}/later/${message.id}` : `${peer}/${message.id}`,
		sender: senderOf(message, peer, isOut, self),
		date: message.date,
		isOut,
		isPost: message.post ?? false,
		isSilent: message.silent ?? false,
		isPinned: false,
		isMentioned: message.mentioned ?? false,
		isUnheard: message.mediaUnread ?? false,
		isProtected: false,
		isScheduled,
		state: 'sent' as const,
		reply: shapeReply(message.replyTo),
		reactions: shapeReactions(message.reactions),
		ttl: message.ttlPeriod,
	};
}

/** In a talk of two the server leaves out whose message it is. */
function senderOf(
	message: tl.RawMessage | tl.RawMessageService,
	peer: PeerKey,
	isOut: boolean,
	self: PeerKey,
): PeerKey {
	if (message.fromId) return keyOf(message.fromId);
	return isOut && peer[0] !== 'c' ? self : peer;
}

function shapeReply(reply: tl.TypeMessageReplyHeader | undefined): ReplyInfo | undefined {
	if (reply?._ !== 'messageReplyHeader') return undefined;
	// In a topic, what answers to nothing names the topic as what it answers to.
	if (reply.forumTopic && reply.replyToTopId === undefined) return { top: reply.replyToMsgId };
	return {
		message: reply.replyToMsgId,
		peer: reply.replyToPeerId && keyOf(reply.replyToPeerId),
		quote: reply.quote || reply.quoteText ? shapeText(reply.quoteText ?? '', reply.quoteEntities) : undefined,
		top: reply.replyToTopId,
		sender: reply.replyFrom?.fromId && keyOf(reply.replyFrom.fromId),
		senderName: reply.replyFrom?.fromName,
	};
}

function shapeForward(header: tl.TypeMessageFwdHeader | undefined): ForwardInfo | undefined {
	if (!header) return undefined;
	return {
		from: header.fromId && keyOf(header.fromId),
		name: header.fromName,
		date: header.date,
		message: header.channelPost,
		author: header.postAuthor,
		savedFrom: header.savedFromPeer && keyOf(header.savedFromPeer),
		savedMessage: header.savedFromMsgId,
	};
}

export function shapeThread(replies: tl.TypeMessageReplies | undefined): ThreadInfo | undefined {
	if (!replies) return undefined;
	return {
		replies: replies.replies,
		recent: (replies.recentRepliers ?? []).map(keyOf),
		chat: replies.comments && replies.channelId ? channelKey(replies.channelId) : undefined,
		readUpTo: replies.readMaxId,
	};
}
