/** Names a secret chat on the server, alike for both sides. */
export type ChatId = number;

/**
 * How far a chat is: `asked`: this side asked and waits for the other to accept; `offered`: the other side asked, and
 * `accept` or `discard` answers; `accepting`: this side accepted and the server has not confirmed it; `ready`: messages
 * flow; `ended`: one side discarded the chat, and its keys are gone.
 */
export type ChatPhase = 'asked' | 'offered' | 'accepting' | 'ready' | 'ended';

/** What a program shows of a secret chat. */
export interface Chat {
	id: ChatId;
	phase: ChatPhase;
	/** The other user. */
	partner: number;
	/** Whether this side asked for the chat. */
	isCreator: boolean;
	/** Unix seconds. */
	since: number;
	/** The timer that new messages get, in seconds; 0 means that they stay. */
	ttl: number;
	/** The newest layer that the other side is known to understand. */
	layer: number;
	/** What the two people compare; missing before `ready`. */
	fingerprint?: Uint8Array;
	/** The fingerprint of the key in use, and how many messages were sealed or opened with it. */
	keyId: bigint;
	keyUses: number;
	/** Messages of the other side that are held back behind a gap. */
	waiting: number;
}

/**
 * What became of a message. `sent`: the server has it; `arrived`: the other device has interpreted it; `failed`: the
 * server refused it, and the other side got an empty one in its place; `received`: it came in and was not read yet;
 * `read`: by the other person, or by this one if it came in.
 */
export type Status = 'sending' | 'sent' | 'arrived' | 'read' | 'failed' | 'received';

/** An entry of the history of a chat. */
export interface Message {
	/** The random id that the sender chose. It names the message on both sides. */
	id: bigint;
	chat: ChatId;
	/** This side sent it. */
	isOut: boolean;
	/** Unix seconds. */
	date: number;
	text: string;
	entities: Entity[];
	media?: Media;
	/** The id of the message that is answered. */
	replyTo?: bigint;
	/** The name of the bot that helped to write it. */
	viaBot?: string;
	isSilent: boolean;
	/** Common to the messages of an album. */
	group?: bigint;
	/** How long the message lives once it was read, in seconds; 0 means for ever. */
	ttl: number;
	/** Set for a service message, which has nothing of the above. */
	action?: Action;
	/** The message came from a newer program and cannot be shown. */
	isUnsupported?: boolean;
	status: Status;
	/** When the countdown began, and when the message goes, in unix milliseconds; missing before that. */
	opened?: number;
	destroy?: number;
	/**
	 * The number of the message among those of its side, and how many of the other side's its sender had interpreted when
	 * it was made: it belongs behind that many.
	 */
	seq: number;
	seen: number;
	/** The place in the history of this device. */
	order: number;
}

/** What a service message in the history tells. */
export type Action = { kind: 'ttl'; seconds: number } | { kind: 'screenshot'; messages: bigint[] };

export type EntityKind =
	| 'mention'
	| 'hashtag'
	| 'command'
	| 'url'
	| 'email'
	| 'bold'
	| 'italic'
	| 'code'
	| 'pre'
	| 'link'
	| 'name'
	| 'phone'
	| 'cashtag'
	| 'card'
	| 'underline'
	| 'strike'
	| 'quote'
	| 'spoiler'
	| 'emoji'
	| 'unknown';

/** Marks a stretch of a text, in UTF-16 code units. Spec: https://core.telegram.org/api/entities */
export interface Entity {
	kind: EntityKind;
	offset: number;
	length: number;
	/** The language of `pre`, the address of `link`. */
	value?: string;
	/** The user of `name`, the document of `emoji`. */
	number?: bigint;
}

/** What hangs on a message. */
export type Media = Photo | Video | Audio | Document | Location | Venue | Contact | WebPage | External;

/** A small JPEG, of at most some kilobytes. */
export interface Thumb {
	jpeg: Uint8Array;
	width: number;
	height: number;
}

/** A picture. The caption is also the text of the message for programs of today. */
export interface Photo {
	kind: 'photo';
	file: File;
	thumb?: Thumb;
	width: number;
	height: number;
	caption: string;
}

export interface Video {
	kind: 'video';
	file: File;
	thumb?: Thumb;
	width: number;
	height: number;
	duration: number;
	mime: string;
	caption: string;
}

/** A voice message in the form of old programs; today they are documents. */
export interface Audio {
	kind: 'audio';
	file: File;
	duration: number;
	mime: string;
}

/** Any file. Its attributes say what it is for. */
export interface Document {
	kind: 'document';
	file: File;
	thumb?: Thumb;
	mime: string;
	attributes: Attributes;
	caption: string;
}

/** Say what a document is. Durations are whole seconds. */
export interface Attributes {
	name?: string;
	/** Of a picture. */
	width?: number;
	height?: number;
	isAnimated?: boolean;
	video?: { width: number; height: number; duration: number; isRound: boolean };
	audio?: { duration: number; isVoice: boolean; title?: string; performer?: string; waveform?: Uint8Array };
	/** `set` is the short name of its set, if it has one. */
	sticker?: { alt: string; set?: string };
}

/** A point on the earth, in degrees. */
export interface Location {
	kind: 'location';
	latitude: number;
	longitude: number;
}

export interface Venue {
	kind: 'venue';
	latitude: number;
	longitude: number;
	title: string;
	address: string;
	provider: string;
	id: string;
}

export interface Contact {
	kind: 'contact';
	phone: string;
	firstName: string;
	lastName: string;
	user?: number;
}

/** A link that is shown with a preview. */
export interface WebPage {
	kind: 'page';
	url: string;
}

/** A document of the cloud, a sticker say, that the server has unencrypted and everybody may load. */
export interface External {
	kind: 'external';
	id: bigint;
	accessHash: bigint;
	date: number;
	mime: string;
	size: number;
	dc: number;
	thumb: ExternalThumb;
	attributes: Attributes;
}

/** The preview of an external document: bytes that are in the message, or the place where they are. */
export interface ExternalThumb {
	type: string;
	width: number;
	height: number;
	size: number;
	bytes?: Uint8Array;
	dc: number;
	volume: bigint;
	local: number;
	secret: bigint;
}

/** An encrypted file: what the message says of it, which the server never sees, and where the server has it. */
export interface File {
	/** Bytes of the plain content. */
	size: number;
	/** 32 bytes each, or none if what came cannot be a key. */
	key: Uint8Array;
	iv: Uint8Array;
	/** Where the server has it; missing before it was sent. */
	place?: FilePlace;
	/** Parts that were uploaded and not yet sent. */
	upload?: Upload;
}

/** Where the server has an encrypted file. Spec: https://core.telegram.org/constructor/encryptedFile */
export interface FilePlace {
	id: bigint;
	accessHash: bigint;
	/** With its padding. */
	size: number;
	dc: number;
	/** Of the key, see `fileFingerprint`. */
	fingerprint: number;
}

/** Names the uploaded parts of a file. Spec: https://core.telegram.org/api/files#uploading-files */
export interface Upload {
	id: bigint;
	parts: number;
	/** Hexadecimal, empty for a big one. */
	md5: string;
	/** The parts were uploaded with `upload.saveBigFilePart`. */
	isBig: boolean;
}

/** What somebody is doing. */
export type Typing =
	| 'writing'
	| 'stopped'
	| 'recording-video'
	| 'sending-video'
	| 'recording-voice'
	| 'sending-voice'
	| 'sending-photo'
	| 'sending-document'
	| 'choosing-location'
	| 'choosing-contact'
	| 'recording-round'
	| 'sending-round';
