import type { tl } from '@mtcute/core';
import { expect, test } from 'vitest';
import type { PrivacyKey, PrivacyRule } from '../../api/settings.ts';
import type { Account } from '../account.ts';
import { privacy } from './privacy.ts';

/** A server that remembers what it was told last. */
function setUp() {
	const asked: tl.RpcMethod[] = [];
	let global: tl.RawGlobalPrivacySettings = { _: 'globalPrivacySettings', keepArchivedFolders: true };
	const account = {
		call(request: tl.RpcMethod) {
			asked.push(request);
			if (request._ === 'account.setGlobalPrivacySettings') global = request.settings;
			if (request._ === 'account.setPrivacy')
				return { _: 'account.privacyRules', rules: [{ _: 'privacyValueAllowContacts' }], chats: [], users: [] };
			return global;
		},
		take: () => [],
		inputUser: (key: string) => ({ _: 'inputUser', userId: Number(key.slice(1)) }),
	} as unknown as Account;
	return { account, asked };
}

test('hiding when one reads leaves what strangers may do as it is, and the other way round', async () => {
	const { account, asked } = setUp();
	await privacy.setGlobal(account, { archivesStrangers: true });
	const now = await privacy.setGlobal(account, { hidesReadTime: true });
	expect(now).toEqual({ archivesStrangers: true, keepsArchivedUnmuted: false, hidesReadTime: true });
	expect(asked.at(-1)).toMatchObject({ settings: { keepArchivedFolders: true, hideReadMarks: true } });
});

test.each<[PrivacyKey, string]>([
	['voice', 'inputPrivacyKeyVoiceMessages'],
	['forwards', 'inputPrivacyKeyForwards'],
	['find-by-phone', 'inputPrivacyKeyAddedByPhone'],
])('the rule for %s goes out with its exceptions first', async (key, name) => {
	const { account, asked } = setUp();
	const rule: PrivacyRule = { who: 'contacts', allowed: ['u5'], denied: ['u6', 'c7'] };
	expect(await privacy.set(account, key, rule)).toEqual({ who: 'contacts', allowed: [], denied: [] });
	expect(asked[0]).toMatchObject({ key: { _: name } });
	expect((asked[0] as tl.account.RawSetPrivacyRequest).rules.map((one) => one._)).toEqual([
		'inputPrivacyValueDisallowUsers',
		'inputPrivacyValueDisallowChatParticipants',
		'inputPrivacyValueAllowUsers',
		'inputPrivacyValueAllowContacts',
		'inputPrivacyValueDisallowAll',
	]);
});
