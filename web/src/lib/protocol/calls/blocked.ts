import type { BlockedPage } from '../../api/settings.ts';
import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { keyOf } from '../shape/key.ts';
import type { Calls } from './calls.ts';

/** People who cannot write to the user. */
export const blocked = {
	async list(account: Account, offset: number, limit = 50): Promise<BlockedPage> {
		const answer = await account.call({ _: 'contacts.getBlocked', offset, limit });
		account.take(answer);
		const blocked = answer.blocked.map(({ peerId, date }) => ({ peer: keyOf(peerId), date }));
		return { count: 'count' in answer ? answer.count : blocked.length, blocked };
	},

	async block(account: Account, peer: PeerKey): Promise<void> {
		await account.call({ _: 'contacts.block', id: account.inputPeer(peer) });
		account.emit('stale', { what: 'blocked', peer });
	},

	async unblock(account: Account, peer: PeerKey): Promise<void> {
		await account.call({ _: 'contacts.unblock', id: account.inputPeer(peer) });
		account.emit('stale', { what: 'blocked', peer });
	},
} satisfies Calls;
