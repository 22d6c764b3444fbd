import { Long, type tl } from '@mtcute/core';
import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { idOf, keyOf } from '../shape/key.ts';
import { shapeReaction, toReaction } from '../shape/reaction.ts';
import type { Calls } from './calls.ts';

/** Somebody who reacted to a message, and with what. */
export interface Reactor {
	peer: PeerKey;
	reaction: string;
	date: number;
}

export interface ReactorPage {
	reactors: Reactor[];
	count: number;
	/** Where the next page begins; missing: there is none. */
	next?: string;
}

/** What a chat allows: every reaction, or these. */
export interface AllowedReactions {
	isAll: boolean;
	reactions: string[];
}

const pageSize = 50;

export const reactions = {
	/** The emoji that the server offers, in its order. */
	async available(account: Account): Promise<string[]> {
		const answer = await account.call({ _: 'messages.getAvailableReactions', hash: 0 });
		if (answer._ === 'messages.availableReactionsNotModified') return [];
		return answer.reactions.filter((entry) => !entry.inactive).map((entry) => entry.reaction);
	},

	/** What this account uses most. */
	async top(account: Account): Promise<string[]> {
		const answer = await account.call({ _: 'messages.getTopReactions', limit: 20, hash: Long.ZERO });
		return answer._ === 'messages.reactionsNotModified' ? [] : known(answer.reactions);
	},

	async allowed(account: Account, peer: PeerKey): Promise<AllowedReactions> {
		const allowed = await findAllowed(account, peer);
		if (allowed === 'all') return { isAll: true, reactions: [] };
		return { isAll: false, reactions: known(allowed) };
	},

	/** Replaces what this account thinks of a message. An empty list takes it back. */
	async set(account: Account, input: { peer: PeerKey; id: number; reactions: string[] }): Promise<void> {
		const updates = await account.call({
			_: 'messages.sendReaction',
			peer: account.inputPeer(input.peer),
			msgId: input.id,
			reaction: input.reactions.map(toReaction),
			addToRecent: true,
		});
		account.apply(updates);
	},

	/** Who reacted, newest first; with one reaction only, when one is named. */
	async who(
		account: Account,
		input: { peer: PeerKey; id: number; reaction?: string; offset?: string },
	): Promise<ReactorPage> {
		const answer = await account.call({
			_: 'messages.getMessageReactionsList',
			peer: account.inputPeer(input.peer),
			id: input.id,
			reaction: input.reaction === undefined ? undefined : toReaction(input.reaction),
			offset: input.offset,
			limit: pageSize,
		});
		account.take(answer);
		const reactors = answer.reactions.flatMap((entry) => {
			const reaction = shapeReaction(entry.reaction);
			return reaction ? [{ peer: keyOf(entry.peerId), reaction, date: entry.date }] : [];
		});
		return { reactors, count: answer.count, next: answer.nextOffset };
	},
} satisfies Calls;

function known(reactions: readonly tl.TypeReaction[]): string[] {
	return reactions.map(shapeReaction).filter((reaction) => reaction !== undefined);
}

async function findAllowed(account: Account, peer: PeerKey): Promise<'all' | tl.TypeReaction[]> {
	const full = await loadFull(account, peer);
	const allowed = full?.availableReactions;
	if (!full || allowed?._ === 'chatReactionsAll') return 'all';
	return allowed?._ === 'chatReactionsSome' ? allowed.reactions : [];
}

async function loadFull(account: Account, peer: PeerKey): Promise<tl.TypeChatFull | undefined> {
	if (peer.startsWith('c')) {
		const answer = await account.call({ _: 'channels.getFullChannel', channel: account.inputChannel(peer) });
		account.take(answer);
		return answer.fullChat;
	}
	if (!peer.startsWith('g')) return undefined;
	const answer = await account.call({ _: 'messages.getFullChat', chatId: idOf(peer) });
	account.take(answer);
	return answer.fullChat;
}
