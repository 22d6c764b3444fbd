import type { Session } from '../api/api.ts';
import { isFailure } from '../api/failure.ts';
import type { ConnectionState } from '../api/types.ts';

/** `checking`: what the browser keeps is being read. `broken`: it cannot be. */
export type SignIn = 'checking' | 'broken' | 'out' | 'in';

/** One account whose worker runs in this page. */
export class RunningAccount {
	readonly slot: number;
	readonly session: Session;
	signIn = $state<SignIn>('checking');
	connection = $state<ConnectionState>('connecting');
	/** Chats with something unread, muted ones only when they are to count, for the badge in the list of accounts. */
	unread = $state(0);
	/** A session before this one was ended from another device, which the sign-in tells. */
	wasEndedElsewhere = $state(false);

	constructor(session: Session) {
		this.slot = session.slot;
		this.session = session;
		session.on('connection', ({ state }) => (this.connection = state));
		this.#check().catch((error) => this.#break(error));
	}

	async #check() {
		const state = await this.session.api.session.state();
		this.connection = state.connection;
		if (this.signIn === 'checking') this.signIn = state.isSignedIn ? 'in' : 'out';
	}

	/** Most often the browser lets pages keep nothing, or its disk is full. */
	#break(error: unknown) {
		if (isFailure(error, 'CLOSED')) return;
		console.error('the account cannot be opened', error);
		this.signIn = 'broken';
	}
}
