import type { tl } from '@mtcute/core';
import type { Reaction } from '../../api/types.ts';
import { keyOf } from './key.ts';
import { parseLong } from './file.ts';

/** The reactions under a message, in the server's order. */
export function shapeReactions(reactions: tl.TypeMessageReactions | undefined): Reaction[] {
	if (!reactions) return [];
	return reactions.results.flatMap((result) => {
		const reaction = shapeReaction(result.reaction);
		if (!reaction) return [];
		return [
			{
				reaction,
				count: result.count,
				isChosen: result.chosenOrder !== undefined,
				...recentOf(reactions, reaction),
			},
		];
	});
}

function recentOf({ recentReactions = [] }: tl.TypeMessageReactions, reaction: string) {
	const recent = recentReactions.filter((one) => shapeReaction(one.reaction) === reaction);
	return { recent: recent.map((one) => keyOf(one.peerId)), isUnseen: recent.some((one) => one.unread) || undefined };
}

/** Undefined for those that our server does not have. */
export function shapeReaction(reaction: tl.TypeReaction): string | undefined {
	if (reaction._ === 'reactionEmoji') return reaction.emoticon;
	if (reaction._ === 'reactionCustomEmoji') return `custom:${reaction.documentId.toString()}`;
	return undefined;
}

export function toReaction(reaction: string): tl.TypeReaction {
	if (!reaction.startsWith('custom:')) return { _: 'reactionEmoji', emoticon: reaction };
	return { _: 'reactionCustomEmoji', documentId: parseLong(reaction.slice('custom:'.length)) };
}
