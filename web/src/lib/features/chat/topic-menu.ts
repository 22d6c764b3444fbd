import type { Peer, Topic } from '$lib/api/types.ts';
import { t } from '$lib/text';
import type { MenuItem } from '$lib/ui/menu.ts';

/** What can be done with a topic from the list of topics. */
export interface TopicDeeds {
	read: () => void;
	mute: (isMuted: boolean) => void;
	pin: (isPinned: boolean) => void;
	close: (isClosed: boolean) => void;
}

export function isTopicMuted({ notify }: Topic, now: number): boolean {
	return (notify.muteUntil ?? 0) > now;
}

export function topicItems(topic: Topic, chat: Peer | undefined, now: number, deeds: TopicDeeds): MenuItem[] {
	const canManage = chat?.isCreator === true || chat?.admin?.manageTopics === true;
	const isMuted = isTopicMuted(topic, now);
	const { isPinned, isClosed } = topic;
	const items: MenuItem[] = [];
	if (topic.unread > 0) items.push({ label: t('DialogsMarkRead'), icon: 'checks', onselect: deeds.read });
	items.push({
		label: isMuted ? t('ChatUnmute') : t('ChatMute'),
		icon: isMuted ? 'bell' : 'bell-off',
		onselect: () => deeds.mute(!isMuted),
	});
	if (canManage) {
		items.push({
			label: isPinned ? t('DialogsUnpin') : t('DialogsPin'),
			icon: isPinned ? 'unpin' : 'pin',
			onselect: () => deeds.pin(!isPinned),
		});
	}
	if (canManage || topic.isMine) {
		items.push({
			label: isClosed ? t('ChatTopicOpen') : t('ChatTopicClose'),
			icon: isClosed ? 'unlock' : 'lock',
			onselect: () => deeds.close(!isClosed),
		});
	}
	return items;
}
