import type { Api } from '../api/api.ts';
import type { MessagePage, PageRequest, PeerKey } from '../api/types.ts';

/** Where a list of messages comes from; the ordinary one is the history of a chat. */
export interface HistorySource {
	/** These are the messages that the server will send later. */
	isScheduled?: boolean;
	page(request: PageRequest): Promise<MessagePage>;
	/** What the browser kept of the newest, shown until the server has answered. */
	cached?(request: PageRequest): Promise<MessagePage>;
}

export interface HistoryPlace {
	peer: PeerKey;
	/** A topic, or the message under which comments stand. */
	thread?: number;
}

/** A part of the history of a place. */
export type HistoryPart = Omit<PageRequest, 'peer' | 'thread'>;

export function sourceOf(api: Pick<Api, 'messages'>): HistorySource {
	return {
		page: (request) => api.messages.history(request),
		cached: (request) => api.messages.cached(request),
	};
}
