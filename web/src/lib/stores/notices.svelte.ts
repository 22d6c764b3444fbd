import { createContext } from 'svelte';
import type { Message, PeerKey } from '../api/types.ts';

/** What is told of a message. */
export interface Told {
	peer: PeerKey;
	title: string;
	body: string;
	isSilent: boolean;
}

/** What notices are made of; the component that shows them brings it. */
export interface NoticeOptions {
	isMuted: (message: Message) => boolean;
	/** Whether somebody is looking at the page. */
	isWatched: () => boolean;
	/** Whether the chat is open in front of somebody. */
	isOpen: (peer: PeerKey) => boolean;
	describe: (message: Message) => Told;
	show: (told: Told) => void;
	close: (peer: PeerKey) => void;
	play: () => void;
}

/** Older messages, which come when the connection was away for long, are in the list and make no noise. Seconds. */
const fresh = 10 * 60;

/** Decides of what somebody is told, and how. */
export class NoticeStore {
	readonly #options: NoticeOptions;
	/** Chats with a notification that was not closed. */
	readonly #shown = new Set<PeerKey>();

	constructor(options: NoticeOptions) {
		this.#options = options;
	}

	takeMessage({ message, isNew, isSilent }: { message: Message; isNew: boolean; isSilent: boolean }) {
		if (!isNew || !this.#isNews(message)) return;
		const { isWatched, isOpen, play } = this.#options;
		if (isWatched() && isOpen(message.peer)) return;
		if (!isSilent && !message.isSilent) play();
		if (!isWatched()) this.#show(message, isSilent || message.isSilent);
	}

	/** The chat was read, here or elsewhere. */
	takeRead({ peer, inbox }: { peer: PeerKey; inbox?: number }) {
		if (inbox !== undefined && this.#shown.delete(peer)) this.#options.close(peer);
	}

	#isNews(message: Message): boolean {
		if (message.isOut || message.isScheduled || message.content.kind === 'service') return false;
		if (Date.now() / 1000 - message.date > fresh) return false;
		return message.isMentioned || !this.#options.isMuted(message);
	}

	#show(message: Message, isSilent: boolean) {
		this.#shown.add(message.peer);
		this.#options.show({ ...this.#options.describe(message), isSilent });
	}
}

export const [useNotices, provideNotices] = createContext<NoticeStore>();

/** Whether a message shows what notifications are for: somebody has written. */
export function isWorthOffer({ message, isNew }: { message: Message; isNew: boolean }): boolean {
	return isNew && !message.isOut && !message.isScheduled && message.content.kind !== 'service';
}

/** Whether to offer notifications: the browser can be asked, and nobody has said what he wants. */
export function canOffer(
	{ notifies, offersNotices }: { notifies: boolean; offersNotices: boolean },
	notification: Pick<typeof Notification, 'permission'> | undefined = globalThis.Notification,
): boolean {
	return offersNotices && !notifies && notification?.permission === 'default';
}

/** The title of the page with what waits to be read. */
export function titleWith(name: string, unread: number): string {
	return unread > 0 ? `(${unread}) ${name}` : name;
}

/** The number on the icon of an installed page. */
export function setBadge(
	unread: number,
	target: Partial<Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>> = navigator,
) {
	const done = unread > 0 ? target.setAppBadge?.(unread) : target.clearAppBadge?.();
	done?.catch(() => undefined); // not installed
}
