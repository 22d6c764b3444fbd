import type { tl } from '@mtcute/core';
import type { PickItem, StickerSet } from '../../api/media.ts';
import type { FileRef } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { mediaOf } from '../media/media.ts';
import { shapeDocument } from '../shape/document.ts';
import { documentFile, parseLong, readLocation, setCoverFile, type FileOrigin } from '../shape/file.ts';
import type { Calls } from './calls.ts';

const none = parseLong('0');

/** Stickers, custom emoji and GIFs to choose from. */
export const stickers = {
	/** The sets that the user has, without their stickers. */
	async sets(account: Account): Promise<StickerSet[]> {
		const answer = await account.call({ _: 'messages.getAllStickers', hash: none });
		return answer._ === 'messages.allStickers' ? answer.sets.map((set) => shapeSet(set)) : [];
	},

	async emojiSets(account: Account): Promise<StickerSet[]> {
		const answer = await account.call({ _: 'messages.getEmojiStickers', hash: none });
		return answer._ === 'messages.allStickers' ? answer.sets.map((set) => shapeSet(set)) : [];
	},

	/** A set with its stickers. */
	set(account: Account, id: string, hash: string): Promise<StickerSet> {
		return askSet(account, { _: 'inputStickerSetID', id: parseLong(id), accessHash: parseLong(hash) });
	},

	/** The set of a link. */
	setByName(account: Account, name: string): Promise<StickerSet> {
		return askSet(account, { _: 'inputStickerSetShortName', shortName: name });
	},

	async install(account: Account, id: string, hash: string): Promise<void> {
		await account.call({ _: 'messages.installStickerSet', stickerset: inputSet(id, hash), archived: false });
		account.emit('stale', { what: 'stickers' });
	},

	async uninstall(account: Account, id: string, hash: string): Promise<void> {
		await account.call({ _: 'messages.uninstallStickerSet', stickerset: inputSet(id, hash) });
		account.emit('stale', { what: 'stickers' });
	},

	async reorder(account: Account, ids: string[]): Promise<void> {
		await account.call({ _: 'messages.reorderStickerSets', order: ids.map(parseLong) });
	},

	async recent(account: Account): Promise<PickItem[]> {
		const answer = await account.call({ _: 'messages.getRecentStickers', hash: none });
		return answer._ === 'messages.recentStickers' ? shapeItems(answer.stickers, { kind: 'recent' }) : [];
	},

	async favourites(account: Account): Promise<PickItem[]> {
		const answer = await account.call({ _: 'messages.getFavedStickers', hash: none });
		return answer._ === 'messages.favedStickers' ? shapeItems(answer.stickers, { kind: 'faved' }) : [];
	},

	async setFavourite(account: Account, file: FileRef, isFavourite: boolean): Promise<void> {
		await account.call({ _: 'messages.faveSticker', id: inputDocument(account, file), unfave: !isFavourite });
		account.emit('stale', { what: 'stickers' });
	},

	async addRecent(account: Account, file: FileRef): Promise<void> {
		await account.call({ _: 'messages.saveRecentSticker', id: inputDocument(account, file), unsave: false });
	},

	async clearRecent(account: Account): Promise<void> {
		await account.call({ _: 'messages.clearRecentStickers' });
	},

	/** Stickers of the user's sets that stand for an emoji. */
	async byEmoji(account: Account, emoji: string): Promise<PickItem[]> {
		const answer = await account.call({ _: 'messages.getStickers', emoticon: emoji, hash: none });
		return answer._ === 'messages.stickers' ? shapeItems(answer.stickers, { kind: 'none' }) : [];
	},

	/** Sets of this server by their title. */
	async search(account: Account, query: string): Promise<StickerSet[]> {
		const answer = await account.call({ _: 'messages.searchStickerSets', q: query, hash: none });
		return answer._ === 'messages.foundStickerSets' ? answer.sets.map(shapeCovered) : [];
	},

	async gifs(account: Account): Promise<PickItem[]> {
		const answer = await account.call({ _: 'messages.getSavedGifs', hash: none });
		return answer._ === 'messages.savedGifs' ? shapeItems(answer.gifs, { kind: 'gifs' }) : [];
	},

	async saveGif(account: Account, file: FileRef, isSaved: boolean): Promise<void> {
		await account.call({ _: 'messages.saveGif', id: inputDocument(account, file), unsave: !isSaved });
		account.emit('stale', { what: 'savedGifs' });
	},

	/** Custom emoji by their documents; those that are not there are left out. */
	async customEmoji(account: Account, documents: string[]): Promise<Record<string, PickItem>> {
		const answer = await account.call({ _: 'messages.getCustomEmojiDocuments', documentId: documents.map(parseLong) });
		const found: Record<string, PickItem> = {};
		for (const document of answer) {
			const item = document._ === 'document' && shapeItem(document, { kind: 'none' });
			if (item) found[document.id.toString()] = item;
		}
		return found;
	},
} satisfies Calls;

function inputSet(id: string, hash: string): tl.TypeInputStickerSet {
	return { _: 'inputStickerSetID', id: parseLong(id), accessHash: parseLong(hash) };
}

function inputDocument(account: Account, file: FileRef): tl.TypeInputDocument {
	const location = readLocation(file.id);
	if (location.kind !== 'document') throw new Error('no document');
	const fileReference = mediaOf(account).loader.reader.reference(location);
	return { _: 'inputDocument', id: parseLong(location.id), accessHash: parseLong(location.hash), fileReference };
}

async function askSet(account: Account, stickerset: tl.TypeInputStickerSet): Promise<StickerSet> {
	const answer = await account.call({ _: 'messages.getStickerSet', stickerset, hash: 0 });
	if (answer._ !== 'messages.stickerSet') throw new Error('an unknown set has not changed');
	return { ...shapeSet(answer.set), stickers: shapeItems(answer.documents, originOf(answer.set)) };
}

function originOf(set: tl.RawStickerSet): FileOrigin {
	return { kind: 'set', id: set.id.toString(), hash: set.accessHash.toString() };
}

function shapeSet(set: tl.RawStickerSet, cover?: FileRef): StickerSet {
	return {
		id: set.id.toString(),
		hash: set.accessHash.toString(),
		title: set.title,
		name: set.shortName,
		count: set.count,
		isInstalled: set.installedDate !== undefined && !set.archived,
		isEmoji: set.emojis ?? false,
		cover: set.thumbs?.length ? setCoverFile(set, 'image/webp') : cover,
	};
}

function shapeCovered(covered: tl.TypeStickerSetCovered): StickerSet {
	const documents = 'documents' in covered ? covered.documents : 'covers' in covered ? covered.covers : [];
	const first = 'cover' in covered ? covered.cover : documents[0];
	const cover = first?._ === 'document' ? documentFile(first, originOf(covered.set)) : undefined;
	return {
		...shapeSet(covered.set, cover),
		stickers: shapeItems(first && documents.length === 0 ? [first] : documents, originOf(covered.set)),
	};
}

function shapeItems(documents: readonly tl.TypeDocument[], origin: FileOrigin): PickItem[] {
	return documents.flatMap((document) => (document._ === 'document' ? (shapeItem(document, origin) ?? []) : []));
}

function shapeItem(document: tl.RawDocument, origin: FileOrigin): PickItem | undefined {
	const content = shapeDocument(document, origin);
	return content.kind === 'sticker' || content.kind === 'gif' ? { content } : undefined;
}
