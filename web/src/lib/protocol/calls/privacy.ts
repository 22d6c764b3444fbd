import type { tl } from '@mtcute/core';
import type { GlobalPrivacy, PrivacyKey, PrivacyRule } from '../../api/settings.ts';
import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { channelKey, groupKey, idOf, userKey } from '../shape/key.ts';
import type { Calls } from './calls.ts';

const keys: Record<PrivacyKey, tl.TypeInputPrivacyKey> = {
	phone: { _: 'inputPrivacyKeyPhoneNumber' },
	'last-seen': { _: 'inputPrivacyKeyStatusTimestamp' },
	photo: { _: 'inputPrivacyKeyProfilePhoto' },
	about: { _: 'inputPrivacyKeyAbout' },
	birthday: { _: 'inputPrivacyKeyBirthday' },
	forwards: { _: 'inputPrivacyKeyForwards' },
	invites: { _: 'inputPrivacyKeyChatInvite' },
	voice: { _: 'inputPrivacyKeyVoiceMessages' },
	calls: { _: 'inputPrivacyKeyPhoneCall' },
	'find-by-phone': { _: 'inputPrivacyKeyAddedByPhone' },
};

/** Who sees what. Spec: https://core.telegram.org/api/privacy */
export const privacy = {
	async get(account: Account, key: PrivacyKey): Promise<PrivacyRule> {
		const answer = await account.call({ _: 'account.getPrivacy', key: keys[key] });
		account.take(answer);
		return ruleOf(answer);
	},

	async set(account: Account, key: PrivacyKey, rule: PrivacyRule): Promise<PrivacyRule> {
		const answer = await account.call({ _: 'account.setPrivacy', key: keys[key], rules: toRules(account, rule) });
		account.take(answer);
		return ruleOf(answer);
	},

	async global(account: Account): Promise<GlobalPrivacy> {
		return globalOf(await account.call({ _: 'account.getGlobalPrivacySettings' }));
	},

	async setGlobal(account: Account, change: Partial<GlobalPrivacy>): Promise<GlobalPrivacy> {
		const now = await account.call({ _: 'account.getGlobalPrivacySettings' });
		const next = { ...globalOf(now), ...change };
		const settings: tl.RawGlobalPrivacySettings = {
			...now,
			archiveAndMuteNewNoncontactPeers: next.archivesStrangers,
			keepArchivedUnmuted: next.keepsArchivedUnmuted,
			hideReadMarks: next.hidesReadTime,
		};
		return globalOf(await account.call({ _: 'account.setGlobalPrivacySettings', settings }));
	},

	/** After so many days without a sign of life the account is deleted. */
	async accountDays(account: Account): Promise<number> {
		return (await account.call({ _: 'account.getAccountTTL' })).days;
	},

	async setAccountDays(account: Account, days: number): Promise<void> {
		await account.call({ _: 'account.setAccountTTL', ttl: { _: 'accountDaysTTL', days } });
	},
} satisfies Calls;

function ruleOf({ rules, chats }: tl.account.RawPrivacyRules): PrivacyRule {
	const rule: PrivacyRule = { who: 'nobody', allowed: [], denied: [] };
	const groups = new Map(chats.map((chat) => [chat.id, isChannel(chat) ? channelKey(chat.id) : groupKey(chat.id)]));
	const groupKeys = (ids: number[]) => ids.map((id) => groups.get(id)).filter((key) => key !== undefined);
	for (const one of rules) {
		if (one._ === 'privacyValueAllowAll') rule.who = 'everybody';
		else if (one._ === 'privacyValueAllowContacts' && rule.who === 'nobody') rule.who = 'contacts';
		else if (one._ === 'privacyValueAllowUsers') rule.allowed.push(...one.users.map(userKey));
		else if (one._ === 'privacyValueDisallowUsers') rule.denied.push(...one.users.map(userKey));
		else if (one._ === 'privacyValueAllowChatParticipants') rule.allowed.push(...groupKeys(one.chats));
		else if (one._ === 'privacyValueDisallowChatParticipants') rule.denied.push(...groupKeys(one.chats));
	}
	return rule;
}

function isChannel(chat: tl.TypeChat): boolean {
	return chat._ === 'channel' || chat._ === 'channelForbidden';
}

/** The server applies the first rule that fits, so exceptions stand first. */
function toRules(account: Account, rule: PrivacyRule): tl.TypeInputPrivacyRule[] {
	const rules: tl.TypeInputPrivacyRule[] = [];
	const [allowedUsers, allowedChats] = split(account, rule.who === 'everybody' ? [] : rule.allowed);
	const [deniedUsers, deniedChats] = split(account, rule.who === 'nobody' ? [] : rule.denied);
	if (deniedUsers.length) rules.push({ _: 'inputPrivacyValueDisallowUsers', users: deniedUsers });
	if (deniedChats.length) rules.push({ _: 'inputPrivacyValueDisallowChatParticipants', chats: deniedChats });
	if (allowedUsers.length) rules.push({ _: 'inputPrivacyValueAllowUsers', users: allowedUsers });
	if (allowedChats.length) rules.push({ _: 'inputPrivacyValueAllowChatParticipants', chats: allowedChats });
	if (rule.who === 'everybody') rules.push({ _: 'inputPrivacyValueAllowAll' });
	if (rule.who === 'contacts') rules.push({ _: 'inputPrivacyValueAllowContacts' });
	if (rule.who !== 'everybody') rules.push({ _: 'inputPrivacyValueDisallowAll' });
	return rules;
}

function split(account: Account, peers: PeerKey[]): [tl.TypeInputUser[], number[]] {
	const users = peers.filter((peer) => peer.startsWith('u')).map((peer) => account.inputUser(peer));
	return [users, peers.filter((peer) => !peer.startsWith('u')).map(idOf)];
}

function globalOf(settings: tl.RawGlobalPrivacySettings): GlobalPrivacy {
	return {
		archivesStrangers: settings.archiveAndMuteNewNoncontactPeers ?? false,
		keepsArchivedUnmuted: settings.keepArchivedUnmuted ?? false,
		hidesReadTime: settings.hideReadMarks ?? false,
	};
}
