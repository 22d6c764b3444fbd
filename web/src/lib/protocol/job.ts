import type { ApiFailure, Message, PeerKey } from '../api/types.ts';

/**
 * Something that waits to be sent: one message, an album or messages to forward. It lies in IndexedDB from the moment
 * in which the user sent it until the server answered, so it is structured-cloneable throughout (Blobs are).
 */
export interface Job<I = unknown> {
	/** Ascending in the order of sending. */
	readonly key: string;
	readonly peer: PeerKey;
	/** Its sender in `senders`. */
	readonly kind: string;
	readonly input: I;
	/** One for each message, decimal. The server answers a repeated one with what it did the first time. */
	readonly randomIds: string[];
	/** How the messages look until the server has them; their ids are under 0. */
	readonly messages: Message[];
	/** The server refused it; it waits for the user to try again or to give up. */
	failure?: ApiFailure;
}
