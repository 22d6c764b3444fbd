/**
 * Markdown as people write it in messages: `**bold**`, `__italic__`, `~~strike~~`, `||spoiler||`, `` `code` ``, fenced
 * blocks with a language, `[words](address)`, and `> ` in front of quoted lines. What is no markup stays as it is.
 */
import type { Entity, RichText } from '../api/types.ts';
import { concat, endOf, normalise, readLink, slice } from './formatting.ts';

interface Range {
	from: number;
	to: number;
}

/** A piece of markup: signs to be taken out, and the style of what they enclose. */
interface Find {
	signs: Range[];
	entity: Entity;
}

const pairs = [
	{ kind: 'bold', pattern: /\*\*(?=\S)([\s\S]*?\S)\*\*/g },
	{ kind: 'italic', pattern: /(?<![\p{L}\p{N}_])__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}_])/gu },
	{ kind: 'strike', pattern: /~~(?=\S)([\s\S]*?\S)~~/g },
	{ kind: 'spoiler', pattern: /\|\|(?=\S)([\s\S]*?\S)\|\|/g },
] as const;

/** Takes the signs out of a text and puts their styles on. Styles that it has already stay. */
export function readMarkdown(rich: RichText): RichText {
	const code = findCode(rich);
	const closed: Range[] = [...code.map(whole), ...findClosed(rich)];
	const finds = [
		...code,
		...findLinks(rich.text, closed),
		...findPairs(rich.text, closed),
		...findQuotes(rich.text, closed),
	];
	const signs = finds.flatMap((find) => find.signs);
	return takeOut({ text: rich.text, entities: [...rich.entities, ...finds.map((find) => find.entity)] }, signs);
}

function findClosed(rich: RichText): Range[] {
	const marked = rich.entities.filter((entity) => entity.kind === 'code' || entity.kind === 'pre');
	const addresses = [...rich.text.matchAll(/(?<!\()\bhttps?:\/\/[^\s)]+/g)];
	return [
		...marked.map((entity) => ({ from: entity.offset, to: endOf(entity) })),
		...addresses.map((match) => ({ from: match.index, to: match.index + match[0].length })),
	];
}

function findCode(rich: RichText): Find[] {
	const marked = rich.entities.filter((entity) => entity.kind === 'code' || entity.kind === 'pre');
	const taken: Range[] = marked.map((entity) => ({ from: entity.offset, to: endOf(entity) }));
	const blocks = collect(rich.text, /```(?:([\w+#.-]*)\n)?([\s\S]+?)\n?```\n?/g, taken, (match) => {
		const inner = match[2] ?? '';
		const head = 3 + (match[1] === undefined ? 0 : match[1].length + 1);
		const entity: Entity = { kind: 'pre', offset: match.index + head, length: inner.length };
		if (match[1]) entity.language = match[1];
		return enclosed(match, entity);
	});
	const inline = collect(rich.text, /`([^`\n]+)`/g, taken, (match) =>
		enclosed(match, { kind: 'code', offset: match.index + 1, length: match[0].length - 2 }),
	);
	return [...blocks, ...inline];
}

function findLinks(text: string, taken: Range[]): Find[] {
	return collect(
		text,
		/\[([^\]\n]+)\]\(([^()\s]+)\)/g,
		taken.filter((range) => !isInLink(text, range)),
		(match) => {
			const url = readLink(match[2] ?? '');
			if (!url) return undefined;
			const find = enclosed(match, { kind: 'link', offset: match.index + 1, length: (match[1] ?? '').length, url });
			taken.push({ from: endOf(find.entity), to: match.index + match[0].length });
			return find;
		},
		false,
	);
}

function isInLink(text: string, range: Range): boolean {
	return text.slice(range.from - 2, range.from) === '](';
}

function findPairs(text: string, taken: Range[]): Find[] {
	return pairs.flatMap(({ kind, pattern }) =>
		collect(
			text,
			pattern,
			taken,
			(match) => enclosed(match, { kind, offset: match.index + 2, length: match[0].length - 4 }),
			false,
		),
	);
}

/** Lines that begin with `> `, together; the last break before other text goes with the signs. */
function findQuotes(text: string, taken: Range[]): Find[] {
	return collect(
		text,
		/^> ?[^\n]*(?:\n> ?[^\n]*)*/gm,
		taken,
		(match) => {
			const signs = [...match[0].matchAll(/^> ?/gm)].map((sign) => range(match.index + sign.index, sign[0].length));
			if (match[0].replaceAll(/^> ?/gm, '').trim() === '') return undefined;
			return { signs, entity: { kind: 'quote', offset: match.index, length: match[0].length } };
		},
		false,
	);
}

function range(from: number, length: number): Range {
	return { from, to: from + length };
}

function whole(find: Find): Range {
	return { from: find.signs[0]?.from ?? find.entity.offset, to: find.signs.at(-1)?.to ?? endOf(find.entity) };
}

function enclosed(match: RegExpExecArray, entity: Entity): Find {
	const signs = [
		{ from: match.index, to: entity.offset },
		{ from: endOf(entity), to: match.index + match[0].length },
	];
	return { signs, entity };
}

/** All matches whose signs lie outside of `taken`; `isClosed`: nothing else is looked for inside of them. */
function collect(
	text: string,
	pattern: RegExp,
	taken: Range[],
	make: (match: RegExpExecArray) => Find | undefined,
	isClosed = true,
): Find[] {
	const finds: Find[] = [];
	for (const match of text.matchAll(pattern)) {
		const find = make(match);
		if (!find || find.signs.some((sign) => taken.some((other) => sign.from < other.to && sign.to > other.from)))
			continue;
		finds.push(find);
		if (isClosed) taken.push({ from: match.index, to: match.index + match[0].length });
	}
	return finds;
}

function takeOut(rich: RichText, signs: Range[]): RichText {
	const sorted = signs.filter((sign) => sign.to > sign.from).sort((a, b) => a.from - b.from);
	const kept: RichText[] = [];
	let at = 0;
	for (const sign of sorted) {
		if (sign.from > at) kept.push(slice({ text: rich.text, entities: [] }, at, sign.from));
		at = Math.max(at, sign.to);
	}
	kept.push({ text: rich.text.slice(at), entities: [] });
	const shift = (offset: number) =>
		offset - sorted.reduce((sum, sign) => sum + Math.max(0, Math.min(sign.to, offset) - sign.from), 0);
	const entities = rich.entities.map((entity) => {
		const offset = shift(entity.offset);
		return { ...entity, offset, length: shift(endOf(entity)) - offset };
	});
	return normalise({ text: concat(...kept).text, entities });
}

const marks: Partial<Record<Entity['kind'], string>> = {
	bold: '**',
	italic: '__',
	strike: '~~',
	spoiler: '||',
	code: '`',
};

/** The text as Markdown that reads back to the same. Styles that Markdown has no signs for are lost. */
export function writeMarkdown(rich: RichText): string {
	const signs: { at: number; order: number; text: string }[] = [];
	normalise(rich).entities.forEach((entity, index) => {
		const [open, close] = signsOf(entity, rich.text);
		if (!open && !close) return;
		signs.push({ at: entity.offset, order: index, text: open }, { at: endOf(entity), order: -1 - index, text: close });
	});
	let result = '';
	let at = 0;
	for (const sign of signs.sort((a, b) => a.at - b.at || a.order - b.order)) {
		result += rich.text.slice(at, sign.at) + sign.text;
		at = sign.at;
	}
	return quoteLines(result + rich.text.slice(at), rich);
}

function signsOf(entity: Entity, text: string): [string, string] {
	if (entity.kind === 'pre')
		return [
			'```' + (entity.language ?? '') + '\n',
			'\n```' + (text[endOf(entity)] === '\n' || endOf(entity) === text.length ? '' : '\n'),
		];
	if (entity.kind === 'link') return ['[', `](${entity.url ?? ''})`];
	if (entity.kind === 'quote') return ['\uE000', '\uE001'];
	const mark = marks[entity.kind] ?? '';
	return [mark, mark];
}

function quoteLines(text: string, rich: RichText): string {
	if (!rich.entities.some((entity) => entity.kind === 'quote')) return text;
	return text.replaceAll(/\uE000([^\uE001]*)\uE001/g, (_, inner: string) => inner.replaceAll(/^/gm, '> '));
}
