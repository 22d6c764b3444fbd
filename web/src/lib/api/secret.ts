import type { PeerKey } from './types.ts';

/** `requested`: the other person asks; `waiting`: this side asked, or has just accepted. */
export type SecretState = 'requested' | 'waiting' | 'ready' | 'closed';

/** A secret chat as the page shows it. */
export interface SecretInfo {
	state: SecretState;
	partner: PeerKey;
	/** Whether this side asked for it. */
	isCreator: boolean;
	/** Timer of new messages, in seconds; 0: they stay. */
	ttl: number;
	/** Missing until both sides have agreed on one. */
	key?: SecretKeyView;
}

/** What the two people compare, in three forms. */
export interface SecretKeyView {
	/** 12 by 12 squares of four colours, row by row. */
	squares: number[];
	/** Four rows of eight. */
	emoji: string[][];
	/** Four rows of eight pairs in hexadecimal. */
	text: string[];
}
