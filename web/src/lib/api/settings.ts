import type { PeerKey, Picture } from './types.ts';

/** The signed-in user as only he sees himself. */
export interface OwnProfile {
	peer: PeerKey;
	firstName: string;
	lastName: string;
	about: string;
	username: string;
	phone: string;
	birthday?: Birthday;
}

export interface Birthday {
	day: number;
	/** From 1. */
	month: number;
	year?: number;
}

/** A photo that somebody has or had as the face. */
export interface DatedPhoto {
	id: string;
	date: number;
	picture: Picture;
}

export type PrivacyKey =
	'phone' | 'last-seen' | 'photo' | 'about' | 'birthday' | 'forwards' | 'invites' | 'voice' | 'calls' | 'find-by-phone';

/** Who may see or do something: a rule, and exceptions from it. */
export interface PrivacyRule {
	who: 'everybody' | 'contacts' | 'nobody';
	allowed: PeerKey[];
	denied: PeerKey[];
}

export interface GlobalPrivacy {
	/** New chats with people who are no contacts are archived and muted. */
	archivesStrangers: boolean;
	keepsArchivedUnmuted: boolean;
	/** Others do not see when this user read their messages, and the other way round. */
	hidesReadTime: boolean;
}

export interface Device {
	hash: string;
	isCurrent: boolean;
	/** The password was not given yet. */
	isPending: boolean;
	/** It came in lately, and nobody has said that it is known. */
	isUnconfirmed: boolean;
	app: string;
	version: string;
	model: string;
	system: string;
	ip: string;
	country: string;
	createdAt: number;
	activeAt: number;
	takesSecretChats: boolean;
}

export interface DeviceList {
	/** This one first. */
	devices: Device[];
	/** Devices that were not used for so many days are logged out. */
	days: number;
}

export interface BlockedPage {
	count: number;
	blocked: { peer: PeerKey; date: number }[];
}

export interface PasswordState {
	isSet: boolean;
	hint: string;
	hasRecovery: boolean;
	/** An address that was given and not confirmed yet, with stars. */
	unconfirmedEmail?: string;
	loginEmail?: string;
	/** When a reset that was asked for takes place. */
	resetAt?: number;
}

/** What a reset of the forgotten password led to. */
export type PasswordReset = { kind: 'done' } | { kind: 'at'; time: number } | { kind: 'too-early'; time: number };
