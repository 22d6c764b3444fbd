/** What the page and its service worker say to each other. */

/**
 * From the page. `update`: it is about to be loaded anew, so take over with the newer version. `counting`: it shows itself
 * what is unread, of all its accounts.
 */
export type ToServiceWorker = { kind: 'update' } | { kind: 'counting' } | { kind: 'language'; code: string };

/** A part of a file that a player wants; the page answers through the port with the bytes, or null. */
export interface StreamRequest {
	stream: { slot: number; id: string; size: number; mime: string; offset: number; length: number };
}

/** The page is to show a chat of one of its accounts. `user` is the bare id; `peer` may be empty. */
export interface OpenRequest {
	open: { user: string; peer: string };
}
