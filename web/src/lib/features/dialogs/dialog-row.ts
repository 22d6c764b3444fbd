import type { Dialog, Peer } from '$lib/api/types.ts';
import { t } from '$lib/text';
import type { IconName } from '$lib/ui/icons.ts';

/** The chat with oneself has a name of its own. */
export function titleOf(peer: Peer | undefined, title: string): string {
	return peer?.isSelf ? t('DialogsSaved') : title;
}

/** Whether the last message, when it is the user's own, has arrived. */
export function tickOf({ last, readOutbox }: Dialog): { icon: IconName; label: string } | undefined {
	if (!last?.isOut || last.isPost || last.content.kind === 'service') return undefined;
	if (last.state === 'failed') return { icon: 'warning', label: t('ChatStateFailed') };
	if (last.state === 'sending') return { icon: 'clock', label: t('ChatStateSending') };
	if (last.id <= readOutbox) return { icon: 'checks', label: t('ChatStateRead') };
	return { icon: 'check', label: t('ChatStateSent') };
}
