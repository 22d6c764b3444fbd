import type { Member } from '$lib/api/community.ts';
import type { Peer } from '$lib/api/types.ts';
import { t } from '$lib/text';
import type { MenuItem } from '$lib/ui/menu.ts';
import { canAddAdmins, canBan } from './rights.ts';

export type MemberQuestion = 'remove' | 'ban' | 'clear';

interface Actions {
	ask(question: MemberQuestion): void;
	openAdmin(): void;
	openRights(): void;
	/** Gives back what was taken, and lets somebody banned come again. */
	letIn(): void;
}

/** What the user may do with a member of this chat. */
export function memberItems(chat: Peer, member: Member, person: Peer | undefined, actions: Actions): MenuItem[] {
	if (person?.isSelf || member.role === 'creator') return [];
	const items: MenuItem[] = [];
	if (canAddAdmins(chat)) {
		const label = member.role === 'admin' ? t('GroupEditAdmin') : t('GroupMakeAdmin');
		items.push({ label, icon: 'shield', onselect: actions.openAdmin });
	}
	if (!canTouch(chat, member)) return items;
	if (member.role === 'banned') {
		return [...items, { label: t('GroupUnban'), icon: 'undo', onselect: actions.letIn }];
	}
	if (chat.kind !== 'channel' && member.role !== 'admin') {
		items.push({ label: t('GroupRestrict'), icon: 'lock', onselect: actions.openRights });
	}
	if (member.role === 'restricted') items.push({ label: t('GroupUnrestrict'), icon: 'undo', onselect: actions.letIn });
	if (chat.kind === 'supergroup' && (chat.isCreator || chat.admin?.delete)) {
		items.push({ label: t('GroupAskclear'), icon: 'trash', isDanger: true, onselect: () => actions.ask('clear') });
	}
	items.push({ label: t('GroupAskremove'), icon: 'logout', isDanger: true, onselect: () => actions.ask('remove') });
	items.push({ label: t('GroupAskban'), icon: 'block', isDanger: true, onselect: () => actions.ask('ban') });
	return items;
}

/** Admins of others are touched only by the owner and by whoever made them. */
function canTouch(chat: Peer, member: Member): boolean {
	if (!canBan(chat)) return false;
	return member.role !== 'admin' || member.canEdit || chat.isCreator;
}
