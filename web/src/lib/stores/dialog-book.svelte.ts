import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '../api/api.ts';
import type { Dialog, NotifyScope, NotifySettings, PeerKey } from '../api/types.ts';
import { compareDialogs, countUnread, isMutedBy } from './dialog-rules.ts';
import type { PeerStore } from './peers.svelte.ts';

/** How long changed dialogs wait before the worker keeps them for the next start. */
const KEEP_AFTER = 3000;

/** The dialogs that are known, in their lists, and kept in the browser. What changes them is in the store. */
export class DialogBook {
	protected readonly api: Pick<Api, 'dialogs'>;
	protected readonly peers: PeerStore;
	protected readonly byPeer = new SvelteMap<PeerKey, Dialog>();
	protected readonly defaults = new SvelteMap<NotifyScope, NotifySettings>();
	/** Not kept yet. */
	protected readonly changed = new Set<PeerKey>();
	#keepTimer?: ReturnType<typeof setTimeout>;

	/** Pinned first, then newest first. */
	readonly main = $derived(this.#list(0));
	readonly archive = $derived(this.#list(1));
	/** Of the main list: chats and messages unread, and how many of them are not muted. */
	readonly unread = $derived(countUnread(this.main, (dialog) => this.isMuted(dialog)));
	readonly archiveUnread = $derived(countUnread(this.archive, (dialog) => this.isMuted(dialog)));

	constructor(api: Pick<Api, 'dialogs'>, peers: PeerStore) {
		this.api = api;
		this.peers = peers;
	}

	get(peer: PeerKey | undefined): Dialog | undefined {
		return peer === undefined ? undefined : this.byPeer.get(peer);
	}

	/** Of both lists, in no order. */
	all(): Dialog[] {
		return [...this.byPeer.values()];
	}

	isMuted(dialog: Dialog): boolean {
		return isMutedBy(dialog.notify, this.defaults.get(this.scopeOf(dialog.peer)));
	}

	scopeOf(peer: PeerKey): NotifyScope {
		if (peer[0] === 'u' || peer[0] === 's') return 'users';
		return this.peers.get(peer)?.kind === 'channel' ? 'channels' : 'groups';
	}

	drop(peer: PeerKey) {
		this.byPeer.delete(peer);
		void this.api.dialogs.forget(peer).catch(noop);
	}

	protected pinnedOf(folder: number): PeerKey[] {
		const pinned = this.#list(folder).filter((dialog) => dialog.pinned !== undefined);
		return pinned.map((dialog) => dialog.peer);
	}

	protected change(peer: PeerKey, change: (dialog: Dialog) => Dialog) {
		const dialog = this.byPeer.get(peer);
		if (dialog) this.put(change(dialog));
	}

	protected put(dialog: Dialog) {
		this.byPeer.set(dialog.peer, dialog);
		this.changed.add(dialog.peer);
		this.#keepTimer ??= setTimeout(() => this.#keep(), KEEP_AFTER);
	}

	#keep() {
		this.#keepTimer = undefined;
		const dialogs = [...this.changed].flatMap((peer) => this.byPeer.get(peer) ?? []);
		this.changed.clear();
		void this.api.dialogs.keep(dialogs).catch(noop);
	}

	#list(folder: number): Dialog[] {
		const isShown = (dialog: Dialog) => dialog.folder === folder && !this.#hasMoved(dialog.peer);
		return [...this.byPeer.values()].filter(isShown).sort(compareDialogs);
	}

	/** A basic group that became a supergroup, which has a dialog of its own. */
	#hasMoved(peer: PeerKey): boolean {
		return peer[0] === 'g' && this.peers.get(peer)?.movedTo !== undefined;
	}
}

function noop() {}
