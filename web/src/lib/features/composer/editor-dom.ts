/**
 * Formatted text in an editable element, and back. The element holds one span per stretch of equal style and a last line
 * break that gives an empty last line its height. Offsets are UTF-16 units of the text.
 */
import type { Entity, RichText } from '$lib/api/types.ts';
import { endOf } from '$lib/text/formatting.ts';

export interface Caret {
	from: number;
	to: number;
}

export interface Stretch {
	text: string;
	/** Kinds of style, sorted, as classes. */
	style: string;
}

/** The text cut where styles begin or end. */
export function stretches(rich: RichText): Stretch[] {
	const borders = new Set([0, rich.text.length]);
	for (const entity of rich.entities) borders.add(entity.offset).add(endOf(entity));
	const sorted = [...borders].sort((a, b) => a - b);
	return sorted.slice(0, -1).map((from, index) => {
		const to = sorted[index + 1] ?? from;
		return { text: rich.text.slice(from, to), style: styleAt(rich.entities, from) };
	});
}

function styleAt(entities: readonly Entity[], at: number): string {
	const kinds = entities.filter((entity) => entity.offset <= at && endOf(entity) > at).map((entity) => entity.kind);
	return [...new Set(kinds)].sort().join(' ');
}

export function render(root: HTMLElement, rich: RichText) {
	const nodes: Node[] = stretches(rich).map(({ text, style }) => {
		if (style === '') return document.createTextNode(text);
		const span = document.createElement('span');
		span.className = style;
		span.textContent = text;
		return span;
	});
	if (rich.text.endsWith('\n')) nodes.push(document.createElement('br'));
	root.replaceChildren(...nodes);
}

/** What is in the element now: typing may have put text into spans, beside them, or line breaks of its own. */
export function readStretches(root: HTMLElement): Stretch[] {
	const result: Stretch[] = [];
	for (const [node, text] of pieces(root)) {
		if (text === '') continue;
		const style = node.parentElement === root ? '' : (node.parentElement?.className ?? '');
		const last = result.at(-1);
		if (last?.style === style) last.text += text;
		else result.push({ text, style });
	}
	return result;
}

export function readText(root: HTMLElement): string {
	return pieces(root)
		.map(([, text]) => text)
		.join('');
}

/** Text nodes and line breaks in order, with the text each stands for. The very last line break stands for none. */
function pieces(root: HTMLElement): [Node, string][] {
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
	const found: [Node, string][] = [];
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		if (node instanceof Text) found.push([node, node.data]);
		else if (node instanceof HTMLBRElement) found.push([node, '\n']);
	}
	const last = found.at(-1);
	if (last?.[0] instanceof HTMLBRElement) last[1] = '';
	return found;
}

/** The selection within the element; undefined when it is elsewhere. */
export function readCaret(root: HTMLElement): Caret | undefined {
	const selection = document.getSelection();
	if (!selection || selection.rangeCount === 0) return undefined;
	const range = selection.getRangeAt(0);
	if (!root.contains(range.startContainer) || !root.contains(range.endContainer)) return undefined;
	return {
		from: offsetOf(root, range.startContainer, range.startOffset),
		to: offsetOf(root, range.endContainer, range.endOffset),
	};
}

function offsetOf(root: HTMLElement, container: Node, offset: number): number {
	let sum = 0;
	for (const [node, text] of pieces(root)) {
		if (node === container) return sum + Math.min(offset, text.length);
		const position = container.compareDocumentPosition(node);
		const isInside = (position & Node.DOCUMENT_POSITION_CONTAINED_BY) !== 0;
		if (isInside ? childIndex(container, node) >= offset : (position & Node.DOCUMENT_POSITION_FOLLOWING) !== 0)
			return sum;
		sum += text.length;
	}
	return sum;
}

function childIndex(container: Node, inner: Node): number {
	let child: Node | null = inner;
	while (child && child.parentNode !== container) child = child.parentNode;
	return child ? [...container.childNodes].indexOf(child as ChildNode) : 0;
}

export function writeCaret(root: HTMLElement, caret: Caret) {
	const selection = document.getSelection();
	if (!selection) return;
	const [startNode, startOffset] = placeOf(root, caret.from);
	const [endNode, endOffset] = placeOf(root, caret.to);
	selection.setBaseAndExtent(startNode, startOffset, endNode, endOffset);
}

function placeOf(root: HTMLElement, offset: number): [Node, number] {
	let left = offset;
	for (const [node, text] of pieces(root)) {
		if (node instanceof Text && left <= text.length) return [node, left];
		left -= text.length;
	}
	return [root, root.childNodes.length];
}

/** What typing did to the text: the units from `from` to `to` of the old gave way to `text`. */
export function findChange(before: string, after: string, caret: number): { from: number; to: number; text: string } {
	const most = Math.min(before.length, after.length, caret);
	let start = 0;
	while (start < most && before[start] === after[start]) start++;
	let end = 0;
	const mostEnd = Math.min(before.length, after.length) - start;
	while (end < mostEnd && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
	return { from: start, to: before.length - end, text: after.slice(start, after.length - end) };
}

/** Where the caret is on the screen, for the list of completions. */
export function caretBox(): DOMRect | undefined {
	const selection = document.getSelection();
	if (!selection || selection.rangeCount === 0) return undefined;
	return selection.getRangeAt(0).getBoundingClientRect();
}
