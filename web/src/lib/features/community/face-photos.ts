import type { DatedPhoto } from '$lib/api/settings.ts';
import type { Message, PeerKey } from '$lib/api/types.ts';

/** The photos of somebody as the viewer takes them: oldest first, and no message of any chat. */
export function facesOf(peer: PeerKey, photos: readonly DatedPhoto[]): Message[] {
	return photos.map((photo) => faceOf(peer, photo)).reverse();
}

function faceOf(peer: PeerKey, { id, date, picture }: DatedPhoto): Message {
	return {
		peer,
		id: 0,
		key: `face/${id}`,
		sender: peer,
		date,
		isOut: false,
		isPost: false,
		isSilent: false,
		isPinned: false,
		isMentioned: false,
		isUnheard: false,
		isProtected: false,
		isScheduled: false,
		state: 'sent',
		text: { text: '', entities: [] },
		content: { kind: 'photo', picture, isSpoiler: false },
		reactions: [],
	};
}
