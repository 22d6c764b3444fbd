import type { Peer, Presence, PeerKey, Typing } from '$lib/api/types.ts';
import type { Typist } from '$lib/stores/typing.svelte.ts';
import { formatDateTime, t, tn } from '$lib/text';
import { isService } from './permissions.ts';

/** What stands under the name of a person or bot. */
export function describePerson(peer: Peer | undefined, presence: Presence | undefined, now: number): string {
	if (peer?.kind === 'bot') return t('ChatBot');
	return peer && isService(peer) ? t('ChatServiceNotices') : describePresence(presence, now);
}

/** When somebody was here last. */
export function describePresence(presence: Presence | undefined, now: number): string {
	if (!presence) return '';
	if (presence.kind === 'online') return t('ChatOnline');
	if (presence.kind !== 'offline') return t(`ChatSeen${lately[presence.kind]}`);
	const minutes = Math.floor((now - presence.at) / 60);
	if (minutes < 1) return t('ChatSeenNow');
	if (minutes < 60) return tn('ChatSeenMinutes', minutes);
	return t('ChatSeenAt', { time: formatDateTime(presence.at, now) });
}

const lately = { recently: 'Recently', week: 'Week', month: 'Month', long: 'Long' } as const;

/** Who writes or records just now. In a private chat the name is clear. */
export function describeTyping(
	typists: readonly Typist[],
	nameOf: (user: PeerKey) => string,
	isPrivate: boolean,
): string {
	const [first, second] = typists;
	if (!first) return '';
	if (isPrivate) return t(`ChatDoes${doing(first.action)}`);
	if (!second) return t(`ChatSomebodyDoes${doing(first.action)}`, { name: nameOf(first.user) });
	if (typists.length === 2) return t('ChatTwoType', { first: nameOf(first.user), second: nameOf(second.user) });
	return tn('ChatManyType', typists.length);
}

function doing(action: Typing): string {
	if (action === 'voice') return 'Voice';
	if (action === 'round') return 'Round';
	if (action === 'photo' || action === 'video' || action === 'document') return 'File';
	if (action === 'sticker') return 'Sticker';
	return 'Type';
}
