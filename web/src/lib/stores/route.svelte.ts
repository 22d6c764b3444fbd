import { createContext } from 'svelte';
import type { PeerKey } from '../api/types.ts';
import { linkOf, parseHash, writeHash, type ChatPlace, type LinkPlace } from './places.ts';

/** What is shown in the three columns. */
interface Columns {
	/** The page of the left column: `chats`, `archive`, `contacts`, `settings/privacy` … */
	left: string;
	chat?: ChatPlace;
	/** The page of the right column; undefined: it is closed. */
	info?: string;
}

/** What the address and the history of the browser keep. */
interface Place extends Columns {
	/** What was shown one step before, in this page. */
	below?: Columns;
}

type Browser = Pick<Window, 'history' | 'location' | 'addEventListener' | 'removeEventListener'>;

/**
 * Where the user is. The browser's history holds every step, so that its back button, and that of a phone, leads
 * from the profile to the chat and from the chat to the list.
 */
export class RouteStore {
	readonly #browser: Browser;
	readonly #layout: { readonly isNarrow: boolean };
	#place = $state.raw<Place>({ left: 'chats' });
	/** A link that has to be asked for at the server first: a name, an invitation. Whoever opened it clears it. */
	link = $state.raw<LinkPlace | undefined>();

	readonly left = $derived(this.#place.left);
	readonly chat = $derived(this.#place.chat);
	readonly infoPage = $derived(this.#place.info);
	readonly isInfoOpen = $derived(this.#place.info !== undefined);
	/** Which column lies in front where there is room for one only. */
	readonly front = $derived.by((): 'left' | 'chat' | 'info' => {
		const { left, chat, info } = this.#place;
		if (info !== undefined) return 'info';
		return chat && left === 'chats' ? 'chat' : 'left';
	});

	constructor(layout: { readonly isNarrow: boolean }, browser: Browser = window) {
		this.#layout = layout;
		this.#browser = browser;
		this.#read();
		browser.addEventListener('popstate', this.#read);
	}

	close() {
		this.#browser.removeEventListener('popstate', this.#read);
	}

	/**
	 * Opens a chat. The same chat again only moves inside of it, and the page on which a chat was made is not come back to:
	 * the step replaces the one before.
	 */
	openChat(peer: PeerKey, options: Omit<ChatPlace, 'peer'> = {}) {
		const isSame = this.chat?.peer === peer && this.chat.thread === options.thread;
		const isMove = isSame && !(this.#layout.isNarrow && this.left !== 'chats');
		// On a phone the chat takes the place of the list that it was opened from; a step back leads there again.
		const left = this.#layout.isNarrow || !staysOpen(this.left) ? 'chats' : this.left;
		const info = isSame && !this.#layout.isNarrow ? this.infoPage : undefined;
		const isMade = this.left.startsWith('new-');
		this.#go({ left, chat: { peer, ...options }, info }, isMove || isMade);
	}

	/** The open chat goes on under another key, with all that is open beside it. */
	moveChat(peer: PeerKey) {
		if (this.chat) this.#go({ ...this.#columns, chat: { peer } }, true);
	}

	/** Comments and topics lie in the chat that they were opened from: the way out of them leads there. */
	closeChat() {
		if (!this.chat) return;
		const { thread } = this.chat;
		const outer = this.#place.below?.chat;
		const isInside = thread !== undefined && thread !== outer?.thread;
		this.#back({ left: this.left, chat: isInside ? outer : undefined });
	}

	/** Says that the jump to a message was made, so that a reload of the page does not make it again. */
	clearMessage() {
		const { chat } = this.#place;
		if (chat?.message) this.#go({ ...this.#columns, chat: { ...chat, message: undefined } }, true);
	}

	openLeft(page: string) {
		if (page !== this.left) this.#go({ ...this.#columns, left: page });
	}

	/** One page up: from `settings/privacy/phone` to `settings/privacy`, from `settings` to the chats. */
	closeLeft() {
		const up = this.left.includes('/') ? this.left.slice(0, this.left.lastIndexOf('/')) : 'chats';
		if (this.left !== 'chats') this.#back({ ...this.#columns, left: up });
	}

	openInfo(page = '') {
		if (this.chat && page !== this.infoPage) this.#go({ ...this.#columns, info: page });
	}

	/** One page up, or closes the column. */
	closeInfo() {
		const info = this.infoPage;
		if (info === undefined) return;
		const up = info.includes('/') ? info.slice(0, info.lastIndexOf('/')) : info ? '' : undefined;
		this.#back({ ...this.#columns, info: up });
	}

	/** Closes the column with all its pages. */
	leaveInfo() {
		if (this.isInfoOpen) this.#go({ ...this.#columns, info: undefined });
	}

	back() {
		if (this.isInfoOpen) this.closeInfo();
		else if (this.left !== 'chats') this.closeLeft();
		else this.closeChat();
	}

	/** Follows a link to this installation (`/#…`, `/name`, `/+hash`, `tg://…`). Returns whether it was one. */
	openLink(url: string): boolean {
		const place = linkOf(url, this.#browser.location.origin);
		if (!place) return false;
		if ('peer' in place) this.openChat(place.peer, place);
		else if ('left' in place) this.openLeft(place.left);
		else this.link = place;
		return true;
	}

	/** Another account: nothing of the places of this one means anything there. */
	reset() {
		this.#go({ left: 'chats' }, true);
	}

	get #columns(): Columns {
		const { left, chat, info } = this.#place;
		return { left, chat, info };
	}

	#go(columns: Columns, isReplacing = false) {
		const next = { ...columns, below: isReplacing ? this.#place.below : this.#columns };
		this.#place = next;
		const address = writeHash(next) || this.#browser.location.pathname;
		if (isReplacing) this.#browser.history.replaceState(next, '', address);
		else this.#browser.history.pushState(next, '', address);
	}

	/**
	 * Back to `parent`. By the browser's history when that leads there; on a phone, where every step covers the one
	 * before, whenever there is one.
	 */
	#back(parent: Columns) {
		const { below } = this.#place;
		if (below && (this.#layout.isNarrow || isSamePlace(below, parent))) this.#browser.history.back();
		else this.#go(parent, this.#layout.isNarrow);
	}

	/** A step back to a link does not follow it again; opening or reloading the page there does. */
	readonly #read = (step?: Event) => {
		const kept = this.#browser.history.state as Place | null;
		const place = parseHash(this.#browser.location.hash);
		if (!step || !kept?.left) this.link = place && !('peer' in place) && !('left' in place) ? place : undefined;
		if (kept?.left) {
			this.#place = kept;
			return;
		}
		const next: Place = { left: 'chats' };
		if (place && 'peer' in place) next.chat = place;
		if (place && 'left' in place) next.left = place.left;
		this.#place = next;
		this.#browser.history.replaceState(next, '');
	};
}

function isSamePlace(a: Columns, b: Columns): boolean {
	const keyOf = ({ left, chat, info }: Columns) => [left, chat?.peer, chat?.thread, info].join(' ');
	return keyOf(a) === keyOf(b);
}

/** Pages beside which chats are opened; the others have done their work when one is. */
function staysOpen(left: string): boolean {
	return left === 'archive' || left.startsWith('settings');
}

export const [useRoute, provideRoute] = createContext<RouteStore>();
