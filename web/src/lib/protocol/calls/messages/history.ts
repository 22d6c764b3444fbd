import { Long, type tl } from '@mtcute/core';
import type { Discussion, Message, MessagePage, PageRequest, PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { shapeMessages } from '../../shape/message.ts';
import type { Calls } from '../calls.ts';
import { pageOf, windowOf, type Window } from './pages.ts';

/** Reading of messages. */
export const history = {
	/** A stretch of the history of a chat, a topic or comments. */
	async history(account: Account, request: PageRequest): Promise<MessagePage> {
		if (isSecret(request.peer)) return account.secrets.page(request);
		const window = windowOf(request);
		const answer = await askHistory(account, request, window);
		const messages = takeMessages(account, answer);
		const page = pageOf(messages, request, window, totalOf(answer));
		if (request.thread) return page.isStart ? withFirst(account, request.peer, request.thread, page) : page;
		await keepPage(account, request, page);
		return page;
	},

	/** What the browser kept of a chat's newest messages, and those that wait to be sent. */
	async cached(account: Account, request: PageRequest): Promise<MessagePage> {
		if (isSecret(request.peer)) return account.secrets.cached(request);
		const { peer, thread, before, limit } = request;
		const isHere = (message: Message) => !message.isScheduled && (!thread || message.reply?.top === thread);
		const unsent = before === undefined ? account.outbox.pending(peer).filter(isHere) : [];
		if (thread) return { messages: unsent, isStart: false, isEnd: true };
		const { messages, isStart } = await account.cache.history(peer, { before, limit });
		return { messages: [...messages, ...unsent], isStart, isEnd: before === undefined };
	},

	/** Single messages; those that do not exist are left out. */
	async byIds(account: Account, peer: PeerKey, ids: number[]): Promise<Message[]> {
		if (isSecret(peer)) return account.secrets.byIds(peer, ids);
		if (ids.length === 0) return [];
		const id = ids.map((id) => ({ _: 'inputMessageID', id }) as const);
		const answer = await account.call(
			peer[0] === 'c'
				? { _: 'channels.getMessages', channel: account.inputChannel(peer), id }
				: { _: 'messages.getMessages', id },
		);
		const messages = takeMessages(account, answer).filter((message) => message.peer === peer);
		await account.cache.putMessages(messages);
		return messages.sort((a, b) => a.id - b.id);
	},

	/** The pinned messages of a chat or topic. */
	pinned(account: Account, request: PageRequest): Promise<MessagePage> {
		return search(account, request, { _: 'inputMessagesFilterPinned' });
	},

	/** Ids of unread messages that mention the user, oldest first. */
	async unreadMentions(account: Account, peer: PeerKey, thread?: number): Promise<number[]> {
		const answer = await account.call({ _: 'messages.getUnreadMentions', ...unreadWindow(account, peer, thread) });
		return takeMessages(account, answer).map((message) => message.id);
	},

	/** Ids of the user's messages with reactions that he has not seen. */
	async unreadReactions(account: Account, peer: PeerKey, thread?: number): Promise<number[]> {
		const answer = await account.call({ _: 'messages.getUnreadReactions', ...unreadWindow(account, peer, thread) });
		return takeMessages(account, answer).map((message) => message.id);
	},

	/** The first message of the day, or the one before it where the day has none. */
	async idAtDate(account: Account, peer: PeerKey, date: number, thread?: number): Promise<number | undefined> {
		const window: Window = { offsetId: 0, offsetDate: date, addOffset: -1, limit: 2 };
		const answer = await askHistory(account, { peer, thread, limit: 2 }, window);
		const messages = takeMessages(account, answer);
		return (messages.find((message) => message.date >= date) ?? messages.at(-1))?.id;
	},

	/** Where the comments of a channel's post are. */
	async discussion(account: Account, peer: PeerKey, id: number): Promise<Discussion | undefined> {
		const answer = await account.call({
			_: 'messages.getDiscussionMessage',
			peer: account.inputPeer(peer),
			msgId: id,
		});
		account.take(answer);
		const first = shapeMessages(answer.messages, account).at(-1);
		if (!first) return undefined;
		const { maxId, readInboxMaxId = 0, unreadCount } = answer;
		return { peer: first.peer, message: first.id, readInbox: readInboxMaxId, unread: unreadCount, last: maxId };
	},

	/** Who has seen a message of a small group, and when. */
	async readers(account: Account, peer: PeerKey, id: number): Promise<{ user: PeerKey; date: number }[]> {
		const readers = await account.call({
			_: 'messages.getMessageReadParticipants',
			peer: account.inputPeer(peer),
			msgId: id,
		});
		return readers.map(({ userId, date }) => ({ user: `u${userId}`, date }));
	},

	/** When the other side of a talk of two has read a message; it fails where either side hides that. */
	async readAt(account: Account, peer: PeerKey, id: number): Promise<number> {
		const answer = await account.call({ _: 'messages.getOutboxReadDate', peer: account.inputPeer(peer), msgId: id });
		return answer.date;
	},

	/** The address of a message in a supergroup or channel. */
	async link(account: Account, peer: PeerKey, id: number, thread?: boolean): Promise<string> {
		const channel = account.inputChannel(peer);
		return (await account.call({ _: 'channels.exportMessageLink', channel, id, thread })).link;
	},
} satisfies Calls;

/** Over comments stands the post that they are about, over a topic how it was made. */
async function withFirst(account: Account, peer: PeerKey, thread: number, page: MessagePage): Promise<MessagePage> {
	if (page.messages.some((message) => message.id === thread)) return page;
	const first = await history.byIds(account, peer, [thread]);
	return { ...page, messages: [...first, ...page.messages] };
}

type MessagesAnswer = tl.messages.TypeMessages;

export function isSecret(peer: PeerKey): boolean {
	return peer[0] === 's';
}

/** Shapes the messages of an answer, oldest first, and remembers who is in it. */
export function takeMessages(account: Account, answer: MessagesAnswer): Message[] {
	if (answer._ === 'messages.messagesNotModified') return [];
	account.take(answer);
	return shapeMessages(answer.messages, account).sort((a, b) => a.id - b.id);
}

export function totalOf(answer: MessagesAnswer): number | undefined {
	if (answer._ === 'messages.messages') return answer.messages.length;
	return 'count' in answer ? answer.count : undefined;
}

function askHistory(account: Account, { peer, thread }: PageRequest, window: Window): Promise<MessagesAnswer> {
	const shared = { peer: account.inputPeer(peer), ...window, maxId: 0, minId: 0, hash: Long.ZERO };
	return thread
		? account.call({ _: 'messages.getReplies', msgId: thread, ...shared })
		: account.call({ _: 'messages.getHistory', ...shared });
}

async function search(account: Account, request: PageRequest, filter: tl.TypeMessagesFilter): Promise<MessagePage> {
	const window = windowOf(request);
	const { offsetId, addOffset, limit } = window;
	const answer = await account.call({
		_: 'messages.search',
		peer: account.inputPeer(request.peer),
		topMsgId: request.thread,
		q: '',
		filter,
		minDate: 0,
		maxDate: 0,
		offsetId,
		addOffset,
		limit,
		maxId: 0,
		minId: 0,
		hash: Long.ZERO,
	});
	return pageOf(takeMessages(account, answer), request, window, totalOf(answer));
}

function unreadWindow(account: Account, peer: PeerKey, thread?: number) {
	return {
		peer: account.inputPeer(peer),
		topMsgId: thread,
		offsetId: 1,
		addOffset: -100,
		limit: 100,
		maxId: 0,
		minId: 0,
	};
}

/** The page has no gaps inside, nor between it and the message beside which it was read. */
async function keepPage(account: Account, { peer, before, after }: PageRequest, page: MessagePage) {
	const from = page.isStart ? 0 : after;
	await account.cache.putHistory(peer, page.messages, from, before);
}
