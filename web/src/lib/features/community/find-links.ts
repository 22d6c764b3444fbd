import type { Entity, RichText } from '$lib/api/types.ts';

const link = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]|(?<![\w@])@[A-Za-z]\w{3,31}|(?<![\w#])#[\p{L}\p{N}_]+/gu;

/** A plain text, such as a description, with its links, names and tags as what they are. */
export function findLinks(text: string): RichText {
	const entities = [...text.matchAll(link)].map(({ 0: found, index }): Entity => ({
		kind: kindOf(found),
		offset: index,
		length: found.length,
	}));
	return { text, entities };
}

function kindOf(found: string): Entity['kind'] {
	if (found.startsWith('@')) return 'mention';
	return found.startsWith('#') ? 'hashtag' : 'url';
}
