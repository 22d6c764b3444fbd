import type { Message, PeerKey, ServiceAction } from '$lib/api/types.ts';
import { formatDuration, formatNames, formatPeriod, t, tn } from '$lib/text';

export type NameOf = (peer: PeerKey) => string;

/** What a service message says, in the language of the page. */
export function describeService(message: Message, action: ServiceAction, nameOf: NameOf): string {
	const who = message.isOut ? t('ServiceYou') : action.actor ? nameOf(action.actor) : '';
	const users = (action.users ?? []).map(nameOf);
	const words: Record<string, () => string> = {
		...wordsOfChats(message, action, who),
		...wordsOfMembers(who, users),
		...wordsOfMessages(message, action, who),
		...wordsOfTopics(action, who),
		...wordsOfPeople(action, who, users),
	};
	return words[action.kind]?.() ?? t('ServiceOther');
}

function wordsOfChats(message: Message, { title = '', seconds = 0, picture }: ServiceAction, who: string) {
	const isPost = isOfChannel(message);
	const isVideo = picture?.sizes.length === 0;
	return {
		'chat-create': () => (isPost ? t('ServiceChannelCreated') : t('ServiceGroupCreated', { who, title })),
		'channel-create': () => t('ServiceChannelCreated'),
		'chat-title': () => (isPost ? t('ServiceChannelRenamed', { title }) : t('ServiceGroupRenamed', { who, title })),
		'chat-photo': () => {
			if (isPost) return t('ServiceChannelPhoto');
			return isVideo ? t('ServiceGroupVideo', { who }) : t('ServiceGroupPhoto', { who });
		},
		'chat-photo-delete': () => (isPost ? t('ServiceChannelPhotoRemoved') : t('ServiceGroupPhotoRemoved', { who })),
		'migrated-to': () => t('ServiceBecameSupergroup'),
		'migrated-from': () => t('ServiceBecameSupergroup'),
		'history-clear': () => t('ServiceCleared'),
		ttl: () => describeTtl(message, who, seconds),
		theme: () => t('ServiceTheme', { who }),
		wallpaper: () => t('ServiceWallpaper', { who }),
		boost: () => t('ServiceBoost', { who }),
	};
}

/** Nobody is named for what happens in a channel. */
function isOfChannel({ isPost, sender, peer }: Message): boolean {
	return isPost || (sender === peer && peer[0] === 'c');
}

function describeTtl({ isOut }: Message, who: string, seconds: number): string {
	if (seconds === 0) return isOut ? t('ServiceTtlOffByYou') : t('ServiceTtlOff', { who });
	const time = formatPeriod(seconds);
	return isOut ? t('ServiceTtlByYou', { time }) : t('ServiceTtl', { who, time });
}

function wordsOfMembers(who: string, users: string[]) {
	const names = formatNames(users);
	return {
		'members-add': () => t('ServiceAdded', { who, names }),
		'member-joined': () => t('ServiceJoined', { who }),
		'member-left': () => t('ServiceLeft', { who }),
		'member-removed': () => t('ServiceRemoved', { who, names }),
		'joined-link': () => t('ServiceJoinedByLink', { who }),
		'joined-request': () => t('ServiceJoinedByRequest', { who }),
	};
}

function wordsOfMessages(message: Message, { count = 0, seconds = 0 }: ServiceAction, who: string) {
	const duration = formatDuration(seconds);
	return {
		pin: () => (isOfChannel(message) ? t('ServicePinnedPost') : t('ServicePinned', { who })),
		'todo-done': () => tn('ServiceTodoDone', count, { who }),
		'todo-undone': () => tn('ServiceTodoUndone', count, { who }),
		'todo-added': () => tn('ServiceTodoAdded', count, { who }),
		'game-score': () => tn('ServiceScore', count, { who }),
		screenshot: () => (message.isOut ? t('ServiceScreenshotByYou') : t('ServiceScreenshot', { who })),
		call: () => (message.isOut ? t('ServiceCallOut', { duration }) : t('ServiceCallIn', { duration })),
		'call-missed': () => (message.isOut ? t('ServiceCallUnanswered') : t('ServiceCallMissed')),
	};
}

function wordsOfTopics({ title = '' }: ServiceAction, who: string) {
	return {
		'topic-create': () => t('ServiceTopicCreated', { who, title }),
		'topic-title': () => t('ServiceTopicRenamed', { who, title }),
		'topic-icon': () => t('ServiceTopicIcon', { who }),
		'topic-closed': () => t('ServiceTopicClosed', { who }),
		'topic-opened': () => t('ServiceTopicOpened', { who }),
		'topic-hidden': () => t('ServiceTopicHidden', { who }),
		'topic-shown': () => t('ServiceTopicShown', { who }),
	};
}

function wordsOfPeople({ text = '', count = 0 }: ServiceAction, who: string, users: string[]) {
	const [from = '', to = ''] = users;
	return {
		'contact-signup': () => t('ServiceSignedUp', { who }),
		'bot-allowed': () => (text ? t('ServiceBotAllowedOn', { site: text }) : t('ServiceBotAllowed')),
		'photo-suggested': () => t('ServicePhotoSuggested', { who }),
		near: () => tn('ServiceNear', count, { from, to }),
		custom: () => text,
	};
}
