import type { Content, Message } from '$lib/api/types.ts';
import type { Row } from './rows.ts';

/** Where the time and the ticks stand. */
export type MetaPlace = 'text' | 'reactions' | 'over' | 'below';

/** How a bubble is put together. */
export interface BubbleForm {
	/** Without a ground of its own: stickers, round videos, dice, a few emoji alone. */
	isBare: boolean;
	/** The media reaches the edges of the bubble. */
	isFull: boolean;
	/** So many emoji and nothing else; 0: words. */
	emoji: number;
	meta: MetaPlace;
	/** Text that stands below (or without) the content: of an album, the text of any of its messages. */
	caption?: Message;
}

const fullKinds: readonly Content['kind'][] = ['photo', 'video', 'gif', 'location'];
const bareKinds: readonly Content['kind'][] = ['sticker', 'round', 'dice'];

export function findForm({ message, album }: Row): BubbleForm {
	const caption = findCaption(message, album);
	const emoji = message.content.kind === 'none' && !message.page && !message.reply ? countEmoji(message) : 0;
	const isBare = bareKinds.includes(message.content.kind) || emoji > 0;
	const isFull =
		album !== undefined ? isPictures(album) : fullKinds.includes(message.content.kind) && !isGone(message.content);
	return { isBare, isFull, emoji, meta: findMetaPlace(message, caption, isBare, isFull), caption };
}

function findMetaPlace(message: Message, caption: Message | undefined, isBare: boolean, isFull: boolean): MetaPlace {
	if (message.reactions.length > 0 && !isBare) return 'reactions';
	if (message.page) return 'below';
	if (caption && !isBare) return 'text';
	return (isFull && message.content.kind !== 'location') || isBare ? 'over' : 'below';
}

/** The text of an album belongs to all of it when only one of its messages has one. */
function findCaption(message: Message, album?: Message[]): Message | undefined {
	if (!album) return message.text.text === '' ? undefined : message;
	const texts = album.filter(({ text }) => text.text !== '');
	return texts.length === 1 ? texts[0] : undefined;
}

function isPictures(album: readonly Message[]): boolean {
	return album.every(({ content }) => content.kind === 'photo' || content.kind === 'video' || content.kind === 'gif');
}

function isGone(content: Content): boolean {
	return 'isGone' in content && content.isGone === true;
}

/** So many emoji and nothing else are shown large. */
const largeEmoji = 3;
const maxUnits = 40;
const segmenter = new Intl.Segmenter();

function countEmoji({ text: { text, entities } }: Message): number {
	if (text === '' || text.length > maxUnits || entities.some(({ kind }) => kind !== 'emoji')) return 0;
	if (/\p{L}/u.test(text)) return 0; // most texts: nothing more has to be looked at
	const signs = [...segmenter.segment(text.trim())].map(({ segment }) => segment);
	return signs.length <= largeEmoji && signs.every(isEmoji) ? signs.length : 0;
}

function isEmoji(sign: string): boolean {
	return /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{FE0F}|\p{Regional_Indicator}{2}|[0-9#*]\u{FE0F}\u{20E3})/u.test(
		sign,
	);
}
