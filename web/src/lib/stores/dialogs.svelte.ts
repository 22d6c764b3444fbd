import { createContext } from 'svelte';
import type { Api } from '../api/api.ts';
import type { Events } from '../api/events.ts';
import type { Dialog, DialogCursor, Message, NotifySettings, PeerKey } from '../api/types.ts';
import { DialogBook } from './dialog-book.svelte.ts';
import { firstDialog, isGone, withMessage, withRead, withUnsent, withoutMessages } from './dialog-rules.ts';
import { LateMessages } from './late-messages.ts';

const FIRST_PART = 100;
const PART = 100;
/** How long chats to be asked for again are gathered. */
const ASK_AFTER = 50;

/** The dialogs of the signed-in user. Components only read it; `load`, the events and the user's wishes change it. */
export class DialogStore extends DialogBook {
	readonly #doubtful = new Set<PeerKey>();
	readonly #late = new LateMessages();
	#askTimer?: ReturnType<typeof setTimeout>;

	/** `ready` as soon as there is something true to show; `isComplete` when the last part has come. */
	status = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
	isComplete = $state(false);

	/** Fills the list with what the browser kept, at once and without the network. */
	warm(kept: readonly Dialog[]) {
		if (kept.length === 0 || this.status === 'ready') return;
		for (const dialog of kept) if (!this.byPeer.has(dialog.peer)) this.byPeer.set(dialog.peer, dialog);
		this.status = 'ready';
	}

	/** Reads the list from the server: the top of it first, the rest in the background. */
	async load() {
		if (this.status !== 'ready') this.status = 'loading';
		try {
			const seen = new Set<PeerKey>();
			const next = await this.#loadPart({ folder: 0, limit: FIRST_PART }, seen);
			this.status = 'ready';
			await Promise.all([this.#loadRest(0, seen, next), this.#loadRest(1, seen), this.#loadDefaults()]);
			this.#forgetAllBut(seen);
			this.isComplete = true;
		} catch {
			if (this.status === 'loading') this.status = 'failed';
		}
	}

	/** Takes a dialog from the server, which knows better. */
	take(dialog: Dialog) {
		const next = withUnsent(dialog, this.byPeer.get(dialog.peer));
		const late = this.#late.of(dialog.peer);
		this.put(late.reduce((known, event) => this.#withMessage(known, event), next));
	}

	takeMessage(event: Events['message']) {
		const { message, isNew } = event;
		if (message.isScheduled) return;
		this.#late.take(event);
		const dialog = this.byPeer.get(message.peer);
		if (dialog) return this.put(this.#withMessage(dialog, event));
		if (!isNew) return;
		if (message.id < 0 && message.peer[0] !== 's') this.put(firstDialog(message));
		this.#doubt(message.peer);
	}

	takeDeleted({ peer, ids }: Events['deleted']) {
		this.#late.forget({ peer, ids });
		const dialog = this.byPeer.get(peer);
		if (!dialog) return;
		const { dialog: left, isDoubtful } = withoutMessages(dialog, ids);
		if (left !== dialog) this.put(left);
		if (isDoubtful) this.#doubt(peer);
	}

	takeCleared({ peer, upTo }: Events['historyCleared']) {
		const last = this.byPeer.get(peer)?.last;
		if (last && last.id <= upTo) this.#doubt(peer);
	}

	takeRead(read: Events['read']) {
		const dialog = this.byPeer.get(read.peer);
		if (dialog && read.topic === undefined) this.put(withRead(dialog, read));
	}

	takeNotify({ peer, scope, topic, settings }: Events['notify']) {
		if (scope) this.defaults.set(scope, settings);
		if (peer && topic === undefined) this.change(peer, (dialog) => ({ ...dialog, notify: settings }));
	}

	takeMarkedUnread({ peer, isMarkedUnread }: Events['markedUnread']) {
		this.change(peer, (dialog) => ({ ...dialog, isMarkedUnread }));
	}

	takeDraft({ peer, topic, draft }: Events['draft']) {
		if (topic !== undefined) return;
		this.change(peer, (dialog) => ({
			...dialog,
			draft,
			date: Math.max(dialog.last?.date ?? 0, draft?.date ?? 0) || dialog.date,
		}));
	}

	takePinned({ folder, peers }: Events['pinnedDialogs']) {
		const places = new Map(peers.map((peer, place) => [peer, place]));
		for (const dialog of this.all()) {
			const pinned = places.get(dialog.peer);
			if (dialog.folder === folder && dialog.pinned !== pinned) this.put({ ...dialog, pinned });
		}
		for (const peer of peers) if (!this.byPeer.has(peer)) this.#doubt(peer);
	}

	/** Mentions and reactions were seen, or some came that are not: only the server counts these. */
	takeSeen(peer: PeerKey, isNew = false) {
		const dialog = this.byPeer.get(peer);
		if (dialog && (isNew || dialog.mentions > 0 || dialog.reactions > 0)) this.#doubt(peer);
	}

	/** A message got another form of its own: reactions, views, heard. */
	changeMessage(peer: PeerKey, id: number, change: (message: Message) => Message) {
		const dialog = this.byPeer.get(peer);
		if (dialog?.last?.id === id) this.put({ ...dialog, last: change(dialog.last) });
	}

	async setPinned(peer: PeerKey, isPinned: boolean) {
		const folder = this.byPeer.get(peer)?.folder;
		if (folder === undefined) return;
		const before = this.pinnedOf(folder);
		const others = before.filter((other) => other !== peer);
		await this.#order(folder, before, isPinned ? [peer, ...others] : others, () =>
			this.api.dialogs.pin(peer, isPinned),
		);
	}

	async reorderPinned(folder: number, peers: PeerKey[]) {
		await this.#order(folder, this.pinnedOf(folder), peers, () => this.api.dialogs.reorderPinned(folder, peers));
	}

	setArchived(peer: PeerKey, isArchived: boolean): Promise<void> {
		const change = { folder: isArchived ? 1 : 0, pinned: undefined };
		return this.#apply(
			peer,
			() => change,
			() => this.api.dialogs.archive([peer], isArchived),
		);
	}

	setNotify(peer: PeerKey, settings: NotifySettings): Promise<void> {
		const change = ({ notify }: Dialog) => ({ notify: { ...notify, ...settings } });
		return this.#apply(peer, change, () => this.api.dialogs.setNotify(peer, settings));
	}

	setMarkedUnread(peer: PeerKey, isMarkedUnread: boolean): Promise<void> {
		return this.#apply(
			peer,
			() => ({ isMarkedUnread }),
			() => this.api.dialogs.markUnread(peer, isMarkedUnread),
		);
	}

	/** Everything in the chat counts as read. */
	markRead(peer: PeerKey): Promise<void> {
		const upTo = this.byPeer.get(peer)?.last?.id ?? 0;
		const change = (dialog: Dialog) =>
			withRead(dialog, { inbox: Math.max(upTo, dialog.readInbox), unread: 0, mentions: 0 });
		return this.#apply(peer, change, () => this.api.dialogs.markRead(peer));
	}

	/** Deletes the chat from the list, or only its messages. */
	async clear(peer: PeerKey, how: { forBoth: boolean; keepChat: boolean }) {
		await this.api.dialogs.clear(peer, how);
		if (!how.keepChat) this.drop(peer);
		else this.change(peer, (dialog) => ({ ...dialog, last: undefined, unread: 0, mentions: 0 }));
	}

	/** Asks the server again, some chats at once: their counts or last message are not known for sure. */
	refresh(peer: PeerKey) {
		this.#doubt(peer);
	}

	#withMessage(dialog: Dialog, { message, isNew, replaces }: Events['message']): Dialog {
		return withMessage(dialog, message, { isNew, replaces, isOwn: this.peers.self?.key === message.peer });
	}

	async #loadRest(folder: 0 | 1, seen: Set<PeerKey>, after?: DialogCursor) {
		if (folder === 0 && !after) return;
		let cursor = after;
		do cursor = await this.#loadPart({ folder, after: cursor, limit: PART }, seen);
		while (cursor);
	}

	async #loadPart(part: Parameters<Api['dialogs']['load']>[0], seen: Set<PeerKey>): Promise<DialogCursor | undefined> {
		const page = await this.#late.during(this.api.dialogs.load(part), ({ dialogs }) => {
			for (const dialog of dialogs) {
				seen.add(dialog.peer);
				this.take(dialog);
			}
		});
		return page.next;
	}

	async #loadDefaults() {
		const defaults = await this.api.dialogs.notifyDefaults();
		for (const { scope, settings } of defaults) this.defaults.set(scope, settings);
	}

	/** What the browser kept and the server does not list any more is gone; secret chats live only here. */
	#forgetAllBut(seen: ReadonlySet<PeerKey>) {
		const gone = this.all().filter(
			(dialog) =>
				dialog.peer[0] !== 's' &&
				!seen.has(dialog.peer) &&
				!this.#doubtful.has(dialog.peer) &&
				!this.changed.has(dialog.peer) &&
				(dialog.last?.id ?? 0) >= 0,
		);
		for (const dialog of gone) this.drop(dialog.peer);
	}

	#doubt(peer: PeerKey) {
		if (peer[0] === 's') return;
		this.#doubtful.add(peer);
		this.#askTimer ??= setTimeout(() => void this.#askAgain(), ASK_AFTER);
	}

	async #askAgain() {
		this.#askTimer = undefined;
		const peers = [...this.#doubtful];
		this.#doubtful.clear();
		try {
			await this.#late.during(this.api.dialogs.refresh(peers), (dialogs) => {
				for (const dialog of dialogs) this.#takeAsked(dialog);
			});
		} catch {
			// Without a network the list stays as it is; the next event or start asks again.
		}
	}

	#takeAsked(dialog: Dialog) {
		this.take(dialog);
		const known = this.byPeer.get(dialog.peer);
		if (known && isGone(known)) this.drop(dialog.peer);
	}

	/** Shows a change at once, and again when the server has taken it: an older answer may have come in between. */
	async #apply(peer: PeerKey, change: (dialog: Dialog) => Partial<Dialog>, call: () => Promise<unknown>) {
		const before = this.byPeer.get(peer);
		const put = () => this.change(peer, (dialog) => ({ ...dialog, ...change(dialog) }));
		put();
		try {
			await call();
			put();
		} catch (failure) {
			if (before) this.put(before);
			throw failure;
		}
	}

	async #order(folder: number, before: PeerKey[], peers: PeerKey[], call: () => Promise<unknown>) {
		this.takePinned({ folder, peers });
		try {
			await call();
		} catch (failure) {
			this.takePinned({ folder, peers: before });
			throw failure;
		}
	}
}

export const [useDialogs, provideDialogs] = createContext<DialogStore>();
