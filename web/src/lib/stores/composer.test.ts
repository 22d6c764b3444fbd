import { describe, expect, test, vi } from 'vitest';
import type { NewFile, NewFileKind } from '../api/media.ts';
import type { Message, NewMessage } from '../api/types.ts';
import { plain } from '../text/formatting.ts';
import { ComposerStore } from './composer.svelte.ts';
import { DraftShelf } from './draft-shelf.ts';
import { DraftStore } from './drafts.svelte.ts';
import { groupFiles, splitText } from './pieces.ts';
import { memoryStorage } from './sample.ts';

function setUp() {
	const sent: NewMessage[] = [];
	const edited: unknown[][] = [];
	const api = {
		messages: {
			send: (message: NewMessage) => Promise.resolve(void sent.push(message)),
			edit: (...args: unknown[]) => Promise.resolve(void edited.push(args)),
		},
		compose: { saveDraft: vi.fn(() => Promise.resolve()) },
		media: { send: vi.fn(() => Promise.resolve([])) },
	};
	const drafts = new DraftStore(
		api as never,
		{ get: () => undefined, takeDraft: () => undefined },
		new DraftShelf(1, memoryStorage()),
	);
	const composer = new ComposerStore(api as never, drafts);
	composer.open('u1', undefined, 'history', () => undefined);
	return { composer, sent, edited, api };
}

const message = (id: number, text: string) =>
	({ id, peer: 'u1', text: plain(text), content: { kind: 'none' } }) as unknown as Message;

describe('the composer', () => {
	test('sends Markdown as styles, once, and is empty then', async () => {
		const { composer, sent } = setUp();
		composer.write(plain(' **hi** '));
		await composer.send();
		await composer.send();
		expect(sent).toHaveLength(1);
		expect(sent[0]?.text).toEqual({ text: 'hi', entities: [{ kind: 'bold', offset: 0, length: 2 }] });
		expect(composer.isEmpty).toBe(true);
	});

	test('slow mode takes nothing in its chat until it is over', async () => {
		const { composer, sent } = setUp();
		composer.setWait('u1', 9);
		composer.write(plain('too early'));
		await expect(composer.send()).rejects.toMatchObject({ text: 'SLOWMODE_WAIT', value: 9 });
		expect([sent.length, composer.text.text]).toEqual([0, 'too early']);
		composer.setWait('u2', 9);
		await composer.send();
		expect(sent).toHaveLength(1);
	});

	test('a long text goes as several, of which the first answers', async () => {
		const { composer, sent } = setUp();
		composer.reply(message(7, 'x'));
		composer.write(plain(`${'a'.repeat(4000)} ${'b'.repeat(4000)}`));
		await composer.send();
		expect(sent.map((part) => [part.text.text.length, part.reply?.message])).toEqual([
			[4000, 7],
			[4000, undefined],
		]);
	});

	test('an edit gives back what was written before', async () => {
		const { composer, edited } = setUp();
		composer.write(plain('half a thought'));
		composer.edit(message(7, 'old'));
		expect(composer.text.text).toBe('old');
		composer.write(plain('new'));
		await composer.send();
		expect(edited).toEqual([['u1', 7, plain('new')]]);
		expect(composer.text.text).toBe('half a thought');
	});

	test('a draft comes back when its chat does', () => {
		const { composer, api } = setUp();
		composer.write(plain('later'));
		composer.leave();
		expect(api.compose.saveDraft).toHaveBeenCalledWith(
			'u1',
			undefined,
			expect.objectContaining({ text: plain('later') }),
		);
	});

	test('puts text where the caret is', () => {
		const { composer } = setUp();
		composer.write(plain('ab'));
		composer.caret = { from: 1, to: 1 };
		composer.insert('😀');
		expect(composer.text.text).toBe('a😀b');
		expect(composer.caret.from).toBe(3);
	});
});

test('text is not cut inside of an emoji', () => {
	expect(splitText(plain('aaa😀'), 4).map((part) => part.text)).toEqual(['aaa', '😀']);
});

test('files stand together with their kind, at most ten', () => {
	const file = (kind: NewFileKind): NewFile => ({ kind, blob: new Blob(), name: '', mime: '' });
	const kinds: NewFileKind[] = [
		'photo',
		'video',
		'document',
		'voice',
		'voice',
		...Array<NewFileKind>(12).fill('photo'),
	];
	expect(groupFiles(kinds.map(file)).map((group) => group.length)).toEqual([2, 1, 1, 1, 10, 2]);
});
