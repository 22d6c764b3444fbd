import type { tl } from '@mtcute/core';
import type { NewFile, NewItem, NewPoll, NewTodo } from '../../api/media.ts';
import type { FileRef, RichText } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { parseLong, readLocation } from '../shape/file.ts';
import { toTextWithEntities } from '../shape/text.ts';
import type { PartReader } from './fetch.ts';
import { packWaveform } from './waveform.ts';

/** Items as the protocol wants them; files have been uploaded before. */
export function fileInput(file: NewFile, uploaded: tl.TypeInputFile, cover?: tl.TypeInputFile): tl.TypeInputMedia {
	const shared = { file: uploaded, spoiler: file.isSpoiler, ttlSeconds: file.ttl };
	if (file.kind === 'photo') return { _: 'inputMediaUploadedPhoto', ...shared };
	return {
		_: 'inputMediaUploadedDocument',
		...shared,
		thumb: cover,
		mimeType: file.mime || 'application/octet-stream',
		// Without sound too it stays a film: the server makes GIFs of the others.
		nosoundVideo: file.kind === 'video' || undefined,
		forceFile: file.kind === 'document' || undefined,
		attributes: [...attributesOf(file), { _: 'documentAttributeFilename', fileName: file.name }],
	};
}

function attributesOf(file: NewFile): tl.TypeDocumentAttribute[] {
	const { width: w = 0, height: h = 0, duration = 0, title, performer } = file;
	const video = { _: 'documentAttributeVideo', w, h, duration, supportsStreaming: true } as const;
	const animated = { _: 'documentAttributeAnimated' } as const;
	switch (file.kind) {
		case 'video':
			return [video];
		case 'round':
			return [{ ...video, roundMessage: true }];
		case 'gif':
			return file.mime === 'image/gif'
				? [{ _: 'documentAttributeImageSize', w, h }, animated]
				: [{ ...video, nosound: true }, animated];
		case 'voice':
			return [
				{
					_: 'documentAttributeAudio',
					voice: true,
					duration: Math.round(duration),
					waveform: packWaveform(file.waveform ?? []),
				},
			];
		case 'audio':
			return [{ _: 'documentAttributeAudio', duration: Math.round(duration), title, performer }];
		case 'photo':
		case 'document':
			return w && h ? [{ _: 'documentAttributeImageSize', w, h }] : [];
	}
}

/** A content that the server has, named with the newest reference that is known. */
export function knownInput(ref: FileRef, reader: PartReader): tl.TypeInputMedia {
	const location = readLocation(ref.id);
	if (location.kind !== 'document' && location.kind !== 'photo') throw new Error('no content of a message');
	const id = {
		id: parseLong(location.id),
		accessHash: parseLong(location.hash),
		fileReference: reader.reference(location),
	};
	if (location.kind === 'photo') return { _: 'inputMediaPhoto', id: { _: 'inputPhoto', ...id } };
	return { _: 'inputMediaDocument', id: { _: 'inputDocument', ...id } };
}

export function plainInput(account: Account, item: Exclude<NewItem, { kind: 'file' | 'known' }>): tl.TypeInputMedia {
	switch (item.kind) {
		case 'poll':
			return pollInput(account, item.poll);
		case 'todo':
			return todoInput(account, item.todo);
		case 'location':
			return placeInput(item);
		case 'contact':
			return {
				_: 'inputMediaContact',
				phoneNumber: item.phone,
				firstName: item.firstName,
				lastName: item.lastName,
				vcard: '',
			};
		case 'dice':
			return { _: 'inputMediaDice', emoticon: item.emoji };
	}
}

function placeInput(item: Extract<NewItem, { kind: 'location' }>): tl.TypeInputMedia {
	const geoPoint = { _: 'inputGeoPoint', lat: item.latitude, long: item.longitude } as const;
	if (!item.title) return { _: 'inputMediaGeoPoint', geoPoint };
	return {
		_: 'inputMediaVenue',
		geoPoint,
		title: item.title,
		address: item.address ?? '',
		provider: '',
		venueId: '',
		venueType: '',
	};
}

function pollInput(account: Account, poll: NewPoll): tl.TypeInputMedia {
	const isQuiz = poll.correct !== undefined;
	return {
		_: 'inputMediaPoll',
		poll: {
			_: 'poll',
			id: parseLong('0'),
			hash: parseLong('0'),
			question: toTlText(account, poll.question),
			answers: poll.answers.map((text, index) => ({
				_: 'pollAnswer',
				text: toTlText(account, text),
				option: new TextEncoder().encode(String(index)),
			})),
			publicVoters: poll.isPublic,
			multipleChoice: poll.isMultiple,
			quiz: isQuiz,
			closePeriod: poll.closesAfter,
		},
		correctAnswers: poll.correct === undefined ? undefined : [poll.correct],
		solution: isQuiz ? poll.solution?.text : undefined,
		solutionEntities: isQuiz && poll.solution ? toTlText(account, poll.solution).entities : undefined,
	};
}

function todoInput(account: Account, todo: NewTodo): tl.TypeInputMedia {
	const list = todo.items.map(
		(title, index) => ({ _: 'todoItem', id: index + 1, title: toTlText(account, title) }) as const,
	);
	return {
		_: 'inputMediaTodo',
		todo: {
			_: 'todoList',
			title: toTlText(account, todo.title),
			list,
			othersCanAppend: todo.othersCanAdd,
			othersCanComplete: todo.othersCanComplete,
		},
	};
}

function toTlText(account: Account, text: RichText): tl.TypeTextWithEntities {
	return toTextWithEntities(text, (key) => account.inputUser(key));
}
