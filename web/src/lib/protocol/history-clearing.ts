import type { PeerKey } from '../api/types.ts';
import type { Account } from './account.ts';
import { isChannel } from './shape/key.ts';

/** Stands for "up to the newest". */
const everything = 0;

/** Deletes the messages of a chat, a part at a time as the server wants it. */
export async function clearHistory(
	account: Account,
	peer: PeerKey,
	{ forBoth, keepChat }: { forBoth: boolean; keepChat: boolean },
): Promise<void> {
	if (isChannel(peer)) await clearChannel(account, peer, forBoth);
	else await clearCommon(account, peer, forBoth, keepChat);
	await account.cache.deleteHistory(peer);
	account.emit('historyCleared', { peer, upTo: Number.MAX_SAFE_INTEGER });
}

async function clearChannel(account: Account, peer: PeerKey, forEveryone: boolean) {
	const channel = account.inputChannel(peer);
	account.apply(await account.call({ _: 'channels.deleteHistory', channel, maxId: everything, forEveryone }));
}

async function clearCommon(account: Account, peer: PeerKey, revoke: boolean, justClear: boolean) {
	for (;;) {
		const affected = await account.call({
			_: 'messages.deleteHistory',
			peer: account.inputPeer(peer),
			maxId: everything,
			revoke,
			justClear,
		});
		account.count(affected);
		if (affected.offset <= 0) return;
	}
}
