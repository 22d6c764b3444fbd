import type { Peer, PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { findPeers } from '../peer-reading.ts';
import type { Calls } from './calls.ts';
import { isSecret } from './messages/history.ts';

export const peers = {
	/** Those of the asked that are known here or to the server. */
	async get(account: Account, keys: PeerKey[]): Promise<Peer[]> {
		const found = await findPeers(
			account,
			keys.filter((key) => !isSecret(key)),
		);
		if (!keys.some(isSecret)) return found;
		return [...found, ...(await account.secrets.peers()).filter((peer) => keys.includes(peer.key))];
	},

	async self(account: Account): Promise<Peer | undefined> {
		const [self] = await findPeers(account, [account.self]);
		return self;
	},
} satisfies Calls;
