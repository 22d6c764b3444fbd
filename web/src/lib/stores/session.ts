import { createContext } from 'svelte';
import type { Api, Session } from '../api/api.ts';
import { ComposerStore, provideComposer } from './composer.svelte.ts';
import { DialogStore, provideDialogs } from './dialogs.svelte.ts';
import { DraftShelf } from './draft-shelf.ts';
import { DraftStore, provideDrafts } from './drafts.svelte.ts';
import { Feed } from './feed.ts';
import { FileStore, provideFiles } from './files.svelte.ts';
import { FolderStore, provideFolders } from './folders.svelte.ts';
import { Histories, provideHistories } from './histories.svelte.ts';
import { LanguageStore, provideLanguages } from './language.svelte.ts';
import { PeerStore, providePeers } from './peers.svelte.ts';
import { PlayerStore, providePlayer } from './player.svelte.ts';
import { PresenceStore, providePresence } from './presence.svelte.ts';
import { provideReactions, ReactionStore } from './reactions.svelte.ts';
import { provideSecrets, SecretStore } from './secret.svelte.ts';
import { provideReadingPlaces, ReadingPlaces } from './reading-places.ts';
import { provideSelection, SelectionStore } from './selection.svelte.ts';
import { provideStickers, StickerStore } from './stickers.svelte.ts';
import { provideTyping, TypingStore } from './typing.svelte.ts';
import { provideUploads, UploadStore } from './uploads.svelte.ts';
import { provideViewer, ViewerStore } from './viewer.svelte.ts';

export const [useSession, setSession] = createContext<Session>();
export const [useFeed, setFeed] = createContext<Feed>();

/** The calls of the shown account, for what no store is needed for. */
export function useApi(): Api {
	return useSession().api;
}

/**
 * Makes all stores of an account and gives them to the components below. To be called by the one component that is made
 * anew for each account; returns what ends the stores when that goes.
 */
export function provideSession(session: Session): () => void {
	const { api } = session;
	setSession(session);
	const peers = providePeers(new PeerStore(api));
	const dialogs = provideDialogs(new DialogStore(api, peers));
	const histories = provideHistories(new Histories(api));
	const typing = provideTyping(new TypingStore());
	const presence = providePresence(new PresenceStore());
	const feed = setFeed(new Feed(session, { peers, dialogs, histories, typing, presence }));
	const folders = provideFolders(new FolderStore(api, dialogs, peers));
	feed.on('stale', ({ what }) => what === 'folders' && void folders.load());
	provideLanguages(new LanguageStore(api));
	provideReactions(new ReactionStore(api));
	provideSelection(new SelectionStore());
	const secrets = provideSecrets(new SecretStore(api));
	feed.on('secret', (event) => secrets.take(event));
	feed.on('dialogGone', ({ peer }) => secrets.drop(peer));
	provideReadingPlaces(new ReadingPlaces());
	provideViewer(new ViewerStore());
	const closeMedia = provideMedia(session, feed, dialogs);
	return () => {
		closeMedia();
		feed.close();
		presence.close();
	};
}

/** Files, what plays, and what is being written. */
function provideMedia(session: Session, feed: Feed, dialogs: DialogStore): () => void {
	const { api } = session;
	const files = provideFiles(new FileStore(api, session.slot));
	const uploads = provideUploads(new UploadStore(api));
	const player = providePlayer(new PlayerStore(api, files));
	const drafts = provideDrafts(new DraftStore(api, dialogs, new DraftShelf(session.slot)));
	const stickers = provideStickers(new StickerStore(api));
	provideComposer(new ComposerStore(api, drafts));
	feed.on('progress', (event) => (files.takeProgress(event), uploads.takeProgress(event)));
	feed.on('draft', (event) => drafts.take(event));
	feed.on('stale', (event) => stickers.takeStale(event));
	return () => {
		player.close();
		files.close();
	};
}
