import { Long, type tl } from '@mtcute/core';
import { expect, test } from 'vitest';
import type { PeerKey } from '../../api/types.ts';
import { nameOnly, shapeText, toEntities } from './text.ts';

const place = { offset: 1, length: 2 };

test('what the user formatted comes back as it was', () => {
	const entities: tl.TypeMessageEntity[] = [
		{ _: 'messageEntityBold', ...place },
		{ _: 'messageEntityItalic', ...place },
		{ _: 'messageEntityUnderline', ...place },
		{ _: 'messageEntityStrike', ...place },
		{ _: 'messageEntitySpoiler', ...place },
		{ _: 'messageEntityCode', ...place },
		{ _: 'messageEntityPre', ...place, language: 'go' },
		{ _: 'messageEntityBlockquote', ...place, collapsed: true },
		{ _: 'messageEntityTextUrl', ...place, url: 'https://example.org' },
		{ _: 'messageEntityCustomEmoji', ...place, documentId: Long.fromNumber(9) },
	];
	expect(toEntities(shapeText('abcd', entities).entities, nameOnly)).toEqual(entities);
});

test('a name is sent with the hash that only the worker has', () => {
	const { entities } = shapeText('abcd', [{ _: 'messageEntityMentionName', ...place, userId: 7 }]);
	expect(entities).toEqual([{ kind: 'name', ...place, user: 'u7' }]);
	const named = (key: PeerKey): tl.TypeInputUser => ({
		_: 'inputUser',
		userId: Number(key.slice(1)),
		accessHash: Long.ONE,
	});
	expect(toEntities(entities, named)).toMatchObject([{ _: 'inputMessageEntityMentionName', userId: { userId: 7 } }]);
});

test('what the server finds by itself is shown and not sent back', () => {
	const shaped = shapeText('abcd', [
		{ _: 'messageEntityUrl', ...place },
		{ _: 'messageEntityMention', ...place },
		{ _: 'messageEntityHashtag', ...place },
		{ _: 'messageEntityUnknown', ...place },
	]);
	expect(shaped.entities.map(({ kind }) => kind)).toEqual(['url', 'mention', 'hashtag']);
	expect(toEntities(shaped.entities, nameOnly)).toEqual([]);
});
