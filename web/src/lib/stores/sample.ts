import type { Dialog, Message, Peer, PeerKey } from '../api/types.ts';

/** Objects for tests of the stores. */

export function message(id: number, more: Partial<Message> = {}): Message {
	const peer = more.peer ?? 'u1';
	return {
		peer,
		id,
		key: `${peer}/${id}`,
		sender: peer,
		date: 1000 + Math.abs(id),
		isOut: false,
		isPost: false,
		isSilent: false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: false,
		state: id < 0 ? 'sending' : 'sent',
		text: { text: `message ${id}`, entities: [] },
		content: { kind: 'none' },
		reactions: [],
		...more,
	};
}

/** Messages from one id to another. */
export function messages(from: number, to: number, more: Partial<Message> = {}): Message[] {
	return Array.from({ length: Math.max(to - from + 1, 0) }, (_, i) => message(from + i, more));
}

export function dialog(peer: PeerKey, more: Partial<Dialog> = {}): Dialog {
	return {
		peer,
		date: more.last?.date ?? 0,
		unread: 0,
		mentions: 0,
		reactions: 0,
		isMarkedUnread: false,
		readInbox: 0,
		readOutbox: 0,
		folder: 0,
		notify: {},
		...more,
	};
}

export function person(key: PeerKey, more: Partial<Peer> = {}): Peer {
	return {
		key,
		kind: 'user',
		title: `Person ${key}`,
		color: 0,
		isSelf: false,
		isContact: false,
		isMutualContact: false,
		isDeleted: false,
		isVerified: false,
		isLeft: false,
		isForum: false,
		isCreator: false,
		hasLink: false,
		isSlow: false,
		noForwards: false,
		signatures: false,
		...more,
	};
}

/** Storage that lasts as long as a test. */
export function memoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
	const items = new Map<string, string>();
	return {
		getItem: (key) => items.get(key) ?? null,
		setItem: (key, value) => void items.set(key, value),
		removeItem: (key) => void items.delete(key),
	};
}
