import type { SecretInfo } from '$lib/api/secret.ts';
import { formatShortPeriod, t } from '$lib/text';
import type { MenuItem } from '$lib/ui/menu.ts';

/** What the menu of a secret chat opens. */
export type SecretQuestion = 'key' | 'timer' | 'clear' | 'end';

/** What can be done with a secret chat beside what can be done with all chats. */
export function secretItems(info: SecretInfo | undefined, ask: (question: SecretQuestion) => void): MenuItem[] {
	const items: MenuItem[] = [];
	if (info?.key) items.push({ label: t('SecretMenuKey'), icon: 'key', onselect: () => ask('key') });
	if (info?.state !== 'ready') return items;
	const time = info.ttl > 0 ? formatShortPeriod(info.ttl) : t('CommonOff');
	items.push(
		{ label: t('SecretMenuTimer', { time }), icon: 'timer', onselect: () => ask('timer') },
		{ label: t('SecretMenuClear'), icon: 'trash', isDanger: true, onselect: () => ask('clear') },
		{ label: t('SecretMenuEnd'), icon: 'close', isDanger: true, onselect: () => ask('end') },
	);
	return items;
}
