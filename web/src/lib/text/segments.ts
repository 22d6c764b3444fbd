import type { Entity, RichText } from '../api/types.ts';

/** A piece of formatted text: plain words, or something formatted with pieces inside. */
export type Segment = { text: string } | { entity: Entity; children: Segment[] };

/** Puts the entities of a text into each other. Ones that overlap halfway are cut where the outer one ends. */
export function segmentsOf({ text, entities }: RichText): Segment[] {
	const within = entities.map((entity) => cut(entity, 0, text.length)).filter((entity) => entity.length > 0);
	return build(text, 0, text.length, within);
}

/** The words of a piece without their form. */
export function wordsOf(segment: Segment): string {
	return 'text' in segment ? segment.text : segment.children.map(wordsOf).join('');
}

function build(text: string, from: number, to: number, entities: readonly Entity[]): Segment[] {
	const segments: Segment[] = [];
	let at = from;
	let rest = [...entities].sort(compare);
	for (let entity = rest.shift(); entity; entity = rest.shift()) {
		const end = endOf(entity);
		if (entity.offset > at) segments.push({ text: text.slice(at, entity.offset) });
		const inside = rest.filter((other) => other.offset < end).map((other) => cut(other, entity.offset, end));
		segments.push({ entity, children: build(text, entity.offset, end, inside) });
		rest = rest.map((other) => cut(other, end, to)).filter((other) => other.length > 0);
		at = end;
	}
	if (at < to) segments.push({ text: text.slice(at, to) });
	return segments;
}

/** What begins first is outside; of two that begin together the longer one. */
function compare(a: Entity, b: Entity): number {
	return a.offset - b.offset || b.length - a.length || depthOf(a) - depthOf(b);
}

/** Blocks hold lines, and a link holds its form, not the other way round. */
function depthOf({ kind }: Entity): number {
	if (kind === 'quote') return 0;
	if (kind === 'pre') return 1;
	return kind === 'spoiler' || kind === 'link' ? 2 : 3;
}

function cut(entity: Entity, from: number, to: number): Entity {
	const offset = Math.max(entity.offset, from);
	const end = Math.min(endOf(entity), to);
	return { ...entity, offset, length: Math.max(end - offset, 0) };
}

function endOf({ offset, length }: Entity): number {
	return offset + length;
}
