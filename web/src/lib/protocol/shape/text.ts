import type { tl } from '@mtcute/core';
import { Long } from '@mtcute/core';
import type { Entity, EntityKind, PeerKey, RichText } from '../../api/types.ts';
import { idOf, userKey } from './key.ts';

const kinds: Partial<Record<tl.TypeMessageEntity['_'], EntityKind>> = {
	messageEntityBold: 'bold',
	messageEntityItalic: 'italic',
	messageEntityUnderline: 'underline',
	messageEntityStrike: 'strike',
	messageEntitySpoiler: 'spoiler',
	messageEntityCode: 'code',
	messageEntityPre: 'pre',
	messageEntityBlockquote: 'quote',
	messageEntityUrl: 'url',
	messageEntityTextUrl: 'link',
	messageEntityEmail: 'email',
	messageEntityPhone: 'phone',
	messageEntityMention: 'mention',
	messageEntityMentionName: 'name',
	messageEntityHashtag: 'hashtag',
	messageEntityCashtag: 'cashtag',
	messageEntityBotCommand: 'command',
	messageEntityCustomEmoji: 'emoji',
};

export function shapeText(text: string, entities: readonly tl.TypeMessageEntity[] = []): RichText {
	return { text, entities: entities.flatMap(shapeEntity) };
}

export function shapeTextWithEntities(text: tl.TypeTextWithEntities): RichText {
	return shapeText(text.text, text.entities);
}

/** Empty for kinds that the page does not show; their text stays. */
function shapeEntity(entity: tl.TypeMessageEntity): Entity[] {
	const kind = kinds[entity._];
	if (!kind) return [];
	const { offset, length } = entity;
	switch (entity._) {
		case 'messageEntityTextUrl':
			return [{ kind, offset, length, url: entity.url }];
		case 'messageEntityPre':
			return [{ kind, offset, length, language: entity.language || undefined }];
		case 'messageEntityMentionName':
			return [{ kind, offset, length, user: userKey(entity.userId) }];
		case 'messageEntityCustomEmoji':
			return [{ kind, offset, length, document: entity.documentId.toString() }];
		case 'messageEntityBlockquote':
			return [{ kind, offset, length, isCollapsed: entity.collapsed }];
		default:
			return [{ kind, offset, length }];
	}
}

/** Names a person with the access hash that only the worker has. */
export type InputUserOf = (key: PeerKey) => tl.TypeInputUser;

/** What the user formatted. Links and names the server finds by itself. */
export function toEntities(entities: readonly Entity[], inputUser: InputUserOf): tl.TypeMessageEntity[] {
	return entities.flatMap((entity) => toEntity(entity, inputUser));
}

function toEntity(entity: Entity, inputUser: InputUserOf): tl.TypeMessageEntity[] {
	const { offset, length } = entity;
	switch (entity.kind) {
		case 'bold':
			return [{ _: 'messageEntityBold', offset, length }];
		case 'italic':
			return [{ _: 'messageEntityItalic', offset, length }];
		case 'underline':
			return [{ _: 'messageEntityUnderline', offset, length }];
		case 'strike':
			return [{ _: 'messageEntityStrike', offset, length }];
		case 'spoiler':
			return [{ _: 'messageEntitySpoiler', offset, length }];
		case 'code':
			return [{ _: 'messageEntityCode', offset, length }];
		case 'pre':
			return [{ _: 'messageEntityPre', offset, length, language: entity.language ?? '' }];
		case 'quote':
			return [{ _: 'messageEntityBlockquote', offset, length, collapsed: entity.isCollapsed }];
		case 'link':
			return entity.url ? [{ _: 'messageEntityTextUrl', offset, length, url: entity.url }] : [];
		case 'name':
			return entity.user
				? [{ _: 'inputMessageEntityMentionName', offset, length, userId: inputUser(entity.user) }]
				: [];
		case 'emoji':
			return entity.document
				? [{ _: 'messageEntityCustomEmoji', offset, length, documentId: Long.fromString(entity.document) }]
				: [];
		default:
			return [];
	}
}

export function toTextWithEntities(text: RichText, inputUser: InputUserOf): tl.TypeTextWithEntities {
	return { _: 'textWithEntities', text: text.text, entities: toEntities(text.entities, inputUser) };
}

/** For a list whose names are known only by their id, as a draft's. */
export function nameOnly(key: PeerKey): tl.TypeInputUser {
	return { _: 'inputUser', userId: idOf(key), accessHash: Long.ZERO };
}
