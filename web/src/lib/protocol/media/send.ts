import type { tl } from '@mtcute/core';
import type { NewFile, NewItem, NewMedia } from '../../api/media.ts';
import type { RichText } from '../../api/types.ts';
import type { Account } from '../account.ts';
import type { Job } from '../job.ts';
import { documentFile, parseLong, photoFile, readLocation } from '../shape/file.ts';
import { toEntities } from '../shape/text.ts';
import { isStale } from './fetch.ts';
import { replyTo } from './reply.ts';
import { fileInput, knownInput, plainInput } from './input.ts';
import { mediaOf } from './media.ts';
import { uploadFile } from './upload.ts';

/** What lies in the outbox: the request, and the name its files have in this browser. */
export interface MediaInput extends NewMedia {
	local: string;
}

/** Sends one message with a file or other content, or an album. */
export async function sendMedia(account: Account, job: Job<MediaInput>, signal: AbortSignal): Promise<tl.TypeUpdates> {
	const { items } = job.input;
	const media: tl.TypeInputMedia[] = [];
	for (const [index, item] of items.entries()) media.push(await prepare(account, job, item, index, signal));
	signal.throwIfAborted();
	const answer = items.length === 1 ? await sendOne(account, job, media[0]!) : await sendAlbum(account, job, media);
	await keepSent(account, job, answer);
	return answer;
}

async function prepare(
	account: Account,
	job: Job<MediaInput>,
	item: NewItem,
	index: number,
	signal: AbortSignal,
): Promise<tl.TypeInputMedia> {
	if (item.kind === 'known') return knownInput(fileOf(item), mediaOf(account).loader.reader);
	if (item.kind !== 'file') return plainInput(account, item);
	return uploadItem(account, job, item.file, index, signal);
}

function fileOf(item: Extract<NewItem, { kind: 'known' }>) {
	const { content } = item;
	if (content.kind !== 'photo') return content.file;
	const largest = content.picture.sizes.at(-1);
	if (!largest) throw new Error('a photo without sizes');
	return largest.file;
}

async function uploadItem(
	account: Account,
	job: Job<MediaInput>,
	file: NewFile,
	index: number,
	signal: AbortSignal,
): Promise<tl.TypeInputMedia> {
	const key = job.messages[index]?.key ?? job.key;
	const tell = (done: number, total: number, isOver = false) => account.emit('progress', { key, done, total, isOver });
	const gate = () => mediaOf(account).gate(job.key);
	try {
		const cover = file.cover && (await uploadFile(account, file.cover, { name: 'cover.jpg', signal, gate }));
		const uploaded = await uploadFile(account, file.blob, { name: file.name, signal, gate, onprogress: tell });
		return fileInput(file, uploaded, cover);
	} finally {
		tell(file.blob.size, file.blob.size, true);
	}
}

function sharedFields(account: Account, job: Job<MediaInput>) {
	const { input } = job;
	return {
		peer: account.inputPeer(input.peer),
		silent: input.isSilent,
		replyTo: replyTo(account, input.reply, input.thread),
		scheduleDate: input.scheduleAt,
		clearDraft: true,
	};
}

async function sendOne(account: Account, job: Job<MediaInput>, media: tl.TypeInputMedia): Promise<tl.TypeUpdates> {
	const request = (current: tl.TypeInputMedia): tl.messages.RawSendMediaRequest => ({
		_: 'messages.sendMedia',
		...sharedFields(account, job),
		media: current,
		randomId: parseLong(job.randomIds[0]!),
		...textOf(account, job.input.text),
	});
	try {
		return await account.call(request(media));
	} catch (error) {
		const item = job.input.items[0]!;
		if (!isStale(error) || item.kind !== 'known') throw error;
		return account.call(request(await renewed(account, item)));
	}
}

async function renewed(account: Account, item: Extract<NewItem, { kind: 'known' }>): Promise<tl.TypeInputMedia> {
	const { reader } = mediaOf(account).loader;
	const location = readLocation(fileOf(item).id);
	if (location.kind === 'document' || location.kind === 'photo') await reader.renew(location);
	return knownInput(fileOf(item), reader);
}

/** Spec: https://core.telegram.org/api/files#albums-grouped-media */
async function sendAlbum(account: Account, job: Job<MediaInput>, media: tl.TypeInputMedia[]): Promise<tl.TypeUpdates> {
	const multiMedia: tl.RawInputSingleMedia[] = [];
	for (const [index, one] of media.entries()) {
		multiMedia.push({
			_: 'inputSingleMedia',
			media: await settle(account, job, one),
			randomId: parseLong(job.randomIds[index]!),
			...textOf(account, captionOf(job.input, index)),
		});
	}
	return account.call({ _: 'messages.sendMultiMedia', ...sharedFields(account, job), multiMedia });
}

/** The text of an album stands under its first item, unless items have their own. */
export function captionOf(input: NewMedia, index: number): RichText {
	const item = input.items[index];
	const own = item?.kind === 'file' ? item.caption : undefined;
	return own ?? (index === 0 ? input.text : { text: '', entities: [] });
}

/** An album takes only contents that the server has made from what was uploaded. */
async function settle(account: Account, job: Job<MediaInput>, media: tl.TypeInputMedia): Promise<tl.TypeInputMedia> {
	if (media._ !== 'inputMediaUploadedPhoto' && media._ !== 'inputMediaUploadedDocument') return media;
	const { spoiler, ttlSeconds } = media;
	const made = await account.call({ _: 'messages.uploadMedia', peer: account.inputPeer(job.input.peer), media });
	if (made._ === 'messageMediaPhoto' && made.photo?._ === 'photo') {
		return { _: 'inputMediaPhoto', id: { ...made.photo, _: 'inputPhoto' }, spoiler, ttlSeconds };
	}
	if (made._ === 'messageMediaDocument' && made.document?._ === 'document') {
		return { _: 'inputMediaDocument', id: { ...made.document, _: 'inputDocument' }, spoiler, ttlSeconds };
	}
	return media;
}

export function textOf(account: Account, rich: RichText) {
	return { message: rich.text, entities: toEntities(rich.entities, (key) => account.inputUser(key)) };
}

/** What was sent from here is not loaded again: it goes into the cache under the name that the server gave it. */
async function keepSent(account: Account, job: Job<MediaInput>, answer: tl.TypeUpdates): Promise<void> {
	const media = mediaOf(account);
	const sent = 'updates' in answer ? answer.updates.map(mediaOfUpdate).filter((one) => one !== undefined) : [];
	for (const [index, item] of job.input.items.entries()) {
		const made = sent[index];
		if (item.kind === 'file' && made && !item.file.ttl) await keepOne(account, made, item.file);
		media.local.delete(localName(job.input.local, index));
		media.local.delete(coverName(job.input.local, index));
	}
}

function mediaOfUpdate(update: tl.TypeUpdate): tl.TypeMessageMedia | undefined {
	const isNew = update._ === 'updateNewMessage' || update._ === 'updateNewChannelMessage';
	return isNew && update.message._ === 'message' ? update.message.media : undefined;
}

async function keepOne(account: Account, made: tl.TypeMessageMedia, file: NewFile): Promise<void> {
	const { loader } = mediaOf(account);
	if (made._ === 'messageMediaDocument' && made.document?._ === 'document') {
		await loader.keep(documentFile(made.document, { kind: 'none' }), file.blob);
	}
	if (made._ !== 'messageMediaPhoto' || made.photo?._ !== 'photo') return;
	const sizes = made.photo.sizes.filter((size) => size._ === 'photoSize' || size._ === 'photoSizeProgressive');
	const largest = sizes.sort((a, b) => a.w - b.w).at(-1);
	if (largest) await loader.keep(photoFile(made.photo, { type: largest.type, size: 0 }, { kind: 'none' }), file.blob);
}

export function localName(local: string, index: number): string {
	return `l~${local}~${index}`;
}

export function coverName(local: string, index: number): string {
	return `l~${local}~${index}~cover`;
}
