import { Long, type tl } from '@mtcute/core';
import type { PeerKey, Topic } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { randomId } from '../../random.ts';
import { shapeTopic } from '../../shape/dialog.ts';
import { shapeMessages } from '../../shape/message.ts';
import type { Calls } from '../calls.ts';
import { takeUpdates } from './creating.ts';

const PART = 50;

/** Topics of forums. */
export const topics = {
	/** Pinned ones first, then those with the newest messages. */
	async topics(
		account: Account,
		peer: PeerKey,
		{ after, query }: { after?: Topic; query?: string } = {},
	): Promise<{ topics: Topic[]; isEnd: boolean }> {
		const answer = await account.call({
			_: 'messages.getForumTopics',
			peer: account.inputPeer(peer),
			q: query || undefined,
			offsetDate: after?.last?.date ?? 0,
			offsetId: after?.last?.id ?? 0,
			offsetTopic: after?.id ?? 0,
			limit: PART,
		});
		account.take(answer);
		const lasts = shapeMessages(answer.messages, account);
		const found = answer.topics.filter((topic) => topic._ === 'forumTopic');
		return { topics: found.map((topic) => shapeTopic(topic, lasts)), isEnd: answer.topics.length < PART };
	},

	/** One topic; undefined: there is none. */
	async topic(account: Account, peer: PeerKey, id: number): Promise<Topic | undefined> {
		const answer = await account.call({
			_: 'messages.getForumTopicsByID',
			peer: account.inputPeer(peer),
			topics: [id],
		});
		account.take(answer);
		const [topic] = answer.topics;
		return topic?._ === 'forumTopic' ? shapeTopic(topic, shapeMessages(answer.messages, account)) : undefined;
	},

	/** Resolves with the id of the new topic. */
	async createTopic(
		account: Account,
		peer: PeerKey,
		topic: { title: string; iconColor?: number; icon?: string },
	): Promise<number | undefined> {
		const updates = await account.call({
			_: 'messages.createForumTopic',
			peer: account.inputPeer(peer),
			title: topic.title,
			iconColor: topic.iconColor,
			iconEmojiId: topic.icon ? Long.fromString(topic.icon) : undefined,
			randomId: Long.fromString(randomId()),
		});
		takeUpdates(account, updates);
		account.emit('stale', { what: 'topics', peer });
		return newId(updates);
	},

	/** `icon`: the document of a custom emoji; empty: none. */
	async editTopic(
		account: Account,
		peer: PeerKey,
		topic: number,
		{ icon, ...change }: { title?: string; icon?: string; closed?: boolean; hidden?: boolean },
	): Promise<void> {
		const request = { _: 'messages.editForumTopic', peer: account.inputPeer(peer), topicId: topic } as const;
		const iconEmojiId = icon === undefined ? undefined : Long.fromString(icon || '0');
		takeUpdates(account, await account.call({ ...request, ...change, iconEmojiId }));
		account.emit('stale', { what: 'topics', peer });
	},

	async pinTopic(account: Account, peer: PeerKey, topic: number, isPinned: boolean): Promise<void> {
		const request = { _: 'messages.updatePinnedForumTopic', peer: account.inputPeer(peer), topicId: topic } as const;
		takeUpdates(account, await account.call({ ...request, pinned: isPinned }));
		account.emit('stale', { what: 'topics', peer });
	},

	async deleteTopic(account: Account, peer: PeerKey, topic: number): Promise<void> {
		for (;;) {
			const request = { _: 'messages.deleteTopicHistory', peer: account.inputPeer(peer), topMsgId: topic } as const;
			const affected = await account.call(request);
			account.count(affected, peer);
			if (affected.offset <= 0) break;
		}
		account.emit('stale', { what: 'topics', peer });
	},
} satisfies Calls;

function newId(updates: tl.TypeUpdates): number | undefined {
	if (updates._ !== 'updates' && updates._ !== 'updatesCombined') return undefined;
	return updates.updates.find((update) => update._ === 'updateMessageID')?.id;
}
