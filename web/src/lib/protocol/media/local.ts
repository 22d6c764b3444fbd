import type { NewFile, NewItem, NewPoll, NewTodo } from '../../api/media.ts';
import type { Content, FileRef, Picture, Poll } from '../../api/types.ts';

/** How an item looks in its own bubble until the server has it. Its file is read from the outbox: `l~<key>~<index>`. */
export function localContent(item: NewItem, key: string, index: number): Content {
	switch (item.kind) {
		case 'file':
			return fileContent(
				item.file,
				{ id: `l~${key}~${index}`, size: item.file.blob.size, mime: item.file.mime },
				`l~${key}~${index}~cover`,
			);
		case 'known':
			return item.content;
		case 'poll':
			return { kind: 'poll', poll: localPoll(item.poll, key) };
		case 'todo':
			return localTodo(item.todo);
		case 'location':
		case 'contact':
			return item;
		case 'dice':
			return { kind: 'dice', emoji: item.emoji, value: 0 };
	}
}

function fileContent(file: NewFile, ref: FileRef, coverId: string): Content {
	const { width = 0, height = 0, duration = 0, isSpoiler = false, ttl, name } = file;
	const picture = file.cover && coverPicture(file, file.cover, coverId);
	switch (file.kind) {
		case 'photo':
			return {
				kind: 'photo',
				picture: { sizes: [{ width, height, file: ref }], preview: file.preview, width, height },
				isSpoiler,
				ttl,
			};
		case 'video':
			return {
				kind: 'video',
				file: ref,
				picture,
				width,
				height,
				duration,
				name,
				isSpoiler,
				isStreamable: true,
				hasSound: true,
				ttl,
			};
		case 'gif':
			return { kind: 'gif', file: ref, picture, width, height, duration, isSpoiler };
		case 'round':
			return { kind: 'round', file: ref, picture, duration, isUnheard: false, ttl };
		case 'voice':
			return { kind: 'voice', file: ref, duration, waveform: file.waveform ?? [], isUnheard: false, ttl };
		case 'audio':
			return { kind: 'audio', file: ref, duration, title: file.title, performer: file.performer, name, picture };
		case 'document':
			return { kind: 'document', file: ref, name, picture };
	}
}

function coverPicture(file: NewFile, cover: Blob, id: string): Picture {
	const { width = 0, height = 0, preview } = file;
	return { sizes: [{ width, height, file: { id, size: cover.size, mime: cover.type } }], preview, width, height };
}

function localPoll(poll: NewPoll, key: string): Poll {
	return {
		id: key,
		question: poll.question,
		answers: poll.answers.map((text, index) => ({ option: btoa(String(index)), text, isChosen: false })),
		total: 0,
		isClosed: false,
		isPublic: poll.isPublic,
		isMultiple: poll.isMultiple,
		isQuiz: poll.correct !== undefined,
		recentVoters: [],
	};
}

function localTodo(todo: NewTodo): Content {
	const items = todo.items.map((title, index) => ({ id: index + 1, title }));
	return {
		kind: 'todo',
		title: todo.title,
		items,
		othersCanAdd: todo.othersCanAdd,
		othersCanComplete: todo.othersCanComplete,
	};
}
