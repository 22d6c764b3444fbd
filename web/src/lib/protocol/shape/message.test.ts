import { Long, type tl } from '@mtcute/core';
import { describe, expect, test } from 'vitest';
import { shapeMessage, shapeMessages } from './message.ts';
import { tlMessage, tlPhoto, tlService } from './sample.ts';

const self = 'u1';

function shape(more: Partial<tl.RawMessage>) {
	return shapeMessage(tlMessage(more), { self });
}

describe('who a message is from', () => {
	test('in a talk of two the other one, or the user', () => {
		expect(shape({})).toMatchObject({ peer: 'u2', sender: 'u2', isOut: false, key: 'u2/5' });
		expect(shape({ out: true })).toMatchObject({ peer: 'u2', sender: 'u1', isOut: true });
	});

	test('a note to oneself is written by the user, what he forwarded there is not', () => {
		const peerId: tl.RawPeerUser = { _: 'peerUser', userId: 1 };
		expect(shape({ peerId }).isOut).toBe(true);
		expect(shape({ peerId, fwdFrom: { _: 'messageFwdHeader', date: 1 } }).isOut).toBe(false);
	});

	test('a post is from its channel', () => {
		const post = shape({
			peerId: { _: 'peerChannel', channelId: 4 },
			post: true,
			out: true,
			views: 3,
			postAuthor: 'A',
		});
		expect(post).toMatchObject({ peer: 'c4', sender: 'c4', isPost: true, views: 3, author: 'A' });
	});

	test('in a group it is told', () => {
		expect(shape({ peerId: { _: 'peerChat', chatId: 3 }, fromId: { _: 'peerUser', userId: 9 } }).sender).toBe('u9');
	});
});

describe('what it answers to', () => {
	test('a message, with words of it', () => {
		const replyTo: tl.RawMessageReplyHeader = {
			_: 'messageReplyHeader',
			replyToMsgId: 3,
			quote: true,
			quoteText: 'hel',
			quoteEntities: [{ _: 'messageEntityBold', offset: 0, length: 3 }],
		};
		expect(shape({ replyTo }).reply).toMatchObject({
			message: 3,
			quote: { text: 'hel', entities: [{ kind: 'bold', offset: 0, length: 3 }] },
		});
	});

	test('a topic is no answered message', () => {
		const inTopic = { _: 'messageReplyHeader', forumTopic: true, replyToMsgId: 12 } as const;
		expect(shape({ replyTo: inTopic }).reply).toEqual({ top: 12 });
		const answer = { ...inTopic, replyToMsgId: 14, replyToTopId: 12 };
		expect(shape({ replyTo: answer }).reply).toMatchObject({ message: 14, top: 12 });
	});
});

test('forwards, threads, reactions and albums', () => {
	const message = shape({
		fwdFrom: { _: 'messageFwdHeader', date: 900, fromName: 'Somebody', savedFromMsgId: 8 },
		replies: {
			_: 'messageReplies',
			comments: true,
			replies: 4,
			repliesPts: 1,
			channelId: 7,
			recentRepliers: [{ _: 'peerUser', userId: 9 }],
		},
		reactions: {
			_: 'messageReactions',
			results: [
				{ _: 'reactionCount', reaction: { _: 'reactionEmoji', emoticon: '👍' }, count: 2, chosenOrder: 0 },
				{ _: 'reactionCount', reaction: { _: 'reactionCustomEmoji', documentId: Long.fromNumber(5) }, count: 1 },
			],
			recentReactions: [
				{
					_: 'messagePeerReaction',
					peerId: { _: 'peerUser', userId: 9 },
					date: 1,
					reaction: { _: 'reactionEmoji', emoticon: '👍' },
				},
			],
		},
		groupedId: Long.fromNumber(55),
	});
	expect(message.forward).toMatchObject({ name: 'Somebody', date: 900, savedMessage: 8 });
	expect(message.thread).toMatchObject({ replies: 4, recent: ['u9'], chat: 'c7' });
	expect(message.reactions).toEqual([
		{ reaction: '👍', count: 2, isChosen: true, recent: ['u9'] },
		{ reaction: 'custom:5', count: 1, isChosen: false, recent: [] },
	]);
	expect(message.album).toBe('55');
});

test('a photo has its sizes, smallest first, and a blurred form', () => {
	const { content } = shape({ media: { _: 'messageMediaPhoto', photo: tlPhoto(), spoiler: true } });
	if (content.kind !== 'photo') throw new Error(content.kind);
	expect(content).toMatchObject({ isSpoiler: true, isGone: undefined, picture: { width: 1280, height: 720 } });
	expect(content.picture.sizes.map(({ width, file }) => [width, file.size])).toEqual([
		[320, 700],
		[1280, 5000],
	]);
	expect(content.picture.preview).toMatch(/^data:image\/jpeg;base64,/);
});

test('a photo that is gone', () => {
	expect(shape({ media: { _: 'messageMediaPhoto', ttlSeconds: 9 } }).content).toMatchObject({
		kind: 'photo',
		isGone: true,
		ttl: 9,
	});
});

test('a deleted message is none', () => {
	expect(shapeMessages([{ _: 'messageEmpty', id: 1 }, tlMessage()], { self })).toHaveLength(1);
});

test('everything can be sent to the page', () => {
	const message = shape({ media: { _: 'messageMediaPhoto', photo: tlPhoto() }, groupedId: Long.fromNumber(1) });
	expect(structuredClone(message)).toEqual(message);
	expect(JSON.parse(JSON.stringify(message))).toMatchObject({ id: 5, content: { kind: 'photo' } });
});

describe('what happened in a chat', () => {
	const cases: [string, tl.TypeMessageAction, object][] = [
		['joined by himself', { _: 'messageActionChatAddUser', users: [2] }, { kind: 'member-joined', actor: 'u2' }],
		['added', { _: 'messageActionChatAddUser', users: [8, 9] }, { kind: 'members-add', users: ['u8', 'u9'] }],
		['left', { _: 'messageActionChatDeleteUser', userId: 2 }, { kind: 'member-left' }],
		['removed', { _: 'messageActionChatDeleteUser', userId: 8 }, { kind: 'member-removed', users: ['u8'] }],
		['title', { _: 'messageActionChatEditTitle', title: 'T' }, { kind: 'chat-title', title: 'T' }],
		['vanishing', { _: 'messageActionSetMessagesTTL', period: 60 }, { kind: 'ttl', seconds: 60 }],
		['topic closed', { _: 'messageActionTopicEdit', closed: true }, { kind: 'topic-closed' }],
		['topic renamed', { _: 'messageActionTopicEdit', title: 'N' }, { kind: 'topic-title', title: 'N' }],
		[
			'done',
			{ _: 'messageActionTodoCompletions', completed: [1, 2], incompleted: [] },
			{ kind: 'todo-done', count: 2 },
		],
		['unknown', { _: 'messageActionPaidMessagesPrice', stars: Long.ONE }, { kind: 'other' }],
	];
	for (const [name, action, want] of cases) {
		test(name, () => {
			const { content } = shapeMessage(tlService(action), { self });
			expect(content).toMatchObject({ kind: 'service', action: want });
		});
	}

	test('a pin names the message', () => {
		const replyTo = { _: 'messageReplyHeader', replyToMsgId: 4 } as const;
		const { content } = shapeMessage(tlService({ _: 'messageActionPinMessage' }, { replyTo }), { self });
		expect(content).toMatchObject({ action: { kind: 'pin', message: 4 } });
	});
});
