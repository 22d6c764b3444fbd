import { Long, type tl } from '@mtcute/core';
import { expect, test } from 'vitest';
import { ApiError } from '../../api/failure.ts';
import type { Account } from '../account.ts';
import type { FileLocation } from '../shape/file.ts';
import { PART, PartReader } from './fetch.ts';
import { findReference } from './renew.ts';

const [old, fresh] = [new Uint8Array([1]), new Uint8Array([2])];
const location = {
	kind: 'document',
	id: '77',
	hash: '5',
	size: '',
	reference: old,
	origin: { kind: 'message', peer: 'u1', message: 9 },
} as unknown as Extract<FileLocation, { kind: 'document' }>;

const document = { _: 'document', id: Long.fromNumber(77), fileReference: fresh };

/** A server that takes only the fresh reference, and has the message unless it was deleted. */
function setUp(hasMessage = true) {
	const asked: string[] = [];
	const call = (request: { _: string; location?: { fileReference: Uint8Array } }) => {
		asked.push(request._);
		if (request._ === 'messages.getMessages')
			return Promise.resolve({ messages: hasMessage ? [{ _: 'message', media: { document } }] : [] });
		if (request.location?.fileReference !== fresh)
			return Promise.reject(new ApiError({ text: 'FILE_REFERENCE_EXPIRED', code: 400 }));
		return Promise.resolve({ _: 'upload.file', bytes: new Uint8Array(3) } as Partial<tl.upload.RawFile>);
	};
	return { asked, reader: new PartReader({ call } as unknown as Account) };
}

test('an expired reference is read anew from the message, once for all parts, and kept', async () => {
	const { asked, reader } = setUp();
	const parts = await Promise.all([reader.read(location, 0, PART), reader.read(location, PART, PART)]);
	expect(parts.map((part) => part.length)).toEqual([3, 3]);
	expect(asked.filter((name) => name === 'messages.getMessages')).toHaveLength(1);
	await reader.read(location, 2 * PART, PART);
	expect(asked.at(-2)).not.toBe('messages.getMessages');
	expect(reader.reference(location)).toBe(fresh);
});

test('what is not in the message any more cannot be read', async () => {
	const { reader } = setUp(false);
	await expect(reader.read(location, 0, PART)).rejects.toMatchObject({ text: 'FILE_REFERENCE_EXPIRED' });
});

test('the file is found wherever it stands in an answer', () => {
	const answer = { sets: [{ documents: [{ ...document, id: Long.fromNumber(1) }, document] }] };
	expect(findReference(answer, { kind: 'document', id: '77' })).toBe(fresh);
	expect(findReference(answer, { kind: 'photo', id: '77' })).toBeUndefined();
});
