/** What is known about a chat or person beyond what stands in a list: asked for when somebody looks closer. */
import type { AdminRights, DeniedRights, Folder, Message, Peer, PeerKey, Picture } from './types.ts';

/** How a group or channel allows reactions: all, these, or none. */
export interface ChatReactions {
	kind: 'all' | 'some' | 'none';
	reactions: string[];
}

export interface ChatInfo {
	peer: PeerKey;
	about: string;
	usernames: string[];
	members?: number;
	online?: number;
	admins?: number;
	/** Not allowed to come back. */
	banned?: number;
	/** Allowed to be here, but not to do everything. */
	restricted?: number;
	/** The permanent link of an admin. */
	invite?: string;
	requests: number;
	/** The discussion group of a channel; the channel of a discussion group. */
	linked?: PeerKey;
	/** Seconds between two messages of a member; 0: off. */
	slowMode: number;
	/** When the user may write again, as far as slow mode makes him wait. */
	nextSend?: number;
	/** Messages vanish after so many seconds; 0: they stay. */
	ttl: number;
	isHistoryHidden: boolean;
	areMembersHidden: boolean;
	canSeeMembers: boolean;
	canSeeStats: boolean;
	canSetUsername: boolean;
	canDelete: boolean;
	/** New members wait until an admin lets them in. */
	needsApproval: boolean;
	/** Only members of the discussion group may comment. */
	mustJoinToSend: boolean;
	reactions: ChatReactions;
	/** What members may not do. */
	denied: DeniedRights;
}

export interface PersonInfo {
	peer: PeerKey;
	about: string;
	usernames: string[];
	isBlocked: boolean;
	commonChats: number;
	ttl: number;
	birthday?: { day: number; month: number; year?: number };
	personalChannel?: PeerKey;
	/** Of a bot. */
	commands: { command: string; description: string }[];
	/** The person is a stranger: adding or blocking is offered. */
	canAdd: boolean;
}

export type MemberRole = 'creator' | 'admin' | 'member' | 'restricted' | 'banned';

export interface Member {
	peer: PeerKey;
	role: MemberRole;
	date?: number;
	/** A title of their own. */
	rank?: string;
	rights?: AdminRights;
	denied?: DeniedRights;
	/** Who let them in, made them admin or took their rights. */
	by?: PeerKey;
	/** Whether this user may change an admin. */
	canEdit: boolean;
}

export type MemberFilter = 'recent' | 'admins' | 'restricted' | 'banned' | 'contacts' | 'bots';

export interface MemberPage {
	members: Member[];
	count: number;
}

/** A person who could not be added: only an invite link helps. */
export interface Added {
	peer: PeerKey;
	missing: PeerKey[];
}

export interface Invite {
	link: string;
	title?: string;
	creator: PeerKey;
	date: number;
	expires?: number;
	limit?: number;
	used: number;
	waiting: number;
	needsApproval: boolean;
	isPermanent: boolean;
	isRevoked: boolean;
}

export interface NewInvite {
	title?: string;
	expires?: number;
	limit?: number;
	needsApproval?: boolean;
}

/** Somebody who came by a link, or waits to be let in. */
export interface Importer {
	peer: PeerKey;
	date: number;
	about?: string;
}

/** What an invite link leads to. */
export type InvitePreview =
	| { kind: 'member'; peer: PeerKey }
	| { kind: 'peek'; peer: PeerKey; until: number }
	| {
			kind: 'invite';
			title: string;
			about?: string;
			isChannel: boolean;
			isPublic: boolean;
			members: number;
			known: PeerKey[];
			needsApproval: boolean;
			color: number;
			picture?: Picture;
	  };

/** Something that an admin did. `kind` chooses the words. */
export interface AdminEvent {
	id: string;
	date: number;
	actor: PeerKey;
	kind: string;
	/** Whom it concerns. */
	member?: Member;
	memberBefore?: Member;
	before?: string;
	after?: string;
	isOn?: boolean;
	seconds?: number;
	chat?: PeerKey;
	message?: Message;
	messageBefore?: Message;
}

export type AdminEventGroup = 'members' | 'admins' | 'settings' | 'messages' | 'invites' | 'topics';

export interface StatsLine {
	name: string;
	values: number[];
	kind: 'line' | 'bar' | 'area' | 'step';
}

export interface Chart {
	id: string;
	/** Seconds since 1970, one for each value. */
	dates: number[];
	lines: StatsLine[];
	isStacked: boolean;
}

export interface ChatStats {
	from: number;
	to: number;
	numbers: { id: string; now: number; before: number }[];
	charts: Chart[];
	top: { peer: PeerKey; count: number; kind: 'poster' | 'admin' | 'inviter' }[];
	posts: { message: number; views: number; forwards: number }[];
}

export type MediaKind = 'media' | 'files' | 'links' | 'audio' | 'voice' | 'gifs';

export type MediaCounts = Record<MediaKind, number>;

export interface FoundMessages {
	/** Newest first. */
	messages: Message[];
	total?: number;
	/** Given to the next call; missing: these are all. */
	next?: GlobalCursor;
}

export interface GlobalCursor {
	rate: number;
	id: number;
	peer: PeerKey;
}

export interface ChatSearchRequest {
	peer: PeerKey;
	thread?: number;
	query: string;
	/** Older than this one. */
	before?: number;
	limit: number;
	/** Only of this sender. */
	from?: PeerKey;
	media?: MediaKind;
	minDate?: number;
	maxDate?: number;
}

/** A folder that was shared by a link. */
export interface FolderInvite {
	title: string;
	emoji?: string;
	/** Not joined yet. */
	missing: PeerKey[];
	known: PeerKey[];
	folder?: number;
}

export interface FolderLink {
	url: string;
	title: string;
	peers: PeerKey[];
}

export interface SuggestedFolder {
	folder: Folder;
	description: string;
}

export type { Peer };
