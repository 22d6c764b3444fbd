import type { tl } from '@mtcute/core';
import type { ButtonAnswer, BotCommand, VoterPage } from '../../api/media.ts';
import type { Draft, Entity, MessagePage, PageRequest, PeerKey, RichText, WebPage } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { replyTo } from '../media/reply.ts';
import { fromBase64, toBase64 } from '../shape/bytes.ts';
import { shapePage } from '../shape/content.ts';
import { parseLong } from '../shape/file.ts';
import { keyOf, userKey } from '../shape/key.ts';
import { shapeMessages } from '../shape/message.ts';
import { shapeDraft } from '../shape/dialog.ts';
import { toEntities, toTextWithEntities } from '../shape/text.ts';
import type { Calls } from './calls.ts';

const VOTERS = 50;
const MENTIONS = 20;

/** What is written and not sent yet, messages for later, and answers to what a message asks. */
export const compose = {
	async saveDraft(
		account: Account,
		peer: PeerKey,
		thread: number | undefined,
		draft: Draft | undefined,
	): Promise<void> {
		if (peer.startsWith('s')) return;
		await account.call({
			_: 'messages.saveDraft',
			peer: account.inputPeer(peer),
			replyTo: replyTo(account, draft?.replyTo ? { message: draft.replyTo } : undefined, thread),
			message: draft?.text.text ?? '',
			entities: draft && entitiesOf(account, draft.text.entities),
		});
	},

	/** The card of the first link in a text; undefined when there is none. */
	async preview(account: Account, text: RichText): Promise<WebPage | undefined> {
		const answer = await account.call({
			_: 'messages.getWebPagePreview',
			message: text.text,
			entities: entitiesOf(account, text.entities),
		});
		account.take(answer);
		return shapePage(answer.media, { kind: 'none' });
	},

	/** Messages that wait for their time, oldest first. There are at most a hundred in a chat, so all come. */
	async scheduled(account: Account, { peer }: Pick<PageRequest, 'peer'>): Promise<MessagePage> {
		const answer = await account.call({
			_: 'messages.getScheduledHistory',
			peer: account.inputPeer(peer),
			hash: parseLong('0'),
		});
		if (answer._ === 'messages.messagesNotModified') return { messages: [], isStart: true, isEnd: true };
		account.take(answer);
		const messages = shapeMessages(answer.messages, { self: account.self, isScheduled: true });
		return { messages: messages.sort((a, b) => a.date - b.date || a.id - b.id), isStart: true, isEnd: true };
	},

	async sendScheduledNow(account: Account, peer: PeerKey, ids: number[]): Promise<void> {
		account.apply(await account.call({ _: 'messages.sendScheduledMessages', peer: account.inputPeer(peer), id: ids }));
	},

	async deleteScheduled(account: Account, peer: PeerKey, ids: number[]): Promise<void> {
		account.apply(
			await account.call({ _: 'messages.deleteScheduledMessages', peer: account.inputPeer(peer), id: ids }),
		);
	},

	/** Changes a message that waits: its time, and with `text` its words. */
	async reschedule(account: Account, peer: PeerKey, id: number, at: number, text?: RichText): Promise<void> {
		const request: tl.messages.RawEditMessageRequest = {
			_: 'messages.editMessage',
			peer: account.inputPeer(peer),
			id,
			scheduleDate: at,
			message: text?.text,
			entities: text && entitiesOf(account, text.entities),
		};
		account.apply(await account.call(request));
	},

	/** Without options the vote is taken back. */
	async vote(account: Account, peer: PeerKey, id: number, options: string[]): Promise<void> {
		const bytes = options.map(fromBase64);
		account.apply(
			await account.call({ _: 'messages.sendVote', peer: account.inputPeer(peer), msgId: id, options: bytes }),
		);
	},

	async closePoll(account: Account, peer: PeerKey, id: number): Promise<void> {
		const media = await closedPoll(account, peer, id);
		account.apply(await account.call({ _: 'messages.editMessage', peer: account.inputPeer(peer), id, media }));
	},

	/** Who voted in a public poll, in parts. */
	async voters(account: Account, peer: PeerKey, id: number, option?: string, offset?: string): Promise<VoterPage> {
		const answer = await account.call({
			_: 'messages.getPollVotes',
			peer: account.inputPeer(peer),
			id,
			option: option === undefined ? undefined : fromBase64(option),
			offset,
			limit: VOTERS,
		});
		account.take(answer);
		return {
			count: answer.count,
			voters: answer.votes.flatMap((vote) => shapeVotes(vote, option)),
			next: answer.nextOffset,
		};
	},

	async markTodo(account: Account, peer: PeerKey, id: number, done: number[], undone: number[]): Promise<void> {
		const request = {
			_: 'messages.toggleTodoCompleted',
			peer: account.inputPeer(peer),
			msgId: id,
			completed: done,
			incompleted: undone,
		} as const;
		account.apply(await account.call(request));
	},

	/** New items get the numbers after `last`. */
	async addTodo(account: Account, peer: PeerKey, id: number, items: RichText[], last: number): Promise<void> {
		const list = items.map(
			(title, index) => ({ _: 'todoItem', id: last + 1 + index, title: toTlText(account, title) }) as const,
		);
		account.apply(await account.call({ _: 'messages.appendTodoList', peer: account.inputPeer(peer), msgId: id, list }));
	},

	/** Presses a button of a bot; what the bot wants shown at once comes back. */
	async pressButton(
		account: Account,
		peer: PeerKey,
		id: number,
		data: string | undefined,
		isGame = false,
	): Promise<ButtonAnswer> {
		const answer = await account.call({
			_: 'messages.getBotCallbackAnswer',
			peer: account.inputPeer(peer),
			msgId: id,
			data: data === undefined ? undefined : fromBase64(data),
			game: isGame,
		});
		return { text: answer.message, isAlert: answer.alert, url: answer.url };
	},

	/** Commands of the bot, or of all bots of a group. */
	async commands(account: Account, peer: PeerKey): Promise<BotCommand[]> {
		return (await botInfos(account, peer)).flatMap((info) =>
			(info.commands ?? []).map(({ command, description }) => ({
				command,
				description,
				bot: info.userId ? userKey(info.userId) : undefined,
			})),
		);
	},

	/** Members of a group whose name begins with the query: who is likely to be meant first. */
	async mentions(account: Account, peer: PeerKey, query: string, thread?: number): Promise<PeerKey[]> {
		return peer.startsWith('c')
			? mentionsOfChannel(account, peer, query, thread)
			: mentionsOfGroup(account, peer, query);
	},

	/** Drafts of all chats, as other devices left them. */
	async drafts(account: Account): Promise<{ peer: PeerKey; topic?: number; draft?: Draft }[]> {
		const answer = await account.call({ _: 'messages.getAllDrafts' });
		if (answer._ !== 'updates') return [];
		account.take(answer);
		return answer.updates.flatMap((update) =>
			update._ === 'updateDraftMessage'
				? [{ peer: keyOf(update.peer), topic: update.topMsgId, draft: shapeDraft(update.draft) }]
				: [],
		);
	},
} satisfies Calls;

function entitiesOf(account: Account, entities: readonly Entity[]): tl.TypeMessageEntity[] {
	return toEntities(entities, (key) => account.inputUser(key));
}

function toTlText(account: Account, text: RichText): tl.TypeTextWithEntities {
	return toTextWithEntities(text, (key) => account.inputUser(key));
}

/** A poll is closed by an edit that gives it back as it is, closed. */
async function closedPoll(account: Account, peer: PeerKey, id: number): Promise<tl.TypeInputMedia> {
	const ids = [{ _: 'inputMessageID', id } as const];
	const answer = peer.startsWith('c')
		? await account.call({ _: 'channels.getMessages', channel: account.inputChannel(peer), id: ids })
		: await account.call({ _: 'messages.getMessages', id: ids });
	const message = 'messages' in answer ? answer.messages[0] : undefined;
	const media = message?._ === 'message' ? message.media : undefined;
	if (media?._ !== 'messageMediaPoll') throw new Error('no poll');
	return { _: 'inputMediaPoll', poll: { ...media.poll, closed: true } };
}

function shapeVotes(vote: tl.TypeMessagePeerVote, asked?: string): { peer: PeerKey; option: string; date: number }[] {
	const { date } = vote;
	const peer = keyOf(vote.peer);
	if (vote._ === 'messagePeerVoteMultiple')
		return vote.options.map((option) => ({ peer, date, option: toBase64(option) }));
	return [{ peer, date, option: vote._ === 'messagePeerVote' ? toBase64(vote.option) : (asked ?? '') }];
}

async function botInfos(account: Account, peer: PeerKey): Promise<tl.RawBotInfo[]> {
	if (peer.startsWith('u')) {
		const { fullUser } = await account.call({ _: 'users.getFullUser', id: account.inputUser(peer) });
		return fullUser.botInfo ? [{ ...fullUser.botInfo, userId: Number(peer.slice(1)) }] : [];
	}
	const { fullChat } = peer.startsWith('c')
		? await account.call({ _: 'channels.getFullChannel', channel: account.inputChannel(peer) })
		: await account.call({ _: 'messages.getFullChat', chatId: Number(peer.slice(1)) });
	return fullChat.botInfo ?? [];
}

async function mentionsOfChannel(account: Account, peer: PeerKey, q: string, topMsgId?: number): Promise<PeerKey[]> {
	const answer = await account.call({
		_: 'channels.getParticipants',
		channel: account.inputChannel(peer),
		filter: { _: 'channelParticipantsMentions', q: q || undefined, topMsgId },
		offset: 0,
		limit: MENTIONS,
		hash: parseLong('0'),
	});
	if (answer._ === 'channels.channelParticipantsNotModified') return [];
	account.take(answer);
	return answer.users.filter((user) => user._ === 'user' && beginsWith(user, q)).map((user) => userKey(user.id));
}

async function mentionsOfGroup(account: Account, peer: PeerKey, q: string): Promise<PeerKey[]> {
	const answer = await account.call({ _: 'messages.getFullChat', chatId: Number(peer.slice(1)) });
	account.take(answer);
	const { fullChat } = answer;
	const members =
		fullChat._ === 'chatFull' && fullChat.participants._ === 'chatParticipants'
			? fullChat.participants.participants
			: [];
	const ids = new Set(members.map((member) => member.userId));
	const users = answer.users.filter((user) => user._ === 'user' && ids.has(user.id) && beginsWith(user, q));
	return users.slice(0, MENTIONS).map((user) => userKey(user.id));
}

function beginsWith(user: tl.TypeUser, query: string): boolean {
	if (user._ !== 'user') return false;
	const wanted = query.toLowerCase();
	return [user.firstName, user.lastName, user.username].some((name) => name?.toLowerCase().startsWith(wanted));
}
