import { Long, type tl } from '@mtcute/core';
import type { ChatSearchRequest, FoundMessages, GlobalCursor, MediaCounts, MediaKind } from '../../api/community.ts';
import type { Message, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { keyOf } from '../shape/key.ts';
import type { Calls } from './calls.ts';
import { takeMessages } from './messages/history.ts';
import { people } from './people.ts';

const MAX_FOUND = 30;
const MAX_RECENT = 20;

/** The name under which the recent searches are kept. */
const recents = 'recent-searches';

const filters: Record<MediaKind, tl.TypeMessagesFilter['_']> = {
	media: 'inputMessagesFilterPhotoVideo',
	files: 'inputMessagesFilterDocument',
	links: 'inputMessagesFilterUrl',
	audio: 'inputMessagesFilterMusic',
	voice: 'inputMessagesFilterRoundVoice',
	gifs: 'inputMessagesFilterGif',
};
const mediaKinds = Object.keys(filters) as MediaKind[];

export const search = {
	/**
	 * People and chats whose name or username begins with the words: those of the user first, then public ones. A
	 * whole phone number finds who has it.
	 */
	async peers(account: Account, words: string): Promise<{ own: PeerKey[]; others: PeerKey[] }> {
		const [found, owner] = await Promise.all([
			account.call({ _: 'contacts.search', q: words, limit: MAX_FOUND }),
			ownerOfNumber(account, words),
		]);
		account.take(found);
		const own = found.myResults.map(keyOf);
		const others = found.results.map(keyOf);
		const isNew = owner && !own.includes(owner) && !others.includes(owner);
		return { own, others: isNew ? [owner, ...others] : others };
	},

	/** Messages of one chat, newest first. */
	async inChat(account: Account, request: ChatSearchRequest): Promise<{ messages: Message[]; total?: number }> {
		if (request.peer[0] === 's') return { messages: [], total: 0 };
		const answer = await account.call({
			_: 'messages.search',
			peer: account.inputPeer(request.peer),
			q: request.query,
			fromId: request.from && account.inputPeer(request.from),
			topMsgId: request.thread,
			filter: filterOf(request.media),
			minDate: request.minDate ?? 0,
			maxDate: request.maxDate ?? 0,
			offsetId: request.before ?? 0,
			addOffset: 0,
			limit: request.limit,
			maxId: 0,
			minId: 0,
			hash: Long.ZERO,
		});
		const messages = takeMessages(account, answer).reverse();
		return { messages, total: 'count' in answer ? answer.count : messages.length };
	},

	/** How many messages of each kind a chat has. */
	async counts(account: Account, peer: PeerKey, thread?: number): Promise<MediaCounts> {
		const none = Object.fromEntries(mediaKinds.map((kind) => [kind, 0])) as MediaCounts;
		if (peer[0] === 's') return none;
		const answer = await account.call({
			_: 'messages.getSearchCounters',
			peer: account.inputPeer(peer),
			topMsgId: thread,
			filters: mediaKinds.map((kind) => filterOf(kind)),
		});
		for (const { filter, count } of answer) {
			const kind = mediaKinds.find((known) => filters[known] === filter._);
			if (kind) none[kind] = count;
		}
		return none;
	},

	/** Messages of all chats, newest first. */
	async everywhere(
		account: Account,
		request: { query: string; after?: GlobalCursor; limit: number; media?: MediaKind },
	): Promise<FoundMessages> {
		const { query, after, limit, media } = request;
		const answer = await account.call({
			_: 'messages.searchGlobal',
			q: query,
			filter: filterOf(media),
			minDate: 0,
			maxDate: 0,
			offsetRate: after?.rate ?? 0,
			offsetPeer: after ? account.inputPeer(after.peer) : { _: 'inputPeerEmpty' },
			offsetId: after?.id ?? 0,
			limit,
		});
		return foundOf(account, answer);
	},

	/** Public posts with a tag, newest first. */
	async posts(
		account: Account,
		request: { hashtag: string; after?: GlobalCursor; limit: number },
	): Promise<FoundMessages> {
		const { hashtag, after, limit } = request;
		const answer = await account.call({
			_: 'channels.searchPosts',
			hashtag: hashtag.replace(/^#/, ''),
			offsetRate: after?.rate ?? 0,
			offsetPeer: after ? account.inputPeer(after.peer) : { _: 'inputPeerEmpty' },
			offsetId: after?.id ?? 0,
			limit,
		});
		return foundOf(account, answer);
	},

	/** What was opened from the search in this browser, the last first. */
	async recent(account: Account): Promise<PeerKey[]> {
		return (await account.cache.get<PeerKey[]>(recents)) ?? [];
	},

	async remember(account: Account, peer: PeerKey): Promise<PeerKey[]> {
		const others = (await search.recent(account)).filter((other) => other !== peer);
		const all = [peer, ...others].slice(0, MAX_RECENT);
		account.cache.put(recents, all);
		return all;
	},

	forgetRecent(account: Account): void {
		account.cache.put(recents, []);
	},

	/** With whom the user writes most. */
	async top(account: Account): Promise<PeerKey[]> {
		const answer = await account.call({
			_: 'contacts.getTopPeers',
			correspondents: true,
			offset: 0,
			limit: MAX_FOUND,
			hash: Long.ZERO,
		});
		if (answer._ !== 'contacts.topPeers') return [];
		account.take(answer);
		return answer.categories.flatMap(({ peers }) => peers.map(({ peer }) => keyOf(peer)));
	},
} satisfies Calls;

const phoneNumber = /^\+?[\d\s()-]{8,20}$/;

async function ownerOfNumber(account: Account, words: string): Promise<PeerKey | undefined> {
	const digits = words.replace(/\D/g, '');
	if (!phoneNumber.test(words) || digits.length < 7) return undefined;
	try {
		return await people.byPhone(account, digits);
	} catch {
		return undefined; // nobody has it, or does not want to be found by it
	}
}

function filterOf(media?: MediaKind): tl.TypeMessagesFilter {
	return { _: media ? filters[media] : 'inputMessagesFilterEmpty' } as tl.TypeMessagesFilter;
}

function foundOf(account: Account, answer: tl.messages.TypeMessages): FoundMessages {
	const messages = takeMessages(account, answer).sort((a, b) => b.date - a.date || b.id - a.id);
	const last = messages.at(-1);
	const total = 'count' in answer ? answer.count : messages.length;
	if (answer._ !== 'messages.messagesSlice' || answer.nextRate === undefined || !last) return { messages, total };
	return { messages, total, next: { rate: answer.nextRate, id: last.id, peer: last.peer } };
}
