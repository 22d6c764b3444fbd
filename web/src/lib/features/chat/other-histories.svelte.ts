import type { Api } from '$lib/api/api.ts';
import type { Feed } from '$lib/stores/feed.ts';
import type { Histories } from '$lib/stores/histories.svelte.ts';
import { HistoryStore } from '$lib/stores/history.svelte.ts';
import type { ChatPlace } from './open-chat.svelte.ts';

/** The messages of a place: the chat's own history, or those that wait for their time, or the pinned ones. */
export function makeHistory(
	{ peer, thread, kind }: ChatPlace,
	histories: Histories,
	api: Api,
	feed: Feed,
): HistoryStore {
	if (kind === 'history' || kind === 'past') return histories.of({ peer, thread });
	const page = kind === 'scheduled' ? api.compose.scheduled : api.messages.pinned;
	const history = new HistoryStore({ peer, thread }, { page: (request) => page(request) });
	const offs = [
		feed.on('stale', (event) => {
			if (event.what === 'scheduled' && kind === 'scheduled' && event.peer === peer) void history.reload();
		}),
		feed.on('deleted', (event) => {
			if (event.peer === peer && kind === 'pinned') history.remove(event.ids);
		}),
		feed.on('pinned', (event) => {
			if (event.peer === peer && kind === 'pinned' && !event.isPinned) history.remove(event.ids);
		}),
	];
	$effect(() => () => offs.forEach((off) => off()));
	return history;
}
