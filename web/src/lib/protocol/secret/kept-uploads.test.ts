import { expect, test } from 'vitest';
import { MemoryStore } from '../../secret/index.ts';
import { KeptUploads, type Upload } from './kept-uploads.ts';

function uploadOf(number: number, content: string): Upload {
	const file = { kind: 'photo', blob: new Blob([content]), name: 'p.jpg', mime: 'image/jpeg', width: 3 } as const;
	const input: Upload['input'] = { peer: 's5', text: { text: 'words', entities: [] } };
	return { number, id: 2n ** 63n - 1n, input, index: 0, item: { kind: 'file', file } };
}

test('an upload is read again as it was put, in the order of the numbers', async () => {
	const kept = new KeptUploads(new MemoryStore());
	await kept.put(uploadOf(20, 'second'));
	await kept.put(uploadOf(3, 'first'));
	const [first, second] = await kept.all();
	expect(first).toMatchObject({ number: 3, id: 2n ** 63n - 1n, input: { text: { text: 'words' } } });
	expect(second?.item.kind === 'file' && (await second.item.file.blob.text())).toBe('second');
});

test('nothing of an upload that is over stays', async () => {
	const store = new MemoryStore();
	const kept = new KeptUploads(store);
	await kept.put(uploadOf(3, 'gone'));
	await kept.drop(3);
	expect(await store.keys('')).toEqual([]);
});
