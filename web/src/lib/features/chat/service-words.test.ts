import { describe, expect, test } from 'vitest';
import type { PeerKey, ServiceAction } from '$lib/api/types.ts';
import { message } from '$lib/stores/sample.ts';
import { describeService } from './service-words.ts';

const names: Record<string, string> = { u1: 'Anna', u2: 'Bo', u3: 'Cai' };
const nameOf = (peer: PeerKey) => names[peer] ?? '';

function say(action: ServiceAction, isOut = false): string {
	return describeService(message(5, { isOut, peer: 'g9', sender: 'u1' }), { actor: 'u1', ...action }, nameOf);
}

describe('what happened in a chat, in words', () => {
	const cases: [ServiceAction, string][] = [
		[{ kind: 'chat-create', title: 'Trip' }, 'Anna created the group “Trip”'],
		[{ kind: 'members-add', users: ['u2', 'u3'] }, 'Anna added Bo and Cai'],
		[{ kind: 'member-left' }, 'Anna left the group'],
		[{ kind: 'pin', message: 3 }, 'Anna pinned a message'],
		[{ kind: 'todo-done', count: 2 }, 'Anna ticked off 2 tasks'],
		[{ kind: 'ttl', seconds: 0 }, 'Anna set messages to stay'],
		[{ kind: 'custom', text: 'Hello' }, 'Hello'],
		[{ kind: 'something new' }, 'Something that this version cannot show'],
	];
	for (const [action, words] of cases) test(action.kind, () => expect(say(action)).toBe(words));

	test('what the user did himself', () => {
		expect(say({ kind: 'chat-title', title: 'Trip' }, true)).toBe('You renamed the group to “Trip”');
	});

	test('a channel has no actor', () => {
		const words = describeService(message(5, { isPost: true }), { kind: 'chat-photo' }, nameOf);
		expect(words).toBe('The channel has a new photo');
	});
});
