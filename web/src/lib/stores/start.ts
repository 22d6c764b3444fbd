import type { Api } from '../api/api.ts';
import type { FeedStores } from './feed.ts';

/**
 * Fills the stores of an account: at once with what the browser kept, then from the server. Resolves when there is
 * something to show; the rest of the list comes in the background.
 */
export async function fillStores(
	api: Pick<Api, 'session'>,
	{ peers, dialogs, presence }: Pick<FeedStores, 'peers' | 'dialogs' | 'presence'>,
): Promise<void> {
	presence.start();
	const warm = await api.session.warm();
	peers.take(warm.peers);
	presence.takePeers(warm.peers);
	dialogs.warm(warm.dialogs);
	for (const message of warm.pending) dialogs.takeMessage({ message, isNew: true, isSilent: true });
	const loading = dialogs.load();
	if (warm.dialogs.length === 0) await loading;
}
