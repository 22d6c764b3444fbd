import type { Account } from '../account.ts';
import type { ConnectionState, Dialog, Message, Peer, PeerKey } from '../../api/types.ts';
import type { Calls } from './calls.ts';
import { dialogs } from './dialogs.ts';

/** Where an account stands. */
export interface SessionState {
	isSignedIn: boolean;
	self: PeerKey;
	connection: ConnectionState;
}

/** What the browser kept of the last time, to be shown before the network answers. */
export interface WarmStart extends SessionState {
	peers: Peer[];
	dialogs: Dialog[];
	/** Messages that are not sent yet, in their order. */
	pending: Message[];
}

export const session = {
	state(account: Account): SessionState {
		return { isSignedIn: account.isSignedIn, self: account.self, connection: account.connection };
	},

	async warm(account: Account): Promise<WarmStart> {
		const state = session.state(account);
		if (!state.isSignedIn) return { ...state, peers: [], dialogs: [], pending: [] };
		const [peers, kept] = await Promise.all([account.cache.peers(), dialogs.cached(account)]);
		const pending = account.outbox.pending();
		const unsent = new Set(pending.map((message) => message.id));
		const shown = kept.map((dialog) => (isOver(dialog, unsent) ? withLastKept(account, dialog) : dialog));
		return { ...state, peers, dialogs: await Promise.all(shown), pending };
	},

	/** Tells the server, and so the others, whether somebody looks at this page. */
	async setOnline(account: Account, isOnline: boolean): Promise<void> {
		await account.call({ _: 'account.updateStatus', offline: !isOnline });
	},

	/** Ends the session here and deletes all that the browser keeps of it. */
	async logOut(account: Account): Promise<void> {
		await account.leave('here');
	},
} satisfies Calls;

/** A chat that was kept while its last message was not sent, which it is now. */
function isOver({ last, peer }: Dialog, unsent: ReadonlySet<number>): boolean {
	return last !== undefined && last.id < 0 && peer[0] !== 's' && !unsent.has(last.id);
}

async function withLastKept(account: Account, dialog: Dialog): Promise<Dialog> {
	const { messages } = await account.cache.history(dialog.peer, { limit: 1 });
	return { ...dialog, last: messages[0] };
}
