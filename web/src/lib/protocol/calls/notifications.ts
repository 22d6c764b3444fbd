import type { tl } from '@mtcute/core';
import type { NotifyScope, NotifySettings } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { toNotify } from '../shape/dialog.ts';
import type { Calls } from './calls.ts';

const scopes: Record<NotifyScope, tl.TypeInputNotifyPeer> = {
	users: { _: 'inputNotifyUsers' },
	groups: { _: 'inputNotifyChats' },
	channels: { _: 'inputNotifyBroadcasts' },
};

/** How kinds of chats notify; single chats: `dialogs.setNotify`. */
export const notifications = {
	async setDefault(account: Account, scope: NotifyScope, settings: NotifySettings): Promise<void> {
		await account.call({ _: 'account.updateNotifySettings', peer: scopes[scope], settings: toNotify(settings) });
		account.emit('notify', { scope, settings });
	},

	/** All chats and kinds again as they were in the beginning. */
	async reset(account: Account): Promise<void> {
		await account.call({ _: 'account.resetNotifySettings' });
		for (const scope of ['users', 'groups', 'channels'] as const) account.emit('notify', { scope, settings: {} });
	},

	/** Whether the user hears of contacts who join. */
	async hearsOfContacts(account: Account): Promise<boolean> {
		return !(await account.call({ _: 'account.getContactSignUpNotification' }));
	},

	async setHearsOfContacts(account: Account, isOn: boolean): Promise<void> {
		await account.call({ _: 'account.setContactSignUpNotification', silent: !isOn });
	},

	/** Whose reactions to the user's messages are told. */
	async reactions(account: Account): Promise<'everybody' | 'contacts' | 'nobody'> {
		const { messagesNotifyFrom } = await account.call({ _: 'account.getReactionsNotifySettings' });
		if (!messagesNotifyFrom) return 'nobody';
		return messagesNotifyFrom._ === 'reactionNotificationsFromAll' ? 'everybody' : 'contacts';
	},

	async setReactions(account: Account, from: 'everybody' | 'contacts' | 'nobody'): Promise<void> {
		const now = await account.call({ _: 'account.getReactionsNotifySettings' });
		const messagesNotifyFrom: tl.TypeReactionNotificationsFrom | undefined =
			from === 'nobody'
				? undefined
				: { _: from === 'everybody' ? 'reactionNotificationsFromAll' : 'reactionNotificationsFromContacts' };
		await account.call({ _: 'account.setReactionsNotifySettings', settings: { ...now, messagesNotifyFrom } });
	},
} satisfies Calls;
