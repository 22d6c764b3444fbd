import { Long, type tl } from '@mtcute/core';
import { describe, expect, test } from 'vitest';
import { shapeContent } from './content.ts';
import { shapeDocument } from './document.ts';
import { tlDocument } from './sample.ts';

const origin = { kind: 'message', peer: 'u2', message: 5 } as const;
const video: tl.RawDocumentAttributeVideo = {
	_: 'documentAttributeVideo',
	duration: 7,
	w: 640,
	h: 360,
	supportsStreaming: true,
};
const name: tl.RawDocumentAttributeFilename = { _: 'documentAttributeFilename', fileName: 'a.bin' };
const set: tl.TypeInputStickerSet = { _: 'inputStickerSetID', id: Long.fromNumber(5), accessHash: Long.fromNumber(6) };

describe('what a document is', () => {
	const cases: Record<string, [mime: string, tl.TypeDocumentAttribute[], want: object]> = {
		file: ['application/zip', [name], { kind: 'document', name: 'a.bin' }],
		video: ['video/mp4', [video, name], { kind: 'video', width: 640, duration: 7, isStreamable: true, hasSound: true }],
		'video without sound': ['video/mp4', [{ ...video, nosound: true }], { kind: 'video', hasSound: false }],
		'round video': ['video/mp4', [{ ...video, roundMessage: true }], { kind: 'round', duration: 7, isUnheard: true }],
		gif: ['video/mp4', [video, { _: 'documentAttributeAnimated' }], { kind: 'gif', width: 640 }],
		song: [
			'audio/mpeg',
			[{ _: 'documentAttributeAudio', duration: 180, title: 'T', performer: 'P' }],
			{ kind: 'audio', title: 'T', performer: 'P' },
		],
		voice: [
			'audio/ogg',
			[{ _: 'documentAttributeAudio', duration: 3, voice: true, waveform: new Uint8Array([0xff, 0x03]) }],
			{ kind: 'voice', isUnheard: true, waveform: [31, 31, 0] },
		],
		'still sticker': [
			'image/webp',
			[{ _: 'documentAttributeSticker', alt: '🙂', stickerset: set }],
			{ kind: 'sticker', sticker: { emoji: '🙂', form: 'static', set: { id: '5', hash: '6' } } },
		],
		'animated sticker': [
			'application/x-tgsticker',
			[{ _: 'documentAttributeSticker', alt: '🙂', stickerset: set }],
			{ kind: 'sticker', sticker: { form: 'animated' } },
		],
		'video sticker': [
			'video/webm',
			[video, { _: 'documentAttributeSticker', alt: '🙂', stickerset: set }],
			{ kind: 'sticker', width: 640, sticker: { form: 'video' } },
		],
		'picture sent as a file': [
			'image/png',
			[{ _: 'documentAttributeImageSize', w: 5, h: 5 }, name],
			{ kind: 'document', name: 'a.bin' },
		],
	};
	for (const [title, [mime, attributes, want]] of Object.entries(cases)) {
		test(title, () => {
			const content = shapeDocument(tlDocument(mime, attributes), origin, { isUnheard: true });
			expect(content).toMatchObject({ ...want, file: { size: 4096, mime } });
		});
	}
});

test('a voice message that was heard once and is gone', () => {
	const media: tl.RawMessageMediaDocument = { _: 'messageMediaDocument', voice: true, ttlSeconds: 0x7fffffff };
	expect(shapeContent(media, origin, false)).toMatchObject({ kind: 'voice', isGone: true });
});

test('a poll counts, and what is told to all alike leaves the own choice', async () => {
	const { shapePoll, withPollResults } = await import('./poll.ts');
	const words = (text: string): tl.TypeTextWithEntities => ({ _: 'textWithEntities', text, entities: [] });
	const option = (n: number) => new Uint8Array([n]);
	const poll: tl.RawPoll = {
		_: 'poll',
		id: Long.fromNumber(9),
		question: words('?'),
		answers: [1, 2].map((n) => ({ _: 'pollAnswer', text: words(`a${n}`), option: option(n) })),
		hash: Long.ZERO,
	};
	const shaped = shapePoll(poll, {
		_: 'pollResults',
		totalVoters: 3,
		results: [{ _: 'pollAnswerVoters', option: option(2), voters: 3, chosen: true }],
	});
	expect(shaped).toMatchObject({ total: 3, answers: [{ isChosen: false }, { isChosen: true, voters: 3 }] });
	const later = withPollResults(shaped, {
		_: 'pollResults',
		min: true,
		totalVoters: 4,
		results: [{ _: 'pollAnswerVoters', option: option(2), voters: 4 }],
	});
	expect(later).toMatchObject({ total: 4, answers: [{}, { isChosen: true, voters: 4 }] });
});
