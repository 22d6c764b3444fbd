import type { Message, PeerKey } from '../api/types.ts';

/** A text message for tests. */
export function message(peer: PeerKey, id: number, text = `message ${id}`): Message {
	return {
		peer,
		id,
		key: `${peer}/${id}`,
		date: 1_700_000_000 + id,
		isOut: false,
		isPost: false,
		isSilent: false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: false,
		state: 'sent',
		text: { text, entities: [] },
		content: { kind: 'none' },
		reactions: [],
	};
}
