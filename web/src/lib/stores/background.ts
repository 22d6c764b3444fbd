import type { Session } from '../api/api.ts';
import { DialogStore } from './dialogs.svelte.ts';
import { Feed } from './feed.ts';
import { Histories } from './histories.svelte.ts';
import { PeerStore } from './peers.svelte.ts';
import { PresenceStore } from './presence.svelte.ts';
import { fillStores } from './start.ts';
import { TypingStore } from './typing.svelte.ts';

/** The chats of an account that nobody looks at. */
export interface Background {
	feed: Feed;
	peers: PeerStore;
	dialogs: DialogStore;
	end: () => void;
}

/** Reads the chats of an account and keeps them as its events say. */
export function followInBackground(session: Session): Background {
	const { api } = session;
	const peers = new PeerStore(api);
	const dialogs = new DialogStore(api, peers);
	const presence = new PresenceStore();
	const stores = { peers, dialogs, presence, histories: new Histories(api), typing: new TypingStore() };
	const feed = new Feed(session, stores);
	fillStores(api, stores).catch((error: unknown) => console.warn('background', error));
	return {
		feed,
		peers,
		dialogs,
		end: () => {
			feed.close();
			presence.close();
		},
	};
}
