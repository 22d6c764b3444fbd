import { describe, expect, test } from 'vitest';
import { linkOf, parseHash, writeHash } from './places.ts';

const origin = 'https://chat.example';

describe('parseHash', () => {
	test.each([
		['#u12', { peer: 'u12' }],
		['#c5/17', { peer: 'c5', message: 17 }],
		['#c5/3/17', { peer: 'c5', thread: 3, message: 17 }],
		['#c5/t/3', { peer: 'c5', thread: 3 }],
		['#@name/17', { kind: 'name', name: 'name', message: 17 }],
		['#@bot?start=abc', { kind: 'name', name: 'bot', start: 'abc' }],
		['#+AbCdEfGh12', { kind: 'invite', hash: 'AbCdEfGh12' }],
		['#settings/privacy', { left: 'settings/privacy' }],
		['', undefined],
		['#x/../y', undefined],
		['#%E0%A4%A', undefined],
	])('%s', (hash, place) => expect(parseHash(hash)).toEqual(place));
});

test('a place that was written is read again', () => {
	for (const chat of [
		{ peer: 'u1' },
		{ peer: 'c5', message: 9 },
		{ peer: 'c5', thread: 2 },
		{ peer: 'c5', thread: 2, message: 9 },
	] as const) {
		expect(parseHash(writeHash({ left: 'chats', chat }))).toEqual(chat);
	}
	expect(writeHash({ left: 'chats' })).toBe('');
});

describe('linkOf', () => {
	test.each([
		['https://chat.example/#@name', { kind: 'name', name: 'name' }],
		['https://chat.example/name/17', { kind: 'name', name: 'name', message: 17 }],
		['https://chat.example/+AbCdEfGh12', { kind: 'invite', hash: 'AbCdEfGh12' }],
		['https://chat.example/joinchat/AbCdEfGh12', { kind: 'invite', hash: 'AbCdEfGh12' }],
		['https://chat.example/c/5/17', { peer: 'c5', message: 17 }],
		[
			'tg://resolve?domain=name&post=4',
			{ kind: 'name', name: 'name', message: 4, thread: undefined, start: undefined },
		],
		['tg://join?invite=abc', { kind: 'invite', hash: 'abc' }],
		['tg://login?token=abc', { kind: 'login', token: 'abc' }],
		['https://elsewhere.example/name', undefined],
		['https://chat.example/connect', undefined],
		['javascript:alert(1)', undefined],
	])('%s', (url, place) => expect(linkOf(url, origin)).toEqual(place));
});
