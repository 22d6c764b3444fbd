import type { Message, RichText } from '$lib/api/types.ts';

/** The part of a message's text that is selected in its row, to be quoted. */
export function readSelection(element: HTMLElement, { text }: Message): RichText | undefined {
	const selection = getSelection();
	if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
	const range = selection.getRangeAt(0);
	if (!element.contains(range.commonAncestorContainer)) return undefined;
	const words = selection.toString().trim();
	const offset = words === '' ? -1 : text.text.indexOf(words);
	return offset < 0 ? undefined : cutText(text, offset, words.length);
}

/** A part of a text with what is marked in it. */
export function cutText({ text, entities }: RichText, offset: number, length: number): RichText {
	const end = offset + length;
	return {
		text: text.slice(offset, end),
		entities: entities
			.filter((entity) => entity.offset < end && entity.offset + entity.length > offset)
			.map((entity) => {
				const from = Math.max(entity.offset, offset);
				const to = Math.min(entity.offset + entity.length, end);
				return { ...entity, offset: from - offset, length: to - from };
			}),
	};
}
