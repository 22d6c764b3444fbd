import { createContext } from 'svelte';
import type { Api } from '../api/api.ts';
import type { Dialog, Folder, PeerKey } from '../api/types.ts';
import type { DialogStore } from './dialogs.svelte.ts';
import { countUnread, type UnreadCount } from './dialog-rules.ts';
import { isInFolder, orderInFolder } from './folder-rules.ts';
import type { PeerStore } from './peers.svelte.ts';

/** Stands for "all chats" among the folders. */
export const allChats = 0;

/** The folders of the signed-in user, and which one is looked at. */
export class FolderStore {
	readonly #api: Pick<Api, 'folders'>;
	readonly #dialogs: DialogStore;
	readonly #peers: PeerStore;
	#started?: Promise<void>;
	list = $state.raw<readonly Folder[]>([]);
	/** Before which folder "all chats" stands. */
	allAt = $state(0);
	current = $state(allChats);
	readonly folder = $derived(this.list.find(({ id }) => id === this.current));
	/** The chats of the folder that is looked at. */
	readonly shown = $derived.by(() => (this.folder ? this.chatsOf(this.folder) : this.#dialogs.main));

	constructor(api: Pick<Api, 'folders'>, dialogs: DialogStore, peers: PeerStore) {
		this.#api = api;
		this.#dialogs = dialogs;
		this.#peers = peers;
	}

	/** At once from the browser, then from the server; once, whoever asks. */
	start(): Promise<void> {
		return (this.#started ??= this.#start());
	}

	async #start() {
		const kept = await this.#api.folders.cached().catch(() => []);
		if (this.list.length === 0) this.list = kept;
		await this.load();
	}

	/** Without a network the folders stay as they are. */
	async load() {
		try {
			const { folders, allAt } = await this.#api.folders.list();
			this.list = folders;
			this.allAt = allAt;
		} catch {
			return;
		}
	}

	chatsOf(folder: Folder): Dialog[] {
		const dialogs = this.#dialogs;
		const all = dialogs
			.all()
			.filter((dialog) => isInFolder(folder, dialog, this.#peers.get(dialog.peer), dialogs.isMuted(dialog)));
		return orderInFolder(folder, all);
	}

	unreadOf(folder: Folder): UnreadCount {
		return countUnread(this.chatsOf(folder), (dialog) => this.#dialogs.isMuted(dialog));
	}

	async save(folder: Folder) {
		await this.#api.folders.save(folder);
		await this.load();
	}

	async remove(id: number) {
		await this.#api.folders.remove(id);
		if (this.current === id) this.current = allChats;
		await this.load();
	}

	async reorder(order: readonly number[]) {
		const before = this.list;
		this.list = order.flatMap((id) => before.find((folder) => folder.id === id) ?? []);
		try {
			await this.#api.folders.reorder([allChats, ...order]);
		} catch (failure) {
			this.list = before;
			throw failure;
		}
	}

	/** Puts a chat into a folder or takes it out. */
	async setIncluded(folder: Folder, peer: PeerKey, isIncluded: boolean) {
		const without = (peers: readonly PeerKey[]) => peers.filter((other) => other !== peer);
		await this.save({
			...folder,
			pinned: without(folder.pinned),
			include: isIncluded ? [...without(folder.include), peer] : without(folder.include),
			exclude: isIncluded ? without(folder.exclude) : [...without(folder.exclude), peer],
		});
	}

	async setPinned(folder: Folder, peer: PeerKey, isPinned: boolean) {
		const others = folder.pinned.filter((other) => other !== peer);
		const include = folder.include.includes(peer) || isPinned ? folder.include : [...folder.include, peer];
		await this.save({ ...folder, include, pinned: isPinned ? [peer, ...others] : others });
	}
}

export const [useFolders, provideFolders] = createContext<FolderStore>();
