import { layerEntities, layerNewest } from './layers.ts';
import type { MessageEntity } from './tl/types.ts';
import type { Entity, EntityKind } from './types.ts';

/** Bounds what a message carries. */
export const maxEntities = 1000;

/** The constructors, and the layers that brought them; the others have been there from the first. */
const forms: Record<EntityKind, { tl: MessageEntity['_']; layer?: number }> = {
	mention: { tl: 'messageEntityMention' },
	hashtag: { tl: 'messageEntityHashtag' },
	command: { tl: 'messageEntityBotCommand' },
	url: { tl: 'messageEntityUrl' },
	email: { tl: 'messageEntityEmail' },
	bold: { tl: 'messageEntityBold' },
	italic: { tl: 'messageEntityItalic' },
	code: { tl: 'messageEntityCode' },
	pre: { tl: 'messageEntityPre' },
	link: { tl: 'messageEntityTextUrl' },
	name: { tl: 'messageEntityMentionName' },
	// These three are not in the published schema. Programs find them in the text by themselves.
	phone: { tl: 'messageEntityPhone', layer: layerNewest },
	cashtag: { tl: 'messageEntityCashtag', layer: layerNewest },
	card: { tl: 'messageEntityBankCard', layer: layerNewest },
	underline: { tl: 'messageEntityUnderline', layer: layerEntities },
	strike: { tl: 'messageEntityStrike', layer: layerEntities },
	quote: { tl: 'messageEntityBlockquote', layer: layerEntities },
	spoiler: { tl: 'messageEntitySpoiler', layer: layerNewest },
	emoji: { tl: 'messageEntityCustomEmoji', layer: layerNewest },
	unknown: { tl: 'messageEntityUnknown' },
};

const kinds = new Map<string, EntityKind>(Object.entries(forms).map(([kind, form]) => [form.tl, kind as EntityKind]));

/** Leaves out what the layer lacks: the text itself remains. */
export function entitiesToTl(entities: readonly Entity[], layer: number): MessageEntity[] {
	return entities
		.filter((e) => layer >= (forms[e.kind].layer ?? 0))
		.map(entityToTl)
		.filter((e) => e !== undefined);
}

function entityToTl(e: Entity): MessageEntity | undefined {
	const at = { offset: e.offset, length: e.length };
	const tl = forms[e.kind].tl;
	switch (tl) {
		case 'messageEntityUnknown':
			return undefined; // it says nothing
		case 'messageEntityPre':
			return { _: tl, ...at, language: e.value ?? '' };
		case 'messageEntityTextUrl':
			return { _: tl, ...at, url: e.value ?? '' };
		case 'messageEntityCustomEmoji':
			return { _: tl, ...at, documentId: e.number ?? 0n };
		case 'messageEntityMentionName':
			return fitsInt(e.number) ? { _: tl, ...at, userId: Number(e.number) } : undefined;
		default:
			return { _: tl, ...at };
	}
}

/** Ids of users that the old schema has no room for are left out. */
export function fitsInt(n: bigint | number | undefined): boolean {
	return n !== undefined && n > 0 && n <= 0x7fffffff;
}

/** Keeps the entities that lie within a text of so many UTF-16 code units. */
export function entitiesFromTl(list: readonly MessageEntity[] | undefined, units: number): Entity[] {
	return (list ?? [])
		.slice(0, maxEntities)
		.map(entityFromTl)
		.filter((e) => e.offset >= 0 && e.length > 0 && e.offset <= units - e.length);
}

function entityFromTl(o: MessageEntity): Entity {
	const e: Entity = { kind: kinds.get(o._) ?? 'unknown', offset: o.offset, length: o.length };
	switch (o._) {
		case 'messageEntityPre':
			return { ...e, value: o.language };
		case 'messageEntityTextUrl':
			return { ...e, value: o.url };
		case 'messageEntityMentionName':
			return { ...e, number: BigInt(o.userId) };
		case 'messageEntityCustomEmoji':
			return { ...e, number: o.documentId };
		default:
			return e;
	}
}
