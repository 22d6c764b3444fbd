import type { PrivacyKey, PrivacyRule } from '$lib/api/settings';
import { t } from '$lib/text';
import type { IconName } from '$lib/ui/icons';

export interface PrivacySubject {
	key: PrivacyKey;
	icon: IconName;
	title: () => string;
	question: () => string;
	note?: () => string;
	/** The server has no `nobody` for it. */
	hasNoNobody?: boolean;
	/** It is not about single people. */
	hasNoExceptions?: boolean;
}

/** What can be ruled, in the order in which it is shown. */
export const privacySubjects: readonly PrivacySubject[] = [
	{
		key: 'phone',
		icon: 'phone',
		title: () => t('SettingsPrivacyPhone'),
		question: () => t('SettingsPrivacyPhoneWho'),
	},
	{
		key: 'find-by-phone',
		icon: 'search',
		title: () => t('SettingsPrivacyFind'),
		question: () => t('SettingsPrivacyFindWho'),
		note: () => t('SettingsPrivacyFindNote'),
		hasNoNobody: true,
		hasNoExceptions: true,
	},
	{
		key: 'last-seen',
		icon: 'clock',
		title: () => t('SettingsPrivacySeen'),
		question: () => t('SettingsPrivacySeenWho'),
		note: () => t('SettingsPrivacySeenNote'),
	},
	{
		key: 'photo',
		icon: 'image',
		title: () => t('SettingsPrivacyPhoto'),
		question: () => t('SettingsPrivacyPhotoWho'),
	},
	{
		key: 'about',
		icon: 'info',
		title: () => t('SettingsPrivacyAbout'),
		question: () => t('SettingsPrivacyAboutWho'),
	},
	{
		key: 'birthday',
		icon: 'calendar',
		title: () => t('SettingsPrivacyBirthday'),
		question: () => t('SettingsPrivacyBirthdayWho'),
	},
	{
		key: 'forwards',
		icon: 'forward',
		title: () => t('SettingsPrivacyForwards'),
		question: () => t('SettingsPrivacyForwardsWho'),
		note: () => t('SettingsPrivacyForwardsNote'),
	},
	{
		key: 'voice',
		icon: 'mic',
		title: () => t('SettingsPrivacyVoice'),
		question: () => t('SettingsPrivacyVoiceWho'),
	},
	{
		key: 'invites',
		icon: 'people',
		title: () => t('SettingsPrivacyInvites'),
		question: () => t('SettingsPrivacyInvitesWho'),
		note: () => t('SettingsPrivacyInvitesNote'),
	},
];

export function isPrivacyKey(key: string): key is PrivacyKey {
	return privacySubjects.some((subject) => subject.key === key);
}

/** "Contacts (+2, −1)". */
export function describeRule(rule: PrivacyRule): string {
	const who = wordOf(rule.who);
	const counts = [
		rule.allowed.length && rule.who !== 'everybody' ? `+${rule.allowed.length}` : '',
		rule.denied.length && rule.who !== 'nobody' ? `−${rule.denied.length}` : '',
	].filter(Boolean);
	return counts.length ? `${who} (${counts.join(', ')})` : who;
}

export function wordOf(who: PrivacyRule['who']): string {
	if (who === 'everybody') return t('SettingsEverybody');
	return who === 'contacts' ? t('SettingsContacts') : t('SettingsNobody');
}
