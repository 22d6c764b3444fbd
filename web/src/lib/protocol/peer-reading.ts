import type { Peer, PeerKey } from '../api/types.ts';
import type { Account } from './account.ts';
import { canName } from './dialog-reading.ts';
import { idOf } from './shape/key.ts';

/** Asks the server for people again; the page is told of what changed. */
export async function readUsers(account: Account, keys: readonly PeerKey[]): Promise<void> {
	const id = keys.filter((key) => canName(account, key)).map((key) => account.inputUser(key));
	if (id.length === 0) return;
	account.take({ users: await account.call({ _: 'users.getUsers', id }), chats: [] });
}

/** People and chats: from the worker's memory, else from the browser, else from the server. */
export async function findPeers(account: Account, keys: readonly PeerKey[]): Promise<Peer[]> {
	const unknown = keys.filter((key) => !account.peer(key));
	const nameable = unknown.filter((key) => canName(account, key));
	const users = nameable.filter((key) => key[0] === 'u');
	const groups = nameable.filter((key) => key[0] === 'g').map(idOf);
	const channels = nameable.filter((key) => key[0] === 'c');
	await readUsers(account, users);
	if (groups.length > 0) account.take({ users: [], ...(await account.call({ _: 'messages.getChats', id: groups })) });
	if (channels.length > 0) {
		const id = channels.map((key) => account.inputChannel(key));
		account.take({ users: [], ...(await account.call({ _: 'channels.getChannels', id })) });
	}
	return keys.flatMap((key) => account.peer(key) ?? []);
}
