import type { tl } from '@mtcute/core';
import type { Content, TodoItem, WebPage } from '../../api/types.ts';
import { shapeDocument } from './document.ts';
import { tileFile, type FileOrigin } from './file.ts';
import { keyOf, userKey } from './key.ts';
import { shapePhoto } from './picture.ts';
import { shapePoll } from './poll.ts';
import { shapeTextWithEntities } from './text.ts';

/** What a message shows beside its text. A preview of a link is no content: see `shapePage`. */
export function shapeContent(media: tl.TypeMessageMedia | undefined, origin: FileOrigin, isUnheard: boolean): Content {
	switch (media?._) {
		case undefined:
		case 'messageMediaEmpty':
		case 'messageMediaWebPage':
			return { kind: 'none' };
		case 'messageMediaPhoto':
			return {
				kind: 'photo',
				picture: shapePhoto(media.photo, origin),
				isSpoiler: media.spoiler ?? false,
				ttl: media.ttlSeconds,
				isGone: media.photo?._ !== 'photo' || undefined,
			};
		case 'messageMediaDocument':
			return shapeDocumentMedia(media, origin, isUnheard);
		case 'messageMediaPoll':
			return { kind: 'poll', poll: shapePoll(media.poll, media.results) };
		case 'messageMediaToDo':
			return shapeTodo(media);
		case 'messageMediaContact':
			return {
				kind: 'contact',
				firstName: media.firstName,
				lastName: media.lastName,
				phone: media.phoneNumber,
				user: media.userId ? userKey(media.userId) : undefined,
			};
		case 'messageMediaDice':
			return { kind: 'dice', emoji: media.emoticon, value: media.value };
		case 'messageMediaGame':
			return {
				kind: 'game',
				title: media.game.title,
				description: media.game.description,
				picture: shapePhoto(media.game.photo, origin),
			};
		case 'messageMediaGeo':
			return shapePlace(media.geo, {});
		case 'messageMediaGeoLive':
			return shapePlace(media.geo, { isLive: true });
		case 'messageMediaVenue':
			return shapePlace(media.geo, { title: media.title, address: media.address });
		default:
			return { kind: 'unsupported' };
	}
}

function shapeDocumentMedia(media: tl.RawMessageMediaDocument, origin: FileOrigin, isUnheard: boolean): Content {
	const { document, ttlSeconds } = media;
	if (document?._ !== 'document') return goneDocument(media);
	const content = shapeDocument(document, origin, { isUnheard, isSpoiler: media.spoiler ?? false, ttl: ttlSeconds });
	if (content.kind !== 'video' || !media.videoCover) return content;
	return { ...content, picture: shapePhoto(media.videoCover, origin) };
}

/** Opened once and gone: the server tells only of which kind it was. */
function goneDocument(media: tl.RawMessageMediaDocument): Content {
	const file = { id: '', size: 0, mime: '' };
	const gone = { file, duration: 0, ttl: media.ttlSeconds, isGone: true };
	if (media.voice) return { ...gone, kind: 'voice', waveform: [], isUnheard: false };
	if (media.round) return { ...gone, kind: 'round', isUnheard: false };
	if (media.ttlSeconds === undefined) return { kind: 'unsupported' };
	return { ...gone, kind: 'video', width: 0, height: 0, isSpoiler: false, isStreamable: false, hasSound: true };
}

function shapeTodo({ todo, completions = [] }: tl.RawMessageMediaToDo): Content {
	const done = new Map(completions.map((completion) => [completion.id, completion]));
	const items = todo.list.map(({ id, title }): TodoItem => {
		const completion = done.get(id);
		return {
			id,
			title: shapeTextWithEntities(title),
			doneBy: completion && keyOf(completion.completedBy),
			doneAt: completion?.date,
		};
	});
	return {
		kind: 'todo',
		title: shapeTextWithEntities(todo.title),
		items,
		othersCanAdd: todo.othersCanAppend ?? false,
		othersCanComplete: todo.othersCanComplete ?? false,
	};
}

function shapePlace(geo: tl.TypeGeoPoint, more: { title?: string; address?: string; isLive?: boolean }): Content {
	if (geo._ !== 'geoPoint') return { kind: 'unsupported' };
	return { kind: 'location', latitude: geo.lat, longitude: geo.long, tile: tileFile(geo), ...more };
}

/** The preview of the link in a message. */
export function shapePage(media: tl.TypeMessageMedia | undefined, origin: FileOrigin): WebPage | undefined {
	if (media?._ !== 'messageMediaWebPage') return undefined;
	const page = shapeWebPage(media.webpage, origin);
	if (!page || (!media.forceLargeMedia && !media.forceSmallMedia)) return page;
	return { ...page, isLarge: media.forceLargeMedia ?? false };
}

/** Undefined as long as the server has not read the page. */
export function shapeWebPage(page: tl.TypeWebPage, origin: FileOrigin): WebPage | undefined {
	if (page._ !== 'webPage') return undefined;
	const document = page.document?._ === 'document' ? page.document : undefined;
	return {
		id: page.id.toString(),
		url: page.url,
		shownUrl: page.displayUrl,
		kind: page.type ?? 'article',
		site: page.siteName,
		title: page.title,
		text: page.description,
		author: page.author,
		picture: page.photo && shapePhoto(page.photo, origin),
		document: document && shapeDocument(document, origin),
		isLarge: page.hasLargeMedia ?? false,
	};
}
