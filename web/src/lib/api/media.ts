/** What the page asks the worker to send beside plain text. */
import type { Entity, FileRef, Message, PeerKey, RichText } from './types.ts';

export type NewFileKind = 'photo' | 'video' | 'gif' | 'round' | 'voice' | 'audio' | 'document';

/** A content that lies in this browser, made ready to be sent. */
export interface NewFile {
	kind: NewFileKind;
	blob: Blob;
	name: string;
	mime: string;
	width?: number;
	height?: number;
	/** Seconds. */
	duration?: number;
	/** A small JPEG of it, for those who have not loaded it yet. */
	cover?: Blob;
	/** A blurred form as a data URL, for the sender's own bubble. */
	preview?: string;
	/** Heights 0 to 31. */
	waveform?: number[];
	title?: string;
	performer?: string;
	isSpoiler?: boolean;
	/** Gone so many seconds after it was opened; `VIEW_ONCE`: as soon as it is closed. */
	ttl?: number;
}

export const VIEW_ONCE = 0x7fffffff;

export interface NewPoll {
	question: RichText;
	answers: RichText[];
	isPublic: boolean;
	isMultiple: boolean;
	/** Index of the right answer; makes it a quiz. */
	correct?: number;
	solution?: RichText;
	/** Seconds until it closes. */
	closesAfter?: number;
}

export interface NewTodo {
	title: RichText;
	items: RichText[];
	othersCanAdd: boolean;
	othersCanComplete: boolean;
}

export type NewItem =
	| { kind: 'file'; file: NewFile; /** Of one item of an album. */ caption?: RichText }
	/** A sticker, GIF or other content that the server has. */
	| { kind: 'known'; content: KnownContent }
	| { kind: 'poll'; poll: NewPoll }
	| { kind: 'todo'; todo: NewTodo }
	| { kind: 'location'; latitude: number; longitude: number; title?: string; address?: string }
	| { kind: 'contact'; firstName: string; lastName: string; phone: string; user?: PeerKey }
	| { kind: 'dice'; emoji: string };

export type KnownContent = Extract<Message['content'], { kind: 'sticker' | 'gif' | 'photo' | 'video' | 'document' }>;

/** What a message answers to. */
export interface NewReply {
	message: number;
	/** Where the answered message is, when elsewhere. */
	peer?: PeerKey;
	quote?: RichText;
	quoteOffset?: number;
}

/** More than one item makes an album. */
export interface NewMedia {
	peer: PeerKey;
	items: NewItem[];
	text: RichText;
	reply?: NewReply;
	/** First message of the thread or topic. */
	thread?: number;
	isSilent?: boolean;
	/** When the server is to send it, or `WHEN_ONLINE`. */
	scheduleAt?: number;
}

export const WHEN_ONLINE = 0x7ffffffe;

export interface LinkPreviewAsk {
	text: string;
	entities: Entity[];
}

/** A sticker or GIF to choose from. */
export interface PickItem {
	content: Extract<KnownContent, { kind: 'sticker' | 'gif' }>;
}

export interface StickerSet {
	id: string;
	hash: string;
	title: string;
	name: string;
	count: number;
	isInstalled: boolean;
	isEmoji: boolean;
	cover?: FileRef;
	/** Missing until the set was opened. */
	stickers?: PickItem[];
}

export interface FileStats {
	bytes: number;
	files: number;
	limit: number;
}

/** Some of those who voted. */
export interface VoterPage {
	count: number;
	voters: { peer: PeerKey; option: string; date: number }[];
	/** Given to the next call; missing: this was the last part. */
	next?: string;
}

export interface ButtonAnswer {
	text?: string;
	/** To be shown as a box that has to be closed. */
	isAlert?: boolean;
	url?: string;
}

export interface BotCommand {
	command: string;
	description: string;
	bot?: PeerKey;
}
