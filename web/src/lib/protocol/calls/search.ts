import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { keyOf } from '../shape/key.ts';
import type { Calls } from './calls.ts';

const MAX_FOUND = 30;

export const search = {
	/** People and chats whose name or username begins with the words: those of the user first, then public ones. */
	async peers(account: Account, words: string): Promise<{ own: PeerKey[]; others: PeerKey[] }> {
		const found = await account.call({ _: 'contacts.search', q: words, limit: MAX_FOUND });
		account.take(found);
		return { own: found.myResults.map(keyOf), others: found.results.map(keyOf) };
	},
} satisfies Calls;
