/**
 * Formatted text while it is written. All offsets are UTF-16 units, as the protocol and JavaScript count; no function
 * changes what it is given. Entities may overlap; of one kind none overlap or touch (`normalise`).
 */
import type { Entity, EntityKind, RichText } from '../api/types.ts';

/** What a person can put on a piece of text. The other kinds the server finds by itself. */
export type Style = Extract<
	EntityKind,
	'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'code' | 'pre' | 'quote' | 'link' | 'name' | 'emoji'
>;

const styles: ReadonlySet<EntityKind> = new Set<Style>([
	'bold',
	'italic',
	'underline',
	'strike',
	'spoiler',
	'code',
	'pre',
	'quote',
	'link',
	'name',
	'emoji',
]);

/** Kinds whose pieces grow together when they touch; two links or quotes stay two. */
const merging: ReadonlySet<EntityKind> = new Set<EntityKind>([
	'bold',
	'italic',
	'underline',
	'strike',
	'spoiler',
	'code',
]);

export function plain(text: string): RichText {
	return { text, entities: [] };
}

export function endOf(entity: Entity): number {
	return entity.offset + entity.length;
}

/** Entities that people make, those the server would find itself left out. */
export function onlyStyles(rich: RichText): RichText {
	return { text: rich.text, entities: rich.entities.filter((entity) => styles.has(entity.kind)) };
}

/** In order, within the text, none empty, those of one kind united where they meet. */
export function normalise(rich: RichText): RichText {
	const inside = rich.entities
		.map((entity) => cut(entity, 0, rich.text.length))
		.filter((entity) => entity.length > 0)
		.sort((a, b) => a.offset - b.offset || b.length - a.length);
	const result: Entity[] = [];
	for (const entity of inside) {
		const before = merging.has(entity.kind)
			? result.find((other) => other.kind === entity.kind && endOf(other) >= entity.offset)
			: undefined;
		if (before) before.length = Math.max(endOf(before), endOf(entity)) - before.offset;
		else result.push(entity);
	}
	return { text: rich.text, entities: result };
}

function cut(entity: Entity, from: number, to: number): Entity {
	const start = Math.max(entity.offset, from);
	return { ...entity, offset: start, length: Math.max(0, Math.min(endOf(entity), to) - start) };
}

export function slice(rich: RichText, from: number, to = rich.text.length): RichText {
	const entities = rich.entities
		.map((entity) => cut(entity, from, to))
		.filter((entity) => entity.length > 0)
		.map((entity) => ({ ...entity, offset: entity.offset - from }));
	return { text: rich.text.slice(from, to), entities };
}

export function concat(...parts: RichText[]): RichText {
	let text = '';
	const entities: Entity[] = [];
	for (const part of parts) {
		for (const entity of part.entities) entities.push({ ...entity, offset: entity.offset + text.length });
		text += part.text;
	}
	return normalise({ text, entities });
}

/** The text with `piece` in place of what stood between `from` and `to`. A style that goes on on both sides stays one. */
export function replace(rich: RichText, from: number, to: number, piece: RichText): RichText {
	const around = rich.entities
		.filter((entity) => entity.offset < from && endOf(entity) > to && entity.kind !== 'emoji')
		.map((entity) => ({ ...entity, length: entity.length + piece.text.length - (to - from) }));
	const rest = {
		text: rich.text,
		entities: rich.entities.filter((entity) => !(entity.offset < from && endOf(entity) > to)),
	};
	const joined = concat(slice(rest, 0, from), piece, slice(rest, to));
	return normalise({ text: joined.text, entities: [...joined.entities, ...around] });
}

/** Without white space at both ends. */
export function trim(rich: RichText): RichText {
	const start = rich.text.length - rich.text.trimStart().length;
	return slice(rich, start, Math.max(start, rich.text.trimEnd().length));
}

/** Whether all of the range has the style. */
export function hasStyle(rich: RichText, from: number, to: number, kind: Style): boolean {
	if (from === to)
		return rich.entities.some((entity) => entity.kind === kind && entity.offset < from && endOf(entity) >= from);
	let at = from;
	for (const entity of normalise(rich).entities) {
		if (entity.kind === kind && entity.offset <= at && endOf(entity) > at) at = endOf(entity);
	}
	return at >= to;
}

export function addStyle(rich: RichText, entity: Entity): RichText {
	const cleared = removeStyle(rich, entity.offset, endOf(entity), entity.kind);
	return normalise({ text: rich.text, entities: [...cleared.entities, entity] });
}

/** Takes the style away between `from` and `to`; without a kind all of them. */
export function removeStyle(rich: RichText, from: number, to: number, kind?: EntityKind): RichText {
	const entities = rich.entities.flatMap((entity) => {
		const isMeant = (kind === undefined || entity.kind === kind) && entity.kind !== 'emoji';
		if (!isMeant || entity.offset >= to || endOf(entity) <= from) return [entity];
		return [cut(entity, 0, from), cut(entity, to, rich.text.length)];
	});
	return normalise({ text: rich.text, entities });
}

/** As a button of the toolbar does it. Blocks (`pre`, `quote`) take whole lines. */
export function toggleStyle(
	rich: RichText,
	from: number,
	to: number,
	kind: Exclude<Style, 'link' | 'name' | 'emoji'>,
): RichText {
	const [start, end] = kind === 'pre' || kind === 'quote' ? wholeLines(rich.text, from, to) : [from, to];
	if (start === end) return rich;
	if (hasStyle(rich, start, end, kind)) return removeStyle(rich, start, end, kind);
	return addStyle(rich, { kind, offset: start, length: end - start });
}

function wholeLines(text: string, from: number, to: number): [number, number] {
	const start = from === 0 ? 0 : text.lastIndexOf('\n', from - 1) + 1;
	const end = text.indexOf('\n', to);
	return [start, end < 0 ? text.length : end];
}

const allowed = /^(https?|mailto|tel|tg):/i;

/** The address that a person means: `example.org` becomes `https://example.org`. Nothing for schemes that could run code. */
export function readLink(text: string): string | undefined {
	const trimmed = text.trim();
	if (!trimmed || /\s/.test(trimmed)) return undefined;
	const address = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(trimmed) ? trimmed : `https://${trimmed}`;
	return allowed.test(address) && URL.canParse(address) ? address : undefined;
}
