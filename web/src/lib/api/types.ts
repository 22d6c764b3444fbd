/**
 * What the page knows of the world: plain objects, made in the worker. No class of the protocol crosses to here.
 * Dates are seconds since 1970 by the server's clock; durations are seconds; sizes are bytes.
 */

/** Names a chat: `u` a person or bot, `g` a basic group, `c` a supergroup or channel, `s` a secret chat, and its id. */
export type PeerKey = `${'u' | 'g' | 'c' | 's'}${number}`;

/** A content that can be loaded. `id` is opaque: the worker finds the content by it, also after a restart. */
export interface FileRef {
	id: string;
	size: number;
	mime: string;
}

export interface Picture {
	/** Smallest first. */
	sizes: PictureSize[];
	/** A blurred form of some hundred bytes, as a data URL, to be shown at once. */
	preview?: string;
	width: number;
	height: number;
}

export interface PictureSize {
	width: number;
	height: number;
	file: FileRef;
}

export interface Avatar {
	small: FileRef;
	big: FileRef;
	preview?: string;
	isVideo: boolean;
}

export type Presence =
	| { kind: 'online'; until: number }
	| { kind: 'offline'; at: number }
	| { kind: 'recently' | 'week' | 'month' | 'long' };

export type PeerKind = 'user' | 'bot' | 'group' | 'supergroup' | 'channel' | 'secret';

export interface Peer {
	key: PeerKey;
	kind: PeerKind;
	/** First and last name of a person; the title of a chat. Never empty: a deleted account has a name too. */
	title: string;
	firstName?: string;
	lastName?: string;
	username?: string;
	phone?: string;
	avatar?: Avatar;
	/** Index into the palette of name colours, 0 to 6. */
	color: number;
	presence?: Presence;
	isSelf: boolean;
	isContact: boolean;
	isMutualContact: boolean;
	isDeleted: boolean;
	isVerified: boolean;
	/** A private channel or group that the user is not in (any more). */
	isLeft: boolean;
	isForum: boolean;
	isCreator: boolean;
	/** Members, where the server told it. */
	members?: number;
	/** What the user may do as an admin; missing: not one. */
	admin?: AdminRights;
	/** What members may not do here, and what this user may not: united. Missing for people. */
	denied?: DeniedRights;
	/** A channel with a discussion, or the group where it is held. */
	hasLink: boolean;
	/** Only members write; otherwise everybody may comment in a discussion. */
	mustJoin?: boolean;
	isSlow: boolean;
	noForwards: boolean;
	signatures: boolean;
	/** The supergroup that a basic group became. */
	movedTo?: PeerKey;
	/** The other side of a secret chat. */
	partner?: PeerKey;
}

export interface AdminRights {
	changeInfo: boolean;
	post: boolean;
	edit: boolean;
	delete: boolean;
	ban: boolean;
	invite: boolean;
	pin: boolean;
	addAdmins: boolean;
	anonymous: boolean;
	manageCall: boolean;
	manageTopics: boolean;
	other: boolean;
}

export interface DeniedRights {
	view: boolean;
	text: boolean;
	media: boolean;
	photos: boolean;
	videos: boolean;
	rounds: boolean;
	audio: boolean;
	voice: boolean;
	files: boolean;
	stickers: boolean;
	gifs: boolean;
	links: boolean;
	polls: boolean;
	changeInfo: boolean;
	invite: boolean;
	pin: boolean;
	topics: boolean;
	/** 0: for ever. */
	until: number;
}

export type EntityKind =
	| 'bold'
	| 'italic'
	| 'underline'
	| 'strike'
	| 'spoiler'
	| 'code'
	| 'pre'
	| 'quote'
	| 'url'
	| 'link'
	| 'email'
	| 'phone'
	| 'mention'
	| 'name'
	| 'hashtag'
	| 'cashtag'
	| 'command'
	| 'emoji';

/** Offsets and lengths in UTF-16 units, as JavaScript counts. */
export interface Entity {
	kind: EntityKind;
	offset: number;
	length: number;
	/** Of `link`. */
	url?: string;
	/** Of `pre`. */
	language?: string;
	/** Of `name`: a mention of somebody without a username. */
	user?: PeerKey;
	/** Of `emoji`: the custom emoji's document. */
	document?: string;
	/** Of `quote`. */
	isCollapsed?: boolean;
}

export interface RichText {
	text: string;
	entities: Entity[];
}

export interface WebPage {
	id: string;
	url: string;
	shownUrl: string;
	kind: string;
	site?: string;
	title?: string;
	text?: string;
	author?: string;
	picture?: Picture;
	document?: Content;
	isLarge: boolean;
}

export interface PollAnswer {
	/** Opaque, base64. */
	option: string;
	text: RichText;
	voters?: number;
	isChosen: boolean;
	isCorrect?: boolean;
}

export interface Poll {
	id: string;
	question: RichText;
	answers: PollAnswer[];
	total: number;
	isClosed: boolean;
	isPublic: boolean;
	isMultiple: boolean;
	isQuiz: boolean;
	solution?: RichText;
	closesAt?: number;
	recentVoters: PeerKey[];
}

export interface TodoItem {
	id: number;
	title: RichText;
	doneBy?: PeerKey;
	doneAt?: number;
}

export interface StickerInfo {
	emoji: string;
	/** Which set it belongs to. */
	set?: { id: string; hash: string };
	form: 'static' | 'animated' | 'video';
}

/** What a message shows beside its text. One kind, one bubble component. */
export type Content =
	| { kind: 'none' }
	| { kind: 'photo'; picture: Picture; isSpoiler: boolean; ttl?: number; isGone?: boolean }
	| {
			kind: 'video';
			file: FileRef;
			picture?: Picture;
			width: number;
			height: number;
			duration: number;
			name?: string;
			isSpoiler: boolean;
			isStreamable: boolean;
			hasSound: boolean;
			ttl?: number;
			isGone?: boolean;
	  }
	| {
			kind: 'gif';
			file: FileRef;
			picture?: Picture;
			width: number;
			height: number;
			duration: number;
			isSpoiler: boolean;
	  }
	| {
			kind: 'round';
			file: FileRef;
			picture?: Picture;
			duration: number;
			isUnheard: boolean;
			ttl?: number;
			isGone?: boolean;
	  }
	| {
			kind: 'voice';
			file: FileRef;
			duration: number;
			/** Heights 0 to 31. */ waveform: number[];
			isUnheard: boolean;
			ttl?: number;
			isGone?: boolean;
	  }
	| {
			kind: 'audio';
			file: FileRef;
			duration: number;
			title?: string;
			performer?: string;
			name?: string;
			picture?: Picture;
	  }
	| { kind: 'document'; file: FileRef; name: string; picture?: Picture }
	| { kind: 'sticker'; file: FileRef; picture?: Picture; width: number; height: number; sticker: StickerInfo }
	| { kind: 'dice'; emoji: string; value: number }
	| { kind: 'poll'; poll: Poll }
	| { kind: 'todo'; title: RichText; items: TodoItem[]; othersCanAdd: boolean; othersCanComplete: boolean }
	| {
			kind: 'location';
			latitude: number;
			longitude: number;
			title?: string;
			address?: string;
			isLive?: boolean;
			tile?: FileRef;
	  }
	| { kind: 'contact'; firstName: string; lastName: string; phone: string; user?: PeerKey }
	| { kind: 'game'; title: string; description: string; picture?: Picture }
	| { kind: 'service'; action: ServiceAction }
	| { kind: 'unsupported' };

/** What a service message tells. The words are made from it in the language of the page. */
export interface ServiceAction {
	/** `chat-create`, `chat-title`, `members-add`, `member-left`, `pin`, `ttl`, `topic-create`, `screenshot`, … */
	kind: string;
	actor?: PeerKey;
	users?: PeerKey[];
	title?: string;
	count?: number;
	seconds?: number;
	message?: number;
	text?: string;
	picture?: Picture;
}

export interface Reaction {
	/** An emoji, or `custom:` and the document of a custom one. */
	reaction: string;
	count: number;
	isChosen: boolean;
	/** Who, where the server told the last few. */
	recent: PeerKey[];
	/** Somebody reacted so to a message of the user, who has not seen it. */
	isUnseen?: boolean;
}

export interface ReplyInfo {
	message?: number;
	/** Where the answered message is, when elsewhere. */
	peer?: PeerKey;
	quote?: RichText;
	/** First message of the thread or topic. */
	top?: number;
	sender?: PeerKey;
	senderName?: string;
}

export interface ForwardInfo {
	from?: PeerKey;
	name?: string;
	date: number;
	message?: number;
	author?: string;
	/** In the saved messages: where it was saved from. */
	savedFrom?: PeerKey;
	savedMessage?: number;
}

export interface ThreadInfo {
	replies: number;
	recent: PeerKey[];
	/** The discussion group of a channel's post. */
	chat?: PeerKey;
	readUpTo?: number;
}

export type Button = {
	kind:
		| 'text'
		| 'callback'
		| 'url'
		| 'switch'
		| 'game'
		| 'phone'
		| 'location'
		| 'poll'
		| 'webview'
		| 'copy'
		| 'login'
		| 'other';
	text: string;
	data?: string;
	url?: string;
	query?: string;
	isHere?: boolean;
};

export interface Markup {
	kind: 'inline' | 'keyboard' | 'hide' | 'force-reply';
	rows: Button[][];
	placeholder?: string;
	isOneTime?: boolean;
	isSmall?: boolean;
}

/** `sending`: in the outbox; `failed`: the server refused it. */
export type SendState = 'sent' | 'sending' | 'failed';

export interface Message {
	peer: PeerKey;
	/** Of the server, over 0; of a message that is not sent yet, under 0. Ascending in a chat, unsent ones last. */
	id: number;
	/** What the outbox knows it by; stays on the message for the rest of the session, so that its row is not made anew. */
	key: string;
	sender?: PeerKey;
	date: number;
	editDate?: number;
	isOut: boolean;
	isPost: boolean;
	isSilent: boolean;
	isPinned: boolean;
	isMentioned: boolean;
	isUnheard: boolean;
	/** Members may not forward, copy or save it. */
	isProtected: boolean;
	isScheduled: boolean;
	state: SendState;
	/** Why the server refused it. */
	error?: ApiFailure;
	text: RichText;
	content: Content;
	page?: WebPage;
	album?: string;
	reply?: ReplyInfo;
	forward?: ForwardInfo;
	viaBot?: PeerKey;
	reactions: Reaction[];
	thread?: ThreadInfo;
	views?: number;
	forwards?: number;
	author?: string;
	markup?: Markup;
	/** The message vanishes so long after it was read or sent. */
	ttl?: number;
	/** When it vanishes, in a secret chat whose countdown runs. */
	vanishesAt?: number;
}

export interface NotifySettings {
	/** Muted until then; missing: as the default of its kind. */
	muteUntil?: number;
	isSilent?: boolean;
	showPreviews?: boolean;
	sound?: string;
}

export interface Draft {
	text: RichText;
	replyTo?: number;
	date: number;
}

export interface Dialog {
	peer: PeerKey;
	/** The newest message, missing in an empty chat. */
	last?: Message;
	/** Sort key: date of the last message or of the draft. */
	date: number;
	unread: number;
	mentions: number;
	reactions: number;
	isMarkedUnread: boolean;
	readInbox: number;
	readOutbox: number;
	/** 0 for the main list, 1 for the archive. */
	folder: number;
	/** Position among the pinned, from 0; missing: not pinned. */
	pinned?: number;
	notify: NotifySettings;
	draft?: Draft;
	ttl?: number;
	/** Channels: `pts` of the channel's own log. */
	pts?: number;
	/** The newest message that the numbers take in, where that is not `last`: it may not be sent yet. */
	counted?: number;
}

export interface Topic {
	id: number;
	title: string;
	iconColor: number;
	icon?: string;
	isClosed: boolean;
	isPinned: boolean;
	isHidden: boolean;
	isMine: boolean;
	last?: Message;
	unread: number;
	mentions: number;
	readInbox: number;
	readOutbox: number;
	notify: NotifySettings;
	draft?: Draft;
}

export interface Folder {
	id: number;
	title: RichText;
	emoji?: string;
	pinned: PeerKey[];
	include: PeerKey[];
	exclude: PeerKey[];
	contacts: boolean;
	nonContacts: boolean;
	groups: boolean;
	channels: boolean;
	bots: boolean;
	noMuted: boolean;
	noRead: boolean;
	noArchived: boolean;
}

export type Typing =
	'typing' | 'voice' | 'round' | 'photo' | 'video' | 'document' | 'sticker' | 'location' | 'contact' | 'game';

export type ConnectionState = 'offline' | 'connecting' | 'updating' | 'ready';

/** An error that the server answered, or that the way to it failed. */
export interface ApiFailure {
	/** As the server names it, without its number: `FLOOD_WAIT`, `PHONE_CODE_INVALID`; `NETWORK`; `INTERNAL`. */
	text: string;
	code: number;
	/** The number in the name: seconds of FLOOD_WAIT and SLOWMODE_WAIT. */
	value?: number;
}

/** Which messages of a history are asked for. Of `before`, `after` and `around` at most one is given; none: the newest. */
export interface PageRequest {
	peer: PeerKey;
	/** A topic of a forum, or the message under which comments stand. */
	thread?: number;
	before?: number;
	after?: number;
	around?: number;
	limit: number;
}

/** A stretch of a history without gaps. */
export interface MessagePage {
	/** Oldest first. */
	messages: Message[];
	/** No older ones exist. */
	isStart: boolean;
	/** No newer ones exist. */
	isEnd: boolean;
	/** How many there are in all, where the server told it. */
	total?: number;
}

/** A message to be sent. Who sends several contents as an album gives each the same `album`. */
export interface NewMessage {
	peer: PeerKey;
	text: RichText;
	thread?: number;
	reply?: { message: number; peer?: PeerKey; quote?: RichText; quoteOffset?: number };
	isSilent?: boolean;
	scheduleAt?: number;
	/** No preview of links. */
	noPreview?: boolean;
	/** The preview stands over the text. */
	previewAbove?: boolean;
	/** Clears the draft of the chat. */
	clearDraft?: boolean;
}

/** Where forwarded messages go and how. */
export interface ForwardRequest {
	from: PeerKey;
	ids: number[];
	to: PeerKey;
	thread?: number;
	dropAuthor?: boolean;
	dropCaptions?: boolean;
	isSilent?: boolean;
	scheduleAt?: number;
}

/** A part of the list of chats. */
export interface DialogPage {
	dialogs: Dialog[];
	/** Given to the next call; missing: this was the last part. */
	next?: DialogCursor;
}

export interface DialogCursor {
	date: number;
	id: number;
	peer?: PeerKey;
}

export type NotifyScope = 'users' | 'groups' | 'channels';

/** Where the comments of a post are. */
export interface Discussion {
	peer: PeerKey;
	/** The first message of the thread, in the discussion group. */
	message: number;
	readInbox: number;
	unread: number;
	last?: number;
}
