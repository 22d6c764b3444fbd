import { Long, type tl } from '@mtcute/core';
import type { PersonInfo } from '../../api/community.ts';
import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { channelKey, idOf, keyOf, userKey } from '../shape/key.ts';
import { usernamesOf } from '../shape/peer.ts';
import type { Calls } from './calls.ts';
import { keyOfChat } from './chats/joining.ts';

const COMMON_PART = 100;

/** People: who they are, and the user's address book. */
export const people = {
	/** The address book. */
	async contacts(account: Account): Promise<PeerKey[]> {
		const answer = await account.call({ _: 'contacts.getContacts', hash: Long.ZERO });
		if (answer._ === 'contacts.contactsNotModified') return [];
		account.take({ users: answer.users, chats: [] });
		return answer.contacts.map(({ userId }) => userKey(userId));
	},

	async info(account: Account, peer: PeerKey): Promise<PersonInfo> {
		const answer = await account.call({ _: 'users.getFullUser', id: account.inputUser(peer) });
		account.take(answer);
		const user = answer.users.find((one) => one.id === idOf(peer));
		return shapeInfo(peer, answer.fullUser, user);
	},

	/** Puts a person into the address book, or changes the name there. */
	async add(
		account: Account,
		peer: PeerKey,
		name: { firstName: string; lastName: string; phone?: string; sharesPhone?: boolean },
	): Promise<void> {
		const answer = await account.call({
			_: 'contacts.addContact',
			id: account.inputUser(peer),
			firstName: name.firstName,
			lastName: name.lastName,
			phone: name.phone ?? '',
			addPhonePrivacyException: name.sharesPhone,
		});
		account.apply(answer);
		tellChanged(account, peer);
	},

	/** Puts somebody with this number into the address book; undefined: nobody here has it. */
	async addByPhone(
		account: Account,
		contact: { phone: string; firstName: string; lastName: string },
	): Promise<PeerKey | undefined> {
		const [found] = await people.importAll(account, [contact]);
		return found;
	},

	/** Those of the numbers that somebody here has. */
	async importAll(
		account: Account,
		contacts: { phone: string; firstName: string; lastName: string }[],
	): Promise<PeerKey[]> {
		const answer = await account.call({
			_: 'contacts.importContacts',
			contacts: contacts.map((contact, index) => ({
				_: 'inputPhoneContact',
				clientId: Long.fromNumber(index + 1),
				...contact,
			})),
		});
		account.take({ users: answer.users, chats: [] });
		account.emit('stale', { what: 'contacts' });
		return answer.imported.map(({ userId }) => userKey(userId));
	},

	async remove(account: Account, peers: PeerKey[]): Promise<void> {
		const id = peers.map((peer) => account.inputUser(peer));
		account.apply(await account.call({ _: 'contacts.deleteContacts', id }));
		for (const peer of peers) tellChanged(account, peer);
	},

	/** The chats of which both are members. */
	async commonChats(account: Account, peer: PeerKey): Promise<PeerKey[]> {
		const answer = await account.call({
			_: 'messages.getCommonChats',
			userId: account.inputUser(peer),
			maxId: 0,
			limit: COMMON_PART,
		});
		account.take({ users: [], chats: answer.chats });
		return answer.chats.map(keyOfChat);
	},

	/** Who has a username. Rejects with USERNAME_NOT_OCCUPIED when nobody does. */
	async byName(account: Account, username: string): Promise<PeerKey> {
		const answer = await account.call({ _: 'contacts.resolveUsername', username });
		account.take(answer);
		return keyOf(answer.peer);
	},

	/** Rejects with PHONE_NOT_OCCUPIED when nobody has the number, or does not want to be found by it. */
	async byPhone(account: Account, phone: string): Promise<PeerKey> {
		const answer = await account.call({ _: 'contacts.resolvePhone', phone });
		account.take(answer);
		return keyOf(answer.peer);
	},
} satisfies Calls;

function tellChanged(account: Account, peer: PeerKey) {
	account.emit('stale', { what: 'contacts' });
	account.emit('stale', { what: 'chat', peer });
}

function shapeInfo(peer: PeerKey, full: tl.RawUserFull, user: tl.TypeUser | undefined): PersonInfo {
	const { birthday } = full;
	return {
		peer,
		about: full.about ?? full.botInfo?.description ?? '',
		usernames: user?._ === 'user' ? usernamesOf(user) : [],
		isBlocked: full.blocked ?? false,
		commonChats: full.commonChatsCount,
		ttl: full.ttlPeriod ?? 0,
		birthday: birthday && { day: birthday.day, month: birthday.month, year: birthday.year },
		personalChannel: full.personalChannelId ? channelKey(full.personalChannelId) : undefined,
		commands: (full.botInfo?.commands ?? []).map(({ command, description }) => ({ command, description })),
		canAdd: full.settings.addContact ?? false,
	};
}
