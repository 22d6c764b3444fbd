import { expect, test } from 'vitest';
import { person } from '$lib/stores/sample.ts';
import { canWrite } from './permissions.ts';
import { describePerson } from './state-words.ts';

test('the account of the server is no person that comes and goes, and takes no answers', () => {
	const service = person('u777000');
	expect(describePerson(service, { kind: 'long' }, 0)).toBe('service notifications');
	expect(canWrite(service)).toBe(false);
});

test('a bot is called one, a person is seen', () => {
	expect(describePerson(person('u5', { kind: 'bot' }), undefined, 0)).toBe('bot');
	expect(describePerson(person('u6'), { kind: 'long' }, 0)).toBe('last seen a long time ago');
});
