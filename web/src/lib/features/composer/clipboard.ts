/** Formatted text in the clipboard: our own form, HTML of other programs, or plain text. */
import type { Entity, RichText } from '$lib/api/types.ts';
import { normalise, plain, readLink, trim } from '$lib/text/formatting.ts';

const OWN_TYPE = 'application/x-hermod';

export function writeCopy(data: DataTransfer, piece: RichText, markdown: string) {
	data.setData('text/plain', piece.entities.length > 0 ? markdown : piece.text);
	data.setData(OWN_TYPE, JSON.stringify(piece));
}

export function readPaste(data: DataTransfer): RichText | undefined {
	const own = data.getData(OWN_TYPE);
	if (own) return readOwn(own);
	const html = data.getData('text/html');
	const text = data.getData('text/plain');
	if (html && /<(b|strong|i|em|u|s|del|a|code|pre|blockquote)\b/i.test(html)) return readHtml(html);
	return text ? plain(text.replaceAll('\r\n', '\n')) : undefined;
}

/** Another page may have written it: nothing of it is believed but text and known kinds. */
function readOwn(json: string): RichText | undefined {
	try {
		const value = JSON.parse(json) as Partial<RichText>;
		if (typeof value.text !== 'string' || !Array.isArray(value.entities)) return undefined;
		const entities = value.entities.filter(
			(entity) => entity.kind !== 'link' || readLink(entity.url ?? '') !== undefined,
		);
		return normalise({ text: value.text, entities });
	} catch {
		return undefined;
	}
}

const kinds: Partial<Record<string, Entity['kind']>> = {
	B: 'bold',
	STRONG: 'bold',
	I: 'italic',
	EM: 'italic',
	U: 'underline',
	S: 'strike',
	DEL: 'strike',
	STRIKE: 'strike',
	CODE: 'code',
	PRE: 'pre',
	BLOCKQUOTE: 'quote',
	A: 'link',
};
const blocks = new Set([
	'P',
	'DIV',
	'LI',
	'TR',
	'H1',
	'H2',
	'H3',
	'H4',
	'H5',
	'H6',
	'PRE',
	'BLOCKQUOTE',
	'UL',
	'OL',
	'TABLE',
]);

/** What is in the document and not on the page. */
const unseen = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'TITLE', 'NOSCRIPT']);

/** A document made by the parser runs no scripts and loads nothing; only its texts are taken. */
function readHtml(html: string): RichText {
	const rich: RichText = { text: '', entities: [] };
	takeNode(new DOMParser().parseFromString(html, 'text/html').body, rich, false);
	return trim(normalise(rich));
}

function takeNode(node: Node, rich: RichText, isVerbatim: boolean) {
	if (node instanceof Text) {
		rich.text += isVerbatim ? node.data : collapse(node.data, rich.text);
		return;
	}
	if (!(node instanceof HTMLElement) || unseen.has(node.tagName)) return;
	if (node.tagName === 'BR') rich.text += '\n';
	const isBlock = blocks.has(node.tagName);
	if (isBlock) breakLine(rich);
	const offset = rich.text.length;
	for (const child of node.childNodes) takeNode(child, rich, isVerbatim || node.tagName === 'PRE');
	addEntity(node, rich, offset);
	if (isBlock) breakLine(rich);
}

function collapse(text: string, before: string): string {
	const single = text.replaceAll(/\s+/g, ' ');
	return before === '' || /\s$/.test(before) ? single.trimStart() : single;
}

function breakLine(rich: RichText) {
	if (rich.text !== '' && !rich.text.endsWith('\n')) rich.text += '\n';
}

function addEntity(node: HTMLElement, rich: RichText, offset: number) {
	const kind = kinds[node.tagName];
	const length = rich.text.length - offset;
	// Whole pages come in one <b style="font-weight: normal">.
	if (!kind || length === 0 || (kind === 'bold' && node.style.fontWeight === 'normal')) return;
	const url = kind === 'link' ? readLink(node.getAttribute('href') ?? '') : undefined;
	if (kind !== 'link') rich.entities.push({ kind, offset, length });
	else if (url) rich.entities.push({ kind, offset, length, url });
}
