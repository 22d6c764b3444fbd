import type {
	ConnectionState,
	Dialog,
	Draft,
	FileRef,
	Folder,
	Message,
	NotifySettings,
	Peer,
	PeerKey,
	Poll,
	Presence,
	Reaction,
	ThreadInfo,
	Topic,
	Typing,
} from './types.ts';

/** What the worker tells the page without being asked. Events of one account come in the order in which they happened. */
export interface Events {
	connection: { state: ConnectionState };
	/** The session was ended, here or from another device. */
	signedOut: { reason: 'here' | 'elsewhere' };
	/** New or changed peers; told before the event that names them. */
	peers: { peers: Peer[] };
	presence: { peer: PeerKey; presence: Presence };
	/** A new message, or a new form of one; `isNew` is false for edits and for what was read from a difference as known. */
	message: { message: Message; isNew: boolean; isSilent: boolean; replaces?: number };
	deleted: { peer: PeerKey; ids: number[] };
	historyCleared: { peer: PeerKey; upTo: number };
	/**
	 * `isShort`: told to all alike, so that it does not say which ones this user chose. `hasUnseen`: there are some that
	 * this user has not seen under his message.
	 */
	reactions: { peer: PeerKey; id: number; reactions: Reaction[]; isShort?: boolean; hasUnseen?: boolean };
	poll: { peer: PeerKey; id: number; poll: Poll };
	read: {
		peer: PeerKey;
		topic?: number;
		inbox?: number;
		outbox?: number;
		unread?: number;
		mentions?: number;
		reactions?: number;
	};
	heard: { peer: PeerKey; ids: number[] };
	pinned: { peer: PeerKey; ids: number[]; isPinned: boolean };
	typing: { peer: PeerKey; topic?: number; user: PeerKey; action?: Typing; text?: string };
	dialog: { dialog: Dialog };
	dialogGone: { peer: PeerKey };
	/** A chat was marked as unread by hand, or is not any more. */
	markedUnread: { peer: PeerKey; isMarkedUnread: boolean };
	/** The order of the pinned chats of a list, first first. */
	pinnedDialogs: { folder: number; peers: PeerKey[] };
	folders: { folders: Folder[] };
	topic: { peer: PeerKey; topic: Topic };
	notify: { peer?: PeerKey; scope?: 'users' | 'groups' | 'channels'; topic?: number; settings: NotifySettings };
	draft: { peer: PeerKey; topic?: number; draft?: Draft };
	views: { peer: PeerKey; views: { id: number; views?: number; forwards?: number; thread?: ThreadInfo }[] };
	/** A file that is being sent or loaded: bytes so far. */
	progress: { key: string; file?: FileRef; done: number; total: number; isOver?: boolean };
	/** Something of a kind changed, and whoever shows it should ask again. */
	stale: {
		what:
			| 'privacy'
			| 'sessions'
			| 'blocked'
			| 'contacts'
			| 'stickers'
			| 'savedGifs'
			| 'recentStickers'
			| 'reactions'
			| 'scheduled'
			| 'config'
			| 'language'
			| 'chat'
			| 'requests'
			| 'folders'
			| 'topics'
			| 'loginToken';
		peer?: PeerKey;
	};
	/** A chat whose log the client could not follow: its history has to be read anew. Without `peer`: everything. */
	reload: { peer?: PeerKey };
	/** Told by the service itself, to be shown at once. */
	notice: { text: string };
	/** A secret chat changed its state, its timer or its key. */
	secret: { peer: PeerKey; state: 'requested' | 'waiting' | 'ready' | 'closed'; ttl: number };
	screenshot: { peer: PeerKey };
}

export type EventName = keyof Events;
